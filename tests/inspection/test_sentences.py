"""Texts in sentences: nothing is lost, and in no script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.inspection.sentences import sentences


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("A fox. A river runs.", ["A fox. ", "A river runs."]),
        ("It costs 3.50 in all, e.g. today. Yes!", ["It costs 3.50 in all, e.g. today. ", "Yes!"]),
        ("他来了。她走了！“好。”完", ["他来了。", "她走了！", "“好。”", "完"]),
        ("He said “No.” Then he left.", ["He said “No.” ", "Then he left."]),
        ("Why?! Because.", ["Why?! ", "Because."]),
        ("# Title\n\nOne line\nand its end.", ["# Title\n\n", "One line\nand its end."]),
        ("To buy\n- milk\n- bread", ["To buy\n", "- milk\n", "- bread"]),
        ("क्या है? यह है। वह।", ["क्या है? ", "यह है। ", "वह।"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences__end_where_they_should(text, pieces):
    assert sentences(text) == pieces


@given(st.text(alphabet='aB .。!?\n-"”　', max_size=60))
def test_sentences__together_are_the_text(text):
    pieces = sentences(text)
    assert "".join(pieces) == text
    assert all(piece.strip() for piece in pieces) or len(pieces) == 1
