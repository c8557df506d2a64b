"""Whatever is said to a person is a message: nothing is raised, noted or described in prose."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import qwen3vl_app
from qwen3vl_app.errors import AppError, BenchError, LibraryError
from qwen3vl_app.messages import Message, worded
from qwen3vl_app.store.connection import DISK_TROUBLES, explained
from qwen3vl_app.ui.message_rows import message_row

PACKAGE = Path(qwen3vl_app.__file__).parent

MESSAGES = {
    "ModelStatus": "detail",
    "IndexProgress": "message",
    "SearchUpdate": "notes",
    "FileOutcome": "reason",
    "DuplicateGroup": "reason",
    "Checkpoint": "reason",
    "Placement": "reason",
    "replace": "detail message notes reason unscored",
}
"""What is made of messages, and under which names."""

SAYING = {"say", "enter", "refuse", "UnreadableMediaError"}
"""Functions that are given messages by position."""

FREE = {
    "demo/__main__.py": 1,  # why a checkpoint is measured; nobody is shown it
    "errors.py": 1,  # of bench, for developers
    "indexing/patterns.py": 1,  # what the system says
    "models/checkpoint/load.py": 2,  # names of devices
    "store/backups.py": 1,  # what SQLite says
    "store/connection.py": 2,
    "store/integrity.py": 3,
    "store/opening.py": 4,
    "store/tables/migrations/m008_messages.py": 1,  # what an older program said
}
"""How often what has no words of ours is handed on, by module."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the last part of the name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def names_of_errors() -> set[str]:
    """Of all classes of expected failures but that of ``bench``, wherever they are."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "qwen3vl_app."):
        # mteb is not installed everywhere, and what needs it makes no errors of its own
        if not {"demo", "__main__", "mteb"} & {*module.name.split(".")}:
            importlib.import_module(module.name)
    names, left = set(), [AppError]
    while left:
        kind = left.pop()
        names.add(kind.__name__)
        left += kind.__subclasses__()
    return names - {BenchError.__name__}


def is_prose(node: ast.AST) -> bool:
    """Whether an expression makes a text by itself: written out, put together, or of something."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call():
            made = ast.unparse(node.func).rpartition(".")[2]
            return made in {"str", "repr", "format", "join"}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(map(is_prose, parts))
        case ast.IfExp():
            return is_prose(node.body) or is_prose(node.orelse)
    return False


def in_prose(tree: ast.AST, errors: set[str]) -> Iterator[int]:
    """Lines at which a person would be told something without a code."""
    for made, call in calls(tree):
        named = MESSAGES.get(made, "").split()
        given = [one.value for one in call.keywords if one.arg in named]
        if made in errors:
            given += [*call.args, *(one.value for one in call.keywords)]
        elif made in SAYING:
            given += call.args[-1:]
        if any(map(is_prose, given)):
            yield call.lineno


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("raise UsageError('The query is empty.')", [1]),
        ("raise AppError(f'{path} is gone.')", [1]),
        ("raise errors.ModelError(str(error))", [1]),
        ("tracker.say('a' if b else c)", [1]),
        ("ModelStatus(role='embedder', detail='on a CPU')", [1]),
        ("replace(update, notes=(*update.notes, f'Not {this}'))", [1]),
        ("raise UsageError(Message.of('query.empty'))", []),
        ("replace(update, notes=(*update.notes, one))", []),
        ("raise BenchError('Take more.')", []),
    ],
)
def test_in_prose__finds_what_is_said_without_a_code(source: str, expected: list[int]) -> None:
    assert [*in_prose(ast.parse(source), names_of_errors())] == expected


def test_program__says_everything_in_messages() -> None:
    errors = names_of_errors()
    assert {"AppError", "GoneError", "TooBusyError", "LibraryLostError"} <= errors
    found = {f"{name}:{line}" for name, tree in modules() for line in in_prose(tree, errors)}
    assert found == set()


def test_program__hands_on_few_words_of_others() -> None:
    found = {
        name: sum(ast.unparse(call.func) == "Message.free" for _, call in calls(tree))
        for name, tree in modules()
    }
    assert {name: count for name, count in found.items() if count} == FREE


