"""Filters against a plain Python reading of what they promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Item, ItemFilter, Kind, Orientation, Place
from tests.store.build import SPACE, content, put_file, stamp, unit

FOLDERS = ("/p", "/p/sub", "/q")
COLLECTIONS = (None, "trip", "work")
TAGS = ("best", "blurry")
SIZES = ((0, 0), (21, 20), (20, 21), (22, 20), (4, 3), (3, 4))
DAYS = tuple(date(2024, 1, 30) + timedelta(days=days) for days in range(4))
TAKEN = ("", "2024-01-31T23:59:59", "2024-02-01T00:00:00", "2024-02-02")


@dataclass(frozen=True)
class Made:
    """One file with one item, as the test made it; every fifth has two paths."""

    paths: tuple[Path, ...]
    collection: str | None
    bytes: int
    modified: datetime
    kind: Kind
    place: Place
    size: tuple[int, int]
    taken: str
    tag: str | None


def made(number: int) -> Made:
    folder = FOLDERS[number % 3]
    names = [f"{folder}/{number}"] + ([f"/q/copy {number}"] if number % 5 == 0 else [])
    clip = number % 4 == 0
    return Made(
        paths=tuple(map(Path, names)),
        collection=COLLECTIONS[(number // 2) % 3],
        bytes=number * 100,
        modified=datetime.combine(DAYS[number % 4], time(number % 24, 30)).astimezone(),
        kind=Kind.MOMENT if clip else Kind.PICTURE,
        place=Place(start=1.5, end=1.5 + number / 8) if clip else Place(),
        size=SIZES[number % 6],
        taken=TAKEN[(number // 3) % 4],
        tag=(None, *TAGS)[(number // 5) % 3],
    )


MADE = tuple(made(number) for number in range(60))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("filters") / "library") as opened:
        for number, one in enumerate(MADE):
            put(opened, number, one)
        yield opened


def put(library: Library, number: int, one: Made) -> None:
    item = content(0, one.kind, one.place, size=one.size, taken=one.taken)
    vector = unit(1, number / 60, 0, 0)
    for path in one.paths:
        mark = stamp(path, size=one.bytes, mtime_ns=int(one.modified.timestamp()) * 10**9)
        put_file(
            library, path, str(number), [(item, vector)], collection=one.collection, mark=mark
        )
    if one.tag:
        assert library.tag([library.list_items(limit=1)[0].id], one.tag) == 1


def passes(one: Made, where: ItemFilter) -> bool:
    """What ``ItemFilter`` says of every condition, word by word."""
    long, short = max(one.size), min(one.size)
    square = bool(short) and long <= 1.05 * short
    shapes = {
        Orientation.SQUARE: square,
        Orientation.LANDSCAPE: bool(short) and not square and one.size[0] > one.size[1],
        Orientation.PORTRAIT: bool(short) and not square and one.size[0] < one.size[1],
    }
    seconds = None if one.place.end is None else one.place.end - one.place.start
    taken = date.fromisoformat(one.taken[:10]) if one.taken else None
    folder = where.folder
    return (
        one.kind in where.kinds
        and where.collection in (None, one.collection)
        and (folder is None or any(path.is_relative_to(folder) for path in one.paths))
        and within(one.modified.date(), where.modified_from, where.modified_to)
        and within(taken, where.taken_from, where.taken_to)
        and within(one.bytes, where.min_bytes, where.max_bytes)
        and within(seconds, where.min_seconds, where.max_seconds)
        and (where.orientation is None or shapes[where.orientation])
        and where.tag in (None, one.tag)
    )


def within(value, low, high) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or low <= value) and (high is None or value <= high)


def ranges(values: st.SearchStrategy) -> st.SearchStrategy:
    pair = st.tuples(st.none() | values, st.none() | values)
    return pair.map(lambda p: tuple(sorted(p)) if None not in p else p)


@st.composite
def filters(draw: st.DrawFn) -> ItemFilter:
    """Two or three conditions of all there are; more would leave nothing of 60 items."""
    days, sizes = ranges(st.sampled_from(DAYS)), ranges(st.integers(0, 6000))
    seconds = ranges(st.floats(0, 8, allow_nan=False))
    choices = {
        "kinds": st.frozensets(st.sampled_from([Kind.PICTURE, Kind.MOMENT, Kind.PAGE])),
        "collection": st.sampled_from(["trip", "work", "none such"]),
        "folder": st.sampled_from([*FOLDERS, "/", "/p/sub/1", "/pp"]).map(Path),
        "modified": days,
        "taken": days,
        "bytes": sizes,
        "seconds": seconds,
        "orientation": st.sampled_from(Orientation),
        "tag": st.sampled_from([*TAGS, "none such"]),
    }
    names = {"modified": ("modified_from", "modified_to"), "taken": ("taken_from", "taken_to")}
    names |= {"bytes": ("min_bytes", "max_bytes"), "seconds": ("min_seconds", "max_seconds")}
    given_values: dict[str, Any] = {}
    for name in draw(st.sets(st.sampled_from(sorted(choices)), max_size=3)):
        value = draw(choices[name])
        given_values |= dict(zip(names[name], value, strict=True)) if name in names else {}
        given_values |= {} if name in names else {name: value}
    return ItemFilter(**given_values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(where=filters(), k=st.integers(1, 70))
def test_filters__return_exactly_what_passes(library: Library, where: ItemFilter, k: int) -> None:
    expected = {number for number, one in enumerate(MADE) if passes(one, where)}
    assert {number_of(item) for item in library.list_items(where)} == expected
    counts = library.count_items(where)
    assert counts == Counter(item.kind for item in library.list_items(where))
    found = library.search(SPACE, unit(1, 1, 0, 0), k, where)
    assert len(found) == min(k, len(expected))
    items = library.items([candidate.item_id for candidate in found])
    assert {number_of(item) for item in items.values()} <= expected
    everything = [candidate.item_id for candidate in library.search(SPACE, unit(1, 0, 0, 0), 100)]
    assert len(library.passing(everything, where)) == len(expected)


def number_of(item: Item) -> int:
    return int(item.path.name.split()[-1])


@pytest.mark.parametrize(
    ("where", "count"),
    [
        (ItemFilter(min_bytes=0, max_bytes=10**30), 60),
        (ItemFilter(modified_from=date.min, modified_to=date.max), 60),
        (ItemFilter(taken_from=date.min, taken_to=date.max), 45),
        (ItemFilter(modified_to=date.min), 0),
        (ItemFilter(folder=Path("/")), 60),
        (ItemFilter(collection="\ud800"), 0),
        (ItemFilter(kinds=frozenset()), 0),
        (ItemFilter(tag="BEST"), 20),
    ],
)
def test_filters__bounds_beyond_all_sense(library: Library, where: ItemFilter, count: int) -> None:
    assert len(library.list_items(where)) == count


def test_filters__conditions_on_files_hold_for_one_and_the_same_file(library: Library) -> None:
    """The copy in /q is in no other folder: its collection does not make /p pass."""
    copied = next(one for one in MADE if len(one.paths) == 2 and one.paths[0].parts[1] == "p")
    assert library.search(SPACE, unit(1, 0, 0, 0), 100, ItemFilter(folder=copied.paths[1]))
    with Library.open(library.directory.with_name("two")) as other:
        mark = stamp(Path("/p/a"), size=1)
        put_file(other, Path("/p/a"), "a", [(content(), unit(1, 0, 0, 0))], mark=mark)
        big = stamp(Path("/q/a"), size=9)
        put_file(other, Path("/q/a"), "a", [(content(), unit(1, 0, 0, 0))], mark=big)
        assert other.list_items(ItemFilter(folder=Path("/p"), min_bytes=9)) == []
        assert len(other.list_items(ItemFilter(folder=Path("/q"), min_bytes=9))) == 1


def test_filters__the_day_is_the_local_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half past midnight on 1 February here is still 31 January in UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    import time as clock

    clock.tzset()
    try:
        late = datetime(2024, 1, 31, 15, 30, tzinfo=UTC)
        with Library.open(library.directory.with_name("tokyo")) as other:
            mark = stamp(Path("/a"), mtime_ns=int(late.timestamp()) * 10**9)
            put_file(other, Path("/a"), "a", [(content(), unit(1, 0, 0, 0))], mark=mark)
            day = date(2024, 2, 1)
            assert other.list_items(ItemFilter(modified_from=day, modified_to=day))
            assert not other.list_items(ItemFilter(modified_to=date(2024, 1, 31)))
    finally:
        monkeypatch.undo()
        clock.tzset()


def test_list_items__a_folder_by_the_name_that_is_shown(tmp_path):
    decomposed = normalize("NFD", "/home/Bücher/가을")
    with Library.open(tmp_path) as library:
        for number, path in enumerate(("/a/boats/1.png", "/b/boats/2.png", f"{decomposed}/3.png")):
            put_file(library, Path(path), str(number), [(content(), unit(1, 0, 0, 0))])

        def found(folder: str) -> set[str]:
            where = ItemFilter(folder=Path(folder))
            return {item.path.stem for item in library.list_items(where)}

        assert found("boats") == {"1", "2"}
        assert found("a/boats") == {"1"}
        assert found("boat") == found("oats") == found("1.png") == set()
        assert found("Bücher") == found("Bücher/가을") == found("/home/Bücher") == {"3"}
        assert found(decomposed) == {"3"}
