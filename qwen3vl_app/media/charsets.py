"""The encoding of a text without a byte order mark: declared, or guessed from its letters.

Order: UTF-8 if all of it fits; what the text declares; what its letters make most likely.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from qwen3vl_app.media.likelihood import Likelihood

_SAMPLE = 3000
"""Bytes of lines with letters beyond ASCII that are looked at: some ten sentences, 0.1 s."""

_WEST = ("fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "ca", "sq", "en")
_EAST = ("pl", "cs", "sk", "hu", "hr", "sl", "ro")
_CYRILLIC = ("ru", "uk", "bg", "mk")

_LANGUAGES: dict[str, tuple[tuple[str, ...], float]] = {
    "utf-8": ((*_WEST, *_EAST, "ru", "el", "zh-cn", "ja", "ko"), 0.0),
    "cp1252": (_WEST, -1.0),
    "cp1250": (_EAST, 2.5),
    "cp1251": (_CYRILLIC, 1.0),
    "gb18030": (("zh-cn", "zh-tw"), 1.0),
    "cp932": (("ja",), 1.0),
    "cp949": (("ko",), 1.0),
    "big5hkscs": (("zh-tw",), 1.0),
    "cp1253": (("el",), 1.5),
    "cp1254": (("tr",), 1.5),
    "cp1255": (("he",), 1.5),
    "cp1256": (("ar", "fa", "ur"), 1.5),
    "cp1257": (("lt", "lv", "et"), 2.0),
    "cp1258": (("vi",), 3.0),
    "cp874": (("th",), 1.5),
    "iso8859_15": (_WEST, 3.0),
    "iso8859_2": (_EAST, 3.5),
    "iso8859_5": (_CYRILLIC, 4.0),
    "iso8859_7": (("el",), 3.0),
    "iso8859_8": (("he",), 4.0),
    "iso8859_9": (("tr",), 4.0),
    "koi8_r": (("ru", "bg"), 2.0),
    "koi8_u": (("uk",), 2.5),
    "euc_jp": (("ja",), 2.0),
    "mac_roman": (_WEST, 4.0),
    "mac_cyrillic": (_CYRILLIC, 7.0),
    "cp437": (_WEST, 6.0),
    "cp850": (_WEST, 5.0),
    "cp852": (_EAST, 5.0),
    "cp866": (_CYRILLIC, 4.0),
    "cp857": (("tr",), 6.0),
    "cp737": (("el",), 6.0),
    "cp862": (("he",), 6.0),
    "cp775": (("lt", "lv", "et"), 7.0),
}
"""The languages that are written in each encoding, and a cost: how seldom files are in it now."""

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_WIDE_LANGUAGES = (
    *_WEST, *_EAST, *_CYRILLIC, "el", "he", "ar", "fa", "ur", "th", "tr", "vi", "lt", "lv", "et",
    "hu", "zh-cn", "zh-tw", "ja", "ko",
)  # fmt: skip
_UNSPACED = ("zh-cn", "zh-tw", "ja", "ko")
_WIDE_COST = 5.0
_MOST_CONTROLS = 0.01
_MOST_PER_CHARACTER = 8.0
"""Nats. Rare Chinese has 7.5, everyday texts 2 to 6; arbitrary pairs of bytes 11 and more."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

_HEAD = 4096
_DECLARED = (
    re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE),
    re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE),
    re.compile(rb"""^@charset\s+["']([\w.:-]+)["']\s*;""", re.IGNORECASE),
    re.compile(
        rb"""^["']?Content-Type:[^\n]*?(?:\n[ \t][^\n]*?)?charset=["']?([\w.:-]+)""", re.I | re.M
    ),
    re.compile(rb"""^[^\n\\%]*\\usepackage\[([\w-]+)\]\{inputenc\}""", re.MULTILINE),
    re.compile(
        rb"""^\.\. -\*-.*?coding:\s*([\w.-]+)|^%\s*!TeX\s+encoding\s*=\s*([\w.-]+)""", re.I | re.M
    ),
)
_COOKIE = re.compile(
    rb"""^\s*(?:\#|//|/?\*|--|%|;|"|\.\.|<!--|\(\*|rem\b)[^\n]*?coding[:=][ \t]*([-\w.]+)""",
    re.IGNORECASE,
)
"""In a comment as Python (PEP 263), Emacs and Vim have it: in the first two lines or the last."""

