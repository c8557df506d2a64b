"""The nouns of the program, in the order in which data meets them.

::

    index:   path -scan-> FileStamp -outline-> Outline(Part…) -read-> Content -embed-> vector
    search:  Query -recall-> Candidate -rerank-> Hit -stream-> SearchUpdate -> page

A stage hands the next one a new value, never an edited one, so every class is frozen.
Classes that hold arrays or pictures compare by identity (``eq=False``): comparing pixels by
accident is slow, and numpy refuses to answer it with one bool.

This package imports neither torch, gradio, faiss nor sqlite, so every layer may import it.
"""

from __future__ import annotations

from qwen3vl_app.types.content import (
    Clip,
    Content,
    ContentKey,
    ModelInput,
    Outline,
    Part,
    Picture,
    Place,
)
from qwen3vl_app.types.disk import (
    FileStamp,
    Kind,
    Outcome,
    SkippedPath,
    calendar_time,
    storable_number,
)
from qwen3vl_app.types.ids import ContentHash, ItemId, Vectors
from qwen3vl_app.types.judged import EmbeddingBatch, Score, ScoreBatch, Space
from qwen3vl_app.types.library import (
    EVERYTHING,
    SQUARE_WITHIN,
    DuplicateGroup,
    FileOutcome,
    Item,
    ItemFilter,
    Orientation,
    Original,
)
from qwen3vl_app.types.picture_text import (
    Corners,
    PictureClass,
    PictureText,
    TextLine,
    TextOutcome,
)
from qwen3vl_app.types.query import (
    DOCUMENT_INSTRUCTION,
    MOST_RESULTS,
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    Ask,
    Query,
    check_results,
)
from qwen3vl_app.types.results import (
    RELEVANT,
    Candidate,
    Doubt,
    Hit,
    LeftOut,
    SearchStage,
    SearchUpdate,
    Timings,
)
from qwen3vl_app.types.words import ExactWords, WordsMode

__all__ = [
    "DOCUMENT_INSTRUCTION",
    "EVERYTHING",
    "MOST_RESULTS",
    "QUERY_INSTRUCTION",
    "RELEVANT",
    "RERANK_INSTRUCTION",
    "SQUARE_WITHIN",
    "Ask",
    "Candidate",
    "Clip",
    "Content",
    "ContentHash",
    "ContentKey",
    "Corners",
    "Doubt",
    "DuplicateGroup",
    "EmbeddingBatch",
    "ExactWords",
    "FileOutcome",
    "FileStamp",
    "Hit",
    "Item",
    "ItemFilter",
    "ItemId",
    "Kind",
    "LeftOut",
    "ModelInput",
    "Orientation",
    "Original",
    "Outcome",
    "Outline",
    "Part",
    "Picture",
    "PictureClass",
    "PictureText",
    "Place",
    "Query",
    "Score",
    "ScoreBatch",
    "SearchStage",
    "SearchUpdate",
    "SkippedPath",
    "Space",
    "TextLine",
    "TextOutcome",
    "Timings",
    "Vectors",
    "WordsMode",
    "calendar_time",
    "check_results",
    "storable_number",
]
