"""The stream of a search, over a real library of passages and one picture file.

The models are stand-ins whose numbers can be checked by hand: a text is embedded by the words it
contains, and judged by how many of them the query names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelLoadError, UsageError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.models.host import Priority
from qwen3vl_app.search.engine import LARGEST_SLICE, SearchEngine, _next_size
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import (
    EmbeddingBatch,
    ItemId,
    Kind,
    ModelInput,
    Query,
    Score,
    ScoreBatch,
    SearchStage,
)
from tests.store.build import SPACE, content, put_file, unit

WORDS = ("fox", "river", "red", "rain")
NOTES = ("fox river red rain", "fox river red", "fox river", "fox")


class WordModels:
    """Counts words; the reranker prefers short texts, so that it turns the order round."""

    def __init__(self) -> None:
        self.priorities: list[Priority] = []
        self.judged: list[int] = []
        self.fails = ""

    def space(self):
        return SPACE

    def reranker_budget(self) -> Budget:
        return Budget()

    embedder_budget = reranker_budget

    def embed(
        self, inputs: Sequence[ModelInput], *, instruction: str, priority: Priority
    ) -> EmbeddingBatch:
        self.priorities.append(priority)
        (query,) = inputs
        if query.pictures:
            return EmbeddingBatch(
                vectors=np.zeros((0, 4), np.float32), kept=(), rejected=((0, "too thin."),)
            )
        vector = unit(*(float(word in query.texts[0]) for word in WORDS))
        return EmbeddingBatch(vectors=vector[None], kept=(0,))

    def score(
        self, query: ModelInput, documents: Sequence[ModelInput], *, instruction: str
    ) -> ScoreBatch:
        if self.fails:
            raise ModelLoadError(self.fails)
        self.judged.append(len(documents))
        return ScoreBatch(
            scores=tuple(
                Score(relevance=0.5, logit=-float(len(document.texts[0])))
                for document in documents
            )
        )


@pytest.fixture
def models() -> WordModels:
    return WordModels()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def engine(library: Library, models: WordModels) -> Iterator[SearchEngine]:
    reader = Reader(Budget(), Limits())
    engine = SearchEngine(library, reader, models)
    yield engine
    engine.close()
    reader.close()


def put_notes(library: Library) -> None:
    for number, note in enumerate(NOTES):
        vector = unit(*(float(word in note) for word in WORDS))
        passage = content(kind=Kind.PASSAGE, text=note)
        put_file(library, Path(f"/notes/{number}.txt"), f"note {number}", [(passage, vector)])


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


def test_search__a_file_that_has_gone_is_not_ranked_and_says_why(library, engine):
    put_notes(library)
    put_file(library, Path("/gone/a.png"), "picture", [(content(), unit(1, 0, 0, 0))])
    *_, last = engine.search(Query(text="fox"))
    (gone,) = [hit for hit in last.hits if hit.item.kind is Kind.PICTURE]
    assert gone.rank is None
    assert "no longer there" in gone.unscored
    assert sorted(hit.rank for hit in last.by_relevance) == [1, 2, 3, 4]
    assert last.stage is SearchStage.DONE


def test_search__a_reranker_that_fails_leaves_recall_and_a_note(library, engine, models):
    put_notes(library)
    models.fails = "The reranker is missing."
    *_, last = engine.search(Query(text="fox"))
    assert last.stage is SearchStage.DONE
    assert len(last.hits) == 4
    assert last.notes == ("Not reranked: The reranker is missing.",)


def test_search__a_query_the_model_refuses(engine):
    with pytest.raises(UsageError, match="cannot be embedded: too thin"):
        next(engine.search(Query(pictures=(Image.new("RGB", (900, 1)),))))


def test_more_like__a_passage_is_its_text(library, engine):
    put_notes(library)
    (item,) = [item for item in library.list_items() if item.text == "fox river"]
    assert engine.more_like(item.id).text == "fox river"


def test_more_like__an_item_that_has_gone(engine):
    with pytest.raises(UsageError, match="Item 99 is not in the library any more"):
        engine.more_like(ItemId(99))


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [(1, 0.1, 2), (4, 0.3, 4), (8, 3.0, 1), (16, 0.01, LARGEST_SLICE), (1, 20.0, 1)],
)
def test_next_size__aims_at_a_third_of_a_second(size, seconds, expected):
    assert _next_size(size, seconds) == expected
