"""Files that somebody puts something else in the place of after they were indexed."""

from __future__ import annotations

import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import httpx
import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.media.originals import CHANGED, GONE, Originals
from qwen3vl_app.media.placed import Placed
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.search.documents import Documents, FarDocuments
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ContentHash, Item, Original
from tests.attacks.program import SECRET, Program, red_picture, serving
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World

QUICK = 10.0
"""Seconds after which a request counts as hanging, on a machine that has other things to do."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(Budget(), Limits(), workers=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("swapped")
    (folder / "temporary").mkdir()
    (folder / "secret.txt").write_text(SECRET)
    world = World(folder, reader, TinyHost())
    world.pictures(20)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.png").write_bytes(red_picture() + b"kept")
    (folder / "linked.png").write_bytes(red_picture())
    (world.folder / "link.png").symlink_to(folder / "linked.png")
    (world.folder / "inside").symlink_to(elsewhere)
    world.index()
    world.close()
    with serving(folder) as made:
        made.wait_until_idle()  # a look for changes would take what is swapped for removed
        yield made


@pytest.fixture(scope="module")
def http(program: Program) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.url, timeout=QUICK) as client:
        yield client


@pytest.fixture
def picture(program: Program, http: httpx.Client) -> Iterator[Path]:
    """A file as it was indexed, and again after the test."""
    path = program.folder / "files" / "007.png"
    before = path.read_bytes()
    yield path
    path.unlink(missing_ok=True)
    path.write_bytes(before)


def id_of(http: httpx.Client, name: str) -> int:
    rows = http.get("/api/items", params={"limit": 200}).json()["items"]
    return next(int(row["id"]) for row in rows if row["title"] == name)


def all_that_shows(http: httpx.Client, item: int) -> list[httpx.Response]:
    targets = (f"/m/full/{item}", f"/m/preview/{item}?longest={64 + time.time_ns() % 900}")
    return [http.get(target) for target in targets]


def with_stamp_of(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else in the place of a file, with its name, size and time."""
    status = path.stat()
    path.unlink()
    make(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_file_that_is_still_the_same__is_shown(http, picture):
    full, preview = all_that_shows(http, id_of(http, "007.png"))
    assert full.content == picture.read_bytes()
    assert preview.headers["content-type"] == "image/webp"


def test_a_file_that_was_only_touched__is_shown(http, picture):
    os.utime(picture)
    assert {answer.status_code for answer in all_that_shows(http, id_of(http, "007.png"))} == {200}


def test_a_link_that_was_indexed_as_one__is_shown(http, program):
    item = id_of(http, "link.png")
    assert http.get(f"/m/full/{item}").content == red_picture()
    assert http.get(f"/api/items/{item}").json()["file"]["size"] == len(red_picture())


@pytest.mark.parametrize("kind", ["link", "hard link", "copy", "relative link", "chain"])
def test_a_secret_in_the_place_of_a_picture__is_never_served(http, program, picture, kind):
    item = id_of(http, "007.png")

    def put(path: Path) -> None:
        if kind == "link":
            path.symlink_to(program.secret)
        elif kind == "relative link":
            path.symlink_to(Path("..") / program.secret.name)
        elif kind == "chain":
            middle = program.folder / "middle"
            middle.unlink(missing_ok=True)
            middle.symlink_to(program.secret)
            path.symlink_to(middle)
        elif kind == "copy":
            shutil.copy(program.secret, path)
        else:
            os.link(program.secret, path)

    picture.unlink()
    put(picture)
    for answer in all_that_shows(http, item):
        assert answer.status_code == 404, answer.text
        assert "has changed since it was indexed" in answer.json()["error"]
        assert SECRET.encode() not in answer.content
    assert http.get(f"/api/items/{item}").json()["file"] is None


def test_another_file_of_the_same_size_and_time__is_never_served(http, program, picture):
    item, size = id_of(http, "007.png"), picture.stat().st_size
    other = program.folder / "other.bin"
    other.write_bytes((SECRET.encode() * size)[:size])
    status = picture.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    for make in (lambda path: path.symlink_to(other), lambda path: shutil.copy2(other, path)):
        with_stamp_of(picture, make)
        for answer in all_that_shows(http, item):
            assert answer.status_code == 404
            assert SECRET.encode()[:20] not in answer.content


def test_a_folder_swapped_for_a_link__is_never_followed(http, program):
    folder = program.folder / "files" / "inside"
    item = id_of(http, "kept.png")
    assert http.get(f"/m/full/{item}").content.endswith(b"kept")
    private = program.folder / "private"
    private.mkdir()
    (private / "kept.png").write_text(SECRET)
    folder.unlink()
    folder.symlink_to(private)
    assert http.get(f"/m/full/{item}").status_code == 404


@pytest.mark.parametrize("what", ["pipe", "folder", "loop", "socket", "device", "nothing"])
def test_what_is_no_file_in_its_place__is_refused_at_once(http, picture, what):
    import socket

    item = id_of(http, "007.png")
    picture.unlink()
    if what == "pipe":
        os.mkfifo(picture)
    elif what == "folder":
        picture.mkdir()
    elif what == "loop":
        picture.symlink_to(picture)
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(os.path.relpath(picture))
    elif what == "device":
        picture.symlink_to("/dev/zero")
    for answer in all_that_shows(http, item):
        assert answer.status_code in (404, 422), answer.text
        assert answer.json()["error"]
    assert http.get(f"/api/items/{item}").json()["file"] is None
    assert http.get("/api/index/status").status_code == 200
    if what == "folder":
        picture.rmdir()


# ---------------------------------------------------------------- by itself


def original(path: Path, **other: object) -> Original:
    """A file as it is now, indexed long ago: so the stamp alone says nothing."""
    status = path.stat()
    known: dict[str, object] = {
        "path": path,
        "content_hash": content_hash(path),
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "indexed": "2001-01-01T00:00:00Z",
    }
    return Original(**(known | other))  # type: ignore[arg-type]


def test_open__is_hashed_where_the_stamp_does_not_tell(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"bytes")
    known = original(file)
    with Originals().opened([known]) as found:
        assert found.file.read() == b"bytes"
    file.write_bytes(b"other")
    with pytest.raises(UnreadableMediaError, match="changed"):
        Originals().open([known])


def test_open__the_first_that_is_still_what_it_was(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"bytes")
    two.write_bytes(b"bytes")
    known = [original(tmp_path / name) for name in ("1", "2")]
    one.write_bytes(b"other")
    with Originals().opened(known) as found:
        assert found.path == two


def test_open__large_files_go_by_their_stamp(tmp_path):
    file = tmp_path / "film"
    file.write_bytes(b"bytes")
    known = original(file, content_hash=ContentHash("0" * 32))
    originals = Originals(most_hashed=3)
    originals.open([known]).file.close()
    os.utime(file)
    with pytest.raises(UnreadableMediaError, match="changed"):
        originals.open([known])


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "\udcff" * 300, "/".join(["y" * 200] * 30)])
def test_open__names_that_cannot_be_are_gone(tmp_path, name):
    known = Original(
        path=tmp_path / name,
        content_hash=ContentHash("0" * 32),
        size=1,
        mtime_ns=1,
        indexed="2001-01-01T00:00:00Z",
    )
    with pytest.raises(UnreadableMediaError):
        Originals().open([known])
    with pytest.raises(UnreadableMediaError, match=str(GONE)[:20]):
        Originals().open([])


