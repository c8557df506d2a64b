"""A library whose vectors are searched on a server: sent, found, failed, moved there and back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.errors import (
    UsageError,
    VectorServerBehindError,
    VectorServerDownError,
    VectorServerError,
)
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.store import open_spaces, sender, served_space, vector_places
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import EVERYTHING, ItemFilter, ItemId, Kind, Orientation, Place, Space
from tests.store.build import content, put_file, stamp
from tests.store.fill import WIDE, directions, fill
from tests.store.held_server import PLACE, HeldServer

COUNT = 60
VECTORS = directions(COUNT)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(sender, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(sender, "COMPARE_AFTER", 0.2)
    monkeypatch.setattr(served_space, "FEW", 3)  # else so few items never reach the server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> HeldServer:
    held = HeldServer()
    monkeypatch.setattr(open_spaces, "MilvusServer", lambda place: held)
    return held


@pytest.fixture
def served(server: HeldServer, tmp_path: Path) -> Iterator[Library]:
    """Empty, and searched on the server."""
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(PLACE))
        yield library


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.005)


def waiting(library: Library) -> int:
    with library._connection.reading() as conn:
        return conn.execute("SELECT count(*) FROM outbox").fetchone()[0]


def compared(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait until the server has been compared, to the end, and found equal."""
    sending, found = library._spaces._sender, threading.Event()
    compare = sending.compare

    def noted() -> bool:
        equal = compare()
        if equal:
            found.set()
        return equal

    with monkeypatch.context() as patch:
        patch.setattr(sending, "compare", noted)
        sending.doubt()
        assert found.wait(60)
    until(lambda: not sending._doubtful.is_set())


def sent(library: Library) -> None:
    until(lambda: not waiting(library))


def put(library: Library, numbers: range, collection: str | None = None) -> None:
    for number in numbers:
        path = Path(f"/p/{number}.png")
        put_file(
            library,
            path,
            f"c{number}",
            [(content(size=(4, 3 + number % 3)), VECTORS[number])],
            collection=collection,
            space=WIDE,
        )


def found(library: Library, query: np.ndarray, k: int = 10, **given) -> list[int]:
    return [hit.item_id for hit in library.search(WIDE, query, k, **given)]


def nearest(query: np.ndarray, k: int, among: range) -> list[int]:
    """By number; the items have the numbers from 1, in the order in which they were put."""
    chosen = np.array([*among])
    return chosen[np.argsort(-(VECTORS[chosen] @ query))[:k]].tolist()


# ---------------------------------------------------------------- sent and found


def test_search__on_a_server_equals_an_exact_one(served: Library, server: HeldServer) -> None:
    put(served, range(COUNT))
    sent(served)
    assert [*server.items().values()] == [[*range(1, COUNT + 1)]]
    for query in directions(5, seed=1):
        hits = served.search(WIDE, query, 10)
        expected = nearest(query, 10, range(COUNT))
        assert [hit.item_id - 1 for hit in hits] == expected
        assert [hit.similarity for hit in hits] == pytest.approx((VECTORS @ query)[expected])
    assert (
        str(served.storage.describe(WIDE))
        == "60 items, 64 dimensions at milvus://127.0.0.1:1/tests; index FLAT"
    )


def test_search__finds_what_was_committed_and_not_sent(
    served: Library, server: HeldServer
) -> None:
    put(served, range(30))
    sent(served)
    server.takes = 0
    put(served, range(30, COUNT))
    until(lambda: bool(served.places.failure))
    query = VECTORS[45]
    assert [item - 1 for item in found(served, query)] == nearest(query, 10, range(COUNT))
    assert waiting(served) > 0


def test_search__deleted_is_not_found_though_the_server_has_it(
    served: Library, server: HeldServer
) -> None:
    put(served, range(20))
    sent(served)
    server.takes = 0
    best = found(served, VECTORS[7], 1)
    served._spaces.stop_sending()  # nothing is told of it any more
    served.writer.forget([Path(f"/p/{best[0] - 1}.png")])
    assert best[0] in next(iter(server.items().values()))
    expected = [number for number in nearest(VECTORS[7], 6, range(20)) if number != best[0] - 1]
    assert [item - 1 for item in found(served, VECTORS[7], 5)] == expected


def test_search__too_much_waits_is_said(
    served: Library, server: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_space, "MOST_WAITING", 5)
    server.down = True
    put(served, range(6))
    with pytest.raises(VectorServerBehindError, match=r"6 changes wait .* more than 5"):
        found(served, VECTORS[0])
    server.down = False
    sent(served)
    assert found(served, VECTORS[0], 1) == [1]


