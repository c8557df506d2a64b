from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import qwen3vl_app
from qwen3vl_app.errors import AppError
from qwen3vl_app.index.formats import VectorFormat
from qwen3vl_app.index.quantizers import OneBitCodes
from qwen3vl_app.store.index_sync import described
from qwen3vl_app.ui.reasons import FORMS, reason_row
from qwen3vl_app.ui.routes.indexing import StatusBoard
from qwen3vl_app.ui.sentences import error_row, note_row
from tests.ui.world import build_world


def test_forms__are_what_the_program_says():
    package = Path(qwen3vl_app.__file__).parent
    files = [path for path in package.rglob("*.py") if not path.name.startswith("m008")]
    source = "".join(re.sub(r'"\s*\n\s*f?"', "", path.read_text()) for path in files)
    for code, form in FORMS.items():
        if f'Message.of("{code}"' in re.sub(r"\(\s+", "(", source):
            continue  # its sentence is made of the form itself
        fixed = max(re.split(r"\{\w+\}", form), key=len)
        assert fixed.rstrip("; ")[-20:] in source, code


def test_reason_row__models_say_where_they_are():
    cpu = "cpu, float32: no GPU found; CPUs are slow in bfloat16; found in a local cache"
    row = reason_row(cpu)
    assert row["code"] == "model.cpu"
    assert [row["values"][name]["code"] for name in ("why", "found")] == [
        "model.no_gpu",
        "model.cached",
    ]
    assert reason_row("cuda, bfloat16: H200; folder given")["code"] == "model.placed"


def test_reason_row__how_a_library_is_searched():
    row = reason_row(described(60_000, 192, VectorFormat.INT8, OneBitCodes.kind))
    assert (row["code"], row["values"]["items"]) == ("storage.line", "60,000")
    assert row["values"]["scan"]["code"] == "storage.codes"
    assert row["values"]["how"]["code"] == "storage.scored"
    exact = reason_row(described(5, 192, VectorFormat.FLOAT32, None))["values"]
    assert (exact["scan"]["code"], exact["how"]["code"]) == ("storage.all", "storage.exact")


@pytest.mark.parametrize("text", ["", "a, b: c; d", "it is torn", "of " * 3000, "${x} {n}"])
def test_reason_row__what_is_not_known_stays_as_it_is(text):
    assert reason_row(text) == {"text": text, "code": "", "values": {}}


@pytest.mark.parametrize(
    ("sentence", "code", "values"),
    [
        (
            "No backup of the library was made (No space left on device); make room on its disk, "
            "check its permissions, or turn backups off with --no-backup.",
            "notice.backup",
            {"said": "No space left on device"},
        ),
        (
            "3 rows of the library /a/b are damaged and left out; start the program again, which "
            "takes them out and indexes their files anew.",
            "notice.left_out",
            {"n": "3", "path": "/a/b"},
        ),
        (
            "/models/x is no checkpoint: it has no config.json.",
            "load.no_config",
            {"path": "/models/x"},
        ),
        (
            "/models/x lacks 7 of the model's tensors, such as a.b.c.",
            "load.lacks",
            {"path": "/models/x", "n": "7", "name": "a.b.c"},
        ),
    ],
)
def test_sentences__without_a_code_of_their_own_are_known_by_their_form(sentence, code, values):
    expected = {"text": sentence, "code": code, "values": values}
    assert note_row(sentence) == error_row(AppError(sentence)) == expected


def test_status__words_what_is_to_be_known(tmp_path):
    services: Any = build_world(tmp_path, empty=True)
    begun = (
        "The library /a/b was begun anew, because its library.db was gone; what was beside that "
        "is kept as left-wal. The command restore puts a backup back."
    )
    services.library.notices = (begun, begun)
    status = StatusBoard(services).now()
    assert status["notices"] == [begun]
    assert status["remarks"][0]["values"] == {"path": "/a/b", "kept": "left"}
    public = replace(services, settings=replace(services.settings, read_only=True))
    assert "/a/b" not in str(StatusBoard(public).now()["remarks"])
