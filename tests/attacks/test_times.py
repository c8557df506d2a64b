"""Times and sizes that a file system may tell of a file and that nobody expects."""

from __future__ import annotations

import os
import time
import zipfile
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.indexing.batches import Batch, Read
from qwen3vl_app.indexing.committing import commit
from qwen3vl_app.indexing.decoding import Reading, stamp_of
from qwen3vl_app.indexing.jobs import Job
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.indexing.scanning import _Walk
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.media.dates import filmed, photographed, written
from qwen3vl_app.media.scan import NOT_REGULAR, scan
from qwen3vl_app.store.rows import FileId
from qwen3vl_app.types import (
    Content,
    ContentHash,
    EmbeddingBatch,
    FileStamp,
    ItemFilter,
    Kind,
    ModelInput,
    Part,
    SkippedPath,
    calendar_time,
)
from tests.attacks.program import PAGE, PATIENCE, ROOT, serving
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World, counted
from tests.started import start
from tests.survival.killed import DirectReader

SECOND = 10**9
YEARS = (-270_000, -3000, 1601, 1901, 1969, 2107, 2263, 2400, 9998, 10_001, 30_000, 270_000)
SQLITE = range(-(2**63), 2**63)


def of_year(year: int) -> int:
    return (year - 1970) * 31_556_952 * SECOND