def test_sample__is_drawn_without_the_server(served: Library, server: HeldServer) -> None:
    put(served, range(20))
    server.down = True
    sample = served.sample(WIDE, VECTORS[0])
    assert sample.items == 20
    expected = np.sort(VECTORS[:20] @ VECTORS[0])
    assert np.sort(sample.by_kind[Kind.PICTURE]) == pytest.approx(expected, abs=1e-6)


# ---------------------------------------------------------------- filters


SHOWN = (
    ItemFilter(kinds=frozenset({Kind.VIDEO})),
    ItemFilter(kinds=frozenset({Kind.PICTURE, Kind.PAGE})),
    ItemFilter(collection="Boats"),
    ItemFilter(collection="nowhere"),
    ItemFilter(taken_from=date(2024, 5, 2)),
    ItemFilter(taken_to=date(2024, 5, 2)),
    ItemFilter(orientation=Orientation.LANDSCAPE),
    ItemFilter(orientation=Orientation.SQUARE),
    ItemFilter(min_seconds=2.5),
    ItemFilter(max_seconds=2.5),
    ItemFilter(
        collection="Boats", kinds=frozenset({Kind.PICTURE}), orientation=Orientation.SQUARE
    ),
)
TOLD_BY_SQLITE = (
    ItemFilter(folder=Path("/p/even")),
    ItemFilter(min_bytes=20),
    ItemFilter(collection="Boats", max_bytes=20),
    ItemFilter(tag="best"),
    ItemFilter(modified_to=date(1969, 1, 1)),
)


def mixed(library: Library) -> None:
    """Items of every kind, size and day, some in one collection, some in two."""
    for number in range(24):
        kind = (Kind.PICTURE, Kind.PAGE, Kind.VIDEO)[number % 3]
        length = Place(start=0.0, end=float(1 + number % 5))
        one = content(
            kind=kind,
            place=length if kind is Kind.VIDEO else Place(),
            size=((4, 3), (3, 4), (4, 4))[number % 4 % 3],
            taken="" if number % 4 == 0 else f"2024-05-0{1 + number % 3}T10:00:00",
        )
        folder = "even" if number % 2 == 0 else "odd"
        path = Path(f"/p/{folder}/{number}.png")
        wanted = ("Boats", "Cars", None)[number % 3]
        put_file(
            library,
            path,
            f"c{number}",
            [(one, VECTORS[number])],
            collection=wanted,
            space=WIDE,
            mark=stamp(path, size=number, mtime_ns=1),
        )
    library.collect([ItemId(2), ItemId(5), ItemId(6)], "Boats")
    library.tag([ItemId(3), ItemId(4), ItemId(5), ItemId(9), ItemId(12)], "best")


def test_search__filters_equal_those_of_sqlite(served: Library, server: HeldServer) -> None:
    mixed(served)
    sent(served)
    for where in (*SHOWN, *TOLD_BY_SQLITE, EVERYTHING):
        passing = {item.id for item in served.list_items(where)}
        for k in (2, 50):
            expected = [n + 1 for n in nearest(VECTORS[30], 50, range(24)) if n + 1 in passing]
            assert found(served, VECTORS[30], k, where=where) == expected[:k], where
            some = [*range(1, 20)]
            inside = [item for item in expected if item < 20 and item != 7]
            asked = found(served, VECTORS[30], k, where=where, among=some, without=[7])
            assert asked == inside[:k], where


def test_search__filters_are_pushed_down(served: Library, server: HeldServer) -> None:
    mixed(served)
    sent(served)
    server.asked.clear()
    for where in SHOWN:
        found(served, VECTORS[0], where=where)
    assert len(server.asked) == len(SHOWN)
    assert all(asked and "item in" not in asked for asked in server.asked)
    (boats,) = [
        asked for asked in server.asked if "'picture') " not in asked and "shape" in asked
    ][:1]
    assert boats


def test_collect__changes_what_the_server_filters_by(served: Library, server: HeldServer) -> None:
    mixed(served)
    sent(served)
    served.collect([ItemId(11)], "Boats")
    sent(served)
    (rows,) = server.held.values()
    assert rows[11]["collection"] in rows[11]["collections"]
    assert 11 in found(served, VECTORS[10], where=ItemFilter(collection="Boats"))
    served.uncollect([ItemId(11)], "Boats")
    sent(served)
    assert 11 not in found(served, VECTORS[10], where=ItemFilter(collection="Boats"))


# ---------------------------------------------------------------- the server fails


