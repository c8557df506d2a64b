"""Serves the page on the drawn files in a process of its own, with handles for tests.

Gradio leaves event loops unclosed, and warnings are errors here; a process of its own also keeps
the page responsive while the test waits.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.started import Started, start

ROOT = Path(__file__).parents[2]
PATIENCE = 150


@dataclass(frozen=True)
class Served:
    """A running page."""

    url: str

    def set(self, **values: Any) -> None:
        """Change the delays of the models, or what ``changes`` names."""
        httpx.post(f"{self.url}/stand-ins", json=values, timeout=PATIENCE).raise_for_status()

    def seen(self) -> dict[str, Any]:
        """What the program was asked for."""
        return httpx.get(f"{self.url}/stand-ins", timeout=PATIENCE).json()


@contextmanager
def serve(folder: Path, *how: str, port: int = 0) -> Iterator[Served]:
    """Serve the page on a library in ``folder`` until the block is left.

    Args:
        folder: An empty one.
        how: "empty" is without the drawn files, "read-only" serves for searching only.
        port: To listen on; any that is free unless given.
    """
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            port = sock.getsockname()[1]
    from tests.ui.world import prepared

    command = ["-m", "tests.ui.serve_world", str(folder), str(port), *how]
    if "empty" not in how:
        command.append(str(prepared()))
    process = start(*command)
    try:
        yield Served(wait_for(f"http://127.0.0.1:{port}", process))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(url: str, process: Started | subprocess.Popen[bytes]) -> str:
    """The address, once it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "the program ended before its page was up"
        try:
            httpx.get(f"{url}/api/models").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError(f"nothing answers at {url} after {PATIENCE} s")


def changes(services: Any, drawn: Path | None) -> dict[str, Callable[[Any], object]]:
    """What a test may do to the program from outside, by name."""
    from qwen3vl_app.messages import Message
    from qwen3vl_app.models.service.protocol import ModelState
    from tests.ui.hostile import add_hostile, remove_hostile
    from tests.ui.world import finish, put_further, put_named, put_old, put_read, tidy

    models, library = services.models, services.library

    def fail(names: list[str]) -> None:
        folder = library.directory.parent / "failing"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes(b"\xff\xd8\xff torn")
        services.indexer.add([folder])
        finish(services)

    def note(notices: list[str]) -> None:
        library._connection.notices[:] = map(Message.from_json, notices)

    return {
        "hostile": lambda on: (add_hostile if on else remove_hostile)(services),
        "more": lambda number: put_further(services, number),
        "names": lambda names: put_named(services, names),
        "model": lambda state: models.show(ModelState(state)),
        "notices": note,
        "failed": fail,
        "held": lambda on: models.going.clear() if on else models.going.set(),
        "idle": lambda _: finish(services),
        "old_space": lambda _: put_old(services),
        "read": lambda lines: put_read(services, lines),
        "tidy": lambda _: tidy(services, drawn) if drawn is not None else None,
    }


def main(folder: Path, port: int, how: list[str]) -> None:
    import uvicorn
    from fastapi import APIRouter

    from qwen3vl_app.ui.app import build_app
    from tests.ui.world import build_world

    drawn = next((Path(one) for one in how if one not in ("empty", "read-only")), None)
    services: Any = build_world(
        folder, empty="empty" in how, read_only="read-only" in how, drawn=drawn
    )
    services.start()
    app = build_app(services)
    router = APIRouter()
    known = changes(services, drawn)

    @router.post("/stand-ins")
    def change(values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in known:
                known[name](value)
            else:
                setattr(services.models, name, value)

    @router.get("/stand-ins")
    def seen() -> dict[str, Any]:
        asked = services.engine.seen
        return {
            "queries": [" ".join((query.text, *query.passages)).strip() for query in asked],
            "pictures": [len(query.pictures) for query in asked],
            "sizes": [[p.size for p in query.pictures] for query in asked],
            "like": [query.like for query in asked],
            "not_like": [query.not_like for query in asked],
            "unlike": [[query.unlike, query.unlike_weight] for query in asked],
            "also": [[[one.text, len(one.pictures)] for one in query.also] for query in asked],
            "words": [query.words for query in asked],
            "watched": [str(one.path) for one in services.indexer.folders.all()],
            "commands": services.indexer.commands,
            "retried": services.models.retried,
            "added": [
                {"paths": [str(path) for path in paths], "collection": collection}
                for paths, collection in services.indexer.added
            ],
        }

    app.router.routes[:0] = router.routes
    try:
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
    finally:
        services.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
