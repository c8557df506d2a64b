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
from zlib import crc32

from fontTools.ttLib import TTFont

from qwen3vl_app.demo.world.drawing import EMOJI_FONT

CLDR_ANNOTATIONS = Path("/usr/share/unicode/cldr/common/annotations")

LANGUAGES = ("en", "zh", "ja", "ko", "es", "fr", "de", "pt", "it", "ru", "ar", "hi")
"""The languages of the names, and of the bundled checkpoints' training texts."""


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
"""Category -> its best known things, one character each; `more_pictographs` gives the others."""

SIGNS = (
    "⌛⛎⛔☑☝☠☢☣☦☪☮☯☸✝✡✨✳✴❇❌❎❣❤♀♂♠♣♥♦♻♾♿⚕⚛⚜⚠⚡⚧⚪⚫⚰⚱㊗㊙🀄🃏🔃🔄🔅🔆🔇🔈🔉🔊🔏🔐🔕🔗🔘🔞"
    "🔯🔰🔱🔲🔳🔴🔵🔶🔷🔸🔹🔺🔻🔼🔽🕉🛂🛃🛄🛅🛐🛑🚫🚬🚭🚮🚯🚰🚱🚳🚷🚸🚹🚺🚻🚼🚾📛📳📴📵📶💟💠💢💤💬💭💮💯💱💲"
    "🏧🎦🏻🏼🏽🏾🏿🦰🦱🦲🦳🖕⭕🔀🔁🔂🚥🔙🔚🔛🔜🔝"
)
"""Signs, marks and skin tones: not things that anyone would look for."""

SIGN_RANGES = ((0x0, 0x22FF), (0x23CF, 0x23EF), (0x23F8, 0x25FF), (0x2648, 0x2653), (0x2709, 0x270F),
    (0x2712, 0x271F), (0x2750, 0x27FF), (0x2900, 0x303F), (0x1F140, 0x1F2FF), (0x1F519, 0x1F524),
    (0x1F550, 0x1F567), (0x1F7C0, 0x1F7FF))  # fmt: skip
"""Code points of arrows, letters, zodiac signs, hours and coloured squares, both ends included."""

FACES = ((0x1F600, 0x1F64F), (0x1F910, 0x1F92F), (0x1F970, 0x1F97A), (0x1FAE0, 0x1FAE8))
"""Code points of faces."""

NEIGHBOURS = 24
"""Unlisted things count as of one kind in runs of so many code points: Unicode orders by topic."""


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


HELD_OUT = 10
"""One in so many keywords, pairs of things and heading words is kept out of training."""


def held_out(*parts: str) -> bool:
    """Whether this keyword, pair or word is kept for measuring; the same on every machine."""
    return crc32("|".join(parts).encode()) % HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Thing:
    """One drawable thing: its character, its category, and language -> names, the main one first.

    ``unseen`` holds the keywords that training never uses, likewise.
    """

    glyph: str
    category: str
    names: dict[str, tuple[str, ...]] = field(compare=False)
    unseen: dict[str, tuple[str, ...]] = field(compare=False, default_factory=dict)

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


@lru_cache(maxsize=1)
def font_points() -> frozenset[int]:
    """The code points for which the emoji font has a picture."""
    with TTFont(EMOJI_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def within(glyph: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether the character's code point lies in one of the ranges."""
    return any(first <= ord(glyph) <= last for first, last in ranges)


def more_pictographs() -> list[tuple[str, str]]:
    """(character, category) of all single pictographs that both font and CLDR know, but signs."""
    listed = {glyph for glyphs in CATEGORIES.values() for glyph in glyphs}
    known = sorted({glyph for glyph in read_annotations("en") if len(glyph) == 1} - listed)
    return [
        (glyph, "faces" if within(glyph, FACES) else f"kin {ord(glyph) // NEIGHBOURS}")
        for glyph in known
        if ord(glyph) in font_points() and glyph not in SIGNS and not within(glyph, SIGN_RANGES)
    ]


def characters(limit: int | None = None) -> list[tuple[str, str]]:
    """(character, category) of every thing once; with `limit`, evenly thinned out."""
    found: dict[str, str] = {}
    for category, glyphs in CATEGORIES.items():
        for glyph in glyphs:
            found.setdefault(glyph, category)
    pairs = [*found.items(), *more_pictographs()]
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


def split(glyph: str, tongue: str, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The names for training and those held out; the main name is always for training."""
    kept: list[str] = list(names[:1])
    unseen: list[str] = []
    for name in names[1:]:
        (unseen if held_out(glyph, tongue, name) else kept).append(name)
    return kept, unseen


@lru_cache(maxsize=8)
def load_things(limit: int | None = None) -> tuple[Thing, ...]:
    """Every thing with an English name, the listed ones first; reads about 12 files once."""
    pairs = characters(limit)
    glyphs = [glyph for glyph, _ in pairs]
    tables = {language: distinct(read_annotations(language), glyphs) for language in LANGUAGES}
    things = []
    for glyph, category in pairs:
        names: dict[str, tuple[str, ...]] = {}
        unseen: dict[str, tuple[str, ...]] = {}
        for language, table in tables.items():
            if table[glyph]:
                kept, rest = split(glyph, language, table[glyph])
                names[language], unseen[language] = tuple(kept), tuple(rest)
        if glyph in EVERYDAY:
            names["en"] = tuple(
                dict.fromkeys((*names["en"][:1], EVERYDAY[glyph], *names["en"][1:]))
            )
        if "en" in names:
            things.append(Thing(glyph, category, names, unseen))
    return tuple(things)


SHORTEST_WORD, LONGEST_WORD = 3, 10


@lru_cache(maxsize=2)
def heading_words(*, unseen: bool) -> tuple[str, ...]:
    """English words for headings, in alphabetical order: those of training, or the held-out ones.

    They are the words of all English annotations, things or not: about 4,000.
    """
    texts = [name for names in read_annotations("en").values() for name in names]
    words = {word.lower() for text in texts for word in text.split() if word.isascii()}
    fitting = sorted(
        word for word in words if word.isalpha() and SHORTEST_WORD <= len(word) <= LONGEST_WORD
    )
    return tuple(word for word in fitting if held_out(word) == unseen)
