"""What the rest of the program knows of its models: two verbs, no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from qwen3vl_app.budget import Budget
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space
from qwen3vl_app.types.fidelity import Check
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.types.seen import SeenPrompt


class Priority(IntEnum):
    """Who goes first; the smaller number."""

    SEARCH = 0
    RERANK = 1
    INSPECT = 2
    """What somebody wants to know of a search that has ended."""

    INDEX = 3


class Embedder(Protocol):
    """Maps content and queries into one vector space. Not thread-safe: see ``host.py``."""

    @property
    def space(self) -> Space:
        """Changes whenever vectors stop being comparable."""

    @property
    def budget(self) -> Budget:
        """What this checkpoint looks at."""

    @property
    def memory_bytes(self) -> int:
        """What its weights take, on whatever device."""

    @property
    def detail(self) -> Message:
        """Device, dtype and why, one line."""

    @property
    def is_exact(self) -> bool:
        """Whether an input has the same vector alone and in a batch, to 1e-5 in cosine."""

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        """Embed inputs under one instruction; any number, also none."""

    def seen(self, item: ModelInput, instruction: str) -> SeenPrompt | Message:
        """What ``embed`` gives the model of an input, or why it takes none of it."""


class Reranker(Protocol):
    """Judges query and document together. Not thread-safe: see ``host.py``."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever scores stop being comparable."""

    @property
    def budget(self) -> Budget:
        """What this checkpoint looks at."""

    @property
    def memory_bytes(self) -> int:
        """What its weights take, on whatever device."""

    @property
    def detail(self) -> Message:
        """Device, dtype and why, one line."""

    def score(
        self, query: ModelInput, documents: Sequence[ModelInput], instruction: str
    ) -> ScoreBatch:
        """Judge each document; scores come back in input order."""

    def seen(
        self, query: ModelInput, document: ModelInput, instruction: str
    ) -> SeenPrompt | Message:
        """What ``score`` gives the model of a document, or why it takes none of it."""


class Scorer(Protocol):
    """Judges documents, as ``ModelService.score`` does."""

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of ``documents``, in their order."""


class OtherReranker(Scorer, Protocol):
    """A reranker in memory beside the one that has the role, which judges always itself."""

    @property
    def name(self) -> str:
        """Of its checkpoint."""

    @property
    def fingerprint(self) -> str:
        """As ``Reranker.fingerprint``."""

    @property
    def budget(self) -> Budget:
        """As ``Reranker.budget``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDtype:
    """The numbers in which a model does not compute, but might."""

    dtype: str
    """``bfloat16`` or ``float32``."""

    memory_bytes: int
    """What a copy of the model in them takes, as long as it is there."""

    here: bool
    """Whether this computer has them in hardware, and the memory for the copy."""


