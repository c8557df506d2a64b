"""Two real checkpoints, one after the other, on one library."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.host import ModelHost
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.services import Services, build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import Query, SearchUpdate
from qwen3vl_app.types.question import Question
from tests.drawn import draw_picture
from tests.models.conftest import PARITY

WAIT = 60
QUERY = Query(text="red", rerank=False, top_k=3)


@contextmanager
def opened(folder: Path, name: str, *, writable: bool = True) -> Iterator[Services]:
    settings = Settings(
        library=folder / "library", model=str(PARITY / name), reranker="none", device="cpu",
        threads=1, readers=1, backup=False,
    )  # fmt: skip
    with closing(build_services(settings, writable=writable)) as services:
        yield services


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three pictures, indexed with the first checkpoint."""
    for number in range(3):
        draw_picture(tmp_path / f"{number}.png", f"rgb({80 * number}, 9, 90)")
    with opened(tmp_path, "checkpoint") as services:
        services.indexer.add([tmp_path / f"{number}.png" for number in range(3)])
        services.start()
        assert services.indexer.wait(WAIT).items == 3
    return tmp_path


def ask(services: Services, query: Query = QUERY) -> SearchUpdate:
    return list(services.engine.search(query))[-1]


def host(services: Services) -> ModelHost:
    assert isinstance(services.models, ModelHost)
    return services.models


def until(condition) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_search__the_earlier_space_answers_and_is_let_go_when_the_new_one_is_complete(folder):
    with opened(folder, "checkpoint", writable=False) as services:
        before = ask(services)
        earlier = services.models.space()
    with opened(folder, "checkpoint-eos") as services:
        update = ask(services)
        assert (update.space, update.model) == (earlier.fingerprint, "checkpoint")
        assert [hit.item for hit in update.hits] == [hit.item for hit in before.hits]
        near, same = ([h.similarity for h in one.hits] for one in (update, before))
        assert np.array_equal(near, same)
        assert list(map(str, update.notes)) == [
            "Answered by checkpoint; 0 of 3 items are embedded with checkpoint-eos so far."
        ]
        assert services.history is not None
        services.history.keep(Question(text="red"), update)
        (kept,) = services.library.runs.newest(1)
        assert (kept.run.space, kept.run.model) == (earlier.fingerprint, "checkpoint")
        assert host(services)._loader.embedder_of(earlier) is not None
        services.start()  # finds that the new model has embedded nothing
        until(lambda: services.library.is_complete(services.models.space()))
        until(lambda: host(services)._loader.embedder_of(earlier) is None)
        after = ask(services)
        assert (after.model, after.notes, len(after.hits)) == ("checkpoint-eos", (), 3)
        assert after.space == services.models.space().fingerprint != earlier.fingerprint
        services.history.keep(Question(text="red"), after)
        assert services.library.runs.newest(1)[0].run.space == after.space
    with opened(folder, "checkpoint") as services:  # and back again: nothing is to be done
        update = ask(services)
        assert (update.space, update.notes) == (earlier.fingerprint, ())


def test_search__the_earlier_space_answers_where_the_library_may_only_be_read(folder):
    with opened(folder, "checkpoint", writable=False) as services:
        before = ask(services)
    with opened(folder, "checkpoint-eos", writable=False) as services:
        update = ask(services)
        assert (update.space, len(update.hits)) == (before.space, 3)
        assert str(update.notes[0]).startswith("Answered by checkpoint; 0 of 3 items")


# ---------------------------------------------------------------- while the program runs


def vectors_of(services: Services) -> dict[str, int]:
    return {space.model: count for space, count in services.library.spaces()}


