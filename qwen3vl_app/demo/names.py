# ruff: noqa: E501 - tables of characters are read along the line
"""What the things of the small world are, and what they are called.

Things are single pictographs. Their names and keywords come from Unicode CLDR's annotations
(Debian package `unicode-cldr-core`), in the languages of `LANGUAGES`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

CLDR_ANNOTATIONS = Path("/usr/share/unicode/cldr/common/annotations")

LANGUAGES = ("en", "zh", "ja", "ko", "es", "fr", "de", "pt", "it", "ru", "ar", "hi")
"""Every language that names can be read in."""

TRAINED_LANGUAGES = ("en", "zh", "ja", "es", "fr", "de", "pt", "ru")
"""The languages of the bundled checkpoints' training texts."""

MOST_OWNERS = 2
"""A keyword shared by more things than this names none of them and is dropped."""

CATEGORIES = {
    "animals": (
        "🐁🐄🐅🐆🐇🐈🐉🐊🐋🐌🐍🐎🐐🐑🐒🐓🐔🐕🐖🐗🐘🐙🐛🐜🐝🐞🐟🐠🐡🐢🐣🐦🐧🐨🐩🐪🐬🐳🐸🐹🐺🐻🐼"
        "🦀🦁🦂🦃🦄🦅🦆🦇🦈🦉🦊🦋🦌🦍🦎🦏🦐🦑🦒🦓🦔🦕🦖🦘🦙🦚🦛🦜🦝🦟🦢🦥🦦🦨🦩🦫🦭🕊"
    ),
    "plants": "🌱🌲🌳🌴🌵🌷🌸🌹🌺🌻🌼🍀🍁🍄💐🪴🪺",
    "food": (
        "🌭🌮🌯🌽🌶🍅🍆🍇🍈🍉🍊🍋🍌🍍🍎🍐🍑🍒🍓🍔🍕🍖🍙🍚🍜🍝🍞🍟🍣🍤🍦🍨🍩🍪🍫🍬🍭🍯🍰🍱🍳🍷🍸🍹🍺🍿"
        "🥐🥑🥒🥔🥕🥖🥗🥚🥛🥜🥝🥞🥟🥥🥦🥧🥨🥪🧀🧁🧃🧄🧅🫒🎂☕"
    ),
    "vehicles": "🚀🚁🚄🚋🚌🚑🚒🚓🚕🚗🚚🚜🚢🚤🚲🛳🛴🛵🛶🛸🛹🏍⛵✈🪂🛰🚦",
    "buildings": "🏠🏢🏥🏰🏛⛪🕌🗼🗽⛲⛺🎡🎢🎠🎪🌉🚪",
    "sky": "☀☁⛅🌧🌨🌪🌈🌊🌋🌙🌕⭐☂❄⚡🔥💧🪐🌍🏔🏝🏜⛄",
    "sports": "⚽⚾🏀🏈🏉🏐🎾🏓🥊🎿🏹🎳⛸🏆🏅🎯🪁🪀🎣🥏🛼",
    "music": "🎷🎸🎹🎺🎻🥁🪗🎤🎧",
    "leisure": "🎈🎁🎀🎃🎄🎨🎩🎫🎬🎭🎮🎲🧩🧸🪆🏮🪄♟",
    "clothes": "👑👒👓👔👕👖👗👜👞👠🎒🎓🧢🧣🧤🧥🧦🕶☂🥾💍💄",
    "tools": (
        "🔑🔒🔔🔦🔧🔨🔪🔬🔭🔮🪓🪜🪝🪥🪑🛏🚽🚿🛁🧹🧺🧯🧰🧲🧪🧭🧮🧶🧷✂📎📏📐📌✏🖌🗝🛡⚓⚖⛏💡💣💊💎💰"
        "💳💻📱📷📹📺📻📚📖📜🗺📡🔋🔍🕯🖨🖱🎥🪙🦴🦷🧠💿📅🛒🛎🧳⌚⏳⏰🪨"
    ),
    "creatures": "👻👽🤖💀🧜🧞",
}
"""Category -> its things, one character each. Faces, hands, flags and signs are left out."""


