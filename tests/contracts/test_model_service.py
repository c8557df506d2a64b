"""What every model service must do, asked of the real host and of those that stand in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from qwen3vl_app.bench.ingest import NoModel
from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelError, UnloadedError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.host import ModelHost
from qwen3vl_app.models.service.protocol import ModelService, ModelState, Priority
from qwen3vl_app.scale.far_models import FarModels
from qwen3vl_app.scale.tools import Tools
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, ModelInput, ScoreBatch
from qwen3vl_app.types.model_choice import ModelChoice
from tests.indexing.embedders import TinyHost
from tests.models.conftest import PARITY
from tests.scale.near import NearWorker, NearWorkers
from tests.search.world import WordModels
from tests.ui.models import DrawnModels

INPUTS = [ModelInput(texts=(text,)) for text in ("fox", "red fox", "a river in the rain")]


def the_real_one() -> ModelService:
    folder = str(PARITY / "checkpoint")
    return ModelHost(Settings(model=folder, reranker=folder, device="cpu", threads=1))


def the_real_one_without_a_reranker() -> ModelService:
    folder = str(PARITY / "checkpoint")
    return ModelHost(Settings(model=folder, reranker="none", device="cpu", threads=1))


def workers_elsewhere() -> ModelService:
    folder = str(PARITY / "checkpoint")
    settings = Settings(
        model=folder, reranker=folder, device="cpu", threads=1, ray="local", workers=2
    )
    reader = Reader(Budget(), settings.limits)  # no process of which is started
    return FarModels(settings, reader, NearWorkers(lambda: NearWorker(Tools(settings))))


MAKERS: list[Callable[[], ModelService]] = [
    the_real_one,
    the_real_one_without_a_reranker,
    workers_elsewhere,
    NoModel,
    TinyHost,
    WordModels,
    DrawnModels,
]


@pytest.fixture(params=MAKERS)
def models(request: pytest.FixtureRequest) -> Iterator[ModelService]:
    make: Callable[[], ModelService] = request.param
    made = make()
    yield made
    made.close()


def embed(models: ModelService, inputs: list[ModelInput]):
    return models.embed(inputs, instruction=DOCUMENT_INSTRUCTION, priority=Priority.INDEX)


def test_status__embedder_then_reranker(models):
    assert [one.role for one in models.status()] == ["embedder", "reranker"]
    models.start()
    models.start()
    assert models.wait(60)
    embedder, reranker = models.status()
    assert embedder.state is ModelState.READY
    assert reranker.state is (ModelState.READY if models.has_reranker else ModelState.OFF)


def test_space__is_that_of_the_vectors(models):
    space = models.space()
    assert models.loaded_space() == space
    batch = embed(models, INPUTS)
    assert batch.vectors.shape == (len(batch.kept), space.dimension)
    assert batch.vectors.dtype == np.float32
    assert np.linalg.norm(batch.vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_embed__every_input_is_kept_or_rejected(models):
    batch = embed(models, INPUTS)
    assert sorted([*batch.kept, *dict(batch.rejected)]) == [0, 1, 2]


def test_embed__nothing_gives_nothing(models):
    batch = embed(models, [])
    assert (len(batch.vectors), batch.kept, batch.rejected) == (0, (), ())


def test_score__one_score_for_each_document_in_order(models):
    query = INPUTS[0]
    if not models.has_reranker:
        with pytest.raises(ModelError):
            models.score(query, INPUTS, instruction="")
        return
    batch = models.score(query, INPUTS, instruction="")
    assert len(batch.scores) == 3
    assert all(score is not None and 0 <= score.relevance <= 1 for score in batch.scores)
    turned = models.score(query, INPUTS[::-1], instruction="")
    logits, other = ([score.logit for score in one.scores] for one in (batch, turned))
    assert logits == pytest.approx(other[::-1], abs=1e-4)
    nothing = models.score(query, [], instruction="")
    assert (nothing.scores, nothing.rejected) == (ScoreBatch(scores=()).scores, ())


def test_hurry__holds_up_nothing_of_who_hurries(models):
    with models.hurry(), models.hurry():
        assert embed(models, INPUTS).kept == (0, 1, 2)
        if models.has_reranker:
            assert len(models.score(INPUTS[0], INPUTS, instruction="").scores) == 3
    assert embed(models, INPUTS).kept == (0, 1, 2)


def test_budgets(models):
    assert isinstance(models.embedder_budget(), Budget)
    if models.has_reranker:
        assert isinstance(models.reranker_budget(), Budget)
    else:
        with pytest.raises(ModelError):
            models.reranker_budget()


def test_examine__each_model_by_lines_that_hold(models):
    for role in Role:
        if role is Role.RERANKER and not models.has_reranker:
            with pytest.raises(ModelError, match="off"):
                models.examine(role)
            continue
        checks = models.examine(role)
        assert checks
        assert all(check.holds and check.code and check.reference for check in checks)
    assert embed(models, INPUTS[:1]).kept == (0,)  # nothing is left behind in the model


def test_retry__touches_nothing_that_has_not_failed(models):
    models.start()
    assert models.wait(60)
    before = models.status(), models.space()
    models.retry()
    assert (models.status(), models.space()) == before
    assert embed(models, INPUTS[:1]).kept == (0,)


def state(models: ModelService):
    return models.status(), models.space(), models.has_reranker


def test_use__what_is_there_changes_nothing(models):
    models.start()
    models.wait(60)
    before = state(models)
    for role, status in zip(Role, models.status(), strict=True):
        models.use(role, status.wanted).result(60)
    assert (state(models), models.coming()) == (before, ())
    assert embed(models, INPUTS[:1]).kept == (0,)


@pytest.mark.parametrize("role", list(Role))
def test_use__what_is_not_there_leaves_the_one_before(models, role):
    models.start()
    models.wait(60)
    before = state(models)
    with pytest.raises(ModelError, match="org/never-downloaded") as failed:
        models.use(role, "org/never-downloaded").result(60)
    assert models.wait(60)
    assert state(models) == before
    (status,) = models.coming()
    assert (status.role, status.state, status.wanted or status.name) == (
        role,
        ModelState.FAILED,
        "org/never-downloaded",
    )
    assert status.detail == failed.value.message
    assert embed(models, INPUTS[:1]).kept == (0,)
    models.use(role, before[0][list(Role).index(role)].wanted).result(60)
    assert models.coming() == ()


def test_use__none_turns_reranking_off_until_it_is_asked_for_again(models):
    models.start()
    models.wait(60)
    before = state(models)
    known = models.reranker_fingerprint() if models.has_reranker else ""
    models.use(Role.RERANKER, "none").result(60)
    assert not models.has_reranker
    assert (models.status()[1].state, models.wait(60)) == (ModelState.OFF, True)
    for ask in (
        models.reranker_budget,
        models.reranker_fingerprint,
        lambda: models.score(INPUTS[0], INPUTS, instruction=""),
        lambda: models.score(INPUTS[0], INPUTS, instruction="", reranker=known),
    ):
        with pytest.raises(ModelError, match="off"):
            ask()
    models.use(Role.RERANKER, before[0][1].wanted).result(60)
    assert models.wait(60)
    assert state(models) == before
    if known:
        assert models.reranker_fingerprint() == known
        assert models.score(INPUTS[0], INPUTS, instruction="", reranker=known).scores


def test_score__only_by_the_reranker_that_is_named(models):
    if not models.has_reranker:
        return
    with pytest.raises(UnloadedError):
        models.score(INPUTS[0], INPUTS, instruction="", reranker="another")
    known = models.reranker_fingerprint()
    assert len(models.score(INPUTS[0], INPUTS, instruction="", reranker=known).scores) == 3


def test_close__takes_no_more_work(models):
    embed(models, INPUTS[:1])
    models.close()
    models.close(0.1)
    for ask in (models.space, lambda: embed(models, INPUTS[:1])):
        with pytest.raises(ModelError):
            ask()
    with pytest.raises(ModelError):
        models.use(Role.EMBEDDER, "org/never-downloaded").result(60)
    assert [one.role for one in models.status()] == ["embedder", "reranker"]


def test_other_dtype__a_copy_judges_alike_and_is_let_go(models):
    """Numbers in other formats, and models as they were before and after."""
    query = INPUTS[0]
    if not models.has_reranker:
        with pytest.raises(ModelError):
            models.other_dtype()
        with pytest.raises(ModelError), models.reranker_in_other_dtype():
            pass
        return
    assert models.other_dtype().dtype in {"bfloat16", "float32"}
    assert models.other_dtype().memory_bytes > 0
    plain = models.score(query, INPUTS, instruction="")
    known = models.status()
    with models.reranker_in_other_dtype() as copy:
        found = copy.score(query, INPUTS, instruction="")
    for one, other in zip(plain.scores, found.scores, strict=True):
        assert one.relevance == pytest.approx(other.relevance, abs=0.1)
    assert models.status() == known
    assert models.score(query, INPUTS, instruction="").scores == plain.scores


def test_reranker_beside__judges_meanwhile_and_the_roles_stay(models):
    """Also where reranking is off; workers elsewhere have the models that they began with."""
    choice = ModelChoice(wanted=str(PARITY / "checkpoint-eos"))
    models.start()
    assert models.wait(60)
    known = models.status()
    if isinstance(models, FarModels | NoModel):
        with pytest.raises(ModelError), models.reranker_beside(choice):
            pass
        return
    with models.reranker_beside(choice) as other:
        assert other.fingerprint
        assert other.budget.max_frames > 0
        if models.has_reranker:
            assert other.fingerprint != models.reranker_fingerprint()
            found = other.score(INPUTS[0], INPUTS, instruction="")
            assert len([one for one in found.scores if one is not None]) == len(INPUTS)
            assert models.score(INPUTS[0], INPUTS, instruction="").scores != found.scores
        assert models.status() == known
    assert models.status() == known
