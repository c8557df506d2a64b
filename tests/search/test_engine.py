"""The stream of a search, over a real library of passages and one picture file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.search.engine import LARGEST_SLICE, next_size
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd
from qwen3vl_app.types import (
    Ask,
    FileStamp,
    Kind,
    Picture,
    PictureText,
    Query,
    SearchStage,
    TextLine,
    TextOutcome,
)
from tests.search.world import NOTES, put_notes
from tests.store.build import SPACE, content, put_file, unit


def texts(hits) -> list[str]:
    return [hit.item.text for hit in hits]


def test_search__recall_comes_first_and_unranked(library, engine):
    put_notes(library)
    first = next(engine.search(Query(text="fox river red rain")))
    assert first.stage is SearchStage.RECALL
    assert texts(first.hits) == list(NOTES)
    assert [hit.similarity for hit in first.hits] == pytest.approx([1, 0.75**0.5, 0.5**0.5, 0.5])
    assert [hit.rank for hit in first.hits] == [None] * 4


def test_search__the_last_update_has_every_score(library, engine, models):
    put_notes(library)
    *_, last = engine.search(Query(text="fox river red rain"))
    assert last.stage is SearchStage.DONE
    assert texts(last.hits) == list(NOTES)
    assert texts(last.by_relevance) == list(reversed(NOTES))
    assert last.reranked == sum(models.judged) == 4


def test_search__ranks_are_provisional_while_slices_come(library, engine):
    put_notes(library)
    updates = list(engine.search(Query(text="fox river red rain")))
    counts = [sum(hit.rank is not None for hit in update.hits) for update in updates]
    assert counts[:2] == [0, 1]
    assert counts == sorted(counts)
    assert [update.reranked for update in updates] == counts


def test_search__the_query_goes_before_indexing(library, engine, models):
    put_notes(library)
    list(engine.search(Query(text="fox")))
    assert models.priorities == [Priority.SEARCH]


def test_search__without_reranking_recall_is_all(library, engine, models):
    put_notes(library)
    updates = list(engine.search(Query(text="fox", rerank=False, top_k=2)))
    assert [update.stage for update in updates] == [SearchStage.RECALL, SearchStage.DONE]
    assert len(updates[-1].hits) == 2
    assert models.judged == []


def test_search__an_empty_library_is_done_at_once(engine):
    updates = list(engine.search(Query(text="fox")))
    assert [update.stage for update in updates] == [SearchStage.RECALL, SearchStage.DONE]
    assert updates[-1].hits == ()


def test_search__stops_within_one_slice(library, engine, models):
    put_notes(library)
    seen: list[SearchStage] = []
    updates = engine.search(Query(text="fox"), cancelled=lambda: len(seen) >= 2)
    seen.extend(update.stage for update in updates)
    assert seen == [SearchStage.RECALL, SearchStage.RERANK, SearchStage.STOPPED]
    assert models.judged == [1]


def test_search__looking_further_judges_only_what_is_new(library, engine, models):
    put_notes(library)
    query = Query(text="fox river", top_k=2, depth=2)
    *_, short = engine.search(query)
    assert (short.reranked, short.kept_scores, models.judged) == (2, 0, [1, 1])
    first, *between, long = engine.search(replace(query, depth=4))
    assert (first.reranked, sum(models.judged)) == (0, 4)
    assert (between[0].stage, between[0].reranked) == (SearchStage.RERANK, 2)
    assert (long.reranked, long.kept_scores, long.stage) == (4, 2, SearchStage.DONE)
    assert texts(long.by_relevance) == list(reversed(NOTES))
    again = list(engine.search(replace(query, depth=3)))
    assert [update.stage for update in again] == [SearchStage.RECALL, SearchStage.DONE]
    assert (again[-1].reranked, again[-1].kept_scores, sum(models.judged)) == (3, 3, 4)


@pytest.mark.parametrize(
    "other",
    [Query(text="fox rain"), Query(text="fox", instruction="Find the rain."), "forget"],
    ids=["another query", "another instruction", "forgotten"],
)
def test_search__other_questions_are_judged_anew(library, engine, models, other):
    put_notes(library)
    list(engine.search(Query(text="fox")))
    if other == "forget":
        engine.forget_scores()
        other = Query(text="fox")
    *_, last = engine.search(other)
    assert (last.kept_scores, sum(models.judged)) == (0, 8)


def test_search__a_file_that_changed_is_judged_anew(library, engine, models):
    put_notes(library)
    list(engine.search(Query(text="fox")))
    passage = content(kind=Kind.PASSAGE, text="a fox, a fox, a fox, a fox")
    put_file(library, Path("/notes/3.txt"), "another note", [(passage, unit(1, 0, 0, 0))])
    *_, last = engine.search(Query(text="fox"))
    assert (last.reranked, last.kept_scores, sum(models.judged)) == (4, 3, 5)
    assert texts(last.by_relevance)[-1] == passage.text


def test_search__several_queries_share_what_each_was_told(library, engine, models):
    put_notes(library)
    list(engine.search(Query(text="fox", also=(Ask(text="river"),))))
    assert sum(models.judged) == 8
    *_, last = engine.search(Query(text="river"))
    assert (last.reranked, last.kept_scores, sum(models.judged)) == (4, 4, 8)


def test_search__a_file_that_has_gone_is_not_ranked_and_says_why(library, engine):
    put_notes(library)
    put_file(library, Path("/gone/a.png"), "picture", [(content(), unit(1, 0, 0, 0))])
    *_, last = engine.search(Query(text="fox"))
    (gone,) = [hit for hit in last.hits if hit.item.kind is Kind.PICTURE]
    assert gone.rank is None
    assert gone.unscored.code == "reason.gone"
    assert sorted(hit.rank for hit in last.by_relevance) == [1, 2, 3, 4]
    assert last.stage is SearchStage.DONE


def test_search__a_reranker_that_fails_leaves_recall_and_a_note(library, engine, models):
    put_notes(library)
    models.fails = "The reranker is missing."
    *_, last = engine.search(Query(text="fox"))
    assert last.stage is SearchStage.DONE
    assert len(last.hits) == 4
    assert tuple(map(str, last.notes)) == ("Not reranked: The reranker is missing.",)


def test_search__a_query_the_model_refuses(engine):
    with pytest.raises(UsageError, match="cannot be embedded: too thin"):
        next(engine.search(Query(pictures=(Picture(Image.new("RGB", (900, 1))),))))


def test_search__items_it_should_be_like_are_shown_to_the_reranker(library, engine, models):
    put_notes(library)
    (item,) = [item for item in library.list_items() if item.text == "fox river"]
    *_, last = engine.search(Query(text="rain", like=(item.id,)))
    assert {asked.texts for asked in models.asked} == {("rain", "fox river")}
    assert last.reranked == 3


def test_search__an_item_it_should_be_like_whose_file_has_gone(library, engine):
    put_notes(library)
    put_file(library, Path("/gone/a.png"), "picture", [(content(), unit(1, 0, 0, 0))])
    gone = library.list_items(limit=1)[0]
    *_, last = engine.search(Query(like=(gone.id,)))
    assert last.hits[0].item.text == "fox"
    assert last.stage is SearchStage.DONE
    assert "Not reranked: a.png cannot be shown to the model" in str(last.notes[0])


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [(1, 0.1, 2), (4, 0.3, 4), (8, 3.0, 1), (16, 0.01, LARGEST_SLICE), (1, 20.0, 1)],
)
def test_next_size__aims_at_a_third_of_a_second(size, seconds, expected):
    assert next_size(size, seconds) == expected


def test_search__the_reranker_reads_the_words_of_a_picture_where_that_is_asked(
    library, engine, models, tmp_path
):
    path = tmp_path / "screen.png"
    Image.new("RGB", (40, 30), "white").save(path)
    digest, stamp = content_hash(path), FileStamp.of(path, path.stat())
    (file,), _ = library.writer.record_scan(pending=[stamp])
    part = EmbeddedPart(content_hash=digest, content=content(), vector=unit(1, 0, 0, 0))
    end = FileEnd(file=file, stamp=stamp, content_hash=digest, vectors=1)
    library.writer.commit(SPACE, starts={file: digest}, parts=[part], ends=[end])
    (item,) = library.list_items()
    corners = (0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0)
    lines = (TextLine(text="Total 12", corners=corners, confidence=1.0),)
    read = PictureText(outcome=TextOutcome.READ, lines=lines)
    library.picture_texts.put(item.id, 1, read)
    for picture_words, texts_seen in ((False, ()), (True, ("Total 12",)), (True, None)):
        models.shown.clear()
        *_, last = engine.search(Query(text="fox", picture_words=picture_words))
        assert last.reranked == 1
        seen = [document.texts for document in models.shown]
        assert seen == ([] if texts_seen is None else [texts_seen])  # at last it is known


def test_search__another_reranker_in_the_middle_judges_all_anew(library, engine, models):
    """Scores of two rerankers in one order would mean nothing."""
    put_notes(library)
    query = Query(text="fox river red rain")
    score, models.turned = models.score, False

    def replaced(*given, **named):
        if models.judged and not models.turned:
            models.turned = True
            models.judge_name = "another"
        return score(*given, **named)

    models.score = replaced
    updates = list(engine.search(query))
    assert models.turned
    assert models.judged == [1, 1, 2, 1]
    assert [update.reranked for update in updates] == [0, 1, 1, 3, 4]
    assert updates[-1].stage is SearchStage.DONE
    assert updates[-1].notes == ()
    models.judged.clear()
    (_, last) = engine.search(query)  # by the one that is there now: its scores are kept
    assert (models.judged, last.kept_scores) == ([], 4)
    models.judge_name = ""
    *_, last = engine.search(query)  # and of the one before, that of the one document it judged
    assert (sum(models.judged), last.kept_scores) == (3, 1)


def test_search__a_reranker_that_is_turned_off_in_the_middle_is_a_note(library, engine, models):
    put_notes(library)
    score = models.score

    def turned_off(*given, **named):
        if models.judged:
            models.use(Role.RERANKER, "none").result()
        return score(*given, **named)

    models.score = turned_off
    *_, last = engine.search(Query(text="fox river red rain"))
    assert (last.stage, [note.code for note in last.notes]) == (
        SearchStage.DONE,
        ["not_reranked"],
    )


def test_search__pictures_are_shown_smaller_where_that_is_compared(
    library, engine, models, tmp_path
):
    path = tmp_path / "large.png"
    Image.new("RGB", (1280, 1280), "white").save(path)
    digest, stamp = content_hash(path), FileStamp.of(path, path.stat())
    (file,), _ = library.writer.record_scan(pending=[stamp])
    part = EmbeddedPart(content_hash=digest, content=content(), vector=unit(1, 0, 0, 0))
    end = FileEnd(file=file, stamp=stamp, content_hash=digest, vectors=1)
    library.writer.commit(SPACE, starts={file: digest}, parts=[part], ends=[end])
    for pixels in (1, 4):
        *_, _ = engine.search(Query(text="fox"), otherwise=Otherwise(pixels=pixels))
    shown = [document.pictures[0].size for document in models.shown]
    assert shown == [(1280, 1280), (672, 672)]  # 1600 and 441 tokens, of at most 1800 and 450
