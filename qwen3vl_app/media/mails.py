"""Mails as a mail program shows them: who, when and about what, then the text.

Their texts are coded for seven bits, which nobody can search: ``M=C3=BCller``, or base64.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32

log = logging.getLogger(__name__)

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_MOST_PARTS = 1000

Decode = Callable[[bytes], str | None]
Lines = Callable[[str], list[str]]


def mail_lines(data: bytes, decode: Decode, plain: Lines, html: Lines) -> list[str] | None:
    """The lines of a mail, None where it is none.

    Of an alternative, the plain text; of what is attached, the names.

    Args:
        data: The whole file.
        decode: Finds the text in bytes that do not say how it is coded.
        plain: Cuts a text into lines.
        html: The same of HTML.
    """
    try:
        mail = BytesParser(policy=compat32).parsebytes(data)
        raw = {name.lower(): str(value) for name, value in mail.raw_items()}
        said = {name: _unfolded(raw.get(name.lower(), ""), decode) for name in _SHOWN}
        head = [f"{name}: {text}" for name, text in said.items() if text]
        return [*head, "", *_lines(mail, decode, plain, html)] if head else None
    except Exception:  # of what is damaged, Python's parser raises a dozen kinds
        log.info("a mail that cannot be parsed is read as plain text", exc_info=True)
        return None


def _lines(mail: Mail, decode: Decode, plain: Lines, html: Lines) -> Iterator[str]:
    for number, part in enumerate(_parts(mail)):
        if number >= _MOST_PARTS:
            break
        name = _unfolded(part.get_filename() or "", decode)
        is_text = part.get_content_maintype() == "text"
        if not is_text or part.get_content_disposition() == "attachment":
            if name:
                yield name
            continue
        text = _text(part, decode)
        yield from (html if part.get_content_subtype() == "html" else plain)(text)
        yield ""


def _parts(mail: Mail) -> Iterator[Mail]:
    """Those that are shown, in their order."""
    if not mail.is_multipart():
        yield mail
        return
    inside = [part for part in mail.get_payload() if isinstance(part, Mail)]
    if mail.get_content_subtype() == "alternative":
        plain = [part for part in inside if part.get_content_type() == "text/plain"]
        inside = (plain or inside[-1:])[:1]
    for part in inside:
        yield from _parts(part)


def _text(part: Mail, decode: Decode) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decode(data) or ""


def _unfolded(said: str, decode: Decode) -> str:
    """A header in one line, its encoded words (RFC 2047) as what they mean."""
    raw = said.encode("utf-8", "surrogateescape")
    plain = (decode(raw) or "") if not raw.isascii() else said
    with suppress(HeaderParseError, LookupError, ValueError):
        plain = str(make_header(decode_header(plain)))
    return " ".join(plain.split())
