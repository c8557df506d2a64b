"""What a page may send to an event: read, checked, and written anew.

Gradio takes any dictionary with a ``path`` and a certain ``meta`` for a file, wherever it stands,
and copies what lies there to where it can be fetched. So it never sees a body that a client wrote:
only one that was composed here, of texts, numbers and files that this program gave out itself.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

import orjson

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.question_files import gone
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.gradio_surface import API
from qwen3vl_app.ui.known_choices import known_choices, known_keys, known_text

Json: TypeAlias = dict[str, Any]

MOST_BYTES = 2**18
"""Of the body of an event: the longest query in four-byte characters, twice, and its choices."""

MOST_FILES = 64
"""In the box; how many make sense is less, and said by the search."""

META = {"_type": "gradio.FileData"}
"""What makes gradio take a dictionary for a file."""

FIELDS = {"data", "event_data", "fn_index", "session_hash", "trigger_id"}
FILE_FIELDS = {"path", "url", "meta", "orig_name", "size", "mime_type", "is_stream"}

EVENT_DATA = {"search": {"text", "files", "choices", "typing"}, "fill": {"text", "files"}}
"""What may come with an event, by its name."""

SESSION = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
"""Names a browser tab; gradio's page draws a dozen letters and digits."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the page, and what is sent with it."""

    number: int
    """Gradio's ``fn_index``."""

    name: str
    """Such as ``submit``."""

    source: int | None
    """The component it comes from, gradio's ``trigger_id``; endpoints have none."""

    inputs: tuple[str, ...]
    """``box``, ``choices`` or ``value`` for each."""

    queued: bool
    is_endpoint: bool = False
    """Whether programs call it, not the page."""


def session_of_body(session: object) -> str:
    """The name of the browser tab.

    Raises:
        UsageError: It cannot be one.
    """
    if not isinstance(session, str) or not SESSION.fullmatch(session):
        raise unknown("session_hash")
    return session


def composed(raw: bytes, events: Mapping[int, Event], given: GivenFiles, *, queued: bool) -> Json:
    """The body that gradio is given instead of ``raw``.

    Args:
        raw: What the client sent.
        events: All there are, by number.
        given: The files that a client may name.
        queued: Whether the event waits for its turn; each kind has its own address.

    Raises:
        UsageError: It is not what the page sends, or names a file that was not given out.
    """
    return _composed(_parsed(raw), events, given, queued=queued)


def _composed(body: Json, events: Mapping[int, Event], given: GivenFiles, *, queued: bool) -> Json:
    event = events.get(body["fn_index"]) if type(body.get("fn_index")) is int else None
    if event is None or event.queued is not queued:
        raise unknown("fn_index")
    if body.get("trigger_id") not in (None, event.source):
        raise unknown("trigger_id")
    data = body.get("data")
    if not isinstance(data, list) or len(data) != len(event.inputs):
        raise unknown("data")
    pairs = zip(event.inputs, data, strict=True)
    read: Mapping[str, Callable[[Any], Any]] = {
        "box": lambda one: _box(one, given),
        "choices": known_choices,
        "value": known_values,
    }
    return {
        "data": [read[kind](one) for kind, one in pairs],
        "event_data": _event_data(event, body.get("event_data")),
        "fn_index": event.number,
        "session_hash": session_of_body(body.get("session_hash")),
        "trigger_id": event.source,
    }


def composed_call(
    raw: bytes, name: str, events: Mapping[int, Event], given: GivenFiles, session: str
) -> Json:
    """The same for a call by name, ``{"data": […]}``, under a session of its own.

    Raises:
        UsageError: There is no such endpoint, or that is not what it takes.
    """
    event = next((one for one in events.values() if one.is_endpoint and one.name == name), None)
    if event is None:
        raise unknown(f"the endpoint {name[:40]!r}")
    body = {**_parsed(raw), "fn_index": event.number, "session_hash": session}
    return _composed(body, events, given, queued=True)


def known_values(given: object) -> Any:  # noqa: ANN401  # any JSON
    """A value for an endpoint: JSON in which nothing can be taken for a file.

    Raises:
        UsageError: A dictionary has a name that gradio takes for that of a file.
    """
    if isinstance(given, dict):
        if strange := FILE_FIELDS & given.keys():
            raise unknown(f"the field {min(strange)!r}")
        return {name: known_values(one) for name, one in given.items()}
    return [known_values(one) for one in given] if isinstance(given, list) else given


def json_object(raw: bytes) -> Json:
    """A body that is one JSON object.

    Raises:
        UsageError: It is not.
    """
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise unknown("the body") from error
    if not isinstance(body, dict):
        raise unknown("the body")
    return body


def _parsed(raw: bytes) -> Json:
    body = json_object(raw)
    if surplus := body.keys() - FIELDS:
        raise unknown(f"the field {min(surplus)[:40]!r}")
    return body


def _event_data(event: Event, given: object) -> Json | None:
    if not given:
        return None
    names = EVENT_DATA.get(event.name)
    if names is None or not isinstance(given, dict) or not given.keys() <= names:
        raise unknown("event_data")
    text, files = given.get("text"), given.get("files")
    found: Json = {
        "text": None if text is None else known_text(text),
        "files": None if files is None else known_keys(files),
    }
    if "choices" in names:
        found["choices"] = known_choices(given.get("choices"))
        found["typing"] = given.get("typing") is True
    return found


def _box(value: object, given: GivenFiles) -> Json:
    if value is None:
        return {"text": "", "files": []}
    if not isinstance(value, dict) or not value.keys() <= {"text", "files"}:
        raise unknown("the box")
    files = value.get("files") or []
    if not isinstance(files, list) or len(files) > MOST_FILES:
        raise unknown("the files of the box")
    return {"text": known_text(value.get("text")), "files": [_file(one, given) for one in files]}


def _file(value: object, given: GivenFiles) -> Json:
    """The dictionary for gradio, of the one file that the client named by its key."""
    if not isinstance(value, dict) or not value.keys() <= FILE_FIELDS:
        raise unknown("a file")
    key = value.get("path")
    if not isinstance(key, str) or value.get("meta") not in (None, META):
        raise unknown("a file")
    if value.get("is_stream") or not _is_own(value.get("url"), key):
        raise unknown("a file")
    if not re.fullmatch(r"[0-9a-f]{32,64}/[^/\\\0]+", key):
        raise unknown("a file that was not given out here")
    file = given.find(key)
    if file is None:
        raise gone(key.rpartition("/")[2][:100])
    kind, _ = mimetypes.guess_type(file.path.name)
    name = {"orig_name": file.path.name, "mime_type": kind}
    return {"path": str(file.path), "meta": META, **name}


def _is_own(url: object, key: str) -> bool:
    """Whether an address is the one at which this program shows the file; none is fetched."""
    if url is None:
        return True
    _, found, path = str(url).partition(f"{API}/file=")
    return bool(found) and unquote(path) == key


def unknown(what: str) -> UsageError:
    """That the page sends no such thing."""
    return UsageError(Message.of("page.other", what=what))
