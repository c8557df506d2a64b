"""Every route of the program with all that it takes, from the program's own table."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from tests.attacks.program import ROOT

FILTERS = (
    *("kind", "collection", "folder", "taken_from", "taken_to", "modified_from", "modified_to"),
    *("min_bytes", "max_bytes", "orientation", "min_seconds", "max_seconds", "tag"),
)
"""What ``/api/items`` takes beside what its table says."""

LISTED = (*FILTERS, "name", "order", "reverse", "grouped")
"""The same of ``/api/listing``."""


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    method: str
    path: str
    """With ``{name}`` for what varies."""

    inside: tuple[str, ...] = ()
    """Names in the path."""

    query: tuple[str, ...] = ()
    body: tuple[str, ...] | None = None
    """Names of what the JSON body holds; None where there is none."""

    @property
    def is_ours(self) -> bool:
        return self.path.startswith(("/api/", "/m/", "/page/"))

    def target(self, value: str = "1") -> str:
        """An address with the same value everywhere."""
        return re.sub(r"\{[^}]*\}", lambda _: value, self.path)


TABLES = """
import sys
from pathlib import Path
import orjson
from starlette.routing import Mount
from qwen3vl_app.services import build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.ui.app import build_app
app = build_app(build_services(Settings(library=Path(sys.argv[1]), ocr=False)))
mounted = [route.app.wrapped for route in app.routes if isinstance(route, Mount)]
sys.stdout.buffer.write(orjson.dumps([table.openapi() for table in (app, *mounted)]))
"""
"""In a process of its own: gradio leaves event loops unclosed."""


@cache
def operations() -> tuple[Operation, ...]:
    """Those of our own routes, and those of gradio, which is mounted behind them."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", TABLES, f"{folder}/library"]
        said = subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout
    return tuple(one for table in orjson.loads(said) for one in _operations(table))


def _operations(table: dict[str, Any]) -> list[Operation]:
    return [
        _operation(table, method, path, entry)
        for path, methods in table["paths"].items()
        for method, entry in methods.items()
    ]


def _operation(table: dict[str, Any], method: str, path: str, entry: dict[str, Any]) -> Operation:
    given = entry.get("parameters", [])
    query = tuple(one["name"] for one in given if one["in"] == "query")
    if path == "/api/items":
        query += FILTERS
    elif path.startswith("/api/listing"):
        query += LISTED
    return Operation(
        method=method.upper(),
        path=path,
        inside=tuple(re.findall(r"\{(\w+)", path)),
        query=query,
        body=_body(table, entry),
    )


def _body(table: dict[str, Any], entry: dict[str, Any]) -> tuple[str, ...] | None:
    content = entry.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    schema = table.get("components", {}).get("schemas", {}).get(name, content["schema"])
    return tuple(schema.get("properties", ()))