class ModelState(StrEnum):
    """Where a model is on its way into memory."""

    WAITING = "waiting"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    OFF = "off"
    UNLOADED = "unloaded"
    """Let go because nobody asked it for a while; whoever asks has it loaded again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """What the page and ``status`` say about one model."""

    role: str
    """``embedder`` or ``reranker``."""

    name: str
    state: ModelState
    detail: Message = NOTHING
    """Device, dtype and why; or the failure."""

    bundled: bool = False
    """True for the demo checkpoint that comes with the program."""

    wanted: str = ""
    """By what it was asked for, such as ``2b`` or a folder."""

    adapter: str = ""
    """Folder of the LoRA adapter that it was asked for with; empty for none."""

    fingerprint: str = ""
    """Of an embedder, that of its space; empty until it has loaded."""

    memory_bytes: int = 0
    """What its weights take now."""


class ModelService(Protocol):
    """The models of a running program, and whose turn it is. Thread-safe.

    ``ModelHost`` is the one that runs them; what any must do is asked of every one in
    ``tests/contracts/test_model_service.py``.
    """

    # ------------------------------------------------------------ what is there

    @property
    def has_reranker(self) -> bool:
        """Whether reranking was asked for."""

    def start(self) -> None:
        """Begin loading, the embedder first; returns at once. Calling it again does nothing."""

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        """Embedder and reranker as they are now; never waits."""

    def coming(self) -> tuple[ModelStatus, ...]:
        """What ``use`` asked for and is on its way, and the last one of a role that failed."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all models are ready, off or failed; False if ``timeout`` seconds passed.

        What ``use`` asked for is waited for as well.
        """

    def space(self) -> Space:
        """The space of the embedder's vectors; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: The models were closed.
        """

    def loaded_space(self) -> Space | None:
        """As ``space``; None while the embedder is not loaded. Never waits, and starts nothing."""

    def embedder_budget(self) -> Budget:
        """What the embedder looks at; waits and raises as ``space``."""

    def reranker_budget(self) -> Budget:
        """What the reranker looks at; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: Reranking is off, or the models were closed.
        """

    def reranker_fingerprint(self) -> str:
        """Which reranker judges; waits and raises as ``reranker_budget``."""

    # ------------------------------------------------------------ the two verbs

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """Vectors for any number of inputs; see ``Embedder.embed``. Waits while the model loads.

        Args:
            inputs: Decoded content.
            instruction: As the embedder takes it.
            priority: Who asks.
            space: Of the vectors: ``space()`` or one ``load_beside``; None for the former.

        Raises:
            ModelLoadError: The embedder cannot be loaded.
            UnloadedError: No embedder of this space is in memory.
            ModelError: The models were closed.
        """

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of ``documents``; see ``Reranker.score``. Waits while the model loads.

        Args:
            query: What is asked.
            documents: Any number.
            instruction: As the reranker takes it.
            priority: Who asks.
            reranker: ``reranker_fingerprint()`` of the one that is to judge, where others have
                judged before; None for whichever there is.

        Raises:
            ModelLoadError: The reranker cannot be loaded.
            UnloadedError: Another reranker has taken over.
            ModelError: Reranking is off, or the models were closed.
        """

    def seen_by_embedder(
        self, item: ModelInput, *, instruction: str, space: Space | None = None
    ) -> SeenPrompt | Message:
        """What the embedder gets of an input; waits, and raises, as ``embed``.

        The very prompt and pixels that ``embed`` would run: nothing is run here.
        """

    def seen_by_reranker(
        self,
        query: ModelInput,
        document: ModelInput,
        *,
        instruction: str,
        reranker: str | None = None,
    ) -> SeenPrompt | Message:
        """What the reranker gets of a document beside a query; waits, and raises, as ``score``."""

    def other_dtype(self) -> OtherDtype:
        """In which numbers the reranker does not compute; waits and raises as ``score``.

        On a CPU, measuring whether bfloat16 pays takes a second, once.
        """

    def reranker_in_other_dtype(self) -> AbstractContextManager[Scorer]:
        """Meanwhile the reranker is in memory a second time, in these numbers.

        Waits for it to load; what takes its turn before others does so as ever.

        Raises:
            ModelLoadError: The copy cannot be loaded.
            ModelError: Reranking is off, or the models were closed.
        """

    def reranker_beside(self, choice: ModelChoice) -> AbstractContextManager[OtherReranker]:
        """Meanwhile another reranker is in memory, beside the present one, whose role stays.

        Waits for it to load. The last one who uses it lets it go. Nothing is downloaded.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: The models were closed.
        """

    def hurry(self) -> AbstractContextManager[None]:
        """Meanwhile somebody waits for the first rows of a search.

        What is less urgent stands still, for a fraction of a second at a time: it would take the
        processor from what is to be done beside the models. Returns at once, starts nothing, and
        may be left late.
        """

    # ------------------------------------------------------------ care

    def examine(self, role: Role) -> tuple[Check, ...]:
        """Whether the model of a role sees and answers as the reference does, line by line.

        Searches go first. Waits while the model loads.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: Reranking is off, or the models were closed.
        """

    def use(self, role: Role, wanted: str, adapter: str = "") -> Future[None]:
        """Have another model in this role, which goes on being asked until that is loaded.

        Returns at once. Where loading fails, the model before stays. A pass in work ends first.
        A reranker that was replaced is let go; an embedder stays for searches in its space
        until ``unload_beside``. A model that is chosen before this one has loaded comes instead
        of it. Nothing is downloaded.

        Args:
            role: Of which model.
            wanted: As the setting ``--model``; for a reranker also ``none``.
            adapter: Folder of a LoRA adapter to merge into it; empty for none.

        Returns:
            A future that ends once it has taken over, or with a ``ModelError`` that says why it
            does not.
        """

    def load_beside(self, space: Space) -> None:
        """Have the embedder of another space in memory, beside the present one.

        Waits for it to load; afterwards ``embed`` can be asked for vectors of this space. The
        checkpoint of the space is loaded only if it still gives these, and never downloaded.

        Raises:
            ModelLoadError: It is not known, has gone, has changed or cannot be loaded.
            ModelError: The models were closed.
        """

    def unload_beside(self, keep: Space | None = None) -> None:
        """Let go embedders beside the present one, once their work is done.

        Args:
            keep: The space of one that is still needed.
        """

    def retry(self) -> None:
        """Load again what has failed, such as after the checkpoint was repaired; returns at once.

        Nothing that has not failed is touched.
        """

    def close(self, timeout: float = 10.0) -> None:
        """Let the models go; work that waits raises ``ModelError``. Harmless when repeated.

        Args:
            timeout: Seconds to wait at most for what cannot be interrupted.
        """
