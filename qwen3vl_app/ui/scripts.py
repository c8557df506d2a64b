"""Our scripts and styles as the browser gets them, and the one line that starts each.

Data never enters a template: gradio compiles templates as code. So every template is static, and
``js_on_load`` does nothing but import a module and start it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from qwen3vl_app.messages import LANGUAGES, catalogue_file
from qwen3vl_app.settings import ASSETS

FOLDER = ASSETS / "page"

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}

FIRST = ("i18n/language.js", "shell/frames.js")
"""Plain scripts that run before anything of gradio does."""

STYLES = (
    "kit/tokens",
    "kit/segments",
    "kit/menu",
    "shell/shell",
    "shell/top",
    "shell/notice",
    "shell/help",
    "library/dropframe",
    "search/search",
    "search/question/question",
    "search/question/history",
    "kit/crop",
    "search/board/board",
    "search/board/column",
    "search/board/row",
    "search/board/wall",
    "search/inspection/inspection",
    "kit/table",
    "search/welcome",
    "search/tour",
    "detail/detail",
    "detail/view",
    "detail/why",
    "detail/seen",
    "detail/evidence",
    "kit/lightbox",
    "library/library",
    "library/items",
    "library/bulk",
    "library/map/map",
    "judge/judge",
    "inspect/compare",
    "bundle/bundle",
    "inspect/balance",
    "testsets/sets",
    "settings/settings",
    "settings/models",
)
"""In cascade order."""

ONE_STYLE = "styles.css"
"""The name under which all of them are served as one: each request takes a browser 3 ms."""


@cache
def files() -> dict[str, Path]:
    """The files that may be served, by their path in the page's folder: ``kit/dom.js``.

    The catalogues of messages stand in the package, and are served as if they lay there, too.
    """
    found = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES)
    said = {f"i18n/said_{language}.json": catalogue_file(language) for language in LANGUAGES}
    return {path.relative_to(FOLDER).as_posix(): path for path in found} | said


@cache
def version() -> str:
    """Changes with any byte of any of the files, so they can be cached forever."""
    digest = hashlib.blake2b(digest_size=6)
    for name, path in files().items():
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def styles() -> str:
    """All styles in cascade order, as one."""
    return "\n".join((FOLDER / f"{name}.css").read_text("utf-8") for name in STYLES)


def url(name: str) -> str:
    """Where a file is served."""
    return f"/page/{version()}/{name}"


def start(module: str, *events: str) -> str:
    """The ``js_on_load`` that starts ``module`` and declares the events it may trigger.

    It names the origin, because gradio makes a function of it at run time: where the pages of two
    programs share a process of the browser, Chromium takes the compiled one from the other page,
    and a bare path with it.
    """
    declared = ", ".join(f"'{event}'" for event in events)
    return (
        f"import(location.origin + '{url(module + '.js')}').then((module) => "
        f"module.start({{ element, props, trigger, watch, events: [{declared}] }}));"
    )


def head() -> str:
    """Tags for the page's head: the theme before anything is painted, then the styles."""
    link = f'<link rel="stylesheet" href="{url(ONE_STYLE)}">'
    icon = f'<link rel="icon" type="image/svg+xml" href="{url("shell/mark.svg")}">'
    theme = f'<script type="module" src="{url("shell/theme.js")}"></script>'
    return f"{theme}{link}{icon}"
