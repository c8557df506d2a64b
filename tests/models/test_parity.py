"""Held to the reference: every case of both goldens, alone and in mixed batches.

``tests/data/parity/README.md`` says how they were made. The limits are those that rounding in
float32 leaves; a wrong frame, stamp, resize or token shows up as 1e-3 or more.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.models.forward.batching import tokens_per_pass
from qwen3vl_app.models.prompt.layout import embed_row, stamps
from qwen3vl_app.models.prompt.reference import read_input, read_instruction
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.models.vision import patches as vision
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION

PARITY = Path(__file__).parent.parent / "data" / "parity"
GOLDENS = {"": "golden.json", "_eos": "golden-eos.json"}
COSINE, SCORE = 1e-6, 1e-5
ONE_PASS = tokens_per_pass("cpu", 64)


def golden(suffix):
    return json.loads((PARITY / GOLDENS[suffix]).read_bytes())


CASES = [
    pytest.param(suffix, at, id=f"{GOLDENS[suffix]}-{at}")
    for suffix in GOLDENS
    for at in range(len(golden(suffix)["embed"]))
]
PAIRS = [
    pytest.param(suffix, at, id=f"{GOLDENS[suffix]}-{at}")
    for suffix in GOLDENS
    for at in range(len(golden(suffix)["rerank"]))
]


def content(entry, reader):
    return read_input(entry, reader, PARITY)


def instruction(case):
    return read_instruction(case["input"], DOCUMENT_INSTRUCTION)


def tokens(case):
    return case["ids"]["n"] if isinstance(case["ids"], dict) else len(case["ids"])


def pair(case, reader):
    chosen = {"fps": case["fps"], "max_frames": case["max_frames"]}
    query = read_input(case["query"], reader, PARITY, **chosen)
    return query, [read_input(d, reader, PARITY, **chosen) for d in case["documents"]]


@pytest.fixture(scope="session")
def tokenizers():
    folders = {"": "checkpoint", "_eos": "checkpoint-eos"}
    return {suffix: PromptTokenizer(PARITY / name) for suffix, name in folders.items()}


@pytest.mark.parametrize(("suffix", "at"), CASES)
def test_embed_row__ids_and_grids_of_the_reference(suffix, at, tokenizers, reader):
    case = golden(suffix)["embed"][at]
    item = content(case["input"], reader)
    row = embed_row(tokenizers[suffix], Budget(), item, instruction(case))
    ids, expected = list(row.ids), case["ids"]
    if isinstance(expected, list):
        assert ids == expected
    else:
        assert (len(ids), ids[:50], ids[-20:]) == tuple(expected[k] for k in ("n", "head", "tail"))
    grids = [list(vision.grid_of(size)) for _, size in row.pictures]
    clips = [list(vision.grid_of(size, len(stamps(clip)))) for clip, size in row.clips]
    assert (grids or None) == case["image_grid_thw"]
    assert (clips or None) == case["video_grid_thw"]


@pytest.mark.parametrize(("suffix", "at"), CASES)
def test_embed__alone(suffix, at, request, reader):
    embedder = request.getfixturevalue("embedder" + suffix)
    case = golden(suffix)["embed"][at]
    batch = embedder.embed([content(case["input"], reader)], instruction(case))
    assert batch.kept == (0,)
    assert batch.vectors[0] @ np.float32(case["vector"]) >= 1 - COSINE


@pytest.mark.parametrize("suffix", GOLDENS)
def test_embed__all_in_mixed_batches(suffix, request, reader):
    embedder = request.getfixturevalue("embedder" + suffix)
    cases = [c for c in golden(suffix)["embed"] if "instruction" not in c["input"]]
    # longer ones have a pass to themselves here as well, the same as alone
    cases = [c for c in cases if tokens(c) <= ONE_PASS]
    assert len(cases) == 17
    batch = embedder.embed([content(c["input"], reader) for c in cases], "")
    assert batch.kept == tuple(range(len(cases)))
    for case, vector in zip(cases, batch.vectors, strict=True):
        assert vector @ np.float32(case["vector"]) >= 1 - COSINE, case["input"]


@pytest.mark.parametrize(("suffix", "at"), PAIRS)
def test_score__all_in_mixed_batches(suffix, at, request, reader):
    reranker = request.getfixturevalue("reranker" + suffix)
    case = golden(suffix)["rerank"][at]
    query, documents = pair(case, reader)
    batch = reranker.score(query, documents, read_instruction(case, RERANK_INSTRUCTION))
    assert batch.rejected == ()
    found = [score.relevance for score in batch.scores]
    assert found == pytest.approx(case["scores"], abs=SCORE, rel=0)


@pytest.mark.parametrize(("suffix", "at"), PAIRS)
def test_score__alone(suffix, at, request, reader):
    reranker = request.getfixturevalue("reranker" + suffix)
    case = golden(suffix)["rerank"][at]
    query, documents = pair(case, reader)
    for document, expected in zip(documents, case["scores"], strict=True):
        if sum(map(len, document.texts)) > ONE_PASS:
            continue  # has a pass to itself in the mixed test as well
        batch = reranker.score(query, [document], read_instruction(case, RERANK_INSTRUCTION))
        assert batch.scores[0].relevance == pytest.approx(expected, abs=SCORE, rel=0)
