"""From domain values to what the scripts draw."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.loading import OFF
from qwen3vl_app.search.ranking import Movement
from qwen3vl_app.types import (
    ContentHash,
    Hit,
    Item,
    ItemId,
    Kind,
    PictureText,
    Place,
    Query,
    TextLine,
    TextOutcome,
    WordsMode,
)
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import (
    exact_words,
    found_in,
    item_card,
    name_of,
    numbered_lines,
    picture_text_row,
    query_words,
    snippet,
)
from qwen3vl_app.ui.serialize_hits import board_value, finite, hit_row
from tests.ui.world import first, items


def test_query_words__short_ones_are_left_out_except_cjk():
    assert query_words("A red fox, 狐狸 in 雪") == ["fox", "red", "狐狸", "雪"]


def test_snippet__stands_around_the_word():
    text = "filler " * 60 + "the lighthouse keeper " + "filler " * 60
    shown = snippet(text, ["lighthouse"])
    assert "lighthouse keeper" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")


@given(st.text(max_size=600), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_snippet__is_one_short_line(text, words):
    shown = snippet(text, words)
    assert len(shown) <= 182
    assert "\n" not in shown


def test_finite__json_has_no_nan():
    assert finite(math.nan) is None
    assert finite(math.inf) is None
    assert finite(0.25) == 0.25


def test_board_value__rows_tell_both_ranks(drawn):
    query = Query(text="red circle", top_k=5, depth=20)
    *_, last = drawn.engine.search(query)
    value = board_value(last, query, seq=7)
    rows = value["hits"]
    assert json.loads(json.dumps(value)) == value
    assert (value["seq"], value["stage"], value["top"], len(rows)) == (7, "done", 5, 20)
    assert value["kept"] == last.kept_scores
    kept = replace(last, kept_scores=9)
    assert board_value(kept, query, seq=8)["kept"] == 9
    assert [row["r0"] for row in rows] == list(range(1, 21))
    assert {row["moved"] for row in rows if row["r1"]} <= set(Movement)
    assert any(row["moved"] == "rescued" for row in rows)
    unscored = [row for row in rows if row["unscored"]]
    assert [(row["title"], row["rel"], row["moved"]) for row in unscored] == [
        ("gone.png", None, None)
    ]
    assert unscored[0]["unscored"]["code"] == "reason.gone"


def test_board_value__says_what_was_left_out(drawn):
    query = Query(text='red "circle 00"', words=WordsMode.ON, top_k=5, rerank=False)
    found, *_ = drawn.engine.search(query)
    value = board_value(found, query, seq=1)
    left, top = value["left"], value["hits"][0]
    assert (left["shown"], left["more"]) == (5, False)
    assert 0.3 < left["level"] < 0.6
    assert value["words"] == ["circle 00", "red"]
    assert 0 <= top["percentile"] <= 100
    found = [(row["title"], row["words"]) for row in value["hits"] if row["words"]]
    assert found == [("red circle 00.png", 1)]
    copies = [copy["title"] for row in value["hits"] for copy in row["copies"]]
    assert sorted(copies) == ["red circle 240.png", "red circle 320.png"]


def test_message_row__a_message_inside_has_words_of_its_own():
    note = message_row(Message.of("not_reranked", reason=OFF))
    assert (note["code"], note["values"]["reason"]["code"]) == ("not_reranked", "reranker.off")
    assert note["text"] == f"Not reranked: {OFF}"
    values = {"n": "1,240", "all": "8,000", "model": "New"}
    partly = message_row(Message("search.partly", values))
    assert (partly["code"], partly["values"]) == ("search.partly", values)
    assert message_row(NOTHING) == {"text": "", "code": "", "values": {}}


def test_board_value__a_hit_by_words_alone_has_no_similarity(drawn):
    hit = Hit(item=items(drawn)[0], recall_rank=1, similarity=None)
    assert (hit_row(hit, 5, [])["sim"], hit_row(hit, 5, [])["percentile"]) == (None, None)


def test_item_card__page_says_where_it_is(drawn, client):
    page = first(drawn, Kind.PAGE)
    card = client.get("/api/items", params={"kind": "page"}).json()["items"][-1]
    assert (card["id"], card["place"]) == (page.id, {"page": 1})


def passage(text: str, first: int, last: int) -> Item:
    return Item(
        id=ItemId(1),
        kind=Kind.PASSAGE,
        place=Place(first_line=first, last_line=last),
        ordinal=0,
        path=Path("/notes.txt"),
        content_hash=ContentHash("0" * 32),
        thumbnail="0" * 32,
        text=text,
    )


def test_numbered_lines__all_are_there():
    lines = numbered_lines(passage("a\n\nb", 7, 9))
    assert lines == [(7, "a"), (8, ""), (9, "b")]


def test_numbered_lines__blank_lines_were_left_out():
    lines = numbered_lines(passage("a\nb\n\nc\n\nd", 1, 20))
    assert lines == [(1, "a"), (2, "b"), (None, ""), (None, "c"), (None, ""), (20, "d")]


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Die Stra\u00dfe am See", "STRASSE", "Stra\u00dfe"),
        ("the o\ufb03ce door", "office", "o\ufb03ce"),
        ("Donau\u00addampf\u00adschiff", "dampfschiff", "dampf\u00adschiff"),
        (normalize("NFD", "der Förster"), "förster", normalize("NFD", "Förster")),
        ("they don\u2019t go", "don't", "don"),
    ],
)
def test_snippet__finds_words_however_they_are_written(text, query, shown):
    before, after = "filler " * 60, " filler" * 60
    assert shown in snippet(before + text + after, query_words(query))


def test_exact_words__phrases_as_they_stand():
    query = Query(text='"Old  Boat" C++ a -river Straße', words=WordsMode.ONLY, top_k=5)
    assert exact_words(query) == ["old boat", "strasse", "c++"]


def test_found_in__says_that_the_words_stand_in_a_name():
    item = Item(
        id=ItemId(1),
        content_hash=ContentHash("x"),
        ordinal=0,
        kind=Kind.PASSAGE,
        place=Place(section="Sheet A"),
        path=Path("/home/boats/fox.txt"),
        thumbnail="t",
        width=0,
        height=0,
        text="A red bicycle",
    )
    asked = {"bicycle": None, "fox": "name", "boats": "folder", "sheet a": "section", "red": None}
    assert {word: found_in(item, [word]) for word in asked} == asked
    assert found_in(item, ["bicycle", "fox"]) == "name"


def test_name_of__is_composed():
    assert name_of(Path(normalize("NFD", "/p/Förster 보고서.txt"))) == "Förster 보고서.txt"


PICTURE = Item(
    id=ItemId(1),
    kind=Kind.PICTURE,
    place=Place(),
    ordinal=0,
    path=Path("/home/boat.png"),
    content_hash=ContentHash("0" * 32),
    thumbnail="t",
)


def test_found_in__a_picture():
    item = replace(PICTURE, picture_text="Invoice\n2024-117")
    assert found_in(item, ["invoice 2024"]) == "picture"
    assert found_in(item, ["invoice", "boat"]) == "picture"
    assert found_in(item, ["boat"]) == "name"


def test_item_card__shows_what_was_read_from_a_picture():
    item = replace(PICTURE, picture_text="far away\n" * 60 + "Total 12,50")
    assert "Total 12,50" in item_card(item, ["total"])["snippet"]


def test_picture_text_row():
    corners = (0.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0, 0.5)
    lines = (TextLine(text="Total", corners=corners, confidence=0.9),)
    found = PictureText(outcome=TextOutcome.READ, lines=lines)
    assert picture_text_row(None) is None
    assert picture_text_row(found) == {
        "outcome": "read",
        "reason": message_row(NOTHING),
        "lines": [{"text": "Total", "corners": corners}],
    }
