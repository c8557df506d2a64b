"""Stand-in models whose numbers can be checked by hand, and notes for them to search.

A text is embedded by the words it contains, and judged by how short it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import EmbeddingBatch, Kind, ModelInput, Score, ScoreBatch, Space
from tests.still_models import StillModels
from tests.store.build import SPACE, content, put_file, unit

WORDS = ("fox", "river", "red", "rain")
NOTES = ("fox river red rain", "fox river red", "fox river", "fox")


class WordModels(StillModels):
    """Counts words; the reranker prefers short texts, so that it turns the order round."""

    def __init__(self) -> None:
        self.priorities: list[Priority] = []
        self.judged: list[int] = []
        self.asked: list[ModelInput] = []
        self.shown: list[ModelInput] = []
        """The documents of all rerankings."""

        self.embedded: list[int] = []
        self.fails = ""
        self.own = SPACE
        self.others: list[Space] = []
        """Whose checkpoints are there, to be loaded beside."""

        self.beside: list[Space] = []
        self.spaces: list[Space | None] = []
        """What ``embed`` was asked for."""

    @property
    def stands_for(self) -> Space:
        return self.own

    def load_beside(self, space: Space) -> None:
        if space not in self.others:
            super().load_beside(space)
        elif space not in self.beside:
            self.beside.append(space)

    def unload_beside(self, keep: Space | None = None) -> None:
        self.beside = [space for space in self.beside if space == keep]

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        self.check(None if space in self.beside else space)
        self.spaces.append(space)
        self.priorities.append(priority)
        self.embedded.append(len(inputs))
        if any(query.pictures for query in inputs):
            return EmbeddingBatch(
                vectors=np.zeros((0, 4), np.float32),
                kept=(),
                rejected=((0, Message.free("too thin.")),),
            )
        vectors = [unit(*(float(word in query.texts[0]) for word in WORDS)) for query in inputs]
        return EmbeddingBatch(
            vectors=np.array(vectors, np.float32).reshape(len(inputs), len(WORDS)),
            kept=tuple(range(len(inputs))),
        )

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        self.check()
        self.check_judge(reranker)
        if self.fails:
            raise ModelLoadError(Message.free(self.fails))
        self.judged.append(len(documents))
        self.asked.append(query)
        self.shown.extend(documents)
        return ScoreBatch(
            scores=tuple(
                Score(relevance=0.5, logit=-float(len(" ".join(document.texts))))
                for document in documents
            )
        )


def put_notes(library: Library) -> None:
    for number, note in enumerate(NOTES):
        vector = unit(*(float(word in note) for word in WORDS))
        passage = content(kind=Kind.PASSAGE, text=note)
        put_file(library, Path(f"/notes/{number}.txt"), f"note {number}", [(passage, vector)])
