"""Runs, made by hand and drawn."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from qwen3vl_app.types import ItemId, Kind, Timings
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Ranked, Run

TIMINGS = Timings(embed=10.0, recall=5.0, rerank=400.0)


def run_of(
    logits: Sequence[float | None],
    *,
    top: int = 2,
    seconds: Sequence[float | None] = (),
    quota: dict[Kind, int] | None = None,
) -> Run:
    """Item 1 is the first of recall and has the first logit, and so on."""
    times = [*seconds, *[None] * len(logits)]
    hits = tuple(
        Ranked(
            item=ItemId(place),
            recall_rank=place,
            similarity=1 - place / 1000,
            rank=None,
            relevance=None if logit is None else 1 / (1 + 2.718281828**-logit),
            logit=logit,
            seconds=None if logit is None else times[place - 1],
        )
        for place, logit in enumerate(logits, start=1)
    )
    return Run(
        question=Question(text="fox", top=top, depth=max(len(hits), 1), quota=quota or {}),
        model="m", reranker="r", reranker_fingerprint="f", space="s", version="1", hits=hits,
        timings=TIMINGS,
    )  # fmt: skip


LOGITS = st.lists(st.none() | st.integers(-8, 8).map(float), min_size=1, max_size=12)
QUOTAS = st.dictionaries(st.sampled_from([Kind.PICTURE, Kind.PASSAGE]), st.integers(1, 4))


@st.composite
def runs(draw: st.DrawFn) -> tuple[Run, dict[ItemId, Kind]]:
    """A run with at least one score, and the kinds of its items."""
    logits = draw(LOGITS.filter(lambda them: any(one is not None for one in them)))
    run = run_of(logits, top=draw(st.integers(1, 6)), quota=draw(QUOTAS))
    kinds = st.sampled_from([Kind.PICTURE, Kind.PASSAGE, Kind.PAGE])
    return run, {one.item: draw(kinds) for one in run.hits}
