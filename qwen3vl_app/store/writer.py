"""The side of a library that changes things: sources, pending files, batches, forgetting.

Every method is one transaction; an exception leaves the library as it was. Exact words follow
the items within it; the search index follows right after the commit, under the same lock, so no
search sees one without the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from qwen3vl_app.messages import Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.encoding import bounds_under, decode_path, encode_path
from qwen3vl_app.store.open_spaces import OpenSpaces
from qwen3vl_app.store.rows import (
    EmbeddedPart,
    FileEnd,
    FileId,
    KnownFile,
    KnownStamp,
    Source,
    SourceId,
)
from qwen3vl_app.store.tables import files, folders, full_text_index, items, outcomes, vectors
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import ContentHash, FileStamp, ItemId, Outcome, Part, SkippedPath, Space


@dataclass(slots=True)
class Changes:
    """What the search index has to look at again after a transaction."""

    contents: set[ContentHash] = field(default_factory=set)
    """Whose files have changed."""

    items: list[ItemId] = field(default_factory=list)
    """Whose vectors have changed."""


class LibraryWriter:
    """Made by ``Library``; thread-safe like it. Raises ``LibraryError`` when the disk refuses."""

    def __init__(self, connection: Connection, spaces: OpenSpaces, thumbnails: Thumbnails) -> None:
        self._connection = connection
        self._spaces = spaces
        self._thumbnails = thumbnails

    # ------------------------------------------------------------ sources and scans

    def add_sources(self, paths: Sequence[Path], collection: str | None) -> None:
        """Remember files and folders to be scanned; their files join the collection."""
        with self._connection.writing() as conn:
            row = None if collection is None else files.put_collection(conn, collection)
            for path in paths:
                stored = encode_path(path)
                conn.execute(
                    "INSERT INTO source (path, collection) SELECT ?1, ?2 WHERE NOT EXISTS "
                    "(SELECT 1 FROM source WHERE path = ?1 AND collection IS ?2)",
                    (stored, row),
                )

    def sources(self) -> list[Source]:
        """What waits to be scanned, in the order in which it was added."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                "SELECT source.id, path, collection.name FROM source "
                "LEFT JOIN collection ON collection.id = source.collection ORDER BY source.id"
            )
            return [
                Source(id=SourceId(row), path=decode_path(path), collection=name)
                for row, path, name in rows
            ]

    def remember_folders(self, paths: Sequence[Path], collection: str | None) -> None:
        """Keep folders, so that they can be scanned again and watched."""
        with self._connection.writing() as conn:
            row = None if collection is None else files.put_collection(conn, collection)
            for path in paths:
                folders.put_folder(conn, path, row)

    def watch(self, path: Path, *, on: bool) -> bool:
        """Turn watching of a remembered folder on or off; False where it is not remembered."""
        with self._connection.writing() as conn:
            return folders.set_watched(conn, path, on=on)

    def stamps_under(self, path: Path) -> dict[str, KnownStamp]:
        """By path: the file of this path, or every known file inside this folder."""
        with self._connection.reading() as conn:
            return files.stamps_under(conn, path)

    def record_scan(
        self,
        *,
        pending: Sequence[FileStamp] = (),
        skipped: Sequence[SkippedPath] = (),
        members: Sequence[FileId] = (),
        failed: Sequence[FileId] = (),
        collection: str | None = None,
    ) -> tuple[list[FileId], list[FileId]]:
        """Note what a scan has found: files to index, paths left alone, files as they were.

        Pending files, members and those that still have failed join the collection. A file that
        is skipped now and was indexed before no longer shows its items.

        Returns:
            The ids of the pending files and of the skipped paths, in their order.
        """
        with self.changing() as (conn, changes):
            waiting = [outcomes.put_pending(conn, stamp) for stamp in pending]
            left = [outcomes.put_skipped(conn, path, changes.contents) for path in skipped]
            files.promote(conn, changes.contents)
            outcomes.confirm_failed(conn, failed)
            if collection is not None:
                row = files.put_collection(conn, collection)
                conn.executemany(
                    "INSERT OR IGNORE INTO collection_file (collection, file) VALUES (?, ?)",
                    [(row, file) for file in (*waiting, *members, *failed)],
                )
        return waiting, left

    def finish_source(self, source: SourceId, vanished: Sequence[FileId]) -> None:
        """End a completed scan: drop the source and the files that it no longer found.

        The items of vanished files cannot be found any more, but stay until ``sweep``: a file
        that was only renamed takes them over.
        """
        with self.changing() as (conn, changes):
            changes.contents.update(files.delete_files(conn, vanished))
            conn.execute("DELETE FROM source WHERE id = ?", (source,))

    # ------------------------------------------------------------ what is to be done

    def pending_files(self, limit: int) -> list[KnownFile]:
        """Files without an outcome, the newest day first and small before large."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                f"SELECT {files.KNOWN} FROM file WHERE outcome IS NULL ORDER BY turn, id LIMIT ?",
                (limit,),
            )
            return [files.known_file(row) for row in rows]

    def stale_files(self, space: Space, *, after: FileId | None, limit: int) -> list[KnownFile]:
        """Files that were indexed, but not in this space, oldest first."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                f"SELECT {files.KNOWN} FROM file WHERE id > :after AND {vectors.STALE} "
                "ORDER BY id LIMIT :limit",
                {"after": after or 0, "space": vectors.space_id(conn, space), "limit": limit},
            )
            return [files.known_file(row) for row in rows]

    def has_work(self) -> bool:
        """Whether anything waits to be scanned or indexed."""
        with self._connection.reading() as conn:
            return files.count_waiting(conn) > 0

    def work(self, space: Space | None) -> list[FileId]:
        """Files that are pending, and with a space those that are stale there."""
        with self._connection.reading() as conn:
            row = None if space is None else vectors.space_id(conn, space)
            stale = "" if space is None else f"OR ({vectors.STALE})"
            sql = f"SELECT id FROM file WHERE outcome IS NULL {stale}"
            return [FileId(found[0]) for found in conn.execute(sql, {"space": row})]

    def is_embedded(self, content_hash: ContentHash, space: Space) -> bool:
        """Whether all parts of this content have been dealt with in this space."""
        with self._connection.reading() as conn:
            row = conn.execute(
                "SELECT 1 FROM embedded WHERE content = ? AND space = ?",
                (content_hash, vectors.space_id(conn, space)),
            )
            return row.fetchone() is not None

    def embedded_parts(self, content_hash: ContentHash, space: Space) -> frozenset[Part]:
        """The parts of this content that have a vector in this space."""
        with self._connection.reading() as conn:
            row = vectors.space_id(conn, space)
            if row is None:
                return frozenset()
            return items.parts_with_vectors(conn, content_hash, row)

    # ------------------------------------------------------------ batches

    def commit(
        self,
        space: Space,
        *,
        starts: Mapping[FileId, ContentHash],
        parts: Sequence[EmbeddedPart],
        ends: Sequence[FileEnd],
    ) -> dict[FileId, Outcome]:
        """Keep a batch, all of it or nothing: items and vectors, and how files ended.

        Args:
            space: Of the vectors; its index is opened, so that it follows.
            starts: Whose parts these are: file to content.
            parts: Parts with their vectors.
            ends: Files whose work is over with this batch.

        Returns:
            The outcome of every file that ended. One that was forgotten meanwhile has none,
            nor has one whose items were deleted meanwhile, which is still pending.
        """
        contents = {*starts.values(), *(part.content_hash for part in parts)}
        contents.update(end.content_hash for end in ends if end.content_hash is not None)
        with self._connection.lock:
            self._spaces.of(space)
        with self.changing(space) as (conn, changes):
            row = vectors.put_space(conn, space)
            conn.executemany(
                "INSERT OR IGNORE INTO content (hash) VALUES (?)",
                [(content,) for content in sorted(contents)],
            )
            for file, content in starts.items():
                outcomes.link(conn, file, content, changes.contents)
            for part in parts:
                thumbnail = self._thumbnails.write(part.content.thumbnail)
                item = items.put_item(conn, part.content_hash, part.content, thumbnail)
                vectors.put_vector(conn, item, row, space.dimension, part.vector)
                changes.items.append(item)
            ended = {end.file: outcomes.end_file(conn, end, row, changes.contents) for end in ends}
            files.promote(conn, changes.contents)
        return {file: outcome for file, outcome in ended.items() if outcome is not None}

    def remember_checkpoint(self, space: Space) -> None:
        """Keep what loads the embedder of a space, where that holds vectors already."""
        with self._connection.reading() as conn:
            known = {one: one.checkpoint for one, _ in vectors.list_spaces(conn)}
        if known.get(space, space.checkpoint) != space.checkpoint:
            with self._connection.writing() as conn:
                vectors.remember_checkpoint(conn, space)

    def sweep(self) -> int:
        """Delete contents that no file has, with items, vectors and thumbnails; how many items.

        Not while batches are being made: they may be about to give such a content a file.
        """
        return self.delete_unreferenced(None)

    # ------------------------------------------------------------ changes of mind

    def retry(self, paths: Sequence[Path] | None) -> int:
        """Let failed files, or those of them at or under these paths, wait again; how many."""
        with self._connection.writing() as conn:
            if paths is None:
                done = conn.execute("UPDATE file SET outcome = NULL WHERE outcome = 'failed'")
                return done.rowcount
            count = 0
            for path in paths:
                count += conn.execute(
                    "UPDATE file SET outcome = NULL WHERE outcome = 'failed' "
                    "AND (path = ? OR (path >= ? AND path < ?))",
                    (encode_path(path), *bounds_under(path)),
                ).rowcount
            return count

    def cancel(self, reason: Message, last: int) -> None:
        """Drop what waits: sources up to ``last``, and files that have shown nothing yet.

        A new file that is partly in keeps its items and has failed, for this reason, so that
        it can be tried again. A changed file shows what it did before, until it is added again.
        """
        with self._connection.writing() as conn:
            conn.execute("DELETE FROM source WHERE id <= ?", (last,))
            outcomes.cancel_pending(conn, reason)

    def forget(self, paths: Sequence[Path]) -> list[Path]:
        """Take out the files and folders at or under these paths; returns the files' paths."""
        with self._connection.lock:
            with self.changing() as (conn, changes):
                folders.delete_folders(conn, paths)
                known = {file.id: file for path in paths for file in files.known_under(conn, path)}
                changes.contents.update(files.delete_files(conn, known))
            self.delete_unreferenced(changes.contents)
        return [file.path for file in known.values()]

    @contextmanager
    def changing(self, space: Space | None = None) -> Iterator[tuple[sqlite3.Connection, Changes]]:
        """A transaction after which search indexes and exact words follow what has changed.

        Vectors that it changes are of ``space``, where one is named.
        """
        changes = Changes()
        with self._connection.lock:
            with self._connection.writing() as conn:
                yield conn, changes
                full_text_index.follow(conn, changes.contents, changes.items)
            with self._connection.reading() as conn:
                self._spaces.follow(conn, changes.contents, changes.items, space)

    def delete_unreferenced(self, among: set[ContentHash] | None) -> int:
        """Delete contents, all or among these, that no file has; how many items went."""
        with self._connection.lock:
            with self._connection.writing() as conn:
                gone, unused = files.delete_unreferenced(conn, among)
            self._spaces.drop(gone)
            self._thumbnails.remove(unused)
        return len(gone)