def test_check_unchanged__notices_a_swap_while_it_is_read(tmp_path):
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"bytes")
    other.write_bytes(b"bytes")
    with Originals().opened([original(file)]) as found:
        found.check_unchanged()
        os.replace(other, file)
        with pytest.raises(UnreadableMediaError, match=str(CHANGED)[:20]):
            found.check_unchanged()


def test_check_unchanged__notices_a_swap_that_was_undone(tmp_path):
    file, aside = tmp_path / "a", tmp_path / "aside"
    file.write_bytes(b"bytes")
    with Originals().opened([original(file)]) as found:
        time.sleep(0.02)
        os.rename(file, aside)
        os.rename(aside, file)
        with pytest.raises(UnreadableMediaError, match=str(CHANGED)[:20]):
            found.check_unchanged()


@pytest.fixture
def indexed(tmp_path: Path, reader: Reader) -> Iterator[tuple[Library, Item]]:
    world = World(tmp_path, reader, TinyHost())
    world.picture("a.png")
    world.index()
    (item,) = world.library.list_items()
    yield world.library, item
    world.close()


def test_documents__the_reranker_is_not_shown_another_file(indexed, tmp_path, reader):
    library, item = indexed
    documents = Documents(library, reader)
    private = tmp_path / "private.png"
    private.write_bytes(red_picture() + b" ")
    item.path.unlink()
    item.path.symlink_to(private)
    document = documents.read(item, Budget())
    documents.close()
    assert document.content is None
    assert document.reason == CHANGED


def test_placed__a_worker_elsewhere_is_not_shown_another_file_either(indexed, tmp_path, reader):
    library, item = indexed
    with (
        closing(Documents(library, reader)) as here,
        closing(FarDocuments(library, reader)) as far,
    ):
        (document,) = far.stream([item], Budget())
        sent = pickle.loads(pickle.dumps(document.content))  # noqa: S301  # our own
        assert isinstance(sent, Placed)
        assert sent.pictures == ()
        seen = sent.decoded(reader, Originals())
        assert seen.pictures[0].key == here.read(item, Budget()).content.pictures[0].key
    private = tmp_path / "private.png"
    private.write_bytes(red_picture() + b" ")
    item.path.unlink()
    item.path.symlink_to(private)
    with pytest.raises(UnreadableMediaError, match=str(CHANGED)[:20]):
        sent.decoded(reader, Originals())


def test_documents__a_pipe_holds_up_no_search(indexed, reader):
    library, item = indexed
    documents = Documents(library, reader)
    item.path.unlink()
    os.mkfifo(item.path)
    asking = Thread(target=documents.read, args=(item, Budget()), daemon=True)
    asking.start()
    asking.join(QUICK)
    assert not asking.is_alive()
    documents.close()
