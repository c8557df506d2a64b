"""What browser tabs do with a server: most search and look, some leave in the middle."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import Any
from uuid import uuid4

import numpy as np
import orjson
from PIL import Image

TIMEOUT = 120
"""Seconds until an answer that does not come is an error."""

JOIN = "/gradio_api/queue/join"
DATA = "/gradio_api/queue/data?session_hash="
UPLOAD = "/gradio_api/upload"
BOUNDARY = "a-part-of-the-form"
FORM = f"multipart/form-data; boundary={BOUNDARY}"

RECALL_STEP = 2
"""Of what a search yields: the first says that it has begun."""

WORDS = ("word12", "word77 word3", "a red shape", "green and blue", "noise", "Kreis", "\u732b")
PLAIN = {"rerank": False}
JUDGED = {"depth": 10, "top": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How a tab fared."""

    recall: float | None = None
    """Milliseconds from the question to the recall; None where the tab did not wait for it."""

    error: str = ""
    ended: float = 0.0
    """Seconds since the run began."""

    def at(self, ended: float) -> Visit:
        """The same, ended then."""
        return replace(self, ended=ended)


class Tab:
    """One browser tab: a name, and a connection that is kept open while it is there."""

    def __init__(self, port: int) -> None:
        self.name = uuid4().hex[:11]
        self._port = port
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def spend(self, habit: Habit, turn: int) -> Visit:
        """Run the habit once; a failure is recorded, not raised."""
        try:
            return Visit(recall=habit(self, turn))
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            return Visit(error=f"{habit.__name__}: {type(error).__name__}: {error}")
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str) -> bytes:
        """The body of an answer, which must be a success."""
        self._http.request("GET", path)
        return self._good(path)

    def change(self, path: str, body: dict[str, Any]) -> bytes:
        """Change something as the page's script does; the body of a successful answer."""
        headers = {"content-type": "application/json", "x-qwen3vl-page": "1"}
        self._http.request("POST", path, orjson.dumps(body), headers)
        return self._good(path)

    def look(self) -> None:
        """Open the page, see how indexing fares, and look at some thumbnails."""
        self.get("/")
        self.get("/api/index/status")
        for item in orjson.loads(self.get("/api/items"))["items"][:3]:
            self.get(f"/m/thumb/{item['thumb']}")

    def ask(self, text: str, choices: dict[str, Any], files: list[str]) -> None:
        """Begin a search."""
        meta = {"_type": "gradio.FileData"}
        box = {"text": text, "files": [{"path": key, "meta": meta} for key in files]}
        body = {"data": [box, choices], "fn_index": 0, "session_hash": self.name}
        headers = {"content-type": "application/json"}
        self._http.request("POST", JOIN, orjson.dumps(body), headers)
        self._good(JOIN)

    def read(self, most: int | None = None) -> float | None:
        """Listen to the search; milliseconds until the recall, or None if not waited for.

        Args:
            most: Leave after so many messages.
        """
        begun = time.perf_counter()
        recall, steps = None, 0
        for said in islice(self.messages(), most):
            steps += said == "process_generating"
            if steps == RECALL_STEP and recall is None:
                recall = (time.perf_counter() - begun) * 1000
        if most is None and recall is None:
            raise ValueError("the search ended without a result")
        return recall

    def messages(self) -> Iterator[str]:
        """Listen to the search: the kind of each message, as it comes."""
        self._http.request("GET", DATA + self.name)
        answer = self._http.getresponse()
        while line := answer.readline():
            if not line.startswith(b"data:"):
                continue
            said = orjson.loads(line[5:])["msg"]
            if said == "unexpected_error":
                raise ValueError(line.decode())
            if said == "close_stream":
                answer.read()  # to its end, so that the connection can be used again
            yield said
            if said == "close_stream":
                break

    def add(self, seed: int) -> str:
        """Give a picture to the query; its key."""
        self._http.request("POST", UPLOAD, form_of(seed), {"content-type": FORM})
        key: str = orjson.loads(self._good(UPLOAD))[0]
        return key

    def break_off(self, seed: int) -> None:
        """Begin to give a picture, and leave in the middle."""
        form = form_of(seed)
        head = f"POST {UPLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\n"
        head += f"Content-Length: {len(form)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT) as sock:
            sock.sendall(head.encode() + form[: len(form) // 2])

    def _good(self, path: str) -> bytes:
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{path} answered {answer.status}: {body[:200].decode()}")
        return body


Habit = Callable[[Tab, int], float | None]
"""What a tab does; the number makes it another question each time."""


def form_of(seed: int) -> bytes:
    """A form with one picture, another for every seed."""
    out = BytesIO()
    grain = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(grain).resize((320, 240)).save(out, "PNG")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; '
    head += f'filename="{seed}.png"\r\nContent-Type: image/png\r\n\r\n'
    return head.encode() + out.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def search(tab: Tab, turn: int) -> float | None:
    """Look at the page and search by words."""
    tab.look()
    tab.ask(f"{WORDS[turn % len(WORDS)]} {turn}", PLAIN, [])
    return tab.read()


def search_judged(tab: Tab, turn: int) -> float | None:
    """The same, reranked."""
    tab.look()
    tab.ask(f"{WORDS[turn % len(WORDS)]} {turn}", JUDGED, [])
    return tab.read()


def search_by_picture(tab: Tab, turn: int) -> float | None:
    """Add a picture, look at it, and search with it."""
    tab.look()
    key = tab.add(turn)
    tab.get(f"/gradio_api/file={key}")
    tab.ask("", PLAIN, [key])
    return tab.read()


def search_twice(tab: Tab, turn: int) -> float | None:
    """Search, then search again from the same tab."""
    search(tab, turn)
    tab.ask(f"again {turn}", PLAIN, [])
    return tab.read()


def leave_early(tab: Tab, turn: int) -> float | None:
    """Search, and close the tab as the search begins."""
    tab.get("/")
    tab.ask(f"soon gone {turn}", JUDGED, [])
    return tab.read(most=2)


def never_listen(tab: Tab, turn: int) -> float | None:
    """Ask, and never read the answer."""
    tab.ask(f"nobody reads {turn}", PLAIN, [])
    return None


def paste_much(tab: Tab, turn: int) -> float | None:
    """Search with a text about as long as there may be, and read it."""
    tab.ask(f"{turn} " + "a b " * 1_900, PLAIN, [])
    return tab.read()


def break_off(tab: Tab, turn: int) -> float | None:
    """Leave in the middle of an upload."""
    tab.get("/")
    tab.break_off(turn)
    return None


HABITS: tuple[Habit, ...] = (
    *(search, search, leave_early, search_by_picture, search, never_listen, search_twice),
    *(search, break_off, search, search_judged, search, leave_early, search, paste_much, search),
)
"""One after another, so that runs compare: nine of sixteen just search."""