def test_search__server_down_is_said_and_recovers(served: Library, server: HeldServer) -> None:
    put(served, range(20))
    sent(served)
    server.down = True
    with pytest.raises(VectorServerDownError, match=r"does not answer\. Nothing is lost"):
        found(served, VECTORS[0])
    put(served, range(20, 40))  # indexing goes on
    until(lambda: bool(served.places.failure))
    server.down = False
    sent(served)
    until(lambda: not served.places.failure)
    assert [*server.items().values()] == [[*range(1, 41)]]
    assert [item - 1 for item in found(served, VECTORS[25])] == nearest(VECTORS[25], 10, range(40))


def test_send__half_written_batch_is_sent_again(served: Library, server: HeldServer) -> None:
    server.takes = 7
    put(served, range(20))
    until(lambda: bool(served.places.failure))
    assert server.put_rows == 7
    server.takes = None
    sent(served)
    assert [*server.items().values()] == [[*range(1, 21)]]


def test_send__goes_on_after_the_program_was_ended(server: HeldServer, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(PLACE))
        server.down = True
        put(library, range(20))
        until(lambda: bool(library.places.failure))
    server.down = False
    with Library.open(tmp_path / "library") as library:
        sent(library)
        assert [*server.items().values()] == [[*range(1, 21)]]
        assert found(library, VECTORS[3], 1) == [4]


def test_send__what_the_server_lost_is_sent_again(server: HeldServer, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(PLACE))
        put(library, range(20))
        sent(library)
    (rows,) = server.held.values()
    for item in (3, 4, 5):
        del rows[item]
    rows[99] = dict(rows[6], item=99)
    rows[98] = dict(rows[6], item=98)
    with Library.open(tmp_path / "library"):
        until(lambda: [*server.items().values()] == [[*range(1, 21)]])


def test_send__server_that_was_set_back_is_found_out_by_a_sample(
    server: HeldServer, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(PLACE))
        put(library, range(20))
        sent(library)
    (rows,) = server.held.values()
    rows[3]["mark"] += 1
    rows[3]["vector"] = -rows[3]["vector"]
    with Library.open(tmp_path / "library"):
        until(lambda: bool(np.allclose(rows[3]["vector"], VECTORS[2])))


def test_send__server_that_comes_back_with_less_is_filled_again(
    served: Library, server: HeldServer
) -> None:
    put(served, range(20))
    sent(served)
    server.down = True
    put(served, range(20, 22))
    until(lambda: bool(served.places.failure))
    (rows,) = server.held.values()
    for item in (17, 18, 19, 20):
        del rows[item]
    server.down = False
    until(lambda: [*server.items().values()] == [[*range(1, 23)]])


