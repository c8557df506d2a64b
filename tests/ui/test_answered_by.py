"""What answers a side: the usual space, another one, or its vectors in another view."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.types import Query
from qwen3vl_app.ui.answered_by import AnsweredBy, check_answered, otherwise_by
from qwen3vl_app.ui.failures import GoneError
from tests.search import conftest
from tests.search.world import put_notes
from tests.store.build import SPACE

models = conftest.models
library = conftest.library
reader = conftest.reader
engine = conftest.engine


@pytest.fixture
def services(library, models) -> Any:
    put_notes(library)
    return SimpleNamespace(library=library, models=models)


def test_otherwise_by__nothing_is_as_usual(services):
    usual = otherwise_by(services, AnsweredBy())
    assert (usual.space, usual.store, usual.pixels) == (None, None, 1)
    assert otherwise_by(services, AnsweredBy(pixels=4)).pixels == 4


def test_otherwise_by__a_view_is_of_the_models_own_space_and_starts_from_what_is_kept(
    services, engine
):
    services.library.storage.apply(StorageSetting(dimension=3))
    one = otherwise_by(services, AnsweredBy(dimension=1))
    assert one.space == SPACE
    (update, *_) = engine.search(Query(text="river", rerank=False), otherwise=one)
    # the first number tells whether there is a fox, and a river has none
    assert {hit.similarity for hit in update.hits} == {0.0}
    usual = next(engine.search(Query(text="river", rerank=False)))
    assert max(hit.similarity for hit in usual.hits) > 0.5
    kept = otherwise_by(services, AnsweredBy(format=VectorFormat.FLOAT16))
    (update, *_) = engine.search(Query(text="rain", rerank=False), otherwise=kept)
    assert {hit.similarity for hit in update.hits} == {0.0}  # the fourth number is not kept


def test_check_answered__what_is_not_there_is_refused(services):
    check_answered(services, AnsweredBy(space=SPACE.fingerprint, dimension=4))
    with pytest.raises(UsageError, match="over the limit of 4"):
        check_answered(services, AnsweredBy(space=SPACE.fingerprint, dimension=5))
    with pytest.raises(GoneError):
        check_answered(services, AnsweredBy(space="nobody's"))


def test_search__fewer_pixels_have_scores_of_their_own(services, engine, models):
    asked = Query(text="fox river")
    for otherwise, judged in (
        (Otherwise(), 4),
        (Otherwise(), 0),
        (Otherwise(pixels=2), 4),
        (Otherwise(pixels=4), 4),
        (Otherwise(pixels=2), 0),
    ):
        models.judged.clear()
        *_, last = engine.search(asked, otherwise=otherwise)
        assert sum(models.judged) == judged
        assert last.reranked == 4