EVERYDAY = {
    "🚗": "car", "☕": "coffee", "🌶": "chili", "🐞": "ladybug", "🐝": "bee", "🐢": "tortoise", "🍊": "orange", "🍔": "burger",
    "🌃": "night", "🍚": "rice", "🍞": "loaf of bread", "🍟": "fries", "🥦": "broccoli", "🌽": "corn", "🍄": "toadstool",
    "🚲": "bike", "✈": "plane", "⛵": "sailing boat", "🚒": "fire truck", "🚓": "police car", "🏠": "home", "⚡": "lightning",
    "🔥": "flame", "⚽": "football", "🎈": "balloon", "🎁": "present", "🎂": "cake", "📱": "phone", "📷": "photo camera",
    "💻": "computer", "📺": "tv", "🔧": "spanner", "👓": "spectacles", "🦋": "butterfly", "🦖": "dinosaur", "🦏": "rhino",
    "🦛": "hippo", "🐘": "elephant", "🌳": "tree", "🌲": "fir tree", "🌸": "blossom", "⌚": "wristwatch", "🌕": "moon",
    "☀": "sunshine", "🌧": "rain", "⛄": "snowman", "🍷": "wine", "🍺": "beer", "🥛": "milk", "🧀": "cheese", "🎃": "pumpkin",
    "🥁": "drums", "👻": "ghost", "🤖": "robot", "🏺": "vase", "🗺": "map", "🚢": "cruise ship", "🐇": "bunny", "🚁": "chopper",
    "🍉": "melon slice", "🧸": "stuffed bear", "💎": "diamond", "🕶": "shades", "🚽": "lavatory", "🐋": "big whale",
}  # fmt: skip
"""Everyday English names that CLDR lacks or gives to many things."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One drawable thing: its character, its category, and language -> names, the main one first."""

    glyph: str
    category: str
    names: dict[str, tuple[str, ...]] = field(compare=False)

    def name(self, language: str = "en") -> str:
        """The main name in `language`, or in English where CLDR has none."""
        return (self.names.get(language) or self.names["en"])[0]


def read_annotations(language: str) -> dict[str, list[str]]:
    """Character -> its names in `language`, the short name first, then the keywords."""
    names: dict[str, list[str]] = {}
    file = CLDR_ANNOTATIONS / f"{language}.xml"
    root = ElementTree.parse(file).getroot()  # noqa: S314 - installed by the system's packages
    for node in root.iter("annotation"):
        text = (node.text or "").strip()
        known = names.setdefault(node.get("cp") or "", [])
        if node.get("type") == "tts":
            known.insert(0, text)
        else:
            known += [part.strip() for part in text.split("|")]
    return names


def characters(limit: int | None = None) -> list[tuple[str, str]]:
    """(character, category) of every listed thing once; with `limit`, evenly thinned out."""
    found: dict[str, str] = {}
    for category, glyphs in CATEGORIES.items():
        for glyph in glyphs:
            found.setdefault(glyph, category)
    pairs = list(found.items())
    if limit is None or limit >= len(pairs):
        return pairs
    return [pairs[index * len(pairs) // limit] for index in range(limit)]


def distinct(names: dict[str, list[str]], glyphs: list[str]) -> dict[str, tuple[str, ...]]:
    """The names per character, each once, without those that many of `glyphs` share."""
    owners = Counter(name for glyph in glyphs for name in set(names.get(glyph, [])))
    kept = {}
    for glyph in glyphs:
        ordered = list(dict.fromkeys(names.get(glyph, [])))
        kept[glyph] = tuple(
            name for place, name in enumerate(ordered) if place == 0 or owners[name] <= MOST_OWNERS
        )
    return kept


@lru_cache(maxsize=8)
def load_things(limit: int | None = None) -> tuple[Thing, ...]:
    """Every thing with an English name, in the order of `CATEGORIES`; reads about 12 files once."""
    pairs = characters(limit)
    glyphs = [glyph for glyph, _ in pairs]
    tables = {language: distinct(read_annotations(language), glyphs) for language in LANGUAGES}
    things = []
    for glyph, category in pairs:
        names = {language: table[glyph] for language, table in tables.items() if table[glyph]}
        if glyph in EVERYDAY:
            names["en"] = tuple(
                dict.fromkeys((*names["en"][:1], EVERYDAY[glyph], *names["en"][1:]))
            )
        if "en" in names:
            things.append(Thing(glyph, category, names))
    return tuple(things)
