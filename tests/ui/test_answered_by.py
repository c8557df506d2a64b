"""What answers a side: the usual space, another one, or its vectors in another view."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.types import Query
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.ui.answered_by import AnsweredBy, check_answered, otherwise_by, space_rows
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
    for unknown in (AnsweredBy(space="nobody's"), AnsweredBy(reranker="nobody's")):
        with pytest.raises(GoneError):
            check_answered(services, unknown)


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


def test_otherwise_by__another_reranker_is_named_by_its_key_and_never_by_its_folder(
    services, models, tmp_path
):
    """The one in use is as usual; the bundled one and the former one are the others."""
    services.library.choices.keep(
        "reranker", ModelChoice(wanted="here"), ModelChoice(wanted="demo", adapter=str(tmp_path))
    )
    own, former, bundled = space_rows(services)["rerankers"]
    assert (own["name"], own["own"]) == (models.status()[1].name, True)
    assert (former["name"], former["own"]) == (f"demo reranker + {tmp_path.name}", False)
    assert (bundled["name"], bundled["memory"] > 10_000_000) == ("demo reranker", True)
    assert str(tmp_path) not in str((own, former, bundled))
    assert otherwise_by(services, AnsweredBy(reranker=own["key"])).reranker is None
    judge = otherwise_by(services, AnsweredBy(reranker=former["key"])).reranker
    assert judge == ModelChoice(wanted="demo", adapter=str(tmp_path))
    services.library.choices.keep(
        "reranker", ModelChoice(wanted="here"), ModelChoice(wanted=str(tmp_path / "gone"))
    )
    assert [one["name"] for one in space_rows(services)["rerankers"]] == [
        own["name"], "demo reranker",
    ]  # fmt: skip
    with pytest.raises(GoneError, match="not to be had here any more"):
        otherwise_by(services, AnsweredBy(reranker=former["key"]))


def test_search__another_reranker_judges_under_its_own_name(services, engine, models):
    asked = Query(text="fox river")
    *_, usual = engine.search(asked)
    *_, other = engine.search(asked, otherwise=Otherwise(reranker=ModelChoice(wanted="other")))
    assert (usual.reranker_name, other.reranker_name) == (models.status()[1].name, "other")
    assert other.reranker != usual.reranker
    turned = {hit.item.id: -hit.score.logit for hit in other.hits}
    assert turned == {hit.item.id: hit.score.logit for hit in usual.hits}
    *_, again = engine.search(asked)
    assert again.by_relevance == usual.by_relevance
    assert again.kept_scores == 4
