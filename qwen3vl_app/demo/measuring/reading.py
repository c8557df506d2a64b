"""How well words are read in pictures: drawn screenshots, slides, receipts and scans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from PIL import Image

from qwen3vl_app.demo.measuring.measures import READ_WORDS, Measure, Step
from qwen3vl_app.demo.world.names import Thing
from qwen3vl_app.demo.world.printed import IDEOGRAPHS, KINDS, LAYOUTS, draw_print, worn
from qwen3vl_app.media import ocr
from qwen3vl_app.types import PictureClass
from qwen3vl_app.types.folding import fold

READ = ("en", "de", "fr", "es", "pt", "zh", "ja")
UNREAD = {"Russian": "дом книга", "Arabic": "بيت كتاب", "Hindi": "घर किताब", "Korean": "집 책"}
"""Words of languages whose letters no line of the table is drawn in."""

_WORD = re.compile(r"\w+")

_CLASSES = {"screenshot": PictureClass.SCREENSHOT, "slide": PictureClass.SCREENSHOT}


def read_print(
    things: Sequence[Thing], seed: int, step: Step, *, pages: int = 2
) -> Iterator[Measure]:
    """Shares of the words that are read, by language and kind, clean and worn.

    A word counts where it is found as it was drawn, folded as exact words are. 2 to 10 s a page.
    """
    for language in READ:
        for kind in KINDS:
            step(f"words in pictures: {language}, {kind}")
            rng = Random(f"{seed} {language} {kind}")
            drawn = [_page(rng, things, kind, language) for _ in range(pages)]
            for state in ("clean", "worn"):
                shown = [(worn(rng, page) if state == "worn" else page) for page, _ in drawn]
                shares = [
                    _share(page, words, kind, language)
                    for page, (_, words) in zip(shown, drawn, strict=True)
                ]
                cases = sum(len(words) for _, words in drawn)
                name = f"{language}, {kind}, {state}"
                yield Measure(READ_WORDS, name, cases, sum(shares) / len(shares))
    for name, words in UNREAD.items():
        letters = {letter for letter in words if letter.isalpha()}
        share = len(letters & ocr.known_letters()) / len(letters)
        yield Measure(READ_WORDS, f"letters known, {name}", len(letters), share)


def _page(
    rng: Random, things: Sequence[Thing], kind: str, language: str
) -> tuple[Image.Image, list[str]]:
    most = 18 if kind == "receipt" else 40
    names = [name for thing in things if len(name := thing.name(language)) <= most]
    words = rng.sample(names, LAYOUTS[kind].lines)
    return draw_print(rng, kind, words, language), words


def _share(page: Image.Image, words: Sequence[str], kind: str, language: str) -> float:
    lines = ocr.read_lines(page, _CLASSES.get(kind, PictureClass.SCAN))
    read = fold(" ".join(line.text for line in lines))
    if language in IDEOGRAPHS:
        joined = "".join(read.split())
        return sum("".join(fold(word).split()) in joined for word in words) / len(words)
    wanted = Counter(_words(" ".join(words)))
    return sum((wanted & Counter(_words(read))).values()) / sum(wanted.values())


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
