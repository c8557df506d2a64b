"""The nouns of the program, in the order in which data meets them.

::

    index:   path -scan-> FileStamp -outline-> Outline(Part…) -read-> Content -embed-> vector
    search:  Query -recall-> Candidate -rerank-> Hit -stream-> SearchUpdate -> page

A stage hands the next one a new value, never an edited one, so every class is frozen.
Classes that hold arrays or pictures compare by identity (``eq=False``): comparing pixels by
accident is slow, and numpy refuses to answer it with one bool.

This module imports neither torch, gradio, faiss nor sqlite, so every layer may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.errors import EmptyQueryError, UsageError

if TYPE_CHECKING:
    from PIL.Image import Image

ItemId = NewType("ItemId", int)
"""Primary key in SQLite and vector id in FAISS: one integer, the same in both."""

ContentHash = NewType("ContentHash", str)
"""BLAKE2b-128 of a file's bytes, 32 hexadecimal digits. Equal hashes share items and vectors."""

Vectors: TypeAlias = NDArray[np.float32]
"""Float32 array of shape (N, D), C-contiguous, every row of length 1."""


# ---------------------------------------------------------------- what is on disk


class Kind(StrEnum):
    """What an item is to a reader; the value is what SQLite stores."""

    PICTURE = "picture"
    PAGE = "page"
    PASSAGE = "passage"
    VIDEO = "video"
    MOMENT = "moment"


class Outcome(StrEnum):
    """How one file ended in one run of the indexer. Every file seen gets exactly one."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What a scan learns about a file without opening it; a changed stamp means re-read."""

    path: Path
    """Absolute."""

    size: int
    """Bytes."""

    mtime_ns: int
    """Nanoseconds since the epoch, as ``os.stat`` reports them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPath:
    """Something a scan met and left alone, with the reason."""

    path: Path
    reason: str


# ---------------------------------------------------------------- what is in a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in its file an item stands. What does not apply is None."""

    page: int | None = None
    """From 1."""

    first_line: int | None = None
    """From 1."""

    last_line: int | None = None
    """Inclusive."""

    start: float | None = None
    """Seconds from the beginning of the video."""

    end: float | None = None
    """Seconds; for a moment, the end of its window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item that a file will give, known before it is decoded."""

    ordinal: int
    """From 0, stable for equal bytes: with the content hash it names the item for ever."""

    kind: Kind
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a file consists of: cheap to make, enough to plan the work."""

    content_hash: ContentHash
    parts: tuple[Part, ...]
    """At least one; a file with nothing in it is unreadable instead."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """Decoded frames of a video, in time order."""

    frames: tuple[Image, ...]
    """RGB, all of one size, at least one."""

    seconds: tuple[float, ...]
    """When each frame is shown, one per frame, counted from the start of the clip."""

    from_file: bool = True
    """Taken from a video file: the reference budgets such clips by frame, and clips given as a
    list of pictures by their total."""

    def __post_init__(self) -> None:
        if not self.frames or len(self.frames) != len(self.seconds):
            raise ValueError(f"{len(self.frames)} frames with {len(self.seconds)} times")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelInput:
    """Decoded content, one row of a batch.

    Decoding is where files fail, so a ``ModelInput`` is proof that it worked: embedding one
    never opens a file. The model sees clips, then pictures, then texts. Nothing at all is the
    text ``NULL``, as in the reference.
    """

    texts: tuple[str, ...] = ()
    pictures: tuple[Image, ...] = ()
    """RGB, upright."""

    clips: tuple[Clip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """One part of a file, decoded: what the model and the page need of it."""

    part: Part
    model_input: ModelInput
    thumbnail: bytes
    """WebP, at most 320 pixels on the longer side; of a passage, its first lines drawn."""

    text: str = ""
    """The passage, or the text layer of a page; empty otherwise."""

    width: int = 0
    """Pixels of the picture, page image or video frame as displayed; 0 for a passage."""

    height: int = 0


# ---------------------------------------------------------------- what the models say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmbeddingBatch:
    """Vectors for the inputs that could be embedded, and which inputs those were."""

    vectors: Vectors
    """Shape (len(kept), D)."""

    kept: tuple[int, ...]
    """Ascending positions in the input sequence, one per row of ``vectors``."""

    rejected: tuple[tuple[int, str], ...] = ()
    """(position, reason) of the inputs the model could not take."""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            found = f"{self.vectors.dtype} {self.vectors.shape}"
            raise ValueError(f"vectors must be float32 (N, D), got {found}")
        if len(self.kept) != len(self.vectors):
            raise ValueError(f"{len(self.kept)} positions for {len(self.vectors)} vectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The reranker's judgement of one query–document pair."""

    relevance: float
    """Probability of "yes", 0 to 1, in float32."""

    logit: float
    """Its argument: (w_yes − w_no) · h_last. Orders results where probabilities tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBatch:
    """Scores for the documents that could be judged, and why the others could not."""

    scores: tuple[Score | None, ...]
    """One per document, in input order; None where the document was rejected."""

    rejected: tuple[tuple[int, str], ...] = ()
    """(position, reason)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The settings under which vectors are comparable. Vectors of two spaces never meet."""

    model: str
    """Name to show, such as ``Qwen3-VL-Embedding-2B``."""

    dimension: int
    """D of the stored vectors."""

    fingerprint: str
    """Hash over checkpoint, instruction, pixel and frame budget and dtype."""


# ---------------------------------------------------------------- what the library holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One searchable unit, as the library knows it."""

    id: ItemId
    kind: Kind
    place: Place
    ordinal: int
    path: Path
    """Of the file that holds it; where several files have these bytes, the first of them."""

    content_hash: ContentHash
    thumbnail: str
    """Name of its thumbnail without suffix: the hash of the WebP's bytes."""

    text: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items a search or a listing may return. Conditions combine with "and"."""

    kinds: frozenset[Kind] = frozenset(Kind)
    collection: str | None = None
    """Name; None for the whole library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """A row of the outcome table."""

    path: Path
    outcome: Outcome
    reason: str = ""
    when: str = ""
    """ISO 8601, UTC."""


