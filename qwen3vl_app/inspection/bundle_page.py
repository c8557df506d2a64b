"""A bundle as one page of HTML that opens from the disk: it asks nothing of any network.

Style and script are the page's own files, put into it; the bundle stands beside them as JSON, and
reaches the screen by ``textContent`` alone. A policy in the page allows this one script.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

import orjson

from qwen3vl_app.settings import ASSETS

FOLDER = ASSETS / "page"

TEMPLATE = "bundle/page.html"

STYLES = ("kit/tokens.css", "bundle/bundle.css")

SCRIPTS = (
    *("i18n/en_bundle.js", "i18n/zh_bundle.js", "kit/dom.js"),
    *("bundle/rows.js", "bundle/facts.js", "bundle/drawing.js", "bundle/alone.js"),
)
"""In the order in which each has what it imports."""

BETWEEN = "@@"
"""Stands around the names in the template."""


def bundle_page(bundle: Mapping[str, Any], language: str) -> bytes:
    """The page, UTF-8. Its size is that of the thumbnails, a third larger, and 40 kB.

    Args:
        bundle: As ``bundle`` makes it.
        language: Of the words around it, ``en`` or ``zh``.
    """
    script = _script()
    parts = {
        "language": language,
        "hash": b64encode(sha256(script.encode()).digest()).decode(),
        "style": "".join((FOLDER / name).read_text("utf-8") for name in STYLES),
        "bundle": _inert(bundle),
        "script": script,
    }
    pieces = (FOLDER / TEMPLATE).read_text("utf-8").split(BETWEEN)
    return "".join(parts[one] if n % 2 else one for n, one in enumerate(pieces)).encode()


def bundle_json(bundle: Mapping[str, Any]) -> bytes:
    """The bundle alone, for programs."""
    return orjson.dumps(bundle, option=orjson.OPT_INDENT_2) + b"\n"


def _inert(bundle: Mapping[str, Any]) -> str:
    """JSON that cannot end the element in which it stands."""
    return orjson.dumps(bundle).decode().replace("<", "\\u003c")


@cache
def _script() -> str:
    """The modules as one: each stands below what it imports."""
    lines = (
        line
        for name in SCRIPTS
        for line in (FOLDER / name).read_text("utf-8").splitlines()
        if not line.startswith(("import ", "/** @import "))
    )
    return "\n" + "\n".join(lines) + "\n"
