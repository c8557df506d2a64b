from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.types.words import MOST_TERMS, ExactWords, plain_text


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("red fox", ("red", "fox"), ()),
        ('red "old  boat" -river', ("red", "old boat"), ("river",)),
        ('-"by the river" fox', ("fox",), ("by the river",)),
        ("“旧船” －河流", ("旧船",), ("河流",)),
        ("a fox, running (fast)?", ("a", "fox", "running", "fast"), ()),
        ("C++ and C#", ("C++", "and", "C#"), ()),
        ("well-known", ("well-known",), ()),
        ("fox - river --", ("fox", "river"), ()),
        ('"never closed', ("never closed",), ()),
        ('"..." .', ("...",), ()),
        ("fox fox", ("fox",), ()),
        ('""', (), ()),
        ("", (), ()),
    ],
)
def test_read__words_phrases_and_what_is_left_out(text, wanted, unwanted):
    assert ExactWords.read(text) == ExactWords(wanted=wanted, unwanted=unwanted)


@given(st.text(st.characters(exclude_categories=())))
def test_read__any_text_gives_terms_that_can_be_stored(text):
    words = ExactWords.read(text)
    for term in words.wanted + words.unwanted:
        assert term.encode().strip()
        assert "\0" not in term


def test_read__a_pasted_page_is_cut():
    assert len(ExactWords.read(" ".join(map(str, range(1000)))).wanted) == MOST_TERMS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a fox, running", "a fox, running"),
        ('a "red fox" -river', "a red fox"),
        ("-river", ""),
        ("well-known place", "well-known place"),
    ],
)
def test_plain_text__is_what_a_model_reads(text, expected):
    assert plain_text(text) == expected