def test_use__another_embedder_fills_its_space_by_itself_and_back_embeds_nothing(folder):
    with opened(folder, "checkpoint") as services:
        services.start()
        before, models = ask(services), host(services)
        earlier = models.space()
        indexing = threading.Event()
        embed = models.embed

        def counted(*given, **named):
            if named["priority"] is Priority.INDEX:
                assert indexing.wait(WAIT)
                embedded.append(named["space"].model)
            return embed(*given, **named)

        embedded: list[str] = []
        cast(Any, models).embed = counted
        models.use(Role.EMBEDDER, str(PARITY / "checkpoint-eos")).result(WAIT)
        assert (models.status()[0].name, models.coming()) == ("checkpoint-eos", ())
        update = ask(services)  # nothing has been embedded yet
        assert update.space == earlier.fingerprint
        assert [hit.similarity for hit in update.hits] == [h.similarity for h in before.hits]
        assert list(map(str, update.notes)) == [
            "Answered by checkpoint; 0 of 3 items are embedded with checkpoint-eos so far."
        ]
        until(lambda: services.indexer.progress().state is IndexState.INDEXING)
        indexing.set()
        until(lambda: services.library.is_complete(models.space()))
        until(lambda: models._loader.embedder_of(earlier) is None)
        assert vectors_of(services) == {"checkpoint": 3, "checkpoint-eos": 3}
        after = ask(services)
        assert (after.model, after.notes, len(after.hits)) == ("checkpoint-eos", (), 3)
        assert {*embedded} == {"checkpoint-eos"}
        embedded.clear()
        later = models.space()
        models.use(Role.EMBEDDER, str(PARITY / "checkpoint")).result(WAIT)
        update = ask(services)
        assert (update.space, update.notes) == (earlier.fingerprint, ())
        assert [hit.similarity for hit in update.hits] == [h.similarity for h in before.hits]
        until(lambda: models._loader.embedder_of(later) is None)
        assert services.indexer.wait(WAIT).state is IndexState.IDLE
        assert (embedded, vectors_of(services)) == (
            [],
            {"checkpoint": 3, "checkpoint-eos": 3},
        )


def test_use__in_the_middle_of_filling_goes_on_in_the_space_of_the_new_one(tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(f"note {number}", "utf-8")
    with opened(tmp_path, "checkpoint") as services:
        models = host(services)
        embed, seen = models.embed, threading.Event()
        go = threading.Event()

        def slow(*given, **named):
            if named["space"].model == "checkpoint":
                seen.set()
                assert go.wait(WAIT)
            return embed(*given, **named)

        cast(Any, models).embed = slow
        services.indexer.add([tmp_path / f"{number}.txt" for number in range(40)])
        services.start()
        assert seen.wait(WAIT)
        models.use(Role.EMBEDDER, str(PARITY / "checkpoint-eos")).result(WAIT)
        go.set()
        progress = services.indexer.wait(WAIT)
        assert (progress.state, progress.done) == (IndexState.IDLE, 40)
        found = vectors_of(services)
        assert found["checkpoint-eos"] == 40
        assert found.get("checkpoint", 0) < 40
        assert services.library.check(models.space()) == []
        assert services.library.is_complete(models.space())


def test_use__a_pass_whose_embedder_was_let_go_is_embedded_with_the_new_one(folder):
    with opened(folder, "checkpoint") as services:
        models = host(services)
        services.start()
        earlier = models.space()
        (folder / "more.txt").write_text("a river in the rain", "utf-8")
        embed, held = models.embed, threading.Event()

        def let_go(*given, **named):
            if named["priority"] is Priority.INDEX and named["space"] == earlier:
                models.use(Role.EMBEDDER, str(PARITY / "checkpoint-eos")).result(WAIT)
                models.unload_beside()
                held.set()
            return embed(*given, **named)

        cast(Any, models).embed = let_go
        services.indexer.add([folder / "more.txt"])
        assert held.wait(WAIT)
        progress = services.indexer.wait(WAIT)
        assert (progress.state, str(progress.message)) == (IndexState.IDLE, "")
        assert vectors_of(services) == {"checkpoint": 3, "checkpoint-eos": 4}


def test_use__of_several_in_a_row_only_the_one_that_answers_stays_in_memory(folder):
    with opened(folder, "checkpoint") as services:
        models = host(services)
        services.start()
        earlier = models.space()
        embed, gates = models.embed, {"checkpoint-eos": threading.Event()}
        gates["demo embedder"] = threading.Event()

        def slow(*given, **named):
            if named["priority"] is Priority.INDEX:
                assert gates[named["space"].model].wait(WAIT)
            return embed(*given, **named)

        cast(Any, models).embed = slow
        models.use(Role.EMBEDDER, str(PARITY / "checkpoint-eos")).result(WAIT)
        second = models.space()
        until(lambda: services.indexer.progress().state is IndexState.INDEXING)
        models.use(Role.EMBEDDER, "demo").result(WAIT)
        assert models._loader.embedder_of(second) is not None  # a batch is in work
        gates["checkpoint-eos"].set()
        until(lambda: models._loader.embedder_of(second) is None)
        assert models._loader.embedder_of(earlier) is not None
        assert ask(services).space == earlier.fingerprint
        gates["demo embedder"].set()
        until(lambda: services.library.is_complete(models.space()))
        until(lambda: models._loader.embedder_of(earlier) is None)
        assert vectors_of(services)["demo embedder"] == 3
