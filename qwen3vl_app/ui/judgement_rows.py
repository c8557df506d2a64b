"""What the Lab's judging is told, and grades to take along. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import orjson

from qwen3vl_app.evaluation.intervals import Difference, Interval
from qwen3vl_app.evaluation.judging import Pool, Progress
from qwen3vl_app.evaluation.published import PUBLISHED
from qwen3vl_app.evaluation.reliability import calibration_error
from qwen3vl_app.evaluation.report import Report
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemId
from qwen3vl_app.types.judgement import Judgement, asked_text
from qwen3vl_app.ui.export_rows import csv_table
from qwen3vl_app.ui.serialize import Json

MOST_TEXT = 4000
"""Characters of a passage that a judge reads; passages are shorter but for odd files."""

_COLUMNS = (
    *("question", "item", "path", "content", "ordinal", "judge", "grade", "note", "judged"),
    "asked",
)


def blind_row(item: Item, judgement: Judgement | None) -> Json:
    """What a judge sees of an item, with what the judge has said of it.

    No stage, rank or score, and no name, place or folder, which may say what it is.
    """
    return {
        "id": int(item.id),
        "kind": item.kind.value,
        "thumb": item.thumbnail,
        "width": item.width,
        "height": item.height,
        "text": item.text[:MOST_TEXT] if item.kind.value == "passage" else "",
        "start": item.place.start,
        "end": item.place.end,
        "grade": None if judgement is None else judgement.grade,
        "note": "" if judgement is None else judgement.note,
    }


def pool_row(pool: Pool, said: Iterable[Judgement]) -> Json:
    """A pool for one judge, whose judgements of the question these are."""
    known = {one.item: one for one in said}
    return {
        "runs": [one.id for one in pool.runs],
        "text": asked_text(pool.asked),
        "items": [blind_row(item, known.get(item.id)) for item in pool.items],
    }


def progress_row(progress: Progress) -> Json:
    """A question in the list of those that can be judged."""
    return {
        "run": progress.run.id,
        "text": asked_text(progress.asked),
        "files": len(progress.run.run.question.keys),
        "items": progress.pooled,
        "graded": progress.graded,
    }


def report_row(found: Report) -> Json:
    """The report, with the published tables beside it."""
    return {
        "k": found.k,
        "grades": found.grades,
        "questions": [
            {"text": asked_text(one.asked), "ndcg": one.ndcg, "unjudged": one.unjudged}
            for one in found.questions
        ],
        "without_right": found.without_right,
        "without_run": found.without_run,
        "means": {
            stage: {metric: asdict(interval) for metric, interval in metrics.items()}
            for stage, metrics in found.means.items()
        },
        "differences": {metric: difference_row(one) for metric, one in found.differences.items()},
        "parts": [
            {
                "group": part.group,
                "name": part.name,
                "verdict": part.verdict.value,
                **difference_row(part.difference),
            }
            for part in found.parts
        ],
        "agreement": asdict(found.agreement),
        "reliability": [asdict(one) for one in found.reliability],
        "calibration_error": calibration_error(found.reliability),
        "published": [asdict(one) | {"difference": one.difference} for one in PUBLISHED],
    }


def difference_row(found: Difference) -> Json:
    """A difference and what makes it sure."""
    return {
        **interval_row(found.interval),
        "p": found.p,
        "wins": found.wins,
        "ties": found.ties,
        "losses": found.losses,
    }


def interval_row(found: Interval) -> Json:
    """A mean with its interval."""
    return asdict(found)


def judgement_row(one: Judgement, known: Mapping[ItemId, Item]) -> Json:
    """A grade to take along; the path is empty where the item has left the library."""
    item = None if one.item is None else known.get(one.item)
    return {
        "question": asked_text(one.asked),
        "item": None if item is None else int(item.id),
        "path": "" if item is None else display(item.path),
        "content": one.content,
        "ordinal": one.ordinal,
        "judge": one.judge,
        "grade": one.grade,
        "note": one.note,
        "judged": one.when,
        "asked": orjson.loads(one.asked),
    }


def judgements_json(rows: Iterable[Json]) -> bytes:
    """A JSON document: ``{"judgements": […]}``."""
    return orjson.dumps({"judgements": [*rows]}, option=orjson.OPT_INDENT_2)


def judgements_csv(rows: Iterable[Json]) -> bytes:
    """A table, as other exports; what was asked stands in it as JSON."""
    return csv_table(
        _COLUMNS, ({**row, "asked": orjson.dumps(row["asked"]).decode()} for row in rows)
    )
