"""Whatever failure can reach the page has a code or a form, so that it has other words."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

import qwen3vl_app
from qwen3vl_app.errors import AppError, LibraryError, ModelLoadError, UsageError
from qwen3vl_app.store.connection import DISK_SENTENCES
from qwen3vl_app.ui.sentences import error_row

PACKAGE = Path(qwen3vl_app.__file__).parent

ON_THE_TERMINAL = {
    *("cli", "bench", "demo", "__main__"),
    "models/prompt/reference.py",  # the inputs of the commands embed and rerank
    "store/restoring.py",  # the command restore
    *("store/library.py", "store/lock.py", "store/tables/schema.py"),  # before there is a page
}
"""Where failures are raised that no page shows."""

ANY_VALUE = "7"
"""Stands for whatever a sentence names: it is a number, a name and a path."""

Scopes: TypeAlias = tuple[ast.AST, ...]


def shown() -> Iterator[Path]:
    """The modules whose failures a person may meet on the page."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if not {inside.parts[0], inside.as_posix(), inside.stem} & ON_THE_TERMINAL:
            yield path


def names_of_errors() -> set[str]:
    """Of all classes of expected failures, wherever they are."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "qwen3vl_app."):
        if not {*module.name.split(".")} & ON_THE_TERMINAL:
            importlib.import_module(module.name)
    names, left = set(), [AppError]
    while left:
        kind = left.pop()
        names.add(kind.__name__)
        left += kind.__subclasses__()
    return names


def worded(node: ast.expr, scopes: Scopes) -> str:
    """The sentence that an expression makes; what is not written there is ``ANY_VALUE``."""
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.JoinedStr():
            return "".join(worded(part, scopes) for part in node.values)
        case ast.FormattedValue(value=ast.Name() as name):
            return worded(name, scopes)
        case ast.Name():
            return next(filter(None, (assigned(node, one, scopes) for one in scopes)), ANY_VALUE)
    return ANY_VALUE


def assigned(name: ast.Name, scope: ast.AST, scopes: Scopes) -> str:
    """What a name was given last before it is used, where that is written out; else nothing."""
    before = [
        one
        for one in ast.walk(scope)
        if isinstance(one, ast.Assign)
        and one.lineno < name.lineno
        and any(isinstance(target, ast.Name) and target.id == name.id for target in one.targets)
    ]
    last = max(before, key=lambda one: one.lineno, default=None)
    written = last is not None and isinstance(last.value, (ast.Constant, ast.JoinedStr))
    return worded(last.value, scopes) if last is not None and written else ""


def failures(node: ast.AST, scopes: Scopes, errors: set[str]) -> Iterator[tuple[int, str]]:
    """Line and sentence of every failure that is made without a code."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and child.args:
            made = ast.unparse(child.func).rpartition(".")[2]
            if made in errors and all(one.arg != "code" for one in child.keywords):
                yield child.lineno, worded(child.args[-1], scopes)
        inner = (child, *scopes) if isinstance(child, ast.FunctionDef) else scopes
        yield from failures(child, inner, errors)


def test_failures__all_that_can_reach_the_page_have_other_words():
    errors, seen, unknown = names_of_errors(), 0, []
    for path in shown():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, sentence in failures(tree, (tree,), errors):
            if sentence.strip(f"{ANY_VALUE}.: "):  # else it hands on what another one said
                seen += 1
                if not error_row(AppError(sentence))["code"]:
                    unknown.append(f"{path.relative_to(PACKAGE)}:{line} {sentence}")
    assert unknown == []
    messages = sum(path.read_text().count("Error(Message.of(") for path in shown())
    assert seen > 3
    assert seen + messages > 60  # tests/messages looks at their words


@pytest.mark.parametrize("sentence", DISK_SENTENCES.values())
def test_error_row__what_the_disk_says_has_other_words(sentence):
    row = error_row(LibraryError(sentence.format(directory="/a (b)", error="disk I/O error")))
    assert row["code"].startswith("library.")
    assert row["values"] == {"path": "/a (b)", "said": "disk I/O error"}


@pytest.mark.parametrize(
    ("error", "code", "values"),
    [
        (
            LibraryError(
                "The library /a/b is on a full disk (database or disk is full); free some space "
                "there and resume."
            ),
            "library.full",
            {"path": "/a/b", "said": "database or disk is full"},
        ),
        (
            ModelLoadError(
                "Qwen3-VL-8B needs about 36 GiB of memory on cpu, and this machine has 16; "
                "choose 2b or demo."
            ),
            "load.memory",
            {"name": "Qwen3-VL-8B", "n": "36", "value": "cpu", "all": "16"},
        ),
        (
            UsageError("/a: b/c was never added; add it first."),
            "folder.unknown",
            {"path": "/a: b/c"},
        ),
    ],
)
def test_error_row__names_what_the_sentence_names(error, code, values):
    assert error_row(error) == {"text": str(error), "code": code, "values": values}
