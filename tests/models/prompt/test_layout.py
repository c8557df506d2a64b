import pytest
from PIL import Image

from qwen3vl_app.budget import Budget, tokens_per_pair
from qwen3vl_app.models.prompt.layout import RejectedInputError, embed_row, rerank_row
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


def test_embed_row__a_minute_of_video_is_shown_smaller_instead_of_failing(tokenizer):
    # the reference's 32 × 720 tokens would exceed its own 8192
    row = embed_row(tokenizer, Budget(), ModelInput(clips=(film(32),)), "")
    assert len(row.ids) <= 8192
    assert 200 < tokens_per_pair(row.clips[0][1]) <= 240


def test_embed_row__a_short_video_has_the_references_size(tokenizer):
    row = embed_row(tokenizer, Budget(), ModelInput(clips=(film(4),)), "")
    assert row.clips[0][1] == Budget().fit_clip((1920, 1080), 8, from_file=True)


def test_embed_row__many_pictures_share_the_prompt(tokenizer):
    item = ModelInput(pictures=(Picture(picture(4000, 3000)),) * 8)
    row = embed_row(tokenizer, Budget(), item, "")
    assert len(row.ids) <= 8192
    assert len({size for _, size in row.pictures}) == 1


def test_embed_row__too_many_clips_are_rejected(tokenizer):
    item = ModelInput(clips=(film(32, (64, 64)),) * 20)
    with pytest.raises(RejectedInputError, match="0 pictures and 20 clips need at least"):
        embed_row(tokenizer, Budget(), item, "")


@pytest.mark.parametrize("size", [(30_000, 1), (1, 30_000), (201, 1)])
def test_embed_row__a_strip_is_rejected(tokenizer, size):
    with pytest.raises(RejectedInputError, match="strip longer than 200 to 1"):
        embed_row(tokenizer, Budget(), ModelInput(pictures=(Picture(picture(*size)),)), "")


def test_embed_row__words_that_leave_no_room_for_the_picture(tokenizer):
    budget = Budget(max_input_tokens=100)
    with pytest.raises(RejectedInputError, match="leave no room"):
        embed_row(tokenizer, budget, ModelInput(pictures=(Picture(picture()),)), "word " * 200)


def test_embed_row__the_checkpoints_own_limits(tokenizer):
    budget = Budget(max_picture_tokens=16, max_input_tokens=128)
    row = embed_row(tokenizer, budget, ModelInput(pictures=(Picture(picture(900, 900)),)), "")
    assert row.pictures[0][1] == (128, 128)
    long = embed_row(tokenizer, budget, ModelInput(texts=("word " * 500,)), "")
    assert len(long.ids) == 128


def test_rerank_row__query_and_document_share_the_prompt(tokenizer):
    query = ModelInput(clips=(film(32),))
    row = rerank_row(tokenizer, Budget(), query, query, "")
    assert len(row.ids) <= 10_245
    assert len(row.clips) == 2
