"""Files dropped at once, under equal names, into no room, while others go, and cut off."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import quote

import httpx
import pytest

from qwen3vl_app.errors import AppError
from qwen3vl_app.store.leftovers import sweep_leftovers
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.uploads import CONTENT, MOST_NUMBERS, Uploads
from qwen3vl_app.types import ContentHash
from qwen3vl_app.ui.room import Reservation, Room
from tests.attacks.program import PAGE, PATIENCE, Program, serving
from tests.store.build import content, put_file, unit

MANY = 240
"""As were sent when bytes were lost."""


def send(http: httpx.Client, name: str, body: bytes) -> httpx.Response:
    return http.put("/api/upload", content=body, headers={"x-path": quote(name), "x-hold": "1"})


def raw(name: str) -> bytes:
    """A header as no browser sends it; control characters are left to the client's library."""
    return (quote(name, safe="/%") if "\0" in name else name).encode()[:40_000]


def at_once(http: httpx.Client, drops: Sequence[tuple[str, bytes]]) -> list[httpx.Response]:
    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(lambda drop: send(http, *drop), drops))


def bytes_by_name(uploads: Path) -> dict[str, bytes]:
    return {
        path.relative_to(uploads).as_posix(): path.read_bytes()
        for path in uploads.rglob("*")
        if path.is_file() and CONTENT not in path.parts
    }


def assert_each_has_its_own(
    program: Program, drops: Sequence[tuple[str, bytes]], answers: Sequence[httpx.Response]
) -> None:
    kept = bytes_by_name(program.library / "uploads")
    for (_, body), answer in zip(drops, answers, strict=True):
        assert answer.status_code == 200, answer.text
        assert kept[answer.json()["stored"]] == body
    assert set(kept.values()) == {body for _, body in drops}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "temporary").mkdir()
    with serving(folder) as made:
        yield made


@pytest.fixture
def http(program: Program) -> Iterator[httpx.Client]:
    limits = httpx.Limits(max_connections=None)
    with program.client(headers=PAGE, limits=limits) as client:
        yield client
    shutil.rmtree(program.library / "uploads")
    (program.library / "uploads").mkdir()


def test_240_files_of_one_name_at_once__each_keeps_its_own_bytes(program, http):
    drops = [("trip/a.txt", b"%d" % n) for n in range(MANY)]
    answers = at_once(http, drops)
    assert_each_has_its_own(program, drops, answers)
    assert len({answer.json()["stored"] for answer in answers}) == MANY


