"""A library on Milvus Lite, a real server on the loopback address that is killed and paused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.errors import VectorServerDownError, VectorServerError, VectorServerSlowError
from qwen3vl_app.index import milvus_client
from qwen3vl_app.index.milvus import MilvusIndex
from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.store import sender, served_space
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import outbox
from qwen3vl_app.types import ItemFilter
from tests import milvus_server
from tests.store.build import content, put_file
from tests.store.fill import WIDE, directions, fill

VECTORS = directions(400)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "FIRST_WAIT", 0.1)
    monkeypatch.setattr(sender, "LONGEST_WAIT", 0.5)
    monkeypatch.setattr(sender, "COMPARE_AFTER", 0.5)
    monkeypatch.setattr(sender, "BATCH", 20)
    monkeypatch.setattr(served_space, "FEW", 0)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[milvus_server.Process]:
    with milvus_server.running(tmp_path_factory.mktemp("milvus")) as running:
        yield running


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def waiting(library: Library) -> int:
    with library._connection.reading() as conn:
        return outbox.count_waiting(conn)


def put(library: Library, numbers: range) -> None:
    for number in numbers:
        path = Path(f"/p/{number}.png")
        put_file(library, path, f"c{number}", [(content(), VECTORS[number])], space=WIDE)


def agrees(library: Library, count: int, where: ItemFilter | None = None) -> None:
    """Whether the ten nearest are those of a plain product."""
    for query in directions(5, seed=1):
        hits = library.search(WIDE, query, 10, *([] if where is None else [where]))
        products = VECTORS[:count] @ query
        expected = np.argsort(-products)[:10]
        assert [hit.item_id - 1 for hit in hits] == expected.tolist()
        assert [hit.similarity for hit in hits] == pytest.approx(products[expected], abs=1e-6)


def there(library: Library, process: milvus_server.Process) -> list[int]:
    """The items that the server has, read by a connection of its own."""
    server = MilvusServer(process.place)
    with library._connection.reading() as conn:
        name = outbox.collection_of(conn, process.place, WIDE)
    try:
        return MilvusIndex(server, name, WIDE.dimension).ids().tolist()
    finally:
        server.close()


def test_index__server_killed_in_the_middle_loses_and_doubles_nothing(
    process: milvus_server.Process, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(process.place))
        put(library, range(60))
        until(lambda: waiting(library) < 40)
        adding = threading.Thread(target=put, args=(library, range(60, 300)))
        adding.start()
        time.sleep(0.3)
        process.kill()
        adding.join()
        until(lambda: bool(library.places.failure))
        assert waiting(library)
        with pytest.raises(VectorServerDownError, match="does not answer"):
            library.search(WIDE, VECTORS[0], 10)
        process.start()
        until(lambda: not waiting(library))
        assert there(library, process) == [*range(1, 301)]
        agrees(library, 300)
        assert not library.places.failure


def test_search__server_that_does_not_answer_is_said_in_time(
    process: milvus_server.Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(tmp_path / "library") as library:
        library.places.use(str(process.place))
        put(library, range(30))
        until(lambda: not waiting(library))
        agrees(library, 30)
        monkeypatch.setattr(milvus_client, "ANSWERS_WITHIN", 1.0)
        process.pause()
        try:
            begun = time.monotonic()
            with pytest.raises((VectorServerSlowError, VectorServerDownError)):
                library.search(WIDE, VECTORS[0], 10)
            assert time.monotonic() - begun < 8
            put(library, range(30, 35))  # which waits for nothing
        finally:
            process.go_on()
        monkeypatch.undo()
        until(lambda: not waiting(library))
        agrees(library, 35)


def test_move__there_and_back_with_the_same_answers(
    process: milvus_server.Process, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library") as library:
        fill(library, VECTORS)
        agrees(library, 400)
        library.places.move(str(process.place))
        assert there(library, process) == [*range(1, 401)]
        agrees(library, 400)
        agrees(library, 400, ItemFilter(folder=Path("/p")))
        assert library.places.move("local") == []
        agrees(library, 400)
        server = MilvusServer(process.place)
        with library._connection.reading() as conn:
            name = outbox.collection_of(conn, process.place, WIDE)
        assert not server._ask("has_collection", name)
        server.close()


def test_prepare__collection_of_others_is_left_alone(process: milvus_server.Process) -> None:
    server = MilvusServer(process.place)
    try:
        MilvusIndex(server, "tests_mine", 4).upsert(np.array([1]), directions(1, 4))
        with pytest.raises(VectorServerError, match="other than 5 dimensions"):
            MilvusIndex(MilvusServer(process.place), "tests_mine", 5).ids()
        server.drop("tests_mine")
    finally:
        server.close()