@pytest.fixture
def odd_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that keeps every time of 64 bits, where there is one; else one that keeps 2400."""
    shared = Path("/dev/shm")  # noqa: S108 - the file system in memory is what is wanted
    with TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as place:
        yield Path(place)


@pytest.fixture
def world(odd_disk: Path) -> Iterator[World]:
    made = World(odd_disk, DirectReader(), TinyHost())
    yield made
    made.close()


def dated(path: Path, year: int) -> Path:
    os.utime(path, ns=(of_year(year), of_year(year)))
    return path


# ---------------------------------------------------------------- times of files


@pytest.mark.parametrize("year", YEARS)
def test_a_file_of_any_year__is_indexed_with_the_others(world: World, year: int) -> None:
    world.text("good.txt", "a fox")
    dated(world.text("bad.txt", "a crow"), year)
    assert counted(world.index()) == {"indexed": 2}
    assert counted(world.index()) == {"unchanged": 2}


def test_a_file_after_2262__its_change_is_noticed(world: World) -> None:
    path = dated(world.text("bad.txt", "a crow"), 2400)
    world.index()
    path.write_text(path.read_text().replace("crow", "wolf"))
    os.utime(path, ns=(of_year(2400), of_year(2400) + SECOND))
    assert counted(world.index()) == {"indexed": 1}


def test_a_file_after_2262_over_the_command_line__exit_status_0(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    Image.new("RGB", (64, 48), "red").save(files / "good.png")
    Image.new("RGB", (64, 48), "blue").save(files / "bad.png")
    dated(files / "bad.png", 2400)
    command = ["-m", "qwen3vl_app", "--library", str(tmp_path / "library")]
    checkpoint = ROOT / "tests" / "data" / "parity" / "checkpoint"
    model = ["--model", str(checkpoint), "--reranker", "none"]
    said = tmp_path / "said.json"
    for more in (["index", str(files)], ["folders", "--rescan"], ["status"]):
        with said.open("w") as out:
            done = start(*command, *model, *more, "--json", out=out.fileno())
            assert done.wait(PATIENCE) == 0, more
    assert '"indexed":2' in said.read_text()


def test_a_library_stopped_by_such_a_file__goes_on(world: World) -> None:
    """As the version before left it: the folder and the file wait, and every start failed."""
    bad = dated(world.text("bad.txt", "a crow"), 2400)
    world.text("good.txt", "a fox")
    world.library.writer.add_sources([world.folder], None)
    stamp = FileStamp(path=bad, size=1, mtime_ns=of_year(2400))
    world.library.writer.record_scan(pending=[stamp])
    progress = world.finish()
    assert (progress.state, counted(progress)) == (IndexState.IDLE, {"indexed": 2})


def test_a_watched_folder__such_a_file_comes_while_watched(world: World) -> None:
    world.text("good.txt", "a fox")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    dated(world.text("bad.txt", "a crow"), 2400)
    world.text("later.txt", "a wolf")
    until = time.monotonic() + PATIENCE
    while len(world.library.list_items()) < 3 and time.monotonic() < until:
        time.sleep(0.2)
    assert len(world.library.list_items()) == 3


@given(st.integers(-(2**70), 2**70), st.integers(-(2**70), 2**70))
def test_stamps__any_two_times_stay_in_order_and_in_64_bits(first: int, second: int) -> None:
    low, high = sorted((first, second))
    stamps = [FileStamp.of(Path("/a"), cast(Any, _Status(ns))) for ns in (low, high)]
    before, after = (stamp.mtime_ns for stamp in stamps)
    for stamp in stamps:
        assert all(n in SQLITE for n in (stamp.mtime_ns, stamp.ctime_ns, stamp.inode))
    if before in (low,) or after in (high,):
        assert before <= after
    assert 2 <= calendar_time(low).year <= 9997


class _Status:
    """What ``os.stat`` gives, of any number."""

    st_size = 2**80

    def __init__(self, number: int) -> None:
        self.st_mtime_ns = self.st_ctime_ns = number
        self.st_ino = abs(number)


def test_stamps__a_size_beyond_64_bits_is_the_largest() -> None:
    assert FileStamp.of(Path("/a"), cast(Any, _Status(0))).size == 2**63 - 1


@pytest.mark.parametrize(
    ("year", "where", "found"),
    [
        (2400, ItemFilter(modified_from=date(2200, 1, 1)), True),
        (2400, ItemFilter(modified_from=date(9999, 12, 31)), True),
        (2400, ItemFilter(modified_to=date(2200, 1, 1)), False),
        (2400, ItemFilter(modified_to=date(9999, 12, 31)), True),
        (1601, ItemFilter(modified_from=date(1, 1, 1)), True),
        (1601, ItemFilter(modified_from=date(1700, 1, 1)), False),
        (1601, ItemFilter(modified_to=date(1, 1, 1)), True),
        (1850, ItemFilter(modified_from=date(1800, 1, 1)), True),
        (1850, ItemFilter(modified_to=date(1800, 1, 1)), False),
    ],
)
def test_filters_by_day__any_day_against_any_time(
    world: World, year: int, where: ItemFilter, found: bool
) -> None:
    path = dated(world.text("bad.txt", "a crow"), year)
    if abs(path.stat().st_mtime_ns - of_year(year)) > SECOND:
        pytest.skip(f"the file system here keeps no time of {year}")
    world.index()
    assert bool(world.library.list_items(where)) is found


def test_the_page__shows_and_serves_files_of_any_year(odd_disk: Path) -> None:
    files = odd_disk / "files"
    files.mkdir()
    (odd_disk / "temporary").mkdir()
    for number, year in enumerate((1601, 2400, 30_000, 270_000)):
        picture = files / f"{year}.png"
        Image.new("RGB", (640, 480), (40 * number, 0, 0)).save(picture)
        dated(picture, year)
    with serving(odd_disk) as program, program.client(headers=PAGE) as http:
        http.post("/api/index/add", json={"path": str(files)}).raise_for_status()
        items = _items(http, 4)
        for item in items:
            for path in ("/api/items/", "/m/full/", "/m/preview/"):
                answer = http.get(f"{path}{item['id']}")
                assert answer.status_code == 200, (path, item, answer.text)
        assert http.get("/api/duplicates").status_code == 200


def _items(http: httpx.Client, count: int) -> list[dict[str, object]]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = http.get("/api/items").json()["items"]
        if len(found) == count:
            return found
        time.sleep(0.2)
    raise AssertionError(http.get("/api/index/status").text)


# ---------------------------------------------------------------- times inside files


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "9999:99:99 99:99:99",
        "9999:12:31 23:59:59",
        "2024:02:30 12:00:00",
        "٢٠٢٤:٠١:٠١ ٠٠:٠٠:٠٠",
        "2024:01:01 24:00:00",
        "2024:01:01 00:00:60",
        "    :  :     :  :  ",
        "2024",
        "\x00" * 19,
    ],
)
def test_dates_inside_files__no_text_is_too_odd(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = text
    Image.new("RGB", (64, 48)).save(path, exif=exif)
    with Image.open(path) as image:
        for found in (
            photographed(image),
            written(f"D:{text}"),
            written("D:" + text.replace(":", "").replace(" ", "")),
            filmed({"creation_time": text}),
            filmed({"creation_time": "9999-12-31T23:59:59.999999Z"}),
            filmed({"creation_time": "0001-01-01T00:00:00+23:59"}),
            filmed({"com.apple.quicktime.creationdate": text}),
        ):
            assert found == "" or datetime.fromisoformat(found).year >= 1970


def test_an_archive_with_impossible_times__is_read(world: World) -> None:
    path = world.folder / "a.odt"
    body = (
        '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:text>'
        "<t:p>a fox</t:p></o:text></o:body></o:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", body)
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 10), (b"PK\x01\x02", 12)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + offset : at + offset + 4] = b"\xff\xff\xff\xff"  # month 15, day 31, hour 31
    path.write_bytes(data)
    assert counted(world.index()) == {"indexed": 1}


# ---------------------------------------------------------------- whatever goes wrong with one


def test_what_cannot_be_kept_of_one_file__costs_that_file(world: World) -> None:
    """A number of 71 bits stands for whatever SQLite does not take."""
    paths = [world.text(name, "a fox") for name in ("bad.txt", "good.txt", "worse.txt")]
    stamps = [stamp_of(path) for path in paths]
    files, _ = world.library.writer.record_scan(pending=stamps)
    known = {file.id: file for file in world.library.writer.pending_files(10)}
    widths = (2**70, 640, 2**63)
    jobs = [
        _job(known[file], stamp, str(n))
        for n, (file, stamp) in enumerate(zip(files, stamps, strict=True))
    ]
    reads = tuple(_read(job, width) for job, width in zip(jobs, widths, strict=True))
    vectors = np.eye(3, 64, dtype=np.float32)
    space = world.host.space()
    batch = Batch(reads=reads, endings=())
    embedding = EmbeddingBatch(vectors=vectors, kept=(0, 1, 2), rejected=())
    items, outcomes = commit(world.library, space, batch, embedding)
    assert (items, [outcomes[file].value for file in files]) == (
        1,
        ["failed", "indexed", "failed"],
    )
    rows = {row.path.name: str(row.reason) for row in world.library.outcomes()}
    assert rows["bad.txt"].startswith("What was read of it cannot be kept (")
    assert rows["worse.txt"] == rows["bad.txt"]
    assert rows["good.txt"] == ""
    assert all(job.is_over for job in jobs)


def _job(file, stamp: FileStamp, name: str) -> Job:
    content = ContentHash(name * 32)
    part = Part(ordinal=0, kind=Kind.PASSAGE)
    return Job(
        file=file, stamp=stamp, content_hash=content, parts=(part,), todo=deque(), in_flight=1
    )


def _read(job: Job, width: int) -> Read:
    content = Content(
        part=job.parts[0],
        model_input=ModelInput(texts=("a fox",)),
        thumbnail=job.content_hash.encode(),
        width=width,
    )
    return Read(job=job, parts=job.parts, reading=Reading(contents=(content,)))


def test_a_name_that_no_library_can_keep__costs_that_file(world: World) -> None:
    """A lone surrogate is a name that no disk holds; it stands for whatever nobody foresaw."""
    good = stamp_of(world.text("good.txt", "a fox"))
    world.library.writer.add_sources([world.folder], None)
    (source,) = world.library.writer.sources()
    tracker = ProgressTracker()
    walk = _Walk(world.library, source, tracker)
    walk.meet(FileStamp(path=world.folder / "\ud800.txt", size=1, mtime_ns=1))
    walk.meet(good)
    walk.meet(SkippedPath(path=world.folder / "left.bin", reason=NOT_REGULAR))
    walk.finish()
    assert [file.path for file in world.library.writer.pending_files(10)] == [good.path]
    assert "\\ud800.txt' cannot be noted" in str(tracker.snapshot().message)
    assert counted(tracker.snapshot()) == {"skipped": 1}


def test_a_decoder_that_raises_anything__costs_that_file(world: World) -> None:
    world.text("bad.txt", "a crow")
    world.text("good.txt", "a fox")
    world.reader.outline = _raising(world.reader.outline, OverflowError("x" * 2000))
    assert counted(world.index()) == {"failed": 1, "indexed": 1}
    (row,) = world.library.failures()
    assert row.path.name == "bad.txt"
    assert len(str(row.reason)) < 300


def _raising(outline, error: Exception):
    def call(path: Path):
        if path.name == "bad.txt":
            raise error
        return outline(path)

    return call


def test_scanning__no_time_and_no_size_stops_it(odd_disk: Path) -> None:
    for year in YEARS:
        path = odd_disk / f"{year}.txt"
        path.write_text("x")
        dated(path, year)
    with (odd_disk / "large.mp4").open("wb") as file:
        file.truncate(2**40)
    found = [one for one in scan([odd_disk]) if isinstance(one, FileStamp)]
    assert len(found) == len(YEARS) + 1
    assert all(one.mtime_ns in SQLITE and one.size in SQLITE for one in found)


def test_calendar_time__what_a_calendar_tells_is_exact() -> None:
    assert calendar_time(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert calendar_time(-1500 * 10**6) == datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC)
    assert calendar_time(10**40).year == calendar_time(2**70 * SECOND).year == 9997
    assert calendar_time(-(10**40)).year == 2
    assert FileId(1) == 1
