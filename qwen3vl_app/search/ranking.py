"""Orders of hits: pure functions, no model and no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Hit, ItemId, Kind, Score
from qwen3vl_app.types.results import RELEVANT


class Movement(StrEnum):
    """What the second stage did to a hit, with ``top_k`` hits shown per column."""

    RESCUED = "rescued"
    PROMOTED = "promoted"
    KEPT = "kept"
    DEMOTED = "demoted"
    DROPPED = "dropped"


NO_QUOTA: Mapping[Kind, int] = {}


def ranked(
    hits: Sequence[Hit],
    judged: Mapping[ItemId, Score | Message],
    quota: Mapping[Kind, int] = NO_QUOTA,
) -> tuple[Hit, ...]:
    """The hits in their given order, with scores and the ranks among the scored ones.

    Ranked by logit, because probabilities near 0 and 1 tie in float32; equal logits keep the
    recall order. A message in ``judged`` is the reason why there is no score. What is beyond the
    ``quota`` of its kind has a score and no rank.
    """
    scores = {item: score for item, score in judged.items() if isinstance(score, Score)}
    order = sorted(
        (hit for hit in hits if hit.item.id in scores),
        key=lambda hit: (-scores[hit.item.id].logit, hit.recall_rank),
    )
    flags = over_quota([hit.item.kind for hit in order], quota)
    over = {hit.item.id for hit, is_over in zip(order, flags, strict=True) if is_over}
    final = (hit.item.id for hit in order if hit.item.id not in over)
    ranks = {item: rank for rank, item in enumerate(final, start=1)}
    return tuple(
        replace(
            hit,
            rank=ranks.get(hit.item.id),
            score=scores.get(hit.item.id),
            unscored=_reason(judged.get(hit.item.id)),
            over_quota=hit.item.id in over,
        )
        for hit in hits
    )


def within_quota(hits: Sequence[Hit], quota: Mapping[Kind, int]) -> tuple[Hit, ...]:
    """The hits, those marked that are over quota where this order is the final one."""
    flags = over_quota([hit.item.kind for hit in hits], quota)
    return tuple(
        replace(hit, over_quota=is_over) for hit, is_over in zip(hits, flags, strict=True)
    )


def over_quota(kinds: Iterable[Kind], quota: Mapping[Kind, int]) -> list[bool]:
    """Which of these, best first, stand behind as many of their kind as may be shown."""
    seen: Counter[Kind] = Counter()
    flags = []
    for kind in kinds:
        seen[kind] += 1
        flags.append(kind in quota and seen[kind] > quota[kind])
    return flags


def mean_score(scores: Sequence[Score]) -> Score:
    """What several queries say of one document: the mean of their probabilities, and its logit.

    So a document that answers two of three queries goes before one that answers one of them.
    """
    if len(scores) == 1:
        return scores[0]
    logits = np.array([score.logit for score in scores], np.float64)
    logit = np.logaddexp.reduce(_log_sigmoid(logits)) - np.logaddexp.reduce(_log_sigmoid(-logits))
    times = [score.seconds for score in scores if score.seconds is not None]
    return Score(
        relevance=fmean(score.relevance for score in scores),
        logit=float(logit),
        seconds=sum(times) if len(times) == len(scores) else None,
    )


def movement(hit: Hit, top_k: int) -> Movement | None:
    """Where the hit went between the columns; None where it has no rank yet.

    What comes up from below the fold is rescued only where it :func:`matters`: where few hits are
    relevant, the order of the others says little, and they are promoted.
    """
    if hit.rank is None:
        return None
    if hit.recall_rank > top_k >= hit.rank and matters(hit):
        return Movement.RESCUED
    if hit.rank > top_k >= hit.recall_rank:
        return Movement.DROPPED
    if hit.rank == hit.recall_rank:
        return Movement.KEPT
    return Movement.PROMOTED if hit.rank < hit.recall_rank else Movement.DEMOTED


def matters(hit: Hit) -> bool:
    """Whether either stage holds the hit for more than noise: relevant, or standing out."""
    relevant = hit.score is not None and hit.score.relevance > RELEVANT
    return relevant or hit.stands_out is True


def _log_sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-np.logaddexp(0.0, -logits))


def _reason(judgement: Score | Message | None) -> Message:
    return judgement if isinstance(judgement, Message) else NOTHING
