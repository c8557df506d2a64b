"""Which items of the library the documents of a test set are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from qwen3vl_app.store.rows import Standing
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.test_set import Entry, TestSet

TEXTS = "test sets"
"""Folder among the copies of a library, for the documents that are no files."""


READABLE = 40
"""Characters of a title that stand in the name of a file: 160 bytes at most."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Documents and items, each way."""

    document_of: Mapping[ItemId, str]
    """An item of a whole file and of one page of it, both documents, is of the page."""

    missing: tuple[str, ...]
    """Documents of which the library has nothing."""

    def documents(self, ranked: Iterable[ItemId]) -> tuple[str, ...]:
        """A ranking of documents: each stands where the first of its items stands.

        What is no document of the set keeps its place under a name that no grade has.
        """
        names = (self.document_of.get(item, f"item:{item}") for item in ranked)
        return tuple(dict.fromkeys(names))


def resolved(test_set: TestSet, standing: Sequence[Standing], uploads: Path) -> Resolved:
    """Find the documents by their paths.

    A relative path begins at the folder of the set; where there is no such file, it is the end of
    the path of a file of the library, if of exactly one.

    Args:
        test_set: Names them.
        standing: All items that are searched.
        uploads: Folder of the library's copies.
    """
    by_path: dict[Path, list[Standing]] = {}
    for one in standing:
        by_path.setdefault(one.path, []).append(one)
    by_name: dict[str, list[Path]] = {}
    for path in by_path:
        by_name.setdefault(path.name, []).append(path)
    whole: dict[ItemId, str] = {}
    paged: dict[ItemId, str] = {}
    missing = []
    for document in test_set.named:
        found = _items(document, test_set, by_path, by_name, uploads)
        into = whole if document.page is None else paged
        into.update((item, document.id) for item in found)
        if not found:
            missing.append(document.id)
    return Resolved(whole | paged, tuple(missing))


def file_of(document: Entry, test_set: TestSet, uploads: Path) -> Path:
    """Where the file of a document is, or has to be put where it has none of its own."""
    if not document.path:
        name = _name(document.title or document.id, of=document.id)
        return text_folder(test_set.name, uploads) / f"{name}.txt"
    return Path(test_set.base or "/") / document.path


def text_folder(name: str, uploads: Path) -> Path:
    """Where the documents of a set are that are no files."""
    return uploads / TEXTS / _name(name, of=name)


def _items(
    document: Entry,
    test_set: TestSet,
    by_path: Mapping[Path, Sequence[Standing]],
    by_name: Mapping[str, Sequence[Path]],
    uploads: Path,
) -> list[ItemId]:
    path = file_of(document, test_set, uploads)
    if path not in by_path:
        # a set or a whole library that was moved
        wanted = Path(document.path) if document.path else path.relative_to(uploads)
        parts = tuple(part for part in wanted.parts if part != wanted.anchor)
        ends = [one for one in by_name.get(path.name, ()) if one.parts[-len(parts) :] == parts]
        path = ends[0] if len(ends) == 1 else path
    standing = by_path.get(path, ())
    return [one.item for one in standing if document.page in (None, one.page)]


def _name(text: str, *, of: str) -> str:
    """Of a file: what can be read of a text that may hold anything, and the hash of an id."""
    readable = "".join(sign if sign.isalnum() else "-" for sign in text[:READABLE])
    return f"{readable}-{blake2b(of.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"
