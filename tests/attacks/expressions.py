"""Every regular expression of the program, found by reading its source, and one run of each.

Usage: python -m tests.attacks.expressions, with a ``Meeting`` as JSON on standard input. In a
process of its own, because one that never ends holds the interpreter.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qwen3vl_app"
SCRIPTS = ROOT / "assets" / "page"

_HARMLESS = {"escape", "Pattern", "Match", "DOTALL", "IGNORECASE", "UNICODE"}
_LITERAL = re.compile(
    r"(?:^|[(=,:!&|?{};\s])/(?![/*\s])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+)/"
)


def in_package() -> set[tuple[str, str]]:
    """(module, where) of every use of ``re``: the name it is assigned to, or the function."""
    found: set[tuple[str, str]] = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        found |= {(module, where) for where in _uses(ast.parse(file.read_text()), "")}
    return found


def in_scripts() -> set[tuple[str, str]]:
    """(file, expression) of every literal in the scripts of the page."""
    return {
        (file.name, expression)
        for file in sorted(SCRIPTS.rglob("*.js"))
        for line in file.read_text().splitlines()
        if not line.lstrip().startswith(("//", "/*", "*"))
        for expression in _LITERAL.findall(line)
    }


def _uses(node: ast.AST, where: str) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        where = node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and not where:
        where = node.targets[0].id
    if isinstance(node, ast.Attribute) and _is_re(node.value) and node.attr not in _HARMLESS:
        yield where
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, where)


def _is_re(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("re", "regex")


def expression_of(where: tuple[str, str]) -> re.Pattern[Any]:
    """What stands at a place of ``in_package``, or ``("script", expression)``."""
    module, name = where
    found = re.compile(name) if module == "script" else getattr(import_module(module), name)
    assert isinstance(found, re.Pattern)
    return found


def meet(where: tuple[str, str], method: str, texts: Sequence[str], *, seconds: float) -> None:
    """Do with every text what the program does; raises where all of it takes longer."""
    pattern = expression_of(where)
    binary = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode() if binary else pattern.pattern
    given = {"source": source, "flags": pattern.flags, "binary": binary, "method": method}
    subprocess.run(
        [sys.executable, "-m", "tests.attacks.expressions"],
        cwd=ROOT,
        input=json.dumps(given | {"texts": texts}).encode(),
        timeout=seconds,
        check=True,
    )


def main(given: dict[str, Any]) -> None:
    for text in given["texts"]:
        if given["binary"]:
            _run(
                re.compile(given["source"].encode(), given["flags"]),
                given["method"],
                text.encode(),
            )
        else:
            _run(re.compile(given["source"], given["flags"]), given["method"], text)


def _run(pattern: re.Pattern[Any], method: str, text: Any) -> None:
    if method == "sub":
        pattern.sub(text[:0], text)
    elif method == "finditer":
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, method)(text)


if __name__ == "__main__":
    main(json.load(sys.stdin))
