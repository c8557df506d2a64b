import pytest
from PIL import Image

from qwen3vl_app.budget import Budget, tokens_per_pair
from qwen3vl_app.models.prompt.layout import RejectedInputError, embed_row, rerank_rows
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


def test_rerank_rows__query_and_document_share_the_prompt(tokenizer):
    query = ModelInput(clips=(film(32),))
    row = rerank_rows(tokenizer, Budget(), query, [query], "").rows[0]
    assert len(row.ids) <= 10_245
    assert len(row.clips) == 2


def test_rerank_rows__a_query_looks_the_same_beside_every_document(tokenizer):
    query = ModelInput(pictures=(Picture(picture(4000, 3000)),) * 4)
    documents = [
        ModelInput(texts=("short",)),
        ModelInput(pictures=(Picture(picture(4000, 3000)),) * 8),
        ModelInput(clips=(film(32),)),
    ]
    together = rerank_rows(tokenizer, Budget(), query, documents, "")
    alone = [rerank_rows(tokenizer, Budget(), query, [one], "").rows[0] for one in documents]
    shown = {size for row in (*together.rows.values(), *alone) for _, size in row.pictures[:4]}
    assert shown == {Budget().fit_picture((4000, 3000))}
    assert all(len(row.ids) <= 10_245 for row in together.rows.values())


def test_rerank_rows__a_query_leaves_room_for_a_picture(tokenizer):
    query = ModelInput(clips=(film(32),))
    page = ModelInput(pictures=(Picture(picture(4000, 3000)),))
    row = rerank_rows(tokenizer, Budget(), query, [page], "").rows[0]
    assert row.pictures[0][1] == Budget().fit_picture((4000, 3000))
    assert len(row.ids) <= 10_245


def test_rerank_rows__a_query_that_fits_nowhere_is_the_reason_for_all(tokenizer):
    query = ModelInput(pictures=(Picture(picture(30_000, 1)),))
    pairs = rerank_rows(tokenizer, Budget(), query, [ModelInput(), ModelInput(texts=("a",))], "")
    assert not pairs.rows
    assert [reason.code for reason in pairs.rejected.values()] == ["input.strip"] * 2


@pytest.mark.parametrize("text", ["", "//slashes", "\n\nlines", "a fox", "\u0301accent"])
def test_rerank_rows__the_prefix_ends_before_the_document(tokenizer, text):
    query = ModelInput(texts=("where?",), pictures=(Picture(picture()),))
    shown = ModelInput(texts=(text,) if text else (), pictures=(Picture(picture()),))
    plain = ModelInput(texts=(text,) if text else ())
    pairs = rerank_rows(tokenizer, Budget(), query, [shown, plain], "")
    first, second = pairs.rows.values()
    assert first.prefix is second.prefix
    assert first.prefix.pictures == first.pictures[:1]
    for row in (first, second):
        begin = len(first.prefix.ids)
        assert row.ids[:begin] == first.prefix.ids
        assert len(row.ids) > begin
    assert first.prefix.ids.count(tokenizer.picture_id) == 4, "the query's own"
    assert len(first.prefix.ids) > 40


def test_rerank_rows__words_that_leave_no_room_share_what_they_can(tokenizer):
    budget = Budget(max_input_tokens=300)
    query = ModelInput(texts=("word " * 400,))
    documents = [ModelInput(texts=("a",)), ModelInput(pictures=(Picture(picture()),))]
    pairs = rerank_rows(tokenizer, budget, query, documents, "")
    assert len(pairs.rows) == 2
    for row in pairs.rows.values():
        assert row.ids[: len(row.prefix.ids)] == row.prefix.ids
        assert tokenizer.picture_id not in row.prefix.ids
