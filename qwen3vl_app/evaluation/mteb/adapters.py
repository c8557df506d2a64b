"""What mteb measures: the search of this program, its embedder, its reranker.

mteb's protocols are in ``mteb/models/models_protocols.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from mteb.models.model_meta import ModelMeta, ScoringFunction
from mteb.similarity_functions import cos_sim, pairwise_cos_sim
from mteb.types import PromptType

from qwen3vl_app.errors import ModelError
from qwen3vl_app.evaluation.mteb.given import (
    AT_ONCE,
    SEEN,
    Rows,
    embedder_instruction,
    prepared,
    reranker_instruction,
)
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.task_content import content_of, judged_budget
from qwen3vl_app.evaluation.task_library import Asking, TaskLibrary
from qwen3vl_app.indexing.committing import embed_inputs
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelService


class Part(StrEnum):
    """What of the program is measured."""

    SEARCH = "search"
    EMBEDDER = "embedder"
    RERANKER = "reranker"


Told = Callable[[str, str, int, int], None]
"""Is told of which task what (``index`` or ``ask``) is done, how much, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the adapters work with."""

    models: ModelService
    reader: Reader
    folder: Path
    """Holds results and, while a task goes on, the library of its corpus."""

    depth: int
    """Candidates that the reranker sees."""

    told: Told


def _meta(means: Means, part: Part, stage: Stage | None = None) -> ModelMeta:
    """Results of other models, stages or depths never count as this one's."""
    space = means.models.space()
    revision = [space.fingerprint]
    if stage is Stage.RERANK or part is Part.RERANKER:
        revision += [means.models.reranker_fingerprint(), str(means.depth)]
    name = Path(space.model).name or "model"
    what = "-".join([part.value, *([stage.value] if stage else [])])
    return ModelMeta.create_empty(
        {
            "name": f"qwen3vl-app/{name}-{what}",
            "revision": blake2b("\n".join(revision).encode(), digest_size=8).hexdigest(),
            "modalities": [*SEEN],
            "similarity_fn_name": ScoringFunction.COSINE,
            "use_instructions": True,
            "embed_dim": space.dimension,
            "framework": ["PyTorch"],
        }
    )