_AS_BROWSERS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "latin9": "iso8859_15", "ansinew": "cp1252",
    "applemac": "mac_roman", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "shift_jis": "cp932", "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874",
    "big5": "big5hkscs", "x-sjis": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
    "ks_c_5601-1987": "cp949", "ansi": "cp1252",
}  # fmt: skip
"""Names and their wider relatives, as the WHATWG encoding standard has them: what calls itself
Latin 1 or GB 2312 uses characters of Windows 1252 and GB 18030."""

_JIS = re.compile(rb"\x1b\$[@B]|\x1b\([BJI]")
_MAX_WRONG = 0.01
"""Share of characters that may not fit a declared encoding."""


def declared(data: bytes) -> str | None:
    """The codec that a text names at its beginning, if there is one and the text fits it."""
    for name in _names(data):
        codec = _codec(name)
        if (
            codec is None
            or codec in ("utf-8", "utf-8-sig")
            or codec.startswith(("utf-16", "utf-32"))
        ):
            continue
        text = data.decode(codec, "replace")
        if text.count("\ufffd") <= _MAX_WRONG * len(text):
            return codec
    return None


def is_jis(data: bytes) -> bool:
    """Whether it is ISO-2022-JP: Japanese in seven bits, which is valid ASCII and UTF-8."""
    if not data.isascii() or not _JIS.search(data):
        return False
    try:
        data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        return False
    return True


def likely(data: bytes) -> str:
    """The codec of one or two bytes a character in which ``data`` is most likely text."""
    sample = _sample(data)
    likelihood = Likelihood()
    costs = {
        codec: likelihood.cost(_decoded(sample, codec), languages) + cost
        for codec, (languages, cost) in _LANGUAGES.items()
    }
    if len(data) % 2 == 0:  # those of other scripts have control characters among their bytes
        costs |= {
            codec: likelihood.cost(_decoded(data[:_SAMPLE], codec), _UNSPACED) + _WIDE_COST
            for codec in ("utf-16-le", "utf-16-be")
        }
    return min(costs, key=lambda codec: costs[codec])


def wide(data: bytes) -> str | None:
    """The codec of two or four bytes a character in which ``data`` is text; None if it is none."""
    sample = data[: _SAMPLE // 4 * 4]
    likelihood = Likelihood()
    best: tuple[float, str] | None = None
    for codec in _WIDE:
        if len(data) % (4 if "32" in codec else 2):
            continue
        text = sample.decode(codec, "replace")
        if text.count("\ufffd") > 1:  # one is a pair of surrogates that the sample cuts
            continue
        if len(_CONTROL.findall(text)) > _MOST_CONTROLS * len(text):
            continue
        cost = likelihood.cost(text, _WIDE_LANGUAGES)
        if cost / len(text) < _MOST_PER_CHARACTER and (best is None or cost < best[0]):
            best = cost, codec
    return None if best is None else best[1]


def _names(data: bytes) -> Iterator[str]:
    head = data[:_HEAD]
    for pattern in _DECLARED:
        if found := pattern.search(head):
            yield next(group for group in found.groups() if group).decode("ascii")
    lines = head.split(b"\n")[:2]
    if len(data) <= _HEAD or len(lines) == 2:
        lines += data[-_HEAD:].split(b"\n")[-6:]
    for line in lines:
        if found := _COOKIE.match(line):
            yield found[1].decode("ascii")


def _codec(name: str) -> str | None:
    small = name.lower()
    if small in _AS_BROWSERS:
        return _AS_BROWSERS[small]
    for known in (
        small,
        small.removeprefix("x-"),
        small.removesuffix("-unix").removesuffix("-dos"),
    ):
        try:
            codec = codecs.lookup(known)
        except LookupError:
            continue
        if not getattr(codec, "_is_text_encoding", True):
            return None
        return _AS_BROWSERS.get(codec.name, codec.name)
    return None


def _decoded(data: bytes, codec: str) -> str:
    return data.decode(codec, "replace")


def _sample(data: bytes) -> bytes:
    """Lines with something beyond ASCII, up to :data:`_SAMPLE` bytes."""
    kept: list[bytes] = []
    left = _SAMPLE
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            kept.append(line[:left])
            left -= len(line)
            if left <= 0:
                break
    return b"".join(kept)
