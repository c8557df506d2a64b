"""Office documents of the kinds that the libraries refuse: with macros, templates, shows, Strict.

What they hold is written as in the usual ones; only names differ. Macros are neither read nor run.
"""

from __future__ import annotations

_TYPES = "[Content_Types].xml"
"""The part that says of what kind the others are (ISO/IEC 29500-2, 7.2.3)."""

_OPEN = b"application/vnd.openxmlformats-officedocument."
_MICROSOFT = b"application/vnd.ms-"
_KINDS = {
    _OPEN + b"wordprocessingml.document.main+xml": (
        _OPEN + b"wordprocessingml.template.main+xml",
        _MICROSOFT + b"word.document.macroEnabled.main+xml",
        _MICROSOFT + b"word.template.macroEnabledTemplate.main+xml",
    ),
    _OPEN + b"presentationml.presentation.main+xml": (
        _OPEN + b"presentationml.slideshow.main+xml",
        _OPEN + b"presentationml.template.main+xml",
        _MICROSOFT + b"powerpoint.slideshow.macroEnabled.main+xml",
        _MICROSOFT + b"powerpoint.template.macroEnabled.main+xml",
    ),
}
"""The usual kind of a main part, and its others."""

_STRICT = b"http://purl.oclc.org/ooxml/%s/"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/%s/2006/"
"""Names in Strict documents (ISO/IEC 29500-1), and in the Transitional ones that most are."""

_VOCABULARIES = (
    b"wordprocessingml", b"presentationml", b"spreadsheetml", b"drawingml", b"officeDocument",
)  # fmt: skip


def as_usual(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The same parts, named as in a usual document."""
    found = {name: _transitional(data) for name, data in parts.items()}
    for usual, others in _KINDS.items():
        for other in others:
            if _TYPES in found:
                found[_TYPES] = found[_TYPES].replace(other, usual)
    return found


def _transitional(data: bytes) -> bytes:
    if b"purl.oclc.org/ooxml" in data:
        for name in _VOCABULARIES:
            data = data.replace(_STRICT % name, _TRANSITIONAL % name)
    return data
