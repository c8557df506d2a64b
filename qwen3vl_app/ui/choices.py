"""The query box and the choices around it become a query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemFilter, Kind, Query
from qwen3vl_app.ui.present import Json
from qwen3vl_app.ui.query_files import read_query_files


@dataclass(frozen=True, slots=True)
class Choices:
    """The controls around the query box, in the order in which gradio hands them over."""

    kinds: list[str]
    collection: str
    top_k: int
    depth: int
    rerank: bool
    instruction: str | None

    def apply(self, query: Query) -> Query:
        """The query with these choices."""
        return replace(
            query,
            filter=ItemFilter(kinds=wanted_kinds(self.kinds), collection=self.collection or None),
            top_k=int(self.top_k),
            depth=max(int(self.depth), int(self.top_k)),
            rerank=self.rerank,
            instruction=(self.instruction or "").strip() or None,
        )


def wanted_kinds(chosen: list[str]) -> frozenset[Kind]:
    """Kinds behind the boxes that are checked: none means all, a video brings its moments."""
    kinds = {Kind(value) for value in chosen}
    if Kind.VIDEO in kinds:
        kinds.add(Kind.MOMENT)
    return frozenset(kinds) or frozenset(Kind)


def build_query(services: Services, box: Json, choices: Choices) -> Query:
    """The query that the box and the choices describe.

    Raises:
        EmptyQueryError: The box is empty.
        AppError: A file of the query cannot be used.
    """
    paths = [Path(path) for path in box.get("files") or []]
    pictures, clips = read_query_files(services.reader, paths)
    text = (box.get("text") or "").strip()
    return choices.apply(Query(text=text, pictures=pictures, clips=clips))


def describe(box: Json) -> Json:
    """What was asked, for the line above the results."""
    return {"text": (box.get("text") or "").strip(), "files": len(box.get("files") or [])}
