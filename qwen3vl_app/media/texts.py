"""Bytes of a text file become numbered lines."""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category, normalize

from qwen3vl_app.errors import UnreachableMediaError, UnreadableMediaError
from qwen3vl_app.media import charsets
from qwen3vl_app.media.encoded import readable
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.media.held import open_held
from qwen3vl_app.media.mails import mail_lines
from qwen3vl_app.messages import Message

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 2**16
"""Bytes in which control characters are counted."""

_SILENT = {"script", "style", "template"}
_INLINE = """
    a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strong sub
    sup tt u var wbr
"""
_WITHIN_WORDS = set(_INLINE.split())
"""Elements of HTML that may begin and end inside a word; all others separate words."""

_ENCODED_ONLY = Message.of("reason.encoded")

_COLOURS = re.compile(r"\x1b\[[0-9;:]{0,40}[A-Za-z]")
"""What terminals take for colours and places (ECMA-48, 5.4); logs are full of them."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b\x08"))
_MAX_CONTROLS = 0.002
"""Share of control characters above which bytes are no text; logs hold a few."""


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, without their ends; line 1 is the first entry.

    HTML gives the text of its elements at the lines where they stand in the source; encoded data,
    such as pictures in base64, is left out of its lines.

    Raises:
        UnreadableMediaError: It holds binary data, or nothing but white space or encoded data.
    """
    try:
        with open_held(path) as file:
            data = file.read()
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
    text = decode(data)
    if text is None:
        reason = Message.of("reason.binary", suffix=path.suffix or path.name)
        raise UnreadableMediaError(path, reason)
    lines = _lines(path.suffix.lower(), data, text)
    if not any(line.strip() for line in lines):
        raise UnreadableMediaError(path, Message.of("reason.blank"))
    kept = readable(lines)
    if not any(line.strip() for line in kept):
        raise UnreadableMediaError(path, _ENCODED_ONLY)
    return kept


def _lines(suffix: str, data: bytes, text: str) -> list[str]:
    if suffix in {".html", ".htm", ".xhtml"}:
        return _html_lines(text)
    if suffix == ".eml":
        found = mail_lines(data, decode, split_lines, _html_lines)
        return split_lines(text) if found is None else [normalize("NFC", one) for one in found]
    if suffix in {".json", ".jsonl", ".ndjson"}:
        text = normalize("NFC", _ESCAPED.sub(_meant, text))
    return split_lines(text)


_ESCAPED = re.compile(r"(?<!\\)((?:\\\\){0,100})((?:\\u[0-9A-Fa-f]{4}){1,1000})")
"""Characters of JSON as many programs write all beyond ASCII (RFC 8259, 7)."""


def _meant(found: re.Match[str]) -> str:
    """What they mean; quotation marks, controls and halves of pairs stay as they are."""
    units = bytes.fromhex(found[2].replace("\\u", ""))
    text = units.decode("utf-16-be", "surrogatepass")
    return found[1] + "".join(
        f"\\u{ord(sign):04x}" if sign in '"\\' or category(sign) in ("Cc", "Cs") else sign
        for sign in text
    )


def decode(data: bytes) -> str | None:
    """The text in ``data``, or None if it is none.

    A byte order mark decides; then UTF-8 if it fits; then what the text itself declares, in HTML,
    XML, CSS, a mail or a line for editors; then what its letters make most likely. Single bytes
    that fit nothing become U+FFFD. Composed (NFC), without marks in the middle, where texts were
    put together, and without colours of terminals. Up to 0.2 s where letters have to tell.
    """
    text = _decode(data)
    if text is None:
        return None
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    return normalize("NFC", text.replace("\ufeff", ""))


def _decode(data: bytes) -> str | None:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    if _is_binary(data[:_SAMPLE]):
        wide = charsets.wide(data)
        return None if wide is None else data.decode(wide, errors="replace")
    if charsets.is_jis(data):
        return data.decode("iso2022_jp_ext")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        found = charsets.declared(data) or charsets.likely(data)
        return _by_line(data) if found == "utf-8" else data.decode(found, errors="replace")


def _by_line(data: bytes) -> str:
    """UTF-8, to which lines in another encoding were added, as in logs and joined files."""
    lines = data.splitlines(keepends=True)
    added = {number for number, line in enumerate(lines) if _is_added(line)}
    if not added:
        return data.decode("utf-8", errors="replace")
    other = charsets.likely(b"".join(lines[number] for number in sorted(added)))
    return "".join(
        line.decode(other if number in added else "utf-8", errors="replace")
        for number, line in enumerate(lines)
    )


def _is_added(line: bytes) -> bool:
    """Whether nothing beyond ASCII in a line is UTF-8."""
    beyond = set(line.decode("utf-8", errors="replace")) if not line.isascii() else set()
    return "\ufffd" in beyond and all(sign.isascii() or sign == "\ufffd" for sign in beyond)


def split_lines(text: str) -> list[str]:
    """Lines as an editor counts them: ends are LF, CRLF and CR, not form feeds or U+2028."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > _MAX_CONTROLS * len(sample)


def _html_lines(text: str) -> list[str]:
    parser = _TextOfHtml()
    parser.feed(text)
    parser.close()
    return parser.lines


class _TextOfHtml(HTMLParser):
    """Collects character data by source line; scripts and styles are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._silent = 0
        self._apart = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT
        self._apart |= tag not in _WITHIN_WORDS

    def handle_endtag(self, tag: str) -> None:
        self._silent -= self._silent > 0 and tag in _SILENT
        self._apart |= tag not in _WITHIN_WORDS

    def handle_data(self, data: str) -> None:
        first = self.getpos()[0] - 1
        for offset, piece in enumerate([] if self._silent else data.split("\n")):
            self._apart |= offset > 0
            self._write(first + offset, piece)

    def _write(self, number: int, piece: str) -> None:
        apart = self._apart or piece[:1].isspace()
        if text := piece.strip():
            self.lines.extend([""] * (number + 1 - len(self.lines)))
            line = self.lines[number]
            self.lines[number] = f"{line} {text}" if line and apart else line + text
            apart = piece[-1:].isspace()
        self._apart = apart
