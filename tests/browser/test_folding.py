"""The page folds words as the library does."""

from __future__ import annotations

import random

from qwen3vl_app.types.folding import fold
from qwen3vl_app.ui import scripts
from tests.store.test_full_text_search import QUERIES, WRITTEN

RANGES = (
    (0x20, 0x250), (0x300, 0x310), (0x370, 0x600), (0x600, 0x700), (0x900, 0xA00), (0xE00, 0xE5C),
    (0x1100, 0x1200), (0x2000, 0x2070), (0x3040, 0x30FF), (0xAC00, 0xAD00), (0xFF00, 0xFFEF),
)  # fmt: skip
FOLD = """async ([url, texts]) => {
  const { fold, foldWithPlaces } = await import(url);
  return texts.map((text) => [fold(text), foldWithPlaces(text).folded]);
}"""


def test_fold__the_page_and_the_library_agree(page):
    draw = random.Random(1)
    texts = [*WRITTEN, *WRITTEN.values(), *QUERIES.values()]
    texts += [
        "".join(chr(draw.randrange(*draw.choice(RANGES))) for _ in range(12)) for _ in range(1000)
    ]
    found = page.evaluate(FOLD, [scripts.url("kit/folding.js"), texts])
    assert found == [[fold(text)] * 2 for text in texts]


MARK = """async ([url, text, words]) => {
  const { marked } = await import(url);
  const node = document.createElement('p');
  node.textContent = text;
  document.body.append(node);
  marked([node], words, 'tried');
  return [...CSS.highlights.get('tried') ?? []].map(String);
}"""


WRITINGS = {
    "Stra\u00dfe": "strasse",
    "o\ufb03ce": "office",
    "Fo\u0308rster": "forster",
    "don\u2019t": "don't",
    "ｶﾞｲﾄﾞ": "ガイド",
}


def test_marked__words_as_the_text_writes_them(page):
    text = ", ".join([*WRITINGS, "Donau\u00addampf\u00adschiff"])
    words = [*WRITINGS.values(), "dampf", ""]
    found = page.evaluate(MARK, [scripts.url("kit/highlight.js"), text, words])
    assert found == [*WRITINGS, "dampf\u00ad"]


def test_rows__say_where_exact_words_stand(page):
    page.goto(page.url.partition("?")[0] + "?q=lighthouse&words=only")
    page.locator(".column-recall .row").first.wait_for()
    marked = page.evaluate("[...CSS.highlights.get('row-words-recall')].map(String)")
    assert {word.lower() for word in marked} == {"lighthouse"}
