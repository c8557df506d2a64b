"""The sentences of the program in a form that the page can say in the reader's language.

Each goes out as ``{"text", "code", "values"}``: the English sentence, a name for it, and what it
names. The catalogues of ``messages`` have other words by that name; where they have none, or a
sentence has no name, the page shows the sentence itself.
"""

from __future__ import annotations

from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.indexer import PAUSING, STOPPING
from qwen3vl_app.models.service.host import CLOSED, OFF
from qwen3vl_app.search.engine import NOT_RERANKED
from qwen3vl_app.search.recall import NO_WORDS, NO_WORDS_HERE, NONE_PASSES, NOT_YET
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.reasons import reason_row
from qwen3vl_app.ui.serialize import Json

CODES = {
    NONE_PASSES: "none_passes",
    NO_WORDS: "no_words",
    NO_WORDS_HERE: "no_words_here",
    NOT_YET: "not_yet",
    OFF: "reranker.off",
    CLOSED: "models.closed",
    PAUSING: "index.pausing",
    STOPPING: "index.stopping",
}
"""Sentences without a code of their own and without values, by what they say."""


def error_row(error: AppError) -> Json:
    """What went wrong; the reason in it may have other words, too."""
    if not error.code:
        return note_row(str(error))
    return message_row(error.message) | {"text": str(error)}


def note_row(note: str) -> Json:
    """A note of a search or of the indexer; the reason in it may have other words, too."""
    if note.startswith(NOT_RERANKED):
        reason = note_row(note.removeprefix(NOT_RERANKED))
        return {"text": note, "code": "not_reranked", "values": {"reason": reason}}
    if note not in CODES:
        return reason_row(note)
    return {"text": note, "code": CODES[note], "values": {}}
