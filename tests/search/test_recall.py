"""The first stage: meaning, exact words, likeness, and what it says it left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from qwen3vl_app.errors import ModelLoadError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search import dense_recall
from qwen3vl_app.search.recall import NO_WORDS, NO_WORDS_HERE, NONE_PASSES, NOT_YET, Recall
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Doubt, ItemFilter, ItemId, Kind, Query, Space, WordsMode
from tests.search.world import NOTES, WORDS, put_notes
from tests.store.build import SPACE, content, put_file, unit

FOX = 0xF0F0_0000_FFFF_1234


@pytest.fixture
def recall(library, models) -> Recall:
    return Recall(library, models)


@pytest.fixture
def notes(library) -> dict[str, ItemId]:
    put_notes(library)
    return {item.text: item.id for item in library.list_items()}


def texts(update) -> list[str]:
    return [hit.item.text or hit.item.path.name for hit in update.hits]


def asked(text: str, **more) -> Query:
    return Query(text=text, rerank=False, **more)


def test_run__words_that_match_rise(recall, notes):
    """By meaning "fox" is best; "red" is in two, and their meaning decides between these."""
    plain = recall.run(asked("fox"))
    assert texts(plain)[0] == "fox"
    update = recall.run(asked("fox red", words=WordsMode.ON))
    assert texts(update)[:2] == ["fox river red", "fox river red rain"]
    assert [hit.words_rank for hit in update.hits] == [1, 2, None, None]
    assert [hit.recall_rank for hit in update.hits] == [1, 2, 3, 4]
    assert all(hit.words_rank is None for hit in plain.hits)


def test_run__fusion_is_by_both_ranks(library, recall, notes):
    """The last by meaning is the only one with both words: 1/2 + 1/6 is more than 1/2."""
    far = content(kind=Kind.PASSAGE, text="a boat in the rain")
    put_file(library, Path("/notes/far.txt"), "far", [(far, unit(-1, -1, -1, -1))])
    update = recall.run(asked("rain boat", words=WordsMode.ON))
    assert texts(update)[:2] == ["a boat in the rain", "fox river red rain"]
    assert update.hits[0].similarity == pytest.approx(-0.5)
    assert texts(recall.run(asked("rain boat")))[-1] == "a boat in the rain"


def test_run__the_nearest_does_not_sink_because_shorter_texts_contain_the_word(library, recall):
    """It stood at 32: the page contains the word, but only the first 40 by words counted."""
    page = content(kind=Kind.PASSAGE, text=f"fox {'and so on ' * 300}")
    put_file(library, Path("/notes/page.txt"), "page", [(page, unit(1, 0.01, 0, 0))])
    for number in range(60):
        word = "fox" if number % 2 else "vixen"
        short = content(kind=Kind.PASSAGE, text=f"{word} {number}")
        vector = unit(1, 0.1 + 0.001 * number, 0, 0)
        put_file(library, Path(f"/{word}/{number}.txt"), f"{number}", [(short, vector)])
    for number in range(40):
        far = content(kind=Kind.PASSAGE, text=f"fox far away {number}")
        put_file(library, Path(f"/far/{number}.txt"), f"far {number}", [(far, unit(0, 0, 0, 1))])
    update = recall.run(asked("fox", words=WordsMode.ON, top_k=40))
    ranks = {hit.item.path: hit.recall_rank for hit in update.hits}
    only_near = [rank for path, rank in ranks.items() if path.parent == Path("/vixen")]
    assert ranks[Path("/notes/page.txt")] <= 3
    assert ranks[Path("/notes/page.txt")] < min(only_near)


def test_run__words_with_a_minus_are_left_out_of_meaning_too(recall, notes):
    update = recall.run(asked("fox -rain -red", words=WordsMode.ON))
    assert texts(update) == ["fox", "fox river"]
    assert len(texts(recall.run(asked("fox -rain -red")))) == 4


def test_run__only_words_asks_no_model(library, notes):
    class NoModels:
        def space(self):
            raise ModelLoadError(Message.free("The embedder is missing."))

        def loaded_space(self):
            return None

        embed = space

    recall = Recall(library, cast(Any, NoModels()))
    update = recall.run(asked('"river red" -rain', words=WordsMode.ONLY))
    assert texts(update) == ["fox river red"]
    (hit,) = update.hits
    assert (hit.similarity, hit.percentile, hit.stands_out, hit.words_rank) == (
        None,
        None,
        None,
        1,
    )
    assert (update.left_out.above, update.left_out.hidden, update.left_out.level) == (1, 0, None)
    assert update.notes == ()
    with pytest.raises(ModelLoadError):
        recall.run(asked("fox"))


def test_run__only_words_that_are_nowhere(recall, notes):
    update = recall.run(asked("zebra", words=WordsMode.ONLY))
    assert update.hits == ()
    assert update.notes == (NO_WORDS,)
    where = ItemFilter(folder=Path("/notes/3.txt"))
    update = recall.run(asked("red", words=WordsMode.ONLY, filter=where))
    assert (update.left_out.above, update.left_out.hidden) == (0, 2)
    assert update.notes == (NO_WORDS_HERE,)


@pytest.mark.parametrize("words", [WordsMode.OFF, WordsMode.ON])
def test_run__filters_that_nothing_passes_are_said(recall, notes, words):
    nowhere = ItemFilter(collection="no such collection")
    assert recall.run(asked("red", words=words, filter=nowhere)).notes == (NONE_PASSES,)


def test_run__like_an_item_is_its_vector_without_a_model(recall, notes, models):
    update = recall.run(Query(like=(notes["fox river"],), rerank=False))
    assert models.embedded == []
    assert texts(update) == ["fox river red", "fox river red rain", "fox"]
    assert update.hits[0].similarity == pytest.approx((2 / 3) ** 0.5)


def test_run__text_and_items_are_added_up(recall, notes):
    update = recall.run(asked("rain", like=(notes["fox"],)))
    assert texts(update)[0] == "fox river red rain"
    assert update.hits[0].similarity == pytest.approx(0.5**0.5)


def test_run__what_is_not_wanted_sinks(recall, notes, models):
    assert texts(recall.run(asked("fox river")))[0] == "fox river"
    update = recall.run(asked("fox river", unlike="river", unlike_weight=1))
    assert texts(update)[0] == "fox"
    assert models.embedded[-1] == 2  # both texts in one call
    assert texts(recall.run(asked("fox river", unlike="river", unlike_weight=0)))[0] == "fox river"
    update = recall.run(asked("fox river", not_like=(notes["fox river red"],), unlike_weight=1))
    assert texts(update) == ["fox river", "fox", "fox river red rain"]


def test_run__an_item_that_is_not_there(recall, notes):
    with pytest.raises(UsageError, match="Item 999 is not in the library any more"):
        recall.run(Query(like=(ItemId(999),)))


def test_run__both_sides_the_same(recall, notes):
    with pytest.raises(UsageError, match="cancel each other out"):
        recall.run(asked("fox", unlike="fox", unlike_weight=1))


# ------------------------------------------------------------ what was left out


@pytest.fixture
def crowd(library) -> None:
    """200 pictures that have nothing to do with anything, and three foxes."""
    chance = np.random.default_rng(0)
    parts = []
    for number in range(200):
        near = chance.uniform(-0.2, 0.2)
        away = unit(*chance.normal(size=3)) * np.sqrt(1 - near**2)
        parts.append((content(number, phash=number * 0x0123_4567_89AB), unit(near, *away)))
    put_file(library, Path("/noise/all.gif"), "noise", parts)
    for number in range(3):
        fox = content(phash=FOX ^ (0xFFFF << 16 * number))
        vector = unit(1, 0.1 * number, 0, 0)
        put_file(library, Path(f"/foxes/{number}.png"), f"fox {number}", [(fox, vector)])


def test_run__what_stands_out_is_counted(recall, crowd):
    update = recall.run(asked("fox", top_k=2))
    left = update.left_out
    assert texts(update) == ["0.png", "1.png"]
    assert [hit.stands_out for hit in update.hits] == [True, True]
    assert [round(hit.percentile, 1) for hit in update.hits] == [99.5, 99.0]
    assert (left.shown, left.above, left.hidden, left.more) == (2, 3, 0, False)
    assert 0.3 < left.level < 0.99
    assert update.notes == ()


def test_run__what_filters_hide_is_counted(recall, crowd):
    where = ItemFilter(folder=Path("/noise"))
    update = recall.run(asked("fox", filter=where, top_k=5))
    assert (update.left_out.above, update.left_out.hidden) == (0, 3)
    assert len(update.hits) == 5
    assert not any(hit.stands_out for hit in update.hits)
    assert update.notes == ()


def test_run__probably_nothing_here(library, recall, crowd):
    library.forget([Path("/foxes")])
    update = recall.run(asked("fox"))
    assert len(update.hits) == 20
    assert update.left_out.probably_nothing
    assert update.doubt is Doubt.RECALL


def test_run__a_uniform_library_cannot_tell(library, recall):
    """Half of it is much like the query and half is not, so that no right hit could stand out."""
    for number in range(200):
        vector = unit(1, 0.02 * number, 0.6, 0.1)
        passage = content(kind=Kind.PASSAGE, text=f"drawing {number}")
        put_file(library, Path(f"/drawings/{number}.md"), f"drawing {number}", [(passage, vector)])
    update = recall.run(asked("fox", top_k=5))
    assert not any(hit.stands_out for hit in update.hits)
    assert update.left_out.uniform
    assert update.doubt is Doubt.UNIFORM


def test_run__exact_words_are_something(library, recall, crowd):
    library.forget([Path("/foxes")])
    noise = content(kind=Kind.PASSAGE, text="nothing but a fox")
    put_file(library, Path("/noise/fox.txt"), "fox", [(noise, unit(0, 1, 0, 0))])
    update = recall.run(asked("fox", words=WordsMode.ON))
    assert (update.left_out.above, update.notes) == (1, ())
    assert [hit.words_rank for hit in update.hits[:2]] == [None, 1]  # two firsts: meaning leads


def test_run__a_small_library_says_nothing(recall, notes):
    update = recall.run(asked("fox"))
    assert update.left_out is None
    assert [hit.percentile for hit in update.hits] == [None] * 4


# ------------------------------------------------------------ near copies


@pytest.fixture
def burst(library) -> None:
    """Forty shots of one fox, and two other pictures."""
    for number in range(40):
        shot = content(phash=FOX ^ (number % 8))
        vector = unit(1, number / 500, 0, 0)
        put_file(library, Path(f"/burst/{number}.png"), f"shot {number}", [(shot, vector)])
    for number in range(2):
        other = content(phash=~FOX & (2**64 - 1) ^ (0xFFFFFF << 20 * number))
        put_file(
            library, Path(f"/o/{number}.png"), f"o {number}", [(other, unit(1, 1 + number, 0, 0))]
        )


def test_run__near_copies_stand_behind_the_best(recall, burst):
    update = recall.run(asked("fox", top_k=3))
    assert texts(update) == ["0.png", "0.png", "1.png"]
    assert [len(hit.copies) for hit in update.hits] == [39, 0, 0]
    assert [hit.recall_rank for hit in update.hits] == [1, 2, 3]
    assert update.left_out.collapsed == 39
    assert str(update.hits[0].copies[0].path) == "/burst/1.png"


def test_run__a_long_burst_does_not_hide_the_next_picture(recall, burst):
    assert [len(hit.copies) for hit in recall.run(asked("fox", top_k=2)).hits] == [39, 0]


def test_run__near_copies_side_by_side_if_asked(recall, burst):
    update = recall.run(asked("fox", top_k=3, collapse=False))
    assert texts(update) == ["0.png", "1.png", "2.png"]
    assert [hit.copies for hit in update.hits] == [()] * 3


# ---------------------------------------------------------------- whether there is more


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"words": WordsMode.ONLY},
        {"words": WordsMode.ON},
        {"also": (Query(text="rain"),)},
        {"filter": ItemFilter(kinds=frozenset({Kind.PASSAGE}))},
    ],
)
def test_run__says_whether_the_library_has_more(recall, notes, more):
    """Four notes, of which all have "fox" in them: exactly as many as asked for are all."""
    found = [recall.run(asked("fox", top_k=top, **more)) for top in (3, 4, 5)]
    assert [len(update.hits) for update in found] == [3, 4, 4]
    assert [update.exhausted for update in found] == [False, True, True]


def test_run__what_is_left_are_near_copies_of_what_is_shown(recall, burst):
    """Of 42 pictures, 39 stand behind the first."""
    assert recall.run(asked("fox", top_k=3)).exhausted
    assert not recall.run(asked("fox", top_k=2)).exhausted
    assert not recall.run(asked("fox", top_k=41, collapse=False)).exhausted
    assert recall.run(asked("fox", top_k=42, collapse=False)).exhausted


def test_run__a_filter_leaves_no_more(recall, notes, library):
    put_file(library, Path("/a.png"), "a", [(content(), unit(1, 1, 1, 1))])
    only = ItemFilter(kinds=frozenset({Kind.PASSAGE}))
    assert recall.run(asked("fox", top_k=4, filter=only)).exhausted
    assert not recall.run(asked("fox", top_k=4)).exhausted


def test_run__reranked_as_deep_as_the_library(recall, notes):
    deep = Query(text="fox", rerank=True, top_k=1, depth=4)
    assert recall.run(deep).exhausted
    assert not recall.run(replace(deep, depth=3)).exhausted


# ---------------------------------------------------------------- how often the store is asked


class Counted:
    """A library that notes what is called of it."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self.library, name)


