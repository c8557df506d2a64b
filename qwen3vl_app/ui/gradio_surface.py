"""What of gradio can be reached: one row for each address that the page uses, and nothing else.

Gradio mounts over seventy routes, among them ones that convert videos, take uploads without a
limit, fetch addresses and describe the program. Whatever has no row here is answered with 404
before gradio sees it. ``tests/attacks/gradio_routes.txt`` lists every route that gradio mounts, so
that a new version that adds one is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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

    CALL = "call"
    """As an event, which is named in the address and has an answer of its own."""

    MCP = "mcp"
    """Gradio answers it, after its body was read and checked."""

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
"""Every request of the page that is let through."""

API_ROWS = (
    # what there is to be called, with its documentation
    _row("GET", rf"{API}/info"),
    # a call begins, by the name of its function; its answer arrives
    _row("POST", rf"{API}/call/[a-z]{{1,32}}", Way.CALL, queued=True),
    _row("GET", rf"{API}/call/[a-z]{{1,32}}/[0-9a-f]{{32}}"),
)
"""Those for programs, with ``--api``; gradio's own clients ask by the queue, as the page does."""

MCP_ROWS = (_row("POST GET DELETE", rf"{API}/mcp/?", Way.MCP),)
"""Those for assistants, with ``--mcp``."""


def surface(*, api: bool, mcp: bool) -> tuple[Row, ...]:
    """All rows of a program that serves these."""
    return (*REACHABLE, *(API_ROWS if api else ()), *(MCP_ROWS if mcp else ()))


def reachable(method: str, path: str, rows: Sequence[Row] = REACHABLE) -> Row | None:
    """The row of a request; None where there is none, and the answer is 404.

    Args:
        method: Of HTTP, upper case.
        path: As the router sees it: percent-decoded, without the query string.
        rows: As ``surface`` gives them.
    """
    if ".." in path.split("/"):
        return None
    found = (row for row in rows if row.path.fullmatch(path) and method in row.methods)
    return next(found, None)
