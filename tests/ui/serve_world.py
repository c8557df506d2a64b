"""Serves the page on the drawn world in a process of its own, with a handle on the stand-ins.

Gradio leaves event loops unclosed, and warnings are errors here; a process of its own also keeps
the page responsive while the test waits.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 150


@dataclass(frozen=True)
class Served:
    """A running page."""

    url: str

    def set(self, **values: Any) -> None:
        """Change the stand-ins: delays, failures, the indexer's snapshot."""
        httpx.post(f"{self.url}/stand-ins", json=values, timeout=PATIENCE).raise_for_status()

    def seen(self) -> dict[str, Any]:
        """What the stand-ins were asked for."""
        return httpx.get(f"{self.url}/stand-ins", timeout=PATIENCE).json()


@contextmanager
def serve(folder: Path, *how: str, port: int = 0) -> Iterator[Served]:
    """Serve a new world drawn in ``folder`` until the block is left.

    Args:
        folder: An empty one.
        how: "empty" draws nothing, "read-only" serves for searching only.
        port: To listen on; any that is free unless given.
    """
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            port = sock.getsockname()[1]
    command = [sys.executable, "-m", "tests.ui.serve_world", str(folder), str(port)]
    process = subprocess.Popen([*command, *how], cwd=ROOT)
    try:
        yield Served(wait_for(f"http://127.0.0.1:{port}", process))
    finally:
        process.kill()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> str:
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


def change_world(services: Any, values: dict[str, Any]) -> None:
    """Take out of ``values`` what changes the library or the models, and change them."""
    from qwen3vl_app.messages import Message
    from qwen3vl_app.models.service.protocol import ModelState
    from tests.ui.hostile import add_hostile, remove_hostile
    from tests.ui.world import put_further, put_named

    library = services.library
    changes = {
        "hostile": lambda on: (add_hostile if on else remove_hostile)(library),
        "more": lambda number: put_further(library, number),
        "names": lambda names: put_named(library, names),
        "model": lambda state: services.models.show(ModelState(state)),
        "notices": lambda notices: setattr(
            library, "notices", tuple(map(Message.from_json, notices))
        ),
    }
    for name in changes.keys() & values.keys():
        changes[name](values.pop(name))


def main(folder: Path, port: int, how: list[str]) -> None:
    import uvicorn
    from fastapi import APIRouter

    from qwen3vl_app.indexing.progress import IndexState
    from qwen3vl_app.messages import Message
    from qwen3vl_app.types import FileOutcome, Outcome
    from qwen3vl_app.ui.app import build_app
    from tests.ui.world import build_world

    world = build_world(folder, empty="empty" in how)
    settings = replace(world.settings, read_only="read-only" in how)
    services: Any = replace(world, settings=settings)  # the stand-ins have handles
    app = build_app(services)
    router = APIRouter()

    @router.post("/stand-ins")
    def change(values: dict[str, Any]) -> None:
        index = values.pop("index", {})
        if index:
            outcomes = {Outcome(name): n for name, n in index.pop("outcomes").items()}
            services.indexer.show(state=IndexState(index.pop("state")), outcomes=outcomes, **index)
        change_world(services, values)
        for name in values.pop("failed", []):
            failed = FileOutcome(
                path=folder / name, outcome=Outcome.FAILED, reason=Message.free("torn")
            )
            services.library.outcome_rows.append(failed)
        for name, value in values.items():
            setattr(services.engine, name, value)

    @router.get("/stand-ins")
    def seen() -> dict[str, Any]:
        return {
            "queries": [query.text for query in services.engine.seen],
            "pictures": [len(query.pictures) for query in services.engine.seen],
            "sizes": [[p.size for p in query.pictures] for query in services.engine.seen],
            "like": [query.like for query in services.engine.seen],
            "not_like": [query.not_like for query in services.engine.seen],
            "unlike": [[query.unlike, query.unlike_weight] for query in services.engine.seen],
            "also": [
                [[one.text, len(one.pictures)] for one in query.also]
                for query in services.engine.seen
            ],
            "words": [query.words for query in services.engine.seen],
            "folders": {
                "scanned": [str(path) for path in services.indexer.folders.scanned],
                "watched": [str(one.path) for one in services.indexer.folders.all()],
            },
            "commands": services.indexer.commands,
            "retried": services.models.retried,
            "added": [
                {"paths": [str(path) for path in paths], "collection": collection}
                for paths, collection in services.indexer.added
            ],
        }

    app.router.routes[:0] = router.routes
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
