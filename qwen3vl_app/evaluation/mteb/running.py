"""Tasks are measured one by one, and what mteb says of each becomes a row."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import datasets
import mteb
from mteb import ResultCache
from mteb.abstasks import AbsTask, AbsTaskRetrieval

from qwen3vl_app.errors import AppError
from qwen3vl_app.evaluation.mteb.adapters import (
    Means,
    Part,
    ProgramCrossEncoder,
    ProgramEncoder,
    ProgramSearch,
    corpus_folder,
)
from qwen3vl_app.evaluation.mteb.given import AT_ONCE
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.messages import Message

Json = dict[str, Any]


def measured(task: AbsTask, means: Means, part: Part, stages: Sequence[Stage]) -> list[Json]:
    """What mteb says of a task, a row for each stage; what it has from before is not asked again.

    A task that is no retrieval has no stages: the embedder is measured instead.

    Raises:
        AppError: mteb or the program refuses, with the reason.
    """
    if part is Part.SEARCH and not isinstance(task, AbsTaskRetrieval):
        part = Part.EMBEDDER
    asked: Sequence[Stage | None] = stages if part is Part.SEARCH else [None]
    rows = []
    for stage in asked:
        model = _adapter(means, part, stage)
        try:
            rows.append(_row(task, model, means, part, stage))
        finally:
            if isinstance(model, ProgramSearch):
                model.close()
    shutil.rmtree(corpus_folder(means.folder, task.metadata.name), ignore_errors=True)
    return rows


def _adapter(means: Means, part: Part, stage: Stage | None) -> Any:  # noqa: ANN401
    if part is Part.EMBEDDER:
        return ProgramEncoder(means=means)
    if part is Part.RERANKER:
        return ProgramCrossEncoder(means=means)
    return ProgramSearch(means=means, stage=stage or Stage.RECALL)


def _row(
    task: AbsTask,
    model: Any,  # noqa: ANN401
    means: Means,
    part: Part,
    stage: Stage | None,
) -> Json:
    name = task.metadata.name
    try:
        with _videos_as_they_are():
            (result,) = mteb.evaluate(
                model,
                task,
                cache=ResultCache(means.folder),
                overwrite_strategy="only-missing",
                public_only=False,  # what it may not have is an error here, not left out
                co2_tracker=False,
                show_progress_bar=False,
                encode_kwargs={"batch_size": AT_ONCE, "show_progress_bar": False},
            ).task_results
    except AppError:
        raise
    except (OSError, datasets.exceptions.DatasetNotFoundError) as error:
        code = "mteb.absent" if datasets.config.HF_HUB_OFFLINE else "mteb.unread"
        raise AppError(Message.of(code, task=name, said=str(error))) from error
    except ValueError as error:
        raise AppError(Message.of("mteb.refused", task=name, said=str(error))) from error
    left_out = getattr(model, "left_out", {})
    return {
        "task": name,
        "part": part.value,
        "stage": stage.value if stage else "",
        "measure": task.metadata.main_score,
        "score": float(result.get_score()),
        "modalities": sorted(task.metadata.modalities),
        "scores": [
            {"split": split, "subset": one["hf_subset"]} | _numbers(one)
            for split, subsets in result.scores.items()
            for one in subsets
        ],
        "left_out": {known: str(why) for known, why in left_out.items()},
        "mteb": result.mteb_version,
    }


@contextmanager
def _videos_as_they_are() -> Iterator[None]:
    """Meanwhile a video of ``datasets`` is its bytes, which our own processes decode.

    mteb looks at the first row of every data set, and that would need another decoder.
    """
    decode = datasets.Video.decode_example
    datasets.Video.decode_example = lambda _self, value, **_: value
    try:
        yield
    finally:
        datasets.Video.decode_example = decode


def _numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(one)
        for name, one in scores.items()
        if isinstance(one, int | float) and not name.startswith("nauc")
    }
