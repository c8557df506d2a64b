from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ExactWords, ItemFilter, Kind
from tests.store.build import content, put_file, unit

NORTH = unit(1, 0, 0, 0)
NOTES = {
    "/home/boats/old.txt": "An old wooden boat by the river.",
    "/home/boats/café.txt": "Party at the café, with C++ code 😀.",
    "/home/animals/fox.txt": "A fox; a red-fox, the FOX.",
    "/home/animals/long.txt": "The foxglove is a flower. " + "More words follow here. " * 20,
    "/home/animals/红色狐狸.txt": "河边的狐狸在看我的iPhone手机",
    "/home/art/x.txt": "Art of the old masters, AI",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("words") / "library") as opened:
        for path, text in NOTES.items():
            put_file(opened, Path(path), path, [(content(kind=Kind.PASSAGE, text=text), NORTH)])
        yield opened


def names(library: Library, query: str, where: ItemFilter = ItemFilter()) -> list[str]:  # noqa: B008
    found = library.find_words(ExactWords.read(query), where).found
    return [item.path.stem for item in library.items(found).values()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("boat", {"old", "café"}),  # the second by its folder
        ("fox", {"fox", "long"}),
        ('"red fox"', {"fox"}),
        ("old boat", {"old"}),
        ("old boats", {"old"}),  # a word of the text and one of the folder
        ("wooden masters", set()),
        ('"boat by the river"', {"old"}),
        ('"river by the boat"', set()),
        ("cafe", {"café"}),
        ("CAFÉ", {"café"}),
        ("C++", {"café"}),
        ("😀", {"café"}),
        ("狐狸", {"红色狐狸"}),
        ("狐", {"红色狐狸"}),
        ("色狐", {"红色狐狸"}),
        ("的iPhone手", {"红色狐狸"}),
        ("iphone 手机", {"红色狐狸"}),
        ("狐河", set()),
        ("ai", {"x"}),  # of two letters only whole words
        ("oxglov", {"long"}),
        ("txt", {"old", "café", "fox", "long", "红色狐狸", "x"}),
        ("old -boat", {"x"}),
        ("old -river", {"x"}),
        ('the -"old masters" -fox', {"old", "café", "long"}),
        ("art", {"café", "x"}),
        ("art -part", {"café", "x"}),
        ("art -party", {"x"}),
        ("-fox", set()),
        ("", set()),
    ],
)
def test_find_words__what_contains_them(library, query, expected):
    assert set(names(library, query)) == expected


WRITTEN = {
    "/n/Fo\u0308rster/\u1107\u1169\u1100\u1169\u1109\u1165.txt": "Ku\u0308rbis, \u1109\u1165\u110b\u116e\u11af, "
    "\u30ab\u3099\u30a4\u30c8\u3099, Vie\u0323\u0302t Nam, A\u030angstro\u0308m",
    "/n/typography.txt": "They don\u2019t; Donau\u00addampf\u00adschiff\u00adfahrt, zero\u200bwidth, "
    "joi\u2060ner, non\u2011breaking, \u201equoted\u201c, 2019\u20132020",
    "/n/letters.txt": "Die Stra\u00dfe ist wei\u00df; o\ufb03ce, \ufb01rst; \uff21\uff22\uff23\uff11, \uff76\uff9e\uff72\uff84\uff9e; "
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03bf\u03b4\u03cc\u03c2; \u0141\u00f3d\u017a, \u00d8rsted, \u0451\u043b\u043a\u0430, \u0441\u0442\u0440\u0430\u043d\u0430\u0301, "
    "\u0130stanbul, x\u00b2, \u2167",
    "/n/semitic.txt": "\u0645\u064f\u062f\u064e\u0631\u0651\u0650\u0633\u064e\u0629 \u0623\u062d\u0645\u062f \u0633\u0644\u0640\u0640\u0627\u0645 \u0645\u06cc\u200c\u0631\u0648\u0645 \u06a9\u062a\u0627\u0628 \u0662\u0660\u0662\u0664 "
    "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "/n/indic.txt": "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e17\u0e35\u0e48\u0e19\u0e35\u0e48\u0e21\u0e35\u0e19\u0e49\u0e33",
    "/n/signs.txt": "Party \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u2764\ufe0f and C# and .NET and rock'n roll, "
    "the well-\nknown e-mail, permit-\nted",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("written") / "library") as opened:
        for path, text in WRITTEN.items():
            put_file(opened, Path(path), path, [(content(kind=Kind.PASSAGE, text=text), NORTH)])
        yield opened