def test_run__a_plain_search_asks_the_store_three_times(library, models, crowd):
    counted = Counted(library)
    update = Recall(cast(Any, counted), models).run(asked("fox"))
    assert counted.calls == ["search", "sample", "collapsed"]
    assert update.left_out is not None
    assert len(update.hits) > 0
    assert all(hit.percentile is not None for hit in update.hits)


def test_run__a_filtered_search_asks_for_what_passes_too(library, models, crowd):
    counted = Counted(library)
    where = ItemFilter(kinds=frozenset({Kind.PASSAGE}))
    Recall(cast(Any, counted), models).run(asked("fox", filter=where))
    assert counted.calls == ["search", "sample", "search", "collapsed", "passing"]


def test_run__what_words_found_beyond_the_nearest_has_its_similarity(
    library, models, monkeypatch, notes
):
    monkeypatch.setattr(dense_recall, "COUNTED", 1)
    far = content(kind=Kind.PASSAGE, text="rain")
    put_file(library, Path("/notes/far.txt"), "far", [(far, unit(-1, -1, -1, -1))])
    counted = Counted(library)
    update = Recall(cast(Any, counted), models).run(asked("rain", words=WordsMode.ON, top_k=2))
    assert counted.calls.count("search") == 3
    near = {hit.item.text: hit.similarity for hit in update.hits}
    assert near == pytest.approx({"fox river red rain": 0.5, "rain": -0.5})


