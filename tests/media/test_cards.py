"""Texts as small sheets: every script in a font that has it, in the direction in which it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import ImageFont

from qwen3vl_app.media import cards
from qwen3vl_app.media.cards import draw_card

LATIN, ARABIC = "äößé Größe", "هذه مذكرة"


def font(path: Path, characters: str, height: int) -> str:
    """A font of these characters, all of them bars of one height; missing ones are dots."""
    names = {ord(one): f"u{ord(one):04x}" for one in sorted({*characters})}
    order = [".notdef", *names.values()]
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        top = 60 if name == ".notdef" else height
        for n, point in enumerate(((50, 0), (50, top), (450, top), (450, 0))):
            (pen.lineTo if n else pen.moveTo)(point)
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(order, (500, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.save(path)
    return str(path)


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    found = [
        font(tmp_path / "latin.ttf", LATIN, 500),
        str(tmp_path / "absent.ttf"),
        font(tmp_path / "arabic.ttf", ARABIC + "25", 700),
    ]
    monkeypatch.setattr(cards, "_FONTS", tuple(found))
    cards._fonts.cache_clear()
    yield found
    cards._fonts.cache_clear()


def chosen(text: str) -> str:
    found = cards._font_for(text)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return str(found.path)


def inked(text: str) -> list[int]:
    """Columns of the card in which something stands."""
    picture = np.asarray(draw_card(text).convert("L"))
    return [int(x) for x in np.flatnonzero((picture < 128).any(axis=0))]


@pytest.mark.parametrize(("text", "which"), [(LATIN, 0), (ARABIC, 2), (f"{ARABIC} 25", 2)])
def test_draw_card__the_font_is_one_that_has_the_text(fonts, text, which):
    assert chosen(text) == fonts[which]


def test_draw_card__of_several_scripts_the_font_that_has_most(fonts):
    assert chosen(f"ö {ARABIC}") == fonts[2]
    assert chosen(f"{LATIN} م") == fonts[0]
    assert chosen("ж") == fonts[0]  # none has it


def test_draw_card__arabic_begins_at_the_right(fonts):
    left, right = inked(LATIN), inked(ARABIC)
    assert min(left) < 30
    assert max(left) < 160
    assert max(right) > 290
    assert min(right) > 160
