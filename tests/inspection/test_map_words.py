"""What clusters are called: checked by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.inspection.map_words import MOST_WORDS, labels, words_of


def test_labels__are_words_of_one_cluster_and_not_of_the_others():
    boats = ["the red boat", "a boat in the harbour", "the harbour at night"]
    bills = ["the invoice of May", "an invoice for the boat", "the invoice"]
    found = labels([boats, bills])
    assert found[0] == ("harbour",)  # a boat is in both
    assert found[1] == ("invoice",)


def test_labels__of_one_cluster_are_its_frequent_words():
    assert labels([["red fox", "red hen", "blue hen"]]) == [("hen", "red")]


def test_labels__are_none_where_nothing_tells():
    assert labels([["IMG_0001", "IMG_0002"], ["IMG_0003", "IMG_0004"], []]) == [(), (), ()]


def test_words_of__folds_and_takes_two_signs_of_chinese():
    assert [*words_of("Café CAFÉ_12 红色小船 ab")] == ["cafe", "cafe", "红色", "色小", "小船"]


@given(st.lists(st.lists(st.text(max_size=40), max_size=6), max_size=5))
def test_labels__hold_for_any_texts(clusters):
    found = labels(clusters)
    assert len(found) == len(clusters)
    assert all(len(label) <= MOST_WORDS and all(label) for label in found)