def written_out(node: ast.AST) -> Iterator[str]:
    """Texts that an expression holds itself: not codes of messages, nor names of keys."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Call(func=called) if ast.unparse(called) in {"said", "counted", "Message.of"}:
            return
        case ast.Subscript(value=value):
            yield from written_out(value)
        case ast.Compare():
            return
        case _:
            for part in ast.iter_child_nodes(node):
                yield from written_out(part)


def in_words_of_its_own(tree: ast.AST) -> Iterator[int]:
    """Lines at which a command prints words that no catalogue has."""
    for made, call in calls(tree):
        texts = [text for one in call.args for text in written_out(one)]
        if made == "echo" and any(re.search(r"[a-z]{2}", text) for text in texts):
            yield call.lineno


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("click.echo('All is well.')", [1]),
        ("click.echo(f'{n} deleted.', err=True)", [1]),
        ("click.echo(one_line(f'error: {said(error)}'))", [1]),
        ("click.echo('Well.' if found else said(Message.of('cli.none')))", [1]),
        ("click.echo(said(Message.of('cli.well')), err=True)", []),
        ("click.echo(f\"  {row['name']}: {in_words(row)}\")", []),
    ],
)
def test_in_words_of_its_own__finds_what_is_printed(source: str, expected: list[int]) -> None:
    assert [*in_words_of_its_own(ast.parse(source))] == expected


def test_commands__print_nothing_in_words_of_their_own() -> None:
    """But for ``bench``, which is for developers."""
    found = {
        name: [*in_words_of_its_own(tree)]
        for name, tree in modules()
        if name.startswith("cli/") and name != "cli/bench.py"
    }
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert "cli/found.py" in found


@pytest.mark.parametrize("code", DISK_TROUBLES)
def test_explained__what_the_disk_says_is_a_message(code: int) -> None:
    refused = sqlite3.OperationalError("disk I/O error")
    refused.sqlite_errorcode = code
    with pytest.raises(LibraryError) as caught, explained(Path("/a (b)")):
        raise refused
    assert caught.value.code.startswith("library.")
    assert caught.value.values == {"path": "/a (b)", "said": "disk I/O error"}
    row = message_row(caught.value.message)
    assert row["text"] == str(caught.value)
    assert "/a (b)" in row["text"]
    assert "（disk I/O error）" in worded(caught.value.message, "zh")


LOADED = Message.of(
    "model.loaded",
    where=Message.of(
        "device.cpu",
        dtype="float32",
        why=Message.of("model.no_half", why=Message.of("model.no_gpu")),
    ),
    found=Message.of("model.cached"),
)
STORED = Message.of(
    "storage.line",
    items="60,000",
    dimension="192",
    format="int8",
    scan=Message.of("storage.codes", codes="1-bit"),
    how=Message.of("storage.scored"),
)


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        (
            LOADED,
            "cpu, float32: no GPU found; this CPU is slow in bfloat16; found in a local cache",
            "CPU，float32：没有找到 GPU；本机 CPU 上 bfloat16 很慢；在本地缓存中找到",
        ),
        (
            STORED,
            "60,000 items, 192 dimensions as int8; search over 1-bit codes, candidates scored "
            "exactly",
            "60,000 个条目，192 维，int8；搜索 1-bit 编码，候选项精确评分",
        ),
        (
            Message.of("notice.backup", said="No space left on device"),
            "No backup of the library was made (No space left on device); make room on its disk, "
            "check its permissions, or turn backups off with --no-backup.",
            "没有做成资料库的备份（No space left on device）；请在它的磁盘上腾出空间，检查权限，"
            "或用 --no-backup 关闭备份。",
        ),
        (
            Message.of("load.memory", name="Qwen3-VL-8B", n="36", value="cpu", all="16"),
            "Qwen3-VL-8B needs about 36 GiB of memory on cpu, and this machine has 16; choose 2b "
            "or demo.",
            "Qwen3-VL-8B 在 cpu 上约需 36 GiB 内存，而这台计算机有 16 GiB；请选 2b 或 demo。",
        ),
        (
            Message.of("folder.unknown", path="/a: b/c"),
            "/a: b/c was never added; add it first.",
            "没有添加过 /a: b/c；请先添加。",
        ),
    ],
)
def test_worded__as_it_always_was(message: Message, english: str, chinese: str) -> None:
    assert (str(message), worded(message, "zh")) == (english, chinese)
