"""Contents, vectors and libraries that a test can check by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from qwen3vl_app.store.library import Library
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd, FileId
from qwen3vl_app.types import (
    Content,
    ContentHash,
    FileStamp,
    ItemId,
    Kind,
    ModelInput,
    Outcome,
    Part,
    Place,
    Space,
    Vectors,
)

NOWHERE = Place()
SPACE = Space(model="test", dimension=4, fingerprint="test-4")


def hash_of(name: str) -> ContentHash:
    return ContentHash(hashlib.blake2b(name.encode(), digest_size=16).hexdigest())


def unit(*numbers: float) -> Vectors:
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def content(
    ordinal: int = 0,
    kind: Kind = Kind.PICTURE,
    place: Place = NOWHERE,
    text: str = "",
    *,
    size: tuple[int, int] = (4, 3),
    phash: int | None = None,
    taken: str = "",
) -> Content:
    return Content(
        part=Part(ordinal=ordinal, kind=kind, place=place),
        model_input=ModelInput(texts=("x",)),
        thumbnail=f"jpeg of {kind} {ordinal} {text}".encode(),
        text=text,
        width=size[0],
        height=size[1],
        phash=phash,
        taken=taken,
    )


def stamp(path: Path, *, size: int = 1, mtime_ns: int = 1) -> FileStamp:
    return FileStamp(path=path, size=size, mtime_ns=mtime_ns)


def vector_of(store: Store, space: Space, item: ItemId) -> Vectors | None:
    return store.fetch(space, [item]).get(item)


def put_file(
    library: Library,
    path: Path,
    name: str,
    contents: Sequence[tuple[Content, Vectors]],
    *,
    collection: str | None = None,
    space: Space = SPACE,
    mark: FileStamp | None = None,
) -> Outcome | None:
    """One file from scan to its outcome, as the indexer does it; ``name`` names its bytes."""
    mark = mark or stamp(path)
    (file,), _ = library.writer.record_scan(pending=[mark], collection=collection)
    return commit(library, {file: name}, contents, space=space, mark=mark).get(file)


def commit(
    library: Library,
    files: Mapping[FileId, str],
    contents: Sequence[tuple[Content, Vectors]],
    *,
    space: Space = SPACE,
    mark: FileStamp | None = None,
) -> dict[FileId, Outcome]:
    """A batch that holds all parts of these files, which have equal bytes."""
    hashes = {file: hash_of(name) for file, name in files.items()}
    parts = [
        EmbeddedPart(content_hash=content_hash, content=one, vector=vector)
        for content_hash in sorted(set(hashes.values()))
        for one, vector in contents
    ]
    ends = [
        FileEnd(file=file, stamp=mark, content_hash=content_hash, vectors=len(contents))
        for file, content_hash in hashes.items()
    ]
    return library.writer.commit(space, starts=hashes, parts=parts, ends=ends)
