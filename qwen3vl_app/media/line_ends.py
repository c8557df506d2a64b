"""Words that a printed page breaks at the ends of its lines become whole again."""

from __future__ import annotations

import re

MARKS = "\x02\ufffe"
"""What PDFium puts where a hyphen ended a line and the line goes on."""

_BROKEN = re.compile(
    rf"(?<![^\W_])(?P<before>[^\W_]++)(?:[{MARKS}][ \t]*\n?|\u00ad[ \t]*\n|[-\u2010][ \t]*\n)"
    r"[ \t]*(?P<after>[^\W_]+)"
)

_WORD = re.compile(r"(?<![^\W_])[^\W_]++(?:-[^\W_]++)*+")

_CONJUNCTIONS = frozenset(
    ("and", "or", "und", "oder", "bzw", "sowie", "et", "ou", "y", "o", "e", "och", "eller", "en")
)
"""Behind a hyphen they say that a second word follows: ``pre- and post-war``."""

_COMPOUNDS_LISTED = """
    above after all anti back best better built cost cross current data deep double early easy
    ever extra eye fair far fast first five forward four free front full fully good half hand
    hard heavy high highly home ill inter large last late left life light like little long low
    machine main many mid middle mother multi near new newly next nine non north old one open
    over part poorly post pre pseudo quasi ready real right second self semi seven short single
    six slow small soft son south state still sub third three time top two ultra under user
    water well west wide widely world year young
"""
_COMPOUNDS = frozenset(_COMPOUNDS_LISTED.split())
"""First parts of English words with a hyphen."""

_ENDINGS_LISTED = """
    able age aged ago al ally ance ant ary ate ated ation back ben ber bers cal came ceive cept
    ched ches cial city come cy day days der ders ed edge eer el ened ening ens ent er ered
    ering ern ers ery est ever ful fully gate ger gers gest go going hood ible ic ical ide ied
    ier iest ify il ile ine ing ings ion ions ish ism ist ists ite ity ive ize ized land lands
    ledge less let ling long look ly man mark men ment ments nce ness nest ning noon ny ogy or
    ors ory ous out over ow pect per pers ported ship sion sions some stand standing stood tage
    take taken tal ted ten ter tern ters tic tical tics time ting tion tional tions tive ton
    ture tures ty ure ver vide ward wards ware way ways where wise work works
"""
_ENDINGS = frozenset(_ENDINGS_LISTED.split())
"""Second parts of words that are written in one: ``well-ness`` and ``under-stand`` were broken."""


def whole_words(text: str) -> str:
    """The text with words joined that were broken at line ends.

    A hyphen stays where it belongs to the word: before capitals and digits, in words with a
    further hyphen, where the page has the word with its hyphen elsewhere, in compounds such as
    ``well-known``. In doubt the word is joined: most were broken.
    """
    known = set(_WORD.findall(text))

    def join(found: re.Match[str]) -> str:
        before, after = found["before"], found["after"]
        if after.lower() in _CONJUNCTIONS:
            return f"{before}- {after}"
        around = (
            found.string[found.start() - 1 : found.start()],
            found.string[found.end() : found.end() + 1],
        )
        chained = "-" in around or any(mark in around for mark in MARKS)
        keep = not _is_broken(before, after, known, chained=chained)
        return f"{before}-{after}" if keep else before + after

    for _ in range(2):  # a word over three lines
        text = _BROKEN.sub(join, text)
    return re.sub(f"[{MARKS}]", "-", text)


def _is_broken(before: str, after: str, known: set[str], *, chained: bool) -> bool:
    if not (before[-1].isalpha() and after[0].isalpha()):
        return False
    if after[0].isupper() and not before.isupper():
        return False
    if before + after in known:
        return True
    if chained or f"{before}-{after}" in known:
        return False
    first, second = before.lower(), after.lower()
    return first not in _COMPOUNDS or second in _ENDINGS or len(second) < 3
