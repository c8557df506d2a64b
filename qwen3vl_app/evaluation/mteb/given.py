"""What mteb gives: prompts of tasks and rows of their data.

Instructions are those of the models' entries in mteb's registry (``qwen3_vl_embedding_models.py``,
``qwen3_vl_reranker.py``); the full stop at their end is put there by the prompt of the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import datasets
from mteb._create_dataloaders import create_dataloader
from mteb.abstasks.abstask import get_abstask_prompt
from mteb.types import PromptType

from qwen3vl_app.evaluation.task_content import Row
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION

AT_ONCE = 32
"""Inputs that the models are handed at a time; they make their own batches of these."""

SEEN = ("text", "image", "video")
"""What the models see of a row; mteb calls them modalities."""

_HASHED_AT_ONCE = 100
"""Rows; of large pages some 200 MB."""


def task_prompt(metadata: Any, prompt_type: PromptType | None) -> str:  # noqa: ANN401
    """What the task, else its type, gives to models; empty where it has nothing for this side."""
    prompt = metadata.prompt
    if isinstance(prompt, dict):
        prompt = prompt.get(prompt_type.value) if prompt_type else ""
    else:
        prompt = prompt or get_abstask_prompt(metadata.name)
    return str(prompt or "").strip()


def embedder_instruction(metadata: Any, prompt_type: PromptType | None) -> str:  # noqa: ANN401
    """As the embedder's entry: a prompt that is one text goes before documents as well."""
    return task_prompt(metadata, prompt_type) or DOCUMENT_INSTRUCTION


def reranker_instruction(metadata: Any) -> str:  # noqa: ANN401
    """As the reranker's entry: the side of the question speaks for both."""
    prompt = metadata.prompt
    if isinstance(prompt, dict):
        prompt = prompt.get("query") or next(iter(prompt.values()), None)
    return str(prompt or "").strip() or QUERY_INSTRUCTION


class Rows(Sequence[Row]):
    """Rows of a data set, read when they are asked for, with videos as they are in their files."""

    def __init__(self, data: Any) -> None:  # noqa: ANN401  # a datasets.Dataset
        for name, feature in data.features.items():
            if isinstance(feature, datasets.Video):
                data = data.cast_column(name, datasets.Video(decode=False))
        self._names = [name for name in SEEN if name in data.column_names]
        # other columns may hold pictures, too, that would be decoded with every row
        self._data = data.select_columns(self._names) if self._names else data

    def fingerprint(self) -> str:
        """Of all that the models see, in its order; reads the data once.

        Languages of a task often have one corpus, under names of their own.
        """
        digest = blake2b(digest_size=16)
        for some in self._data.with_format("arrow").iter(batch_size=_HASHED_AT_ONCE):
            for batch in some.combine_chunks().to_batches():
                digest.update(batch.serialize())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, number: Any) -> Any:  # noqa: ANN401  # a slice is never asked for
        row = self._data[int(number)]
        return {name: row[name] for name in self._names}


def prepared(data: Any, metadata: Any, side: PromptType, num_proc: int | None) -> Any:  # noqa: ANN401
    """As mteb prepares it for every model: titles before texts, instructions behind questions."""
    return create_dataloader(
        data, task_metadata=metadata, prompt_type=side, batch_size=AT_ONCE, num_proc=num_proc
    ).dataset