def test_search__collection_that_was_lost_is_said_and_sent_again(
    served: Library, server: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(served, range(20))
    sent(served)
    compared(served, monkeypatch)
    (name,) = server.held
    del server.held[name]
    with pytest.raises(VectorServerBehindError, match=rf"has lost the collection {name}"):
        found(served, VECTORS[0])
    until(lambda: server.items() == {name: [*range(1, 21)]})
    sent(served)
    assert [item - 1 for item in found(served, VECTORS[5])] == nearest(VECTORS[5], 10, range(20))


def test_search__failure_makes_both_sides_compared_again(
    served: Library, server: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(served, range(20))
    sent(served)
    compared(served, monkeypatch)
    server.down = True
    with pytest.raises(VectorServerDownError):
        found(served, VECTORS[0])
    until(lambda: "vectors.down" in [one.code for one in served.notices])
    for _ in range(20):  # as long as it is down
        assert served.notices
        time.sleep(0.01)
    (rows,) = server.held.values()
    del rows[7]
    server.down = False
    until(lambda: [*server.items().values()] == [[*range(1, 21)]])
    until(lambda: not served.notices)


def test_open__command_that_ends_at_once_does_not_ask_the_server(
    server: HeldServer, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(PLACE))
        put(library, range(3))
        sent(library)
    server.down = True
    with Library.open(tmp_path / "library") as library:
        library.tag([ItemId(1)], "best")
        assert not library.places.failure


def test_notices__say_that_nothing_is_sent(served: Library, server: HeldServer) -> None:
    server.down = True
    put(served, range(3))
    until(lambda: "vectors.down" in [one.code for one in served.notices])
    server.down = False
    until(lambda: not served.notices)


def test_check__says_what_differs(served: Library, server: HeldServer) -> None:
    put(served, range(20))
    sent(served)
    assert not [one for one in served.check(WIDE) if one.code.startswith(("check.v", "check.i"))]
    (rows,) = server.held.values()
    rows[3]["mark"] += 1
    assert "check.vectors" in [one.code for one in served.check(WIDE)]
    server.down = True
    assert "vectors.down" in [one.code for one in served.check(WIDE)]


# ---------------------------------------------------------------- moved


@pytest.fixture
def local(server: HeldServer, tmp_path: Path) -> Iterator[Library]:
    """Searched in its own folder, with 60 items."""
    with Library.open(tmp_path / "library") as library:
        fill(library, VECTORS)
        yield library


def test_move__there_and_back(local: Library, server: HeldServer) -> None:
    before = found(local, VECTORS[0])
    seen: list[tuple[int, int]] = []
    assert local.places.move(str(PLACE), lambda done, total: seen.append((done, total))) == []
    assert (seen[0], seen[-1]) == ((0, COUNT), (COUNT, COUNT))
    assert local.places.now() == PLACE
    assert [*server.items().values()] == [[*range(1, COUNT + 1)]]
    server.asked.clear()
    assert found(local, VECTORS[0]) == before
    assert len(server.asked) == 1
    assert local.places.move("local") == []
    assert (local.places.now(), server.items()) == (None, {})
    server.down = True
    assert found(local, VECTORS[0]) == before


def test_move__interrupted_goes_on(
    local: Library, server: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_places, "BATCH", 10)
    server.takes = 25
    with pytest.raises(VectorServerDownError):
        local.places.move(str(PLACE))
    assert local.places.now() is None
    assert len(found(local, VECTORS[0])) == 10
    server.takes, server.put_rows = None, 0
    local.places.move(str(PLACE))
    assert server.put_rows == COUNT - 25
    assert [*server.items().values()] == [[*range(1, COUNT + 1)]]


def test_move__server_that_changes_numbers_is_found_out(
    local: Library, server: HeldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = server.put

    def rounded(name: str, rows) -> None:
        plain(name, [dict(row, vector=np.round(row["vector"], 2)) for row in rows])

    monkeypatch.setattr(server, "put", rounded)
    with pytest.raises(VectorServerError, match=r"60 of 60 vectors .* not those of the library"):
        local.places.move(str(PLACE))
    assert local.places.now() is None


def test_move__back_without_the_server(local: Library, server: HeldServer) -> None:
    local.places.move(str(PLACE))
    server.down = True
    (left,) = local.places.move("local")
    assert left in server.held
    assert len(found(local, VECTORS[0])) == 10


def test_move__to_where_they_are_mends(served: Library, server: HeldServer) -> None:
    put(served, range(20))
    sent(served)
    (rows,) = server.held.values()
    rows[3]["mark"] += 1  # as many as before, so that counting tells nothing
    rows[3]["vector"] = -rows[3]["vector"]
    served.places.move(str(PLACE))
    assert rows[3]["vector"] == pytest.approx(VECTORS[2])


def test_use__library_with_vectors_is_not_moved_by_the_way(
    local: Library, server: HeldServer
) -> None:
    local.places.use("local")
    with pytest.raises(UsageError, match=r"searched at local, not at milvus://.*storage --to"):
        local.places.use(str(PLACE))
    local.places.move(str(PLACE))
    local.places.use(str(PLACE))
    with pytest.raises(UsageError, match="not at local"):
        local.places.use("local")


def test_apply__is_refused_on_a_server(served: Library) -> None:
    with pytest.raises(UsageError, match="keeps them in its own way"):
        served.storage.apply(StorageSetting(format=VectorFormat.INT8))


def test_drop_spaces__takes_the_collection_along(served: Library, server: HeldServer) -> None:
    put(served, range(5))
    old = Space(model="old", dimension=2, fingerprint="old-2")
    put_file(served, Path("/o.png"), "o", [(content(), directions(1, 2)[0])], space=old)
    sent(served)
    assert len(server.held) == 2
    served.storage.drop_spaces([old.fingerprint])
    sent(served)
    assert [*server.items().values()] == [[1, 2, 3, 4, 5]]


def test_read_only__sees_what_waits_and_sends_nothing(served: Library, server: HeldServer) -> None:
    put(served, range(10))
    sent(served)
    server.takes = 0
    put(served, range(10, 20))
    until(lambda: bool(served.places.failure))
    with Library.open(served.directory, writable=False) as reader:
        query = VECTORS[15]
        assert [item - 1 for item in found(reader, query)] == nearest(query, 10, range(20))


def test_use__two_libraries_of_one_name_do_not_meet(server: HeldServer, tmp_path: Path) -> None:
    for name in "ab":
        with Library.open(tmp_path / name) as library:
            library.places.use(str(PLACE))
            put(library, range(3))
            sent(library)
    assert [*server.items().values()] == [[1, 2, 3], [1, 2, 3]]