@pytest.mark.parametrize(
    ("query", "file"),
    [
        *((word, "\u1107\u1169\u1100\u1169\u1109\u1165") for word in (
            "förster", "보고서", "보고", "서울", "ガイド", "イド", "Việt", "viet", "Ångström", "KÜRBIS",
        )),
        *((word, "typography") for word in (
            "don't", "don’t", "Donaudampfschifffahrt", "dampfschiff", "zerowidth", "joiner",
            "non-breaking", "non‑breaking", "nonbreaking", "donau\u00addampf", "quoted", "2019-2020", "2019—2020",
        )),
        *((word, "letters") for word in (
            "Strasse", "STRASSE", "straße", "STRAẞE", "weiss", "office", "first", "ﬁrst", "ABC1", "ａｂｃ1",
            "ガイド", "ｶﾞｲﾄﾞ", "οδυσσεύς", "οδυσσευσ", "ΟΔΟΣ", "lodz", "orsted", "елка", "ёлка",
            "страна", "istanbul", "ISTANBUL", "x2", "viii",
        )),
        *((word, "semitic") for word in (
            "مدرسة", "مدرسه", "مُدَرِّسَة", "احمد", "أحمد", "سلام", "میروم", "می\u200cروم", "كتاب", "کتاب",
            "2024", "٢٠٢٤", "שלום", "שָׁלוֹם",
        )),
        *((word, "indic") for word in ("हिन्दी", "ที่", "น้ำ", "มีน้ำ")),
        *((word, "signs") for word in (
            "👨‍👩‍👧", "❤", "❤️", "c#", "C#", ".NET", "rock’n", "well-known", "wellknown", "permitted",
            "email", "e-mail",
        )),
    ],
)  # fmt: skip
def test_find_words__however_they_are_written(written, query, file):
    assert file in names(written, query)
    assert file in names(written, f'"{query}"')


@pytest.mark.parametrize("query", ["हान्दा", "ทานานำ", "カイト", "и", "서우", "ведомость"])
def test_find_words__other_vowels_and_letters_are_other_words(written, query):
    assert names(written, query) == []


def test_find_words__whole_words_before_parts_of_words(library):
    assert names(library, "fox") == ["fox", "long"]
    assert names(library, "art") == ["x", "café"]


def test_find_words__a_filter_hides_and_says_how_many(library):
    where = ItemFilter(folder=Path("/home/boats"))
    found = library.find_words(ExactWords.read("old"), where)
    assert len(found.found) == 1
    assert len(found.hidden) == 1
    assert names(library, "old", where) == ["old"]


def test_find_words__says_what_contains_what_is_not_wanted(library):
    found = library.find_words(ExactWords.read('-fox -"c++"'))
    items = library.items(sorted(found.unwanted)).values()
    assert found.found == ()
    assert {item.path.stem for item in items} == {"fox", "café"}


ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    alphabet="fo\"x*^+-:(){}'\\ \0%_NEAROTD狐\ud800\u0301", max_size=40
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(text=ANY_TEXT)
def test_find_words__no_text_is_an_error(library, text):
    library.find_words(ExactWords.read(text))
    library.find_words(ExactWords(wanted=(text,), unwanted=(text,)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(data=st.data())
def test_find_words__every_part_of_a_text_finds_it(library, data):
    """Three characters or more, as they stand there, without a line's or a word's end."""
    path = data.draw(st.sampled_from(sorted(NOTES)))
    text = data.draw(st.sampled_from([NOTES[path], path]))
    begin = data.draw(st.integers(0, len(text) - 3))
    part = text[begin : data.draw(st.integers(begin + 3, len(text)))]
    if part != " ".join(part.split()):
        return
    found = library.find_words(ExactWords(wanted=(part,)))
    assert Path(path) in {item.path for item in library.items(found.found).values()}


def test_find_words__a_pasted_book_takes_no_time(library):
    assert names(library, '"' + "fox " * 20_000) == []
    assert names(library, "word" * 20_000) == []
