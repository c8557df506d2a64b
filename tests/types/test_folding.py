from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.types.folding import fold, fold_with_places

ANY = st.text(st.characters(exclude_categories=())) | st.text(
    alphabet="\u0308\u0301\u0654\u064b\u00ad\u200d´`ёйеE\u3099カ\uff9eøÅ\u0345ΐß\u0640\ufdfa\u1100\u1161ㄱ一",
    max_size=6,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
        ("ΟΔΥΣΣΕΥΣ Οδυσσεύς", "οδυσσευσ οδυσσευσ"),
        ("ＡＢＣ １２３ ｶﾞ", "abc 123 ガ"),
        ("\ufb01rst x² №", "first x2 no"),
        ("“a”—‘b’", "\"a\"-'b'"),
        ("café naïve Łódź", "cafe naive lodz"),
        ("йод ёлка", "йод елка"),
        ("مُدَرِّسَةٌ أحمد", "مدرسه احمد"),
        ("हिन्दी ที่", "हिन्दी ที่"),
        ("a\u00adb\u200bc\u2060d\ufeff", "abcd"),
        ("plain `text`", "plain 'text'"),
    ],
)
def test_fold__what_a_reader_takes_for_the_same(text, expected):
    assert fold(text) == expected


@given(ANY)
def test_fold__twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_fold_with_places__folds_the_same_and_says_where_from(text):
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)