@dataclass(slots=True, kw_only=True)
class ProgramSearch:
    """mteb's ``SearchProtocol``: our store, index and engine, one stage or both."""

    means: Means
    stage: Stage
    left_out: dict[str, Message] = field(default_factory=dict)
    """Documents that cannot be found, with the reason, of all tasks so far."""

    _library: TaskLibrary | None = None
    _ids: list[str] = field(default_factory=list)

    @property
    def mteb_model_meta(self) -> ModelMeta:
        return _meta(self.means, Part.SEARCH, self.stage)

    def index(
        self,
        corpus: Any,  # noqa: ANN401
        *,
        task_metadata: Any,  # noqa: ANN401
        num_proc: int | None = None,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Index a corpus, or go on with it.

        The other stage, and other languages that have the same corpus, find it there already.
        """
        self.close()
        means = self.means
        instruction = embedder_instruction(task_metadata, PromptType.document)
        rows = Rows(prepared(corpus, task_metadata, PromptType.document, num_proc))
        self._ids = [str(one) for one in corpus["id"]]
        named = [rows.fingerprint(), instruction, means.models.space().fingerprint]
        digest = blake2b("\n".join(named).encode(), digest_size=8).hexdigest()
        folder = corpus_folder(means.folder, task_metadata.name) / digest
        self._library = TaskLibrary.open(folder, means.reader, means.models, rows)

        def told(done: int, of: int) -> None:
            means.told(task_metadata.name, "index", done, of)

        lost = self._library.index(instruction, told)
        self.left_out |= {self._ids[number]: why for number, why in lost.items()}

    def search(
        self,
        queries: Any,  # noqa: ANN401
        *,
        task_metadata: Any,  # noqa: ANN401
        top_k: int,
        top_ranked: Mapping[str, Sequence[str]] | None = None,
        num_proc: int | None = None,
        **_: Any,  # noqa: ANN401
    ) -> dict[str, dict[str, float]]:
        """Scores of documents for each question; with ``top_ranked``, of those alone."""
        if self._library is None:
            raise RuntimeError("index() comes before search()")
        asking = Asking(
            stage=self.stage,
            depth=self.means.depth,
            most=top_k,
            recall_instruction=embedder_instruction(task_metadata, PromptType.query),
            rerank_instruction=reranker_instruction(task_metadata),
        )
        numbers = {name: number for number, name in enumerate(self._ids)} if top_ranked else {}
        rows = Rows(prepared(queries, task_metadata, PromptType.query, num_proc))
        found: dict[str, dict[str, float]] = {}
        for done, (name, row) in enumerate(zip(queries["id"], rows, strict=True)):
            self.means.told(task_metadata.name, "ask", done, len(rows))
            among = None
            if top_ranked is not None:
                among = [numbers[one] for one in top_ranked.get(name, ()) if one in numbers]
            scores = self._library.ranked(row, asking, among)
            found[str(name)] = {self._ids[number]: one for number, one in scores.items()}
        self.means.told(task_metadata.name, "ask", len(rows), len(rows))
        return found

    def close(self) -> None:
        """Close the library of the last corpus, which stays."""
        if self._library is not None:
            self._library.close()
            self._library = None


@dataclass(slots=True, kw_only=True)
class ProgramEncoder:
    """mteb's ``EncoderProtocol``: the embedder, without our index."""

    means: Means

    @property
    def mteb_model_meta(self) -> ModelMeta:
        return _meta(self.means, Part.EMBEDDER)

    def encode(
        self,
        inputs: Any,  # noqa: ANN401
        *,
        task_metadata: Any,  # noqa: ANN401
        prompt_type: PromptType | None = None,
        **_: Any,  # noqa: ANN401
    ) -> np.ndarray[Any, Any]:
        """Vectors (N, D) of length 1.

        Raises:
            ModelError: The model takes one of them not at all.
        """
        models = self.means.models
        space, budget = models.space(), models.embedder_budget()
        instruction = embedder_instruction(task_metadata, prompt_type)
        rows = Rows(inputs.dataset)
        found = []
        for at in range(0, len(rows), AT_ONCE):
            self.means.told(task_metadata.name, "index", at, len(rows))
            some = range(at, min(at + AT_ONCE, len(rows)))
            contents = [content_of(rows[n], self.means.reader, budget) for n in some]
            batch = embed_inputs(models, contents, space, instruction)
            if batch.rejected:
                position, why = batch.rejected[0]
                raise ModelError(Message.of("mteb.rejected", number=at + position + 1, why=why))
            found.append(batch.vectors)
        self.means.told(task_metadata.name, "index", len(rows), len(rows))
        return np.concatenate(found) if found else np.empty((0, space.dimension), np.float32)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> Any:  # noqa: ANN401
        """Cosines, every one of the first with every one of the second."""
        return cos_sim(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> Any:  # noqa: ANN401
        """Cosines, pair by pair."""
        return pairwise_cos_sim(embeddings1, embeddings2)


@dataclass(slots=True, kw_only=True)
class ProgramCrossEncoder:
    """mteb's ``CrossEncoderProtocol``: the reranker, over the candidates that a task brings."""

    means: Means

    @property
    def mteb_model_meta(self) -> ModelMeta:
        meta = _meta(self.means, Part.RERANKER)
        return meta.model_copy(update={"model_type": ["cross-encoder"]})

    def predict(
        self,
        inputs1: Any,  # noqa: ANN401
        inputs2: Any,  # noqa: ANN401
        *,
        task_metadata: Any,  # noqa: ANN401
        **_: Any,  # noqa: ANN401
    ) -> np.ndarray[Any, Any]:
        """Logits (N,) of the pairs; what cannot be judged is as low as can be.

        Raises:
            ModelError: The reranker is not there.
        """
        models = self.means.models
        budget = judged_budget(models.reranker_budget())
        instruction = reranker_instruction(task_metadata)
        asked, judged = Rows(inputs1.dataset), Rows(inputs2.dataset)
        scores: list[float] = []
        for some in _runs(inputs1.dataset):
            self.means.told(task_metadata.name, "ask", some.start, len(judged))
            query = content_of(asked[some.start], self.means.reader, budget)
            contents = [content_of(judged[n], self.means.reader, budget) for n in some]
            batch = models.score(query, contents, instruction=instruction)
            lowest = float(np.finfo(np.float32).min)
            scores += [lowest if one is None else one.logit for one in batch.scores]
        self.means.told(task_metadata.name, "ask", len(judged), len(judged))
        return np.array(scores, np.float32)


def _runs(data: Any) -> Iterator[range]:  # noqa: ANN401
    """Pairs of one question behind each other, some at a time: they share its prompt."""
    names = list(data["id"]) if "id" in data.column_names else [*range(len(data))]
    begin = 0
    for n in range(1, len(names) + 1):
        if n == len(names) or names[n] != names[begin] or n - begin == AT_ONCE:
            yield range(begin, n)
            begin = n


def corpus_folder(folder: Path, task: str) -> Path:
    """Where the libraries of a task's corpora are."""
    return folder / "corpora" / "".join(one if one.isalnum() else "-" for one in task)
