"""A finished search to take along: all that the board showed of it, as one value of plain JSON.

It holds names of files, never where they are: it is made to be handed on.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import normalize

from qwen3vl_app import __version__
from qwen3vl_app.errors import AppError
from qwen3vl_app.media.file_types import FileType
from qwen3vl_app.search.question_files import kind_of_query
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemId, Kind, Part
from qwen3vl_app.types.judgement import Judgement, asked_key
from qwen3vl_app.types.results import RELEVANT
from qwen3vl_app.types.run import KeptRun, Owner, Ranked

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.store.library import Library

Json: TypeAlias = dict[str, Any]

FORMAT = "qwen3vl-search-bundle"
"""What tells a bundle from any other JSON."""

SCHEMA = 1
"""Goes up when what an older reader would make of a bundle is wrong."""

MOST_PICTURE_BYTES = 12 * 2**20
"""Of all thumbnails together: two thousand usual ones. The last hits go without beyond it."""

ASKED_PIXELS = 160
"""Of the longer side of a picture that was asked with."""

SNIPPET = 240
"""Characters of a passage: three lines of a column."""

_KINDS = {FileType.PICTURE: Kind.PICTURE, FileType.VIDEO: Kind.VIDEO}

_MEDIA_TYPES = {".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass
class _Pictures:
    """Thumbnails by their names, each once, as far as there is room."""

    library: Library
    found: dict[str, str] = field(default_factory=dict)
    left_out: int = 0
    _bytes: int = 0

    def add(self, name: str) -> None:
        """Take a thumbnail in; one that is damaged or gone is no picture."""
        path = self.library.thumbnail_path(name) if name else None
        if path is None or name in self.found:
            return
        try:
            picture = path.read_bytes()
        except OSError:
            return
        if self._bytes + len(picture) > MOST_PICTURE_BYTES:
            self.left_out += 1
            return
        self._bytes += len(picture)
        self.found[name] = _data_uri(_MEDIA_TYPES[path.suffix], picture)


def bundle(
    library: Library, reader: Reader, kept: KeptRun, versions: Mapping[str, str], *, owner: Owner
) -> Json:
    """What is taken along: question, settings, both rankings with scores, thumbnails, grades.

    Nothing of a model is asked. Takes some milliseconds, and a second for a clip that was asked
    with. Items that have left the library stand in it by their numbers and scores.

    Args:
        library: Holds the items, their thumbnails and the grades.
        reader: Draws what was asked with.
        kept: The run.
        versions: Of the programs that make it.
        owner: Whose grades go along.
    """
    run = kept.run
    items = library.items([hit.item for hit in run.hits])
    pictures = _Pictures(library)
    for hit in _shown_first(run.hits, run.question.top):
        if hit.item in items:
            pictures.add(items[hit.item].thumbnail)
    grades = _grades(library, kept, owner)
    examples = library.items([*run.question.like, *run.question.not_like])
    rows = [_row(hit, items.get(hit.item), run.question.top, grades) for hit in run.hits]
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {**versions, "qwen3vl_app": __version__},
        "run": {"id": kept.id, "asked": kept.asked, "name": kept.name, "version": run.version},
        "question": without_folders(run.question.written()),
        "files": _files(library, reader, run.question.keys),
        "examples": {str(number): _name(item) for number, item in examples.items()},
        "models": {"embedder": run.model, "reranker": run.reranker},
        "fingerprints": {"space": run.space, "reranker": run.reranker_fingerprint},
        "milliseconds": {
            "embed": run.timings.embed,
            "recall": run.timings.recall,
            "rerank": run.timings.rerank,
        },
        "recall": [row["item"] for row in rows],
        "reranked": [row["item"] for row in _by_rank(rows)],
        "hits": rows,
        "pictures": pictures.found,
        "pictures_left_out": pictures.left_out,
    }


def without_folders(question: Mapping[str, Any]) -> Json:
    """The question, whose files are named by what they are called.

    A question of the command line names them by path, and a filter may name a folder.
    """
    said = dict(question)
    said["files"] = [_file_name(key) for key in question.get("files", ())]
    said["also"] = [
        {**one, "files": [_file_name(key) for key in one.get("files", ())]}
        for one in question.get("also", ())
    ]
    said["crops"] = {_file_name(key): crop for key, crop in question.get("crops", {}).items()}
    if folder := said.get("folder"):
        said["folder"] = _file_name(str(folder).rstrip("/\\"))
    return {name: value for name, value in said.items() if value not in ([], {})}


def _shown_first(hits: Sequence[Ranked], top: int) -> list[Ranked]:
    """The hits by the better of their ranks: what both columns show comes first."""
    return sorted(hits, key=lambda hit: min(hit.recall_rank, hit.rank or hit.recall_rank + top))


def _by_rank(rows: Iterable[Json]) -> list[Json]:
    ranked = (row for row in rows if row["rerank_rank"] is not None)
    return sorted(ranked, key=lambda row: row["rerank_rank"])


def _row(
    hit: Ranked, item: Item | None, top: int, grades: Mapping[ItemId, list[Judgement]]
) -> Json:
    scores = {
        "item": int(hit.item),
        "recall_rank": hit.recall_rank,
        "similarity": hit.similarity,
        "rerank_rank": hit.rank,
        "relevance": hit.relevance,
        "logit": hit.logit,
        "rescued": bool(
            hit.rank is not None
            and hit.recall_rank > top >= hit.rank
            and (hit.relevance or 0) > RELEVANT
        ),
        "grades": [
            {"judge": one.judge, "grade": one.grade, "note": one.note}
            for one in grades.get(hit.item, ())
        ],
    }
    return scores | ({} if item is None else _card(item))


def _card(item: Item) -> Json:
    text = " ".join((item.text or item.picture_text).split())
    return {
        "kind": item.kind.value,
        "name": _name(item),
        "content": str(item.content_hash),
        "place": item.place.as_json(),
        "snippet": text[:SNIPPET] + ("…" if len(text) > SNIPPET else ""),
        "picture": item.thumbnail,
    }


def _grades(library: Library, kept: KeptRun, owner: Owner) -> dict[ItemId, list[Judgement]]:
    found: dict[ItemId, list[Judgement]] = {}
    asked = asked_key(kept.run.question)
    for one in library.judgements.current(owner=owner, asked=asked):
        if one.item is not None:
            found.setdefault(one.item, []).append(one)
    return found


def _files(library: Library, reader: Reader, keys: Sequence[str]) -> list[Json]:
    """What was asked with, by name, with a small picture of what can be seen."""
    return [{"name": _file_name(key), "picture": _asked(library, reader, key)} for key in keys]


def _asked(library: Library, reader: Reader, key: str) -> str:
    path = library.runs.files.find(key)
    kind = None if path is None else _KINDS.get(kind_of_query(path))
    if path is None or kind is None:
        return ""
    try:
        webp = reader.preview(path, Part(ordinal=0, kind=kind), longest=ASKED_PIXELS)
    except AppError:  # its name says enough
        return ""
    return _data_uri("image/webp", webp)


def _file_name(key: str) -> str:
    """The last part of a key or of a path of any system."""
    return normalize("NFC", display(Path(key.replace("\\", "/").rpartition("/")[2])))


def _name(item: Item) -> str:
    return normalize("NFC", display(Path(item.path.name)))


def _data_uri(media_type: str, picture: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(picture).decode()}"
