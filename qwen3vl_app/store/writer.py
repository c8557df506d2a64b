"""Writes to a library for the indexer: sources, pending files, batches, deletions.

Every method is one transaction, so an exception leaves the library unchanged. The full-text index
is updated in the same transaction; the vector index right after the commit, under the same lock,
so no search sees one without the other.
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
from qwen3vl_app.store.tables import (
    files,
    folders,
    full_text_index,
    items,
    listing_keys,
    outcomes,
    vectors,
)
from qwen3vl_app.store.tables.collections import put_collection
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import ContentHash, FileStamp, ItemId, Outcome, Part, SkippedPath, Space


@dataclass(slots=True)
class Changes:
    """What a transaction has changed, for updating the indexes."""

    contents: set[ContentHash] = field(default_factory=set)
    """Contents that have gained or lost files."""

    items: list[ItemId] = field(default_factory=list)
    """Items whose vectors have changed."""


class LibraryWriter:
    """Created by ``Library``. Thread-safe. Raises ``LibraryError`` if the disk refuses a write."""

    def __init__(self, connection: Connection, spaces: OpenSpaces, thumbnails: Thumbnails) -> None:
        self._connection = connection
        self._spaces = spaces
        self._thumbnails = thumbnails

    # ------------------------------------------------------------ sources and scans

    def add_sources(self, paths: Sequence[Path], collection: str | None) -> None:
        """Queue files and folders for scanning; the files found there join the collection."""
        with self._connection.writing() as conn:
            row = None if collection is None else put_collection(conn, collection)
            for path in paths:
                stored = encode_path(path)
                conn.execute(
                    "INSERT INTO source (path, collection) SELECT ?1, ?2 WHERE NOT EXISTS "
                    "(SELECT 1 FROM source WHERE path = ?1 AND collection IS ?2)",
                    (stored, row),
                )

    def sources(self) -> list[Source]:
        """The queue of what is to be scanned, oldest first."""
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
        """Store folders permanently, so that they can be scanned again and watched."""
        with self._connection.writing() as conn:
            row = None if collection is None else put_collection(conn, collection)
            for path in paths:
                folders.put_folder(conn, path, row)

    def watch(self, path: Path, *, on: bool) -> bool:
        """Turn watching of a stored folder on or off; False if the folder is not stored."""
        with self._connection.writing() as conn:
            return folders.set_watched(conn, path, on=on)

    def stamps_under(self, path: Path) -> dict[str, KnownStamp]:
        """Stamps by path: of the file at ``path``, or of all known files inside this folder."""
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
        """Store what a scan has found.

        A file that was indexed before and is skipped now is no longer found.

        Args:
            pending: Files to index, because they are new or have changed.
            skipped: Paths that cannot be indexed or are to be left out.
            members: Known files that have not changed.
            failed: Known files that failed, and have not changed since.
            collection: Joined by all but the skipped paths; None for none.

        Returns:
            The ids of the pending files and of the skipped paths, in the order given.
        """
        with self.changing() as (conn, changes):
            waiting = [outcomes.put_pending(conn, stamp) for stamp in pending]
            left = [outcomes.put_skipped(conn, path, changes.contents) for path in skipped]
            files.promote(conn, changes.contents)
            outcomes.confirm_failed(conn, failed)
            if collection is not None:
                row = put_collection(conn, collection)
                conn.executemany(
                    "INSERT OR IGNORE INTO collection_file (collection, file) VALUES (?, ?)",
                    [(row, file) for file in (*waiting, *members, *failed)],
                )
        return waiting, left

    def finish_source(self, source: SourceId, vanished: Sequence[FileId]) -> None:
        """Finish a scan: take its source off the queue, and delete the files that are gone.

        Searches no longer find the items of those files, but the items stay until ``sweep``, so
        that a file that was only renamed takes them over.
        """
        with self.changing() as (conn, changes):
            changes.contents.update(files.delete_files(conn, vanished))
            conn.execute("DELETE FROM source WHERE id = ?", (source,))

    # ------------------------------------------------------------ what is to be done

    def pending_files(self, limit: int) -> list[KnownFile]:
        """Files without an outcome: the newest day first and, within a day, small before large."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                f"SELECT {files.KNOWN} FROM file WHERE outcome IS NULL ORDER BY turn, id LIMIT ?",
                (limit,),
            )
            return [files.known_file(row) for row in rows]

    def stale_files(self, space: Space, *, after: FileId | None, limit: int) -> list[KnownFile]:
        """Indexed files that are not embedded in this space, by id, beginning behind ``after``."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                f"SELECT {files.KNOWN} FROM file WHERE id > :after AND {vectors.STALE} "
                "ORDER BY id LIMIT :limit",
                {"after": after or 0, "space": vectors.space_id(conn, space), "limit": limit},
            )
            return [files.known_file(row) for row in rows]

    def has_work(self) -> bool:
        """Whether anything is still to be scanned or indexed."""
        with self._connection.reading() as conn:
            return files.count_waiting(conn) > 0

    def work(self, space: Space | None) -> list[FileId]:
        """Files that are pending and, given a space, those not yet embedded in it."""
        with self._connection.reading() as conn:
            row = None if space is None else vectors.space_id(conn, space)
            stale = "" if space is None else f"OR ({vectors.STALE})"
            sql = f"SELECT id FROM file WHERE outcome IS NULL {stale}"
            return [FileId(found[0]) for found in conn.execute(sql, {"space": row})]

    def is_embedded(self, content_hash: ContentHash, space: Space) -> bool:
        """Whether every part of this content has been embedded, or was refused, in this space."""
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
        """Store a batch as a whole or not at all: items, vectors, and the outcomes of files.

        Args:
            space: The space of the vectors; opens its index if necessary, to update it.
            starts: The contents of the files that the parts belong to.
            parts: Parts with their vectors.
            ends: Files that are complete with this batch.

        Returns:
            The outcomes of the files in ``ends``, without those that were forgotten in the
            meantime, and without those whose items were deleted: these are pending again.
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
        """Store the checkpoint of a space, if the space already exists and has another one."""
        with self._connection.reading() as conn:
            known = {one: one.checkpoint for one, _ in vectors.list_spaces(conn)}
        if known.get(space, space.checkpoint) != space.checkpoint:
            with self._connection.writing() as conn:
                vectors.remember_checkpoint(conn, space)

    def sweep(self) -> int:
        """Delete contents without a file, with their items, vectors and thumbnails.

        Must not run while batches are being prepared: one of them may be about to link a file to
        such a content.

        Returns:
            How many items were deleted.
        """
        return self.delete_unreferenced(None)

    # ------------------------------------------------------------ changes of mind

    def retry(self, paths: Sequence[Path] | None) -> int:
        """Make failed files pending again, all or those at or inside ``paths``; how many."""
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
        """Drop pending work: sources with ids up to ``last``, and files without any items.

        A new file of which some items are stored keeps them and becomes failed for ``reason``, so
        that it can be retried. A changed file keeps its old items until it is added again.
        """
        with self._connection.writing() as conn:
            conn.execute("DELETE FROM source WHERE id <= ?", (last,))
            outcomes.cancel_pending(conn, reason)

    def forget(self, paths: Sequence[Path]) -> list[Path]:
        """Delete the files and folders at or inside these paths; returns the files' paths."""
        with self._connection.lock:
            with self.changing() as (conn, changes):
                folders.delete_folders(conn, paths)
                known = {file.id: file for path in paths for file in files.known_under(conn, path)}
                changes.contents.update(files.delete_files(conn, known))
            self.delete_unreferenced(changes.contents)
        return [file.path for file in known.values()]

    @contextmanager
    def changing(self, space: Space | None = None) -> Iterator[tuple[sqlite3.Connection, Changes]]:
        """A transaction that also updates the full-text index, listings and the vector indexes.

        The caller notes its changes in the ``Changes``; the vectors among them are of ``space``.
        """
        changes = Changes()
        with self._connection.lock:
            with self._connection.writing() as conn:
                yield conn, changes
                full_text_index.follow(conn, changes.contents, changes.items)
                listing_keys.follow(conn, changes.contents, changes.items)
            with self._connection.reading() as conn:
                self._spaces.follow(conn, changes.contents, changes.items, space)

    def delete_unreferenced(self, among: set[ContentHash] | None) -> int:
        """Delete contents without a file, all or those in ``among``; returns how many items."""
        with self._connection.lock:
            with self._connection.writing() as conn:
                gone, unused = files.delete_unreferenced(conn, among)
            self._spaces.drop(gone)
            self._thumbnails.remove(unused)
        return len(gone)
