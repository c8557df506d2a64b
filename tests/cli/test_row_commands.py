from __future__ import annotations

import numpy as np
import orjson
import pytest

from tests.cli.conftest import ROOT

PARITY = ROOT / "tests" / "data" / "parity"
GOLDEN = orjson.loads((PARITY / "golden.json").read_bytes())


def write_lines(path, *rows):
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return path


def read_lines(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def beside_the_media(tmp_path):
    """A folder that holds the reference's media, so that relative paths work."""
    (tmp_path / "media").symlink_to(PARITY / "media")
    return tmp_path


def test_embed__vectors_of_the_reference_in_order(program, beside_the_media):
    cases = [case for case in GOLDEN["embed"] if "video" not in case["input"]][:8]
    source = write_lines(beside_the_media / "in.jsonl", *(case["input"] for case in cases))
    target = beside_the_media / "out.jsonl"
    assert program.run("embed", "--input", source, "--output", target).exit_code == 0
    rows = read_lines(target)
    assert len(rows) == len(cases) == 8
    for row, case in zip(rows, cases, strict=True):
        assert np.dot(row["vector"], case["vector"]) == pytest.approx(1, abs=1e-6)


def test_embed__a_bad_line_is_an_error_in_its_place(program, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "fox"}\n{"image": "none.png"}\nnonsense\n{"words": "fox"}\n')
    result = program.run("embed", "--input", source)
    rows = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert list(rows[0]) == ["vector"]
    assert [list(row) for row in rows[1:]] == [["error"]] * 3
    assert "none.png" in rows[1]["error"]
    assert "not JSON" in rows[2]["error"]
    assert "words" in rows[3]["error"]


def test_rerank__scores_of_the_reference(program, beside_the_media):
    case = GOLDEN["rerank"][0]
    asked = {key: case[key] for key in ("query", "documents", "fps", "max_frames")}
    source = write_lines(beside_the_media / "in.jsonl", asked)
    result = program.run("rerank", "--input", source)
    (row,) = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert row["scores"] == pytest.approx(case["scores"], abs=1e-5)
    assert row["errors"] == {}
    assert [1 / (1 + np.exp(-logit)) for logit in row["logits"]] == pytest.approx(row["scores"])


def test_rerank__a_document_that_cannot_be_read_has_null_and_a_reason(program, tmp_path):
    asked = {"query": {"text": "fox"}, "documents": [{"text": "a fox"}, {"image": "none.png"}, 3]}
    source = write_lines(tmp_path / "in.jsonl", asked, {"query": "fox"})
    result = program.run("rerank", "--input", source)
    row, refused = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert row["scores"][0] is not None
    assert row["scores"][1:] == row["logits"][1:] == [None, None]
    assert set(row["errors"]) == {"1", "2"}
    assert "documents" in refused["error"]


def test_embed__an_input_that_is_not_there(program, tmp_path):
    result = program.run("embed", "--input", tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr


def test_collections__made_renamed_and_deleted(program, folder):
    program.json("index", folder, "--collection", "Trip")
    assert program.json("collections") == {"collections": {"Trip": 9}}
    changed = program.json("collections", "--make", "New", "--rename", "Trip", "Journey")
    assert changed == {"collections": {"Journey": 9, "New": 0}}
    assert program.run("collections").stdout.splitlines() == ["Journey  9", "New  0"]
    gone = program.json("collections", "--delete", "New", "--delete", "Journey")
    assert gone == {"collections": {}}
    assert len(program.json("items")["items"]) == 9
    assert program.in_chinese("collections") == ["没有合集。"]
    refused = program.run("collections", "--delete", "Trip")
    assert refused.exit_code == 2
    assert "There is no collection Trip" in refused.stderr