# ---------------------------------------------------------------- while a new model embeds


def test_run__says_how_much_the_new_model_has_embedded(library, models, notes):
    """And nothing any more once it has embedded all."""
    new = Space(model="New", dimension=4, fingerprint="new-4")
    recall = Recall(library, models)
    assert recall.run(asked("fox")).notes == ()
    models.own = new
    assert recall.run(asked("fox")).notes == (NOT_YET,)
    said = "1 of 4 items are embedded with New so far; the others, which another model embedded, "
    for number, note in enumerate(NOTES):
        vector = unit(*(float(word in note) for word in WORDS))
        passage = content(kind=Kind.PASSAGE, text=note)
        path = Path(f"/notes/{number}.txt")
        put_file(library, path, f"note {number}", [(passage, vector)], space=new)
        update = recall.run(asked("fox"))
        assert len(update.hits) == number + 1
        assert [said.replace("1", f"{number + 1}", 1)] * (number < 3) == [
            str(line)[: len(said)] for line in update.notes
        ]


OLD = replace(SPACE, checkpoint="/models/old")
NEW = Space(model="New", dimension=4, fingerprint="new-4", checkpoint="/models/new")


def put_old_notes(library):
    for number, note in enumerate(NOTES):
        put_note(library, number, note, OLD)


