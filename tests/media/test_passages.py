from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from qwen3vl_app.media.passages import OVERLAP, WORDS, count_words, split_passages


def words(count: int) -> str:
    return " ".join(["word"] * count)


def test_split_passages__short_text_is_one():
    (only,) = split_passages(["", "Title", "", "Some words.", ""])
    assert (only.first_line, only.last_line) == (2, 4)
    assert only.text == "Title\n\nSome words."


def test_split_passages__nothing():
    assert split_passages([]) == []
    assert split_passages(["", "  ", "\t"]) == []


def test_split_passages__ends_at_a_paragraph():
    lines = [words(120), "", words(120), "", words(120)]
    first, second = split_passages(lines)
    assert (first.first_line, first.last_line) == (1, 3)
    assert (second.first_line, second.last_line) == (5, 5)


def test_split_passages__repeats_the_last_lines():
    lines = [words(10) for _ in range(60)]
    first, second, third = split_passages(lines)
    assert (first.first_line, first.last_line) == (1, 30)
    assert (second.first_line, second.last_line) == (26, 55)  # five lines of ten words again
    assert (third.first_line, third.last_line) == (51, 60)


def test_split_passages__long_line_is_cut():
    passages = split_passages(["before", words(1000), "after"])
    assert all(count_words(passage.text) <= WORDS for passage in passages)
    assert {passage.first_line for passage in passages} == {1, 2}
    assert "".join(p.text for p in passages).count("word") == 1000


def test_split_passages__minified_code_counts_characters():
    passages = split_passages(["x" * 20_000])
    assert len(passages) >= 5
    assert "".join(p.text for p in passages) == "x" * 20_000


def test_split_passages__chinese_counts_characters():
    passages = split_passages(["红色的自行车停在海边。" * 100])
    assert len(passages) > 1
    assert all(count_words(passage.text) <= WORDS for passage in passages)
    assert all(passage.text.endswith("。") for passage in passages)


def test_split_passages__a_million_blank_lines():
    (only,) = split_passages(["first", *[""] * 1_000_000, "last"])
    assert only.text == "first\n\nlast"
    assert (only.first_line, only.last_line) == (1, 1_000_002)


_LINE = st.one_of(
    st.just(""),
    st.just("   "),
    st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80),
    st.integers(1, 700).map(words),
    st.integers(1, 900).map(lambda count: "海" * count),
    st.integers(1, 9000).map(lambda count: "x" * count),
)


@settings(deadline=None)
@given(st.lists(_LINE, max_size=60))
def test_split_passages__every_line_is_in_a_passage(lines):
    passages = split_passages(lines)
    covered = {
        number
        for passage in passages
        for number in range(passage.first_line, passage.last_line + 1)
    }
    written = [number for number, line in enumerate(lines, start=1) if line.strip()]
    assert covered >= set(written)
    for number in written:
        line = lines[number - 1].strip()
        if count_words(line) <= WORDS:
            holders = [p for p in passages if p.first_line <= number <= p.last_line]
            assert any(line in p.text for p in holders)


@settings(deadline=None)
@given(st.lists(_LINE, max_size=60))
def test_split_passages__numbers_order_and_size(lines):
    passages = split_passages(lines)
    for passage in passages:
        assert lines[passage.first_line - 1].strip()
        assert lines[passage.last_line - 1].strip()
        assert passage.text.strip()
        assert count_words(passage.text) <= WORDS * 1.05
        source = "".join("".join(lines[passage.first_line - 1 : passage.last_line]).split())
        assert "".join(passage.text.split()) in source
    for one, two in itertools.pairwise(passages):
        assert one.last_line <= two.last_line
        assert one.first_line <= two.first_line
        shared = one.last_line - two.first_line + 1
        assert shared <= OVERLAP  # lines of a word each, at most


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 30), st.integers(0, 900)), max_size=30))
def test_split_passages__every_word_once_but_for_the_overlap(lengths):
    counter = itertools.count()
    lines = [" ".join(f"w{next(counter)}" for _ in range(length)) for length in lengths]
    line_of = {word: number for number, line in enumerate(lines, 1) for word in line.split()}
    said: list[str] = []
    for passage in split_passages(lines):
        words = passage.text.split()
        assert (line_of[words[0]], line_of[words[-1]]) == (passage.first_line, passage.last_line)
        repeated = len(said) - said.index(words[0]) if words[0] in said else 0
        assert repeated <= OVERLAP
        assert words[:repeated] == said[len(said) - repeated :]
        said += words[repeated:]
    assert said == " ".join(lines).split()
