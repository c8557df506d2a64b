"""From a step of a search to the value of the board. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qwen3vl_app.search.ranking import matters, movement
from qwen3vl_app.types import MOST_RESULTS, Hit, LeftOut, Query, SearchUpdate, WordsMode
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json, exact_words, found_in, item_card, query_words

MOST_COPIES = 50
"""Sent with one hit; a burst of more pictures is listed under Duplicates."""


def hit_row(hit: Hit, top_k: int, words: Sequence[str]) -> Json:
    """A card with both ranks; ``r1``, ``rel`` and ``logit`` are None where it was not judged."""
    moved = movement(hit, top_k)
    return item_card(hit.item, words) | {
        "r0": hit.recall_rank,
        "sim": finite(hit.similarity),
        "r1": hit.rank,
        "rel": None if hit.score is None else finite(hit.score.relevance),
        "logit": None if hit.score is None else finite(hit.score.logit),
        "moved": None if moved is None else moved.value,
        "matters": matters(hit),
        "unscored": message_row(hit.unscored) if hit.unscored else None,
        "percentile": finite(hit.percentile),
        "stands": hit.stands_out,
        "words": hit.words_rank,
        "in": None if hit.words_rank is None else found_in(hit.item, words),
        "by": list(hit.found_by),
        "over": hit.over_quota,
        "copies": [item_card(copy) for copy in hit.copies[:MOST_COPIES]],
    }


def finite(number: float | None) -> float | None:
    """The number, or None for none, NaN and infinities, which JSON does not know."""
    return round(float(number), 6) if number is not None and math.isfinite(number) else None


def board_value(update: SearchUpdate, query: Query, *, seq: int) -> Json:
    """The value of the board for one step of a search."""
    exact = query.words is not WordsMode.OFF
    words = exact_words(query) if exact else query_words(query.text)
    left = update.left_out
    return {
        "seq": seq,
        "stage": update.stage.value,
        "words": words,
        "hits": [hit_row(hit, query.top_k, words) for hit in update.hits[:MOST_RESULTS]],
        "top": query.top_k,
        "rerank": query.rerank,
        "done": update.reranked,
        "kept": update.kept_scores,
        "ms": {
            "embed": update.timings.embed,
            "recall": update.timings.recall,
            "rerank": update.timings.rerank,
        },
        "model": update.model,
        "reranker": update.reranker_name,
        "left": None if left is None else left_out_row(left),
        "exhausted": update.exhausted,
        "doubt": None if update.doubt is None else update.doubt.value,
        "notes": [message_row(note) for note in update.notes],
    }


def left_out_row(left: LeftOut) -> Json:
    """What a search did not show, in numbers."""
    return {
        "shown": left.shown,
        "above": left.above,
        "hidden": left.hidden,
        "level": finite(left.level),
        "more": left.more,
    }
