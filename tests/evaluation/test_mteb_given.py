"""What the models are told of a task, and what they see of its data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip(
    "mteb", reason="the extra `evaluation` is not installed: pip install .[evaluation]"
)

import datasets
import mteb
from mteb.types import PromptType

from qwen3vl_app.budget import Budget
from qwen3vl_app.evaluation.mteb.given import Rows, embedder_instruction, reranker_instruction
from qwen3vl_app.evaluation.task_content import judged_budget
from qwen3vl_app.types import QUERY_INSTRUCTION


def test_instructions__are_those_of_the_registry():
    query, document = PromptType.query, PromptType.document

    def of(prompt: Any) -> tuple[str, str, str]:
        metadata = SimpleNamespace(name="SciFact", prompt=prompt)
        first, second = (embedder_instruction(metadata, side) for side in (query, document))
        return first, second, reranker_instruction(metadata)

    default = "Represent the user's input."
    assert of({"query": " Find it "}) == ("Find it", default, "Find it")
    assert of({"document": "Read it."}) == (default, "Read it.", "Read it.")
    assert of("Compare") == ("Compare", "Compare", "Compare")
    # of the kind of task where it has none of its own; the reranker has no such thing
    assert mteb.get_task("SciFact").abstask_prompt == "Retrieve text based on user query."
    typical = "Retrieve text based on user query."
    assert of(None) == (typical, typical, QUERY_INSTRUCTION)


def test_judged_budget__has_the_clips_of_the_reranker_entry():
    assert judged_budget(Budget()).max_clip_tokens == 10240
    smaller = Budget(max_clip_tokens=48)
    assert judged_budget(smaller) == smaller


def test_fingerprint__is_of_what_the_models_see_in_its_order():
    def of(texts: list[str], **more: list[str]) -> str:
        return Rows(datasets.Dataset.from_dict({"text": texts, **more})).fingerprint()

    names = [f"note {n}" for n in range(250)]
    one = of(names, id=[f"en-{n}" for n in range(250)])
    assert of(names, id=[f"fr-{n}" for n in range(250)]) == one
    assert of([*names[:-1], "other"], id=names) != one
    assert of([*reversed(names)], id=names) != one
