"""What is shown of a prompt is what a pass gets: the same tokens, the same pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from PIL import Image

from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward import batching
from qwen3vl_app.models.forward.passes import run as passes_run
from qwen3vl_app.models.forward.rows import Batch
from qwen3vl_app.models.vision.patches import clip_patches, picture_patches
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    Clip,
    ModelInput,
    Picture,
)


def gradient(width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [Image.linear_gradient("L").resize((width, height))] * 3)


PHOTO = ModelInput(pictures=(Picture(gradient(700, 411)),))
PAGE = ModelInput(pictures=(Picture(gradient(595, 842)),))
CLIP = ModelInput(
    clips=(Clip(frames=tuple(gradient(320, 200) for _ in range(3)), seconds=(0.0, 0.5, 1.0)),)
)
LONG = ModelInput(texts=("A word after a word. " * 300,))
MIXED = ModelInput(texts=("a red bicycle",), pictures=(Picture(gradient(120, 90)),))
DOCUMENTS = [PHOTO, PAGE, CLIP, LONG]


@pytest.fixture
def passes(monkeypatch):
    """Every batch that a model runs."""
    seen: list[Batch] = []

    def run(model, tower, batch, past=None, **given):
        seen.append(batch)
        return passes_run(model, tower, batch, past, **given)

    monkeypatch.setattr(batching, "run", run)
    return seen


@pytest.fixture
def short(embedder, reranker, monkeypatch):
    """Both models, with prompts of 512 tokens at most."""
    for model, holder in ((embedder, embedder._loaded), (reranker, reranker)):
        name = "budget" if model is embedder else "_budget"
        budget = replace(
            model.budget, max_input_tokens=512, max_picture_tokens=64, max_frame_tokens=128
        )
        if model is embedder:
            monkeypatch.setattr(model, "_loaded", replace(holder, budget=budget))
        else:
            monkeypatch.setattr(model, name, budget)
    return embedder, reranker


def assert_same(prompt, batch) -> None:
    """That a prompt is the one row of a batch, its prefix included."""
    assert prompt.ids == tuple(batch.ids[0].tolist())
    shown = [*prompt.pictures][len(prompt.pictures) - len(batch.pictures) :]
    for picture, (run, size) in zip(shown, batch.pictures, strict=True):
        assert picture.image.size == size
        ours, theirs = (picture_patches(one, size) for one in (picture.image, run.image))
        assert torch.equal(ours.values, theirs.values)
        assert picture.tokens == sum(batch_tokens(theirs.grid))
    for clip, (run, size) in zip(prompt.clips, batch.clips, strict=True):
        ours = clip_patches(Clip(frames=clip.frames, seconds=clip.seconds), size)
        assert torch.equal(ours.values, clip_patches(run, size).values)
        assert clip.seconds == run.seconds
        assert len(clip.stamps) == ours.grid[0]


def batch_tokens(grid) -> list[int]:
    pairs, rows, columns = grid
    return [rows * columns // 4] * pairs


@pytest.mark.parametrize("content", [*DOCUMENTS, MIXED])
def test_seen__by_the_embedder_is_what_it_runs(short, passes, content):
    embedder, _ = short
    prompt = embedder.seen(content, DOCUMENT_INSTRUCTION)
    embedder.embed([content], DOCUMENT_INSTRUCTION)
    assert_same(prompt, passes[-1])
    assert prompt.fingerprint == embedder.space.fingerprint
    assert prompt.instruction == DOCUMENT_INSTRUCTION
    assert DOCUMENT_INSTRUCTION in prompt.text
    assert len(prompt.ids) <= prompt.limit == 512


@pytest.mark.parametrize("content", DOCUMENTS)
@pytest.mark.parametrize("query", [ModelInput(texts=("a bicycle",)), MIXED])
def test_seen__by_the_reranker_is_what_it_runs(short, passes, query, content):
    _, reranker = short
    reranker._runner.forget()
    prompt = reranker.seen(query, content, "")
    reranker.score(query, [content], "")
    assert_same(prompt, passes[-1])
    assert prompt.shared == passes[-1].begin > 0
    assert prompt.instruction == RERANK_INSTRUCTION
    assert RERANK_INSTRUCTION in prompt.text
    assert len(prompt.pictures) == len(query.pictures) + len(content.pictures)


def test_seen__what_was_cut_is_the_rest_of_the_text(short):
    embedder, reranker = short
    end = (
        "<|im_end|>\n<|im_start|>assistant\n"  # the embedder's prompt loses it, as the reference's
    )
    for prompt, whole in (
        (embedder.seen(LONG, QUERY_INSTRUCTION), LONG.texts[0] + end),
        (reranker.seen(MIXED, LONG, ""), LONG.texts[0] + "\n"),
    ):
        assert prompt.cut_tokens > 0
        assert whole.endswith(prompt.cut)
        begin = whole[: len(whole) - len(prompt.cut)]
        assert begin in prompt.text
    fits = embedder.seen(ModelInput(texts=("short",)), QUERY_INSTRUCTION)
    assert (fits.cut, fits.cut_tokens) == ("", 0)


def test_seen__tokens_of_a_picture_are_written_once(short):
    embedder, _ = short
    prompt = embedder.seen(PHOTO, DOCUMENT_INSTRUCTION)
    (picture,) = prompt.pictures
    assert prompt.text.count("<|image_pad|>") == 1
    assert f"<|image_pad|> × {picture.tokens}" in prompt.text
    assert picture.given == (700, 411)
    clip = embedder.seen(CLIP, DOCUMENT_INSTRUCTION)
    assert clip.text.count("<|video_pad|>") == 2
    assert clip.clips[0].stamps == (0.25, 1.0)
    assert "<0.2 seconds>" in clip.text


def test_seen__why_the_model_takes_none(short):
    strip = ModelInput(pictures=(Picture(Image.new("RGB", (1, 30_000))),))
    for found in (short[0].seen(strip, ""), short[1].seen(MIXED, strip, "")):
        assert isinstance(found, Message)
        assert found.code == "input.strip"