def test_names_that_are_numbered_already__each_keeps_its_own_bytes(program, http):
    names = ("a.txt", "a (2).txt", "a (3).txt", "a (2) (2).txt", "A.txt", "A.TXT")
    drops = [(names[n % len(names)], b"%d" % n) for n in range(MANY // 2)]
    assert_each_has_its_own(program, drops, at_once(http, drops))


def test_names_that_are_equal_when_composed__each_keeps_its_own_bytes(program, http):
    drops = [(("café.txt", "cafe\u0301.txt")[n % 2], b"%d" % n) for n in range(40)]
    answers = at_once(http, drops)
    assert_each_has_its_own(program, drops, answers)
    assert len({answer.json()["stored"] for answer in answers}) == 40


def test_240_times_the_same_file__is_kept_once(program, http):
    answers = at_once(http, [("same.txt", b"the very same bytes")] * MANY)
    assert {answer.json()["stored"] for answer in answers} == {"same.txt"}
    assert list(bytes_by_name(program.library / "uploads")) == ["same.txt"]


def test_the_same_bytes_under_many_names_at_once__are_on_disk_once(program, http):
    drops = [(f"{n % 7}/{n}.txt", b"the very same bytes") for n in range(60)]
    assert_each_has_its_own(program, drops, at_once(http, drops))
    found = [path for path in (program.library / "uploads").rglob("*") if path.is_file()]
    assert len({path.stat().st_ino for path in found}) == 1


def test_files_and_folders_of_one_name_at_once__each_keeps_its_own_bytes(program, http):
    names = ("x", "x/y", "x/y/z", "x/y/z/end.txt", "x (2)", "x (2)/y")
    drops = [(names[n % len(names)], b"%d" % n) for n in range(MANY // 2)]
    assert_each_has_its_own(program, drops, at_once(http, drops))


def test_deep_folders_made_at_once__each_keeps_its_own_bytes(program, http):
    drops = [("/".join("abcdefghijklmnopqrstuvwxyz") + f"/{n}", b"%d" % n) for n in range(40)]
    assert_each_has_its_own(program, drops, at_once(http, drops))


@pytest.mark.parametrize(
    "name",
    [
        "/".join(["n" * 199] * 32),
        "/".join(["狐" * 66] * 32) + "/end.txt",
        "n" * 60_000,
        "/" * 5_000 + "a.txt",
        "a/" * 5_000 + "a.txt",
        "a\0b/c\0d.txt",
        "%ff%fe.txt",
        "..",
        "",
        "con/aux/nul",
        ".arriving-abcdefgh.part",
        ".content/ab/cd",
    ],
    ids=lambda name: name[:20],
)
def test_odd_names__are_stored_or_refused_with_a_sentence(program, http, name):
    answer = http.put("/api/upload", content=b"odd", headers={"x-path": raw(name)})
    assert answer.status_code in (200, 400, 431), answer.text
    kept = bytes_by_name(program.library / "uploads")
    assert set(kept.values()) <= {b"odd"}
    assert len(kept) == (answer.status_code == 200)
    assert not any(part.startswith(".") for name in kept for part in PurePosixPath(name).parts)


def test_a_copy_that_is_removed__goes_to_the_trash_and_comes_back(program, http):
    """On the real program, over HTTP, with the bytes and their place on the disk."""
    stored = send(http, "trip/boat.txt", b"a boat at sea").json()["stored"]
    http.post("/api/upload/done", json={"stored": [stored]})
    pause = threading.Event()
    wait_until(pause, lambda: http.get("/api/index/status").json()["index"]["state"] == "idle")
    (row,) = (row for row in http.get("/api/outcomes").json() if row["name"] == "boat.txt")
    removed = http.post("/api/outcomes/forget", json={"keys": [row["key"]]}).json()["removed"]
    assert (removed["files"], removed["copies"]) == (1, 1)
    assert bytes_by_name(program.library / "uploads") == {}
    (kept,) = (program.library / "trash").iterdir()
    assert kept.read_bytes() == b"a boat at sea"
    assert http.get("/api/storage").json()["trash"] == {"files": 1, "bytes": 13}
    (listed,) = http.get("/api/removed").json()
    assert (listed["name"], listed["kind"]) == ("boat.txt", "copy")
    assert listed["until"][:10] > listed["removed"][:10]
    assert http.post("/api/removed/restore", json={"ids": removed["ids"]}).is_success
    assert bytes_by_name(program.library / "uploads") == {"trip/boat.txt": b"a boat at sea"}
    assert http.get("/api/removed").json() == []
    assert list((program.library / "trash").iterdir()) == []
    http.post("/api/outcomes/forget", json={"keys": [row["key"]]})
    http.post("/api/removed/discard", json={})
    assert [path for path in (program.library / "trash").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../library.db", "/etc/passwd", ".content", "a\0b", "\udcff"])
def test_done_with_what_was_not_uploaded__is_refused(http, name):
    body = b'{"stored": ["%s"]}' % name.encode("unicode_escape").replace(b"\\x", b"\\u00")
    answer = http.post("/api/upload/done", content=body)
    assert answer.status_code in (400, 422), answer.text


# ---------------------------------------------------------------- while others are deleted


def drop(uploads: Uploads, name: str, data: bytes) -> Path:
    half = uploads.folder / f".arriving-{threading.get_ident()}.part"
    half.write_bytes(data)
    named = ContentHash(hashlib.blake2b(data, digest_size=16).hexdigest())
    return uploads.place(half, PurePosixPath(name), named)


def test_a_file_that_comes_again_while_it_is_forgotten__stays(tmp_path):
    """The page answered that it is stored, so it must be there."""
    with Library.open(tmp_path / "library") as library:
        place = drop(library.dropped, "a/b.txt", b"bytes")
        put_file(library, place, "hash", [(content(), unit(1, 0, 0, 0))])
        with library.dropped.deletion() as deletion:
            gone = library.writer.forget([place])
            assert drop(library.dropped, "a/b.txt", b"bytes") == place
            deletion.delete(gone)
        assert place.read_bytes() == b"bytes"
        assert library.forget([place]) == 0


def test_folders_that_vanish_under_the_files__are_made_again(tmp_path):
    uploads = Uploads(tmp_path)
    over = threading.Event()

    def tidy() -> None:
        while not over.is_set():
            with uploads.deletion() as deletion:
                deletion.delete([tmp_path / "a" / "b" / "nothing.txt"])
            shutil.rmtree(tmp_path / "c", ignore_errors=True)

    cleaner = threading.Thread(target=tidy)
    cleaner.start()
    try:
        for n in range(300):
            place = drop(uploads, f"a/b/{n}.txt", b"%d" % n)
            assert place.read_bytes() == b"%d" % n
            place.unlink()
            drop(uploads, f"c/d/{n}.txt", b"%d" % n)
    finally:
        over.set()
        cleaner.join()


@pytest.mark.parametrize("said", [errno.EPERM, errno.ENOTSUP, errno.EMLINK])
def test_a_disk_without_second_names__loses_nothing_either(tmp_path, monkeypatch, said):
    def refuse(*_: object) -> None:
        raise OSError(said, os.strerror(said))

    monkeypatch.setattr(os, "link", refuse)
    uploads = Uploads(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        places = list(pool.map(lambda n: drop(uploads, "a.txt", b"%d" % (n % 50)), range(100)))
    assert [place.read_bytes() for place in places] == [b"%d" % (n % 50) for n in range(100)]
    assert len(set(places)) == 50


def test_a_link_that_leads_nowhere__is_not_written_through(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    place = drop(Uploads(tmp_path), "a.txt", b"bytes")
    assert place.name == "a (2).txt"
    assert not (tmp_path / "nowhere").exists()


def test_more_files_of_one_name_than_there_are_numbers__is_a_sentence(tmp_path):
    for n in range(1, MOST_NUMBERS + 1):
        (tmp_path / ("a.txt" if n == 1 else f"a ({n}).txt")).touch()
    with pytest.raises(AppError, match="another name"):
        drop(Uploads(tmp_path), "a.txt", b"bytes")


# ---------------------------------------------------------------- no room


def disk(folder: Path, size: int) -> Room:
    """A disk of this size that holds the folder and nothing else."""

    def free(_: Path) -> int:
        return size - sum(path.stat().st_size for path in folder.iterdir())

    return Room(folder, headroom=1000, free=free)


def test_two_files_that_fit_only_alone__one_of_them_is_refused(tmp_path):
    room = disk(tmp_path, 10_000)
    with room.reserve(5_000):
        with pytest.raises(AppError, match="promised to other files"):
            room.reserve(5_000)
        with room.reserve(4_000):
            pass
    room.reserve(9_000)


def fill(arriving: Reservation, out: IO[bytes]) -> None:
    while True:
        arriving.take(100)
        out.write(b"x" * 100)


def test_a_file_that_does_not_say_its_length__ends_where_the_headroom_begins(tmp_path):
    room, file = disk(tmp_path, 10_000), tmp_path / "file"
    with (
        room.reserve(0) as chunked,
        file.open("ab", buffering=0) as out,
        pytest.raises(AppError, match="free some space"),
    ):
        fill(chunked, out)
    assert file.stat().st_size == 9_000


def test_what_others_write_meanwhile__counts(tmp_path):
    room = disk(tmp_path, 10_000)
    with room.reserve(8_000) as announced:
        announced.take(1_000)
        (tmp_path / "index").write_bytes(b"x" * 5_000)
        with pytest.raises(AppError, match="free some space"):
            announced.take(1_000)


def test_what_did_not_come__is_given_back(tmp_path):
    room = disk(tmp_path, 10_000)
    for _ in range(20):
        with room.reserve(8_000) as announced:
            announced.take(100)
    room.reserve(9_000)


# ---------------------------------------------------------------- cut off in the middle


def begin(program: Program, announced: int, sent: int) -> socket.socket:
    """An upload of which only the first bytes have come."""
    sock = socket.create_connection(("127.0.0.1", program.port), timeout=PATIENCE)
    head = ["PUT /api/upload HTTP/1.1", f"Host: 127.0.0.1:{program.port}", "x-path: half.txt"]
    head += [*(f"{name}: {value}" for name, value in PAGE.items())]
    head += [f"content-length: {announced}", "", ""]
    sock.sendall("\r\n".join(head).encode() + b"x" * sent)
    return sock


def arriving(program: Program) -> list[Path]:
    return list((program.library / "uploads").glob(".*.part"))


def wait_until(condition: threading.Event, test: object) -> None:
    for _ in range(PATIENCE * 20):
        if test():  # type: ignore[operator]
            return
        condition.wait(0.05)
    raise AssertionError("it never came true")


def test_a_client_that_leaves__leaves_nothing(program, http):
    sock = begin(program, 10 * 2**20, 2**20)
    pause = threading.Event()
    wait_until(pause, lambda: arriving(program))
    sock.close()
    wait_until(pause, lambda: not arriving(program))
    assert bytes_by_name(program.library / "uploads") == {}


def test_kill_9_in_the_middle__what_is_half_goes_at_the_next_start(tmp_path):
    (tmp_path / "temporary").mkdir()
    with serving(tmp_path) as program:
        with program.client(headers=PAGE) as http:
            send(http, "whole.txt", b"whole")
        sock = begin(program, 10 * 2**20, 2**20)
        wait_until(threading.Event(), lambda: arriving(program))
        program.process.kill()
        program.process.wait()
        sock.close()
        assert arriving(program)
    with serving(tmp_path) as program:
        assert arriving(program) == []
        assert bytes_by_name(program.library / "uploads") == {"whole.txt": b"whole"}


def test_what_looks_like_ours_elsewhere__stays(tmp_path):
    ours = (
        *("uploads/.abcdefgh.part", "previews/tmpabcdefgh.part", "index/x.bin.new"),
        *("thumbnails/" + "0" * 32 + ".part", "progress.part", "ignore.part"),
    )
    others = ("uploads/a.part", "uploads/trip/.abcdefgh.part", "previews/a.webp", "a.part")
    for name in (*ours, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sweep_leftovers(tmp_path) == len(ours)
    left = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert left == set(others)
