import pytest
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.models.forward.rows import collate
from qwen3vl_app.models.prompt.layout import embed_row, rerank_rows
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.types import Clip, ModelInput, Picture


@pytest.fixture(scope="module")
def tokenizer(parity):
    return PromptTokenizer(parity / "checkpoint")


def picture(width=64, height=64):
    return Image.new("RGB", (width, height))


def film(pairs, size=(1920, 1080)):
    frame = picture(*size)
    return Clip(frames=(frame,) * (2 * pairs), seconds=tuple(float(i) for i in range(2 * pairs)))


def test_collate__pads_on_the_right(tokenizer):
    short = embed_row(tokenizer, Budget(), ModelInput(texts=("a",)), "")
    long = embed_row(
        tokenizer, Budget(), ModelInput(pictures=(Picture(picture()),), clips=(film(1),)), ""
    )
    batch = collate([short, long], tokenizer)
    assert batch.ids.shape == (2, len(long.ids))
    assert batch.mask.sum(1).tolist() == [len(short.ids), len(long.ids)]
    assert tuple(batch.ids[0, : len(short.ids)].tolist()) == short.ids
    assert batch.kinds[0].sum() == 0
    assert (batch.kinds[1] == 1).sum() == 4
    assert batch.picture_grids.tolist() == [[1, 4, 4]]
    assert batch.clip_grids.shape == (1, 3)


def test_collate__text_only_has_no_pixels(tokenizer):
    row = embed_row(tokenizer, Budget(), ModelInput(texts=("a",)), "")
    batch = collate([row], tokenizer)
    assert batch.pictures == batch.clips == ()
    assert batch.picture_grids is batch.clip_grids is None


def test_collate__pictures_of_the_prefix_are_placed_but_not_listed(tokenizer):
    query = ModelInput(pictures=(Picture(picture()),))
    documents = [ModelInput(pictures=(Picture(picture(96, 64)),)), ModelInput(clips=(film(1),))]
    pairs = rerank_rows(tokenizer, Budget(), query, documents, "")
    rows = list(pairs.rows.values())
    batch = collate(rows, tokenizer, rows[0].prefix)
    assert [content for content, _ in batch.pictures] == list(documents[0].pictures)
    assert [content for content, _ in batch.clips] == list(documents[1].clips)
    assert batch.picture_grids.tolist() == [[1, 4, 4], [1, 4, 6], [1, 4, 4]]
    assert batch.begin == len(rows[0].prefix.ids)
