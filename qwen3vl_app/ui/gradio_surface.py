"""What of gradio can be reached: one row for each address that the page uses, and nothing else.

Gradio mounts over seventy routes, among them ones that convert videos, take uploads without a
limit, fetch addresses and describe the program. Whatever has no row here is answered with 404
before gradio sees it. ``tests/attacks/gradio_routes.txt`` lists every route that gradio mounts, so
that a new version that adds one is noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from qwen3vl_app.messages import Message

API = "/gradio_api"

NOTHING = Message.of("address.unused")


class Way(Enum):
    """What is done with a request that has a row."""

    PASS = "pass"  # noqa: S105  # not a password
    """Gradio answers it, without its query string."""

    EVENT = "event"
    """Gradio answers it, after its body was read, checked and written anew."""

    STREAM = "stream"
    """Gradio answers it for the browser tab that it names."""

    UPLOAD = "upload"
    """Answered by this program: gradio's own route keeps what a client sent that has left."""

    FILE = "file"
    """Answered by this program, by key: gradio's own route takes paths and addresses."""


@dataclass(frozen=True, slots=True)
class Row:
    """One address, or several of one kind."""

    methods: frozenset[str]
    path: re.Pattern[str]
    way: Way
    queued: bool = False
    """Of events: whether it is one that waits for its turn."""


def _row(methods: str, path: str, way: Way = Way.PASS, *, queued: bool = False) -> Row:
    return Row(frozenset(methods.split()), re.compile(path, re.ASCII), way, queued)


_NAME = r"[\w.-]{1,128}"
"""Longer ones are none of gradio's; where a file system refuses a name, gradio answers 500."""

REACHABLE = (
    # the document
    _row("GET HEAD", r"/"),
    # asked for by browsers of their own accord
    _row("GET", r"/favicon\.ico"),
    _row("GET", r"/manifest\.json"),
    _row("GET", r"/static/img/logo_nosize\.svg"),
    # what stands in the document, as JSON: clients of gradio begin here
    _row("GET", r"/config"),
    # gradio's own scripts, styles and fonts
    _row("GET HEAD", rf"/assets/(?:{_NAME}/){{0,8}}{_NAME}"),
    _row("GET HEAD", rf"/static/fonts/(?:{_NAME}/){{0,8}}{_NAME}"),
    _row("GET HEAD", r"/static/js/iframeResizer\.contentWindow\.min\.js"),
    _row("GET HEAD", r"/theme\.css"),
    # a search begins; its results arrive
    _row("POST", rf"{API}/queue/join", Way.EVENT, queued=True),
    _row("GET", rf"{API}/queue/data", Way.STREAM),
    # what takes no time: the box is filled, a search is stopped
    _row("POST", rf"{API}/run/predict", Way.EVENT),
    # pictures and clips of a query go in, and are shown in the box
    _row("POST", rf"{API}/upload", Way.UPLOAD),
    _row("GET HEAD", rf"{API}/file=.*", Way.FILE),
)
"""Every request that is let through. A route for programs (API, MCP) gets a row of its own."""


def reachable(method: str, path: str) -> Row | None:
    """The row of a request; None where there is none, and the answer is 404.

    Args:
        method: Of HTTP, upper case.
        path: As the router sees it: percent-decoded, without the query string.
    """
    if ".." in path.split("/"):
        return None
    found = (row for row in REACHABLE if row.path.fullmatch(path) and method in row.methods)
    return next(found, None)