def put_note(library, number, note, space):
    vector = unit(*(float(word in note) for word in WORDS))
    passage = content(kind=Kind.PASSAGE, text=note)
    put_file(
        library, Path(f"/notes/{number}.txt"), f"note {number}", [(passage, vector)], space=space
    )


def test_run__the_old_space_answers_until_the_new_one_is_complete(library, models):
    put_old_notes(library)
    models.own, models.others = NEW, [OLD]
    recall = Recall(library, models)
    before = Recall(library, models).run(asked("fox"))
    for number, note in enumerate(NOTES):
        update = recall.run(asked("fox"))
        assert (update.model, update.space) == (OLD.model, OLD.fingerprint)
        assert [str(line) for line in update.notes] == [
            f"Answered by test; {number} of 4 items are embedded with New so far."
        ]
        assert [hit.similarity for hit in update.hits] == [h.similarity for h in before.hits]
        assert len(update.hits) == 4
        assert models.spaces[-1] == models.beside[0] == OLD
        put_note(library, number, note, NEW)
    update = recall.run(asked("fox"))
    assert (update.model, update.space, update.notes) == ("New", NEW.fingerprint, ())
    assert (models.spaces[-1], models.beside) == (NEW, [])


def test_run__items_asked_for_are_taken_from_the_space_that_answers(library, models):
    put_old_notes(library)
    models.own, models.others = NEW, [OLD]
    (item,) = [one.id for one in library.list_items() if one.text == "fox"]
    update = Recall(library, models).run(Query(like=(item,), top_k=3, rerank=False))
    assert update.space == OLD.fingerprint
    assert len(update.hits) == 3
    assert update.hits[0].similarity == pytest.approx(1 / 2**0.5)