# ---------------------------------------------------------------- search

QUERY_INSTRUCTION = "Retrieve images or text relevant to the user's query."
"""Given to the embedder with a query (Qwen3-VL-Embedding, README)."""

DOCUMENT_INSTRUCTION = "Represent the user's input."
"""Given to the embedder with everything stored (default of the reference)."""

RERANK_INSTRUCTION = "Given a search query, retrieve relevant candidates that answer the query."
"""Default of the reference's reranker."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Query:
    """What the person asked: text, pictures, clips or a mixture, as one model input.

    Raises:
        EmptyQueryError: Nothing was given.
        UsageError: ``top_k`` or ``depth`` is out of range.
    """

    text: str = ""
    pictures: tuple[Image, ...] = ()
    clips: tuple[Clip, ...] = ()
    filter: ItemFilter = ItemFilter()
    instruction: str | None = None
    """For both stages; None for each stage's default."""

    top_k: int = 20
    """Hits shown, 1 to 100."""

    depth: int = 20
    """Recall candidates the reranker sees, 1 to 200; never fewer than are shown."""

    rerank: bool = True

    def __post_init__(self) -> None:
        if not (self.text.strip() or self.pictures or self.clips):
            raise EmptyQueryError
        if not 1 <= self.top_k <= 100:
            raise UsageError(f"{self.top_k} results were asked for; choose 1 to 100.")
        if not 1 <= self.depth <= 200:
            raise UsageError(f"A depth of {self.depth} was asked for; choose 1 to 200.")

    @property
    def model_input(self) -> ModelInput:
        """The query as both models see it."""
        texts = (self.text.strip(),) if self.text.strip() else ()
        return ModelInput(texts=texts, pictures=self.pictures, clips=self.clips)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """First stage: an item the vector index considers near the query."""

    item_id: ItemId
    similarity: float
    """Cosine, −1 to 1. Comparable within one query only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item as it will be shown, with what both stages said of it."""

    item: Item
    recall_rank: int
    """1 is best."""

    similarity: float
    rank: int | None = None
    """After reranking, 1 is best; None while or where it was not reranked."""

    score: Score | None = None
    unscored: str = ""
    """Why the reranker could not judge it, such as a file that has gone."""


class SearchStage(StrEnum):
    """How far a search has come."""

    RECALL = "recall"
    RERANK = "rerank"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds spent in each stage so far."""

    embed: float = 0.0
    recall: float = 0.0
    rerank: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchUpdate:
    """One step of a running search; each replaces the one before."""

    stage: SearchStage
    hits: tuple[Hit, ...]
    """All candidates in recall order."""

    reranked: int = 0
    """How many candidates the reranker has dealt with."""

    timings: Timings = Timings()
    model: str = ""
    notes: tuple[str, ...] = ()
    """Sentences to show above the results."""

    @property
    def by_relevance(self) -> tuple[Hit, ...]:
        """The hits that have a rank after reranking, best first."""
        return tuple(
            sorted((h for h in self.hits if h.rank is not None), key=lambda h: h.rank or 0)
        )
