from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.full_text_search import MOST_SIGNS
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
    normalize("NFD", "/n/Förster/보고서.txt"): normalize(
        "NFD", "Kürbis, 서울, ガイド, Việt Nam, Ångström"
    ),
    "/n/typography.txt": "They don\u2019t; Donau\u00addampf\u00adschiff\u00adfahrt, "
    "zero\u200bwidth, joi\u2060ner, non\u2011breaking, \u201equoted\u201c, 2019\u20132020",
    "/n/letters.txt": "Die Straße ist weiß; o\ufb03ce, \ufb01rst; ＡＢＣ１, ｶﾞｲﾄﾞ; ΟΔΥΣΣΕΥΣ οδός; "
    "Łódź, Ørsted, ёлка, страна\u0301, \u0130stanbul, x², Ⅷ",
    "/n/semitic.txt": "مُدَرِّسَة أحمد سلـــام می\u200cروم کتاب ٢٠٢٤ שָׁלוֹם",
    "/n/indic.txt": "हिन्दी ที่นี่มีน้ำ",
    "/n/signs.txt": "Party 👨\u200d👩\u200d👧 and ❤\ufe0f and C# and .NET and rock'n roll, "
    "the well-\nknown e-mail, permit-\nted",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("written") / "library") as opened:
        for path, text in WRITTEN.items():
            put_file(opened, Path(path), path, [(content(kind=Kind.PASSAGE, text=text), NORTH)])
        yield opened


QUERIES = {
    normalize("NFD", "보고서"): "förster 보고서 보고 서울 ガイド イド Việt viet Ångström KÜRBIS",
    "typography": "don't don’t Donaudampfschifffahrt dampfschiff zerowidth joiner non-breaking "
    "non‑breaking nonbreaking donau\u00addampf quoted 2019-2020 2019—2020",
    "letters": "Strasse STRASSE straße STRAẞE weiss office first ﬁrst ABC1 ａｂｃ1 ガイド ｶﾞｲﾄﾞ "
    "οδυσσεύς οδυσσευσ ΟΔΟΣ lodz orsted елка ёлка страна istanbul ISTANBUL x2 viii",
    "semitic": "مدرسة مدرسه مُدَرِّسَة احمد أحمد سلام میروم می\u200cروم كتاب کتاب 2024 ٢٠٢٤ שלום שָׁלוֹם",
    "indic": "हिन्दी ที่ น้ำ มีน้ำ",
    "signs": "👨\u200d👩\u200d👧 ❤ ❤\ufe0f c# C# .NET rock’n well-known wellknown "
    "permitted email e-mail",
}


@pytest.mark.parametrize(
    ("query", "file"),
    [(word, file) for file, written in QUERIES.items() for word in written.split()],
)
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
@example(text='/":"¡"\U0003134b"\U0003134c')  # five words, each of one sign
def test_find_words__no_text_is_an_error_but_for_many_signs(library, text):
    library.find_words(ExactWords(wanted=(text,), unwanted=(text,)))
    words, refused = ExactWords.read(text), None
    try:
        library.find_words(words)
    except UsageError as error:
        refused = error.code
    few = len({*words.wanted, *words.unwanted}) <= MOST_SIGNS
    assert refused is None if few else refused in (None, "words.signs")


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