def test_run__without_its_checkpoint_what_is_embedded_so_far_answers(library, models):
    put_old_notes(library)
    models.own = NEW
    recall = Recall(library, models)
    assert recall.run(asked("fox")).notes == (NOT_YET,)
    put_note(library, 0, NOTES[0], NEW)
    update = recall.run(asked("fox"))
    assert (update.space, len(update.hits)) == (NEW.fingerprint, 1)
    assert str(update.notes[0]).startswith("1 of 4 items are embedded with New so far")


def test_run__the_new_space_answers_as_soon_as_it_holds_as_much(library, models):
    """Such as where files were added since, and an old one is still to be embedded."""
    put_old_notes(library)
    for number in range(10, 14):
        put_note(library, number, f"river {number}", NEW)
    models.own, models.others = NEW, [OLD]
    update = Recall(library, models).run(asked("river"))
    assert update.space == NEW.fingerprint
    assert str(update.notes[0]).startswith("4 of 8 items are embedded with New so far")


def test_run__chooses_again_where_the_old_model_goes_in_this_moment(library, models):
    put_old_notes(library)
    models.own, models.others = NEW, [OLD]
    embed = models.embed

    def gone_at_first(*given, **named):
        if len(models.spaces) == 0:
            for number, note in enumerate(NOTES):
                put_note(library, number, note, NEW)
            models.unload_beside()
            models.spaces.append(None)
        return embed(*given, **named)

    models.embed = gone_at_first
    update = Recall(library, models).run(asked("fox"))
    assert (update.space, len(update.hits), update.notes) == (NEW.fingerprint, 4, ())
