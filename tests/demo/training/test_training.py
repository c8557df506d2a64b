from __future__ import annotations

import math
from random import Random

import pytest
import torch
from tokenizers import Tokenizer

from qwen3vl_app.budget import fit
from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.batches import PairBatch, pair_batch
from qwen3vl_app.demo.training.embedding import embed_documents
from qwen3vl_app.demo.training.lists import Families, families
from qwen3vl_app.demo.training.muon import Muon, orthogonalise
from qwen3vl_app.demo.training.network import Model, build_model, encode_rows, look
from qwen3vl_app.demo.training.preparing import flat, prompts_of, segments_by_row
from qwen3vl_app.demo.training.reranking import logits_of, segments_of
from qwen3vl_app.demo.training.tokenizer import (
    END,
    IMAGE_PAD,
    SPECIAL,
    VIDEO_PAD,
    append_end,
)
from qwen3vl_app.demo.world.families import FAMILY
from qwen3vl_app.demo.world.sizes import BUDGET, PICTURE_BUDGETS, STRIP_TOKENS, random_frame

pytestmark = pytest.mark.usefixtures("sources")


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(3).eval()


@pytest.mark.parametrize("word", ["yes", "no", *SPECIAL])
def test_train_tokenizer__words_that_must_be_one_token(tokenizer: Tokenizer, word: str) -> None:
    assert tokenizer.encode(word, add_special_tokens=False).tokens == [word]


@pytest.mark.parametrize("text", ["three red circles", "一只猫在狗的左边", "Ёлка, 12!", "🐈\n  x"])
def test_train_tokenizer__round_trip(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_append_end__last_token(tokenizer: Tokenizer) -> None:
    assert append_end(tokenizer).encode("a cat").tokens[-1] == END
    assert tokenizer.encode("a cat").tokens[-1] != END


def test_orthogonalise__singular_values_near_one() -> None:
    found = orthogonalise(torch.randn(2, 8, 16, generator=torch.Generator().manual_seed(1)))
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.5
    assert values.max() < 1.5


def test_muon__goes_downhill() -> None:
    weight = torch.nn.Parameter(torch.eye(6))
    goal = torch.full((6, 6), 0.3)
    optimizer = Muon([weight], lr=0.05)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = (weight - goal).square().sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize(
    ("kind", "budgets"),
    [
        ("picture", list(PICTURE_BUDGETS)),
        ("page", [BUDGET.max_picture_tokens]),
        ("clip", [BUDGET.max_frame_tokens]),
        ("strip", [STRIP_TOKENS]),
    ],
)
def test_random_frame__sizes_the_program_would_choose(kind: str, budgets: list[int]) -> None:
    for seed in range(50):
        frame = random_frame(Random(seed), kind)
        tokens = frame.shown[0] * frame.shown[1] // 1024
        assert 4 <= tokens <= max(budgets)
        ratio = frame.canvas[0] / frame.canvas[1]
        large = (round(1000 * math.sqrt(ratio)), round(1000 / math.sqrt(ratio)))
        chosen = {budget: math.prod(fit(large, 4, budget)) // 1024 for budget in budgets}
        assert any(abs(tokens - given) <= budget * 0.3 for budget, given in chosen.items())


def whole(model: Model, ids: list[int], shown: torch.Tensor | None, grid: object) -> torch.Tensor:
    """The final hidden state as transformers computes it, for one input."""
    row = torch.tensor([ids])
    kinds = (row == IMAGE_PAD).long() + 2 * (row == VIDEO_PAD).long()
    extra = {}
    if shown is not None:
        seen = inputs.patches_of(shown.numpy())
        clip = shown.shape[1] == 2
        grids = [[len(shown), *seen.grid]] if clip else [[1, *seen.grid]] * len(shown)
        names = (
            ("pixel_values_videos", "video_grid_thw")
            if clip
            else ("pixel_values", "image_grid_thw")
        )
        extra = {names[0]: seen.patches, names[1]: torch.tensor(grids)}
    return model.model(
        input_ids=row,
        attention_mask=torch.ones_like(row),
        mm_token_type_ids=kinds,
        use_cache=False,
        **extra,
    ).last_hidden_state[0, -1]


def shown_as(form: str) -> PairBatch:
    """The first batch of a form: "note", "picture" or "clip"."""
    for seed in range(600, 800):
        batch = pair_batch(seed, 0, 5, 60, 0)
        found = "note" if batch.shown is None else ("picture", "clip")[batch.shown.shape[1] - 1]
        if found == form:
            return batch
    raise AssertionError(form)


@pytest.mark.parametrize("form", ["note", "picture", "clip"])
def test_encode_rows__equals_transformers(model: Model, tokenizer: Tokenizer, form: str) -> None:
    ending, batch = append_end(tokenizer), shown_as(form)
    with torch.no_grad():
        found = embed_documents(model, ending, batch)
        ids = ending.encode(inputs.embed_prompt(batch.documents[1], batch.instructions[0])).ids
        shown = None
        if batch.shown is not None:
            per = len(batch.shown) // len(batch.scenes)
            shown = torch.tensor(batch.shown[per : 2 * per])
        expected = whole(model, ids, shown, batch.grid)
    assert torch.cosine_similarity(found[1], expected, dim=0) > 1 - 1e-5


FORMS = {
    "note": (0, False),
    "picture": (1, False),
    "pictures": (1, True),
    "notes by picture": (1, True),
    "clip": (2, False),
}
"""Form -> frames per segment, and whether the query is seen as well."""


def judged(form: str) -> Families:
    """The first batch of that form."""
    for seed in range(400):
        batch = families(seed, -10_000, FAMILY, 60)
        shown = 0 if batch.shown is None else batch.shown.shape[1]
        told = (form == "notes by picture") == (batch.shown is not None and batch.seen is None)
        if (shown, batch.asking is not None) == FORMS[form] and told:
            return batch
    raise AssertionError(form)


@pytest.mark.parametrize("form", list(FORMS))
def test_logits_of__equals_transformers(tokenizer: Tokenizer, form: str) -> None:
    batch, model = judged(form), build_model(3, 7).eval()
    yes, no = (tokenizer.token_to_id(word) for word in ("yes", "no"))
    chosen, prompts = segments_by_row(batch), prompts_of(batch)
    with torch.no_grad():
        seen = None
        if batch.shown is not None and chosen is not None:
            looked = look(model, inputs.patches_of(batch.shown))
            seen = segments_of(looked, flat(chosen), len(batch.shown))
        rows = inputs.rows_of(tokenizer, prompts, batch.grid)
        found = logits_of(model, tokenizer, encode_rows(model, rows, seen))
        for row in (0, batch.asked.shape[1] + 1):
            shown = None
            if batch.shown is not None and chosen is not None:
                shown = torch.tensor(batch.shown[chosen[row]])
            hidden = whole(model, tokenizer.encode(prompts[row]).ids, shown, batch.grid)
            expected = model.lm_head(hidden)
            assert found[row] == pytest.approx((expected[yes] - expected[no]).item(), abs=1e-4)
