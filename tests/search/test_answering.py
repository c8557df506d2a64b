"""Two real checkpoints, one after the other, on one library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.models.service.host import ModelHost
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
        assert host(services)._slot_of(earlier) is not None
        services.start()  # finds that the new model has embedded nothing
        until(lambda: services.library.is_complete(services.models.space()))
        until(lambda: host(services)._slot_of(earlier) is None)
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
