"""``embed`` and ``rerank``: reference inputs from a file, one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import click
import orjson

from qwen3vl_app.cli.common import failures_said, settings_from, shared_options
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION, ModelInput, ScoreBatch

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.settings import Settings

Row: TypeAlias = dict[str, Any]

LINES_TOGETHER = 16
"""Inputs that are embedded in one call: memory stays bounded for files of any length."""

_INPUT = click.option(
    "--input", "source", required=True, type=GivenPath(path_type=Path), help="JSON lines to read."
)
_OUTPUT = click.option(
    "--output", "target", default="-", show_default=True, help="JSON lines to write; - for here."
)


@click.command()
@_INPUT
@_OUTPUT
@shared_options
@click.pass_context
def embed(
    context: click.Context,
    /,
    *,
    source: Path,
    target: str,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Vectors for the reference's input dictionaries, one per line.

    Writes {"vector": […]} or {"error": "…"} for each line, in order. Paths are relative to the
    input file.
    """
    settings = replace(settings_from(context, given), reranker="none")
    with failures_said(), _lines(source, target) as (lines, out), _models(settings) as models:
        reader = _reader(settings, models.embedder_budget())
        try:
            while chunk := list(islice(lines, LINES_TOGETHER)):
                for row in embed_rows(chunk, models, reader, source.parent):
                    out.write(orjson.dumps(row) + b"\n")
        finally:
            reader.close()


@click.command()
@_INPUT
@_OUTPUT
@shared_options
@click.pass_context
def rerank(
    context: click.Context,
    /,
    *,
    source: Path,
    target: str,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Scores for {"query": …, "documents": […]} objects, one per line.

    Writes {"scores": […], "logits": […], "errors": {position: "…"}} or {"error": "…"} for each
    line. --model names the reranker here, too. Paths are relative to the input file.
    """
    settings = settings_from(context, given)
    if settings.reranker == "auto":
        settings = replace(settings, reranker=settings.model)
    settings = replace(settings, model="demo")
    with failures_said(), _lines(source, target) as (lines, out), _models(settings) as models:
        reader = _reader(settings, models.reranker_budget())
        try:
            for line in lines:
                row = rerank_row(line, models, reader, source.parent)
                out.write(orjson.dumps(row) + b"\n")
        finally:
            reader.close()


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A line that could be read: its instruction and its content."""

    instruction: str
    content: ModelInput


def embed_rows(
    lines: Sequence[bytes], models: ModelService, reader: Reader, base: Path
) -> list[Row]:
    """One row per line: the vector, or the sentence that says why there is none."""
    from qwen3vl_app.models.service.protocol import Priority

    read = [_entry(line, reader, base) for line in lines]
    rows: list[Row] = [{"error": entry} if isinstance(entry, str) else {} for entry in read]
    good = [(at, entry) for at, entry in enumerate(read) if isinstance(entry, _Entry)]
    for instruction in dict.fromkeys(entry.instruction for _, entry in good):
        group = [(at, entry.content) for at, entry in good if entry.instruction == instruction]
        batch = models.embed(
            [content for _, content in group], instruction=instruction, priority=Priority.SEARCH
        )
        for position, vector in zip(batch.kept, batch.vectors, strict=True):
            rows[group[position][0]] = {"vector": vector.tolist()}
        for position, reason in batch.rejected:
            rows[group[position][0]] = {"error": str(reason)}
    return rows


def _entry(line: bytes, reader: Reader, base: Path) -> _Entry | str:
    from qwen3vl_app.models.prompt.reference import read_input, read_instruction

    try:
        found = _object(line)
        return _Entry(
            instruction=read_instruction(found, DOCUMENT_INSTRUCTION),
            content=read_input(found, reader, base),
        )
    except AppError as error:
        return str(error)


def rerank_row(line: bytes, models: ModelService, reader: Reader, base: Path) -> Row:
    """The scores of one line; a document that cannot be read or judged has null and an error."""
    from qwen3vl_app.models.prompt.reference import read_input, read_instruction

    errors: dict[str, str] = {}
    documents: dict[int, ModelInput] = {}
    try:
        found = _object(line)
        given = found.get("documents")
        if not isinstance(found.get("query"), dict) or not isinstance(given, list):
            raise UsageError(Message.of("line.lacks"))
        pace = {"fps": found.get("fps"), "max_frames": found.get("max_frames")}
        query = read_input(pace | found["query"], reader, base)
        instruction = read_instruction(found, RERANK_INSTRUCTION)
    except AppError as error:
        return {"error": str(error)}
    for position, document in enumerate(given):
        try:
            if not isinstance(document, dict):
                raise UsageError(Message.of("line.document"))
            documents[position] = read_input(pace | document, reader, base)
        except AppError as error:
            errors[str(position)] = str(error)
    batch = (
        models.score(query, list(documents.values()), instruction=instruction)
        if documents
        else ScoreBatch(scores=())
    )
    return _scores(len(given), list(documents), batch, errors)


def _scores(
    count: int, positions: Sequence[int], batch: ScoreBatch, errors: dict[str, str]
) -> Row:
    scored = dict(zip(positions, batch.scores, strict=True))
    errors |= {str(positions[at]): str(reason) for at, reason in batch.rejected}
    scores = [scored.get(position) for position in range(count)]
    return {
        "scores": [score.relevance if score else None for score in scores],
        "logits": [score.logit if score else None for score in scores],
        "errors": errors,
    }


def _object(line: bytes) -> Row:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UsageError(Message.of("line.not_json", said=str(error))) from error
    if not isinstance(found, dict):
        raise UsageError(Message.of("line.not_object"))
    return found


@contextmanager
def _lines(source: Path, target: str) -> Iterator[tuple[Iterator[bytes], BinaryIO]]:
    """Lines that hold something, and where the answers go."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(source.open("rb"))
            out: BinaryIO = sys.stdout.buffer
            if target != "-":
                out = stack.enter_context(Path(target).open("wb"))
        except OSError as error:
            found = Message.of("file.os", path=str(error.filename), said=str(error.strerror))
            raise UsageError(found) from error
        yield (line for line in file if line.strip()), out


@contextmanager
def _models(settings: Settings) -> Iterator[ModelService]:
    from qwen3vl_app.services import build_models

    models = build_models(settings)
    try:
        yield models
    finally:
        models.close()


def _reader(settings: Settings, budget: Budget) -> Reader:
    from qwen3vl_app.media.reader import Reader

    return Reader(budget, settings.limits, workers=1, reference=True)
