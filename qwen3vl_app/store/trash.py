"""What was removed from a library: kept for 30 days, brought back, or deleted for good.

::

    uploads/Italy/boat.jpg  --remove-->  trash/5f2c...   the copy's bytes, under a name of chance
    /home/me/boat.jpg       --remove-->  stays where it is; scans leave it out from then on

The database is changed before a copy is moved into the trash, and after it is moved out of it. So
a program that is killed in between leaves the copy in ``uploads`` with its removal known, and that
is where it is looked for as well.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import TRASH
from qwen3vl_app.store.encoding import display, encode_path
from qwen3vl_app.store.rows import FileId, KnownFile, Removal, RemovalId, RemovedKind
from qwen3vl_app.store.tables import files, folders, outcomes, removals
from qwen3vl_app.store.tables.removals import RemovedFile
from qwen3vl_app.types import FileStamp

if TYPE_CHECKING:
    from qwen3vl_app.store.connection import Connection
    from qwen3vl_app.store.uploads import Uploads
    from qwen3vl_app.store.writer import LibraryWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What one removal has done."""

    ids: tuple[RemovalId, ...]
    """By which it is brought back; one for each path that was known."""

    files: int
    copies: int
    """Of these files, those whose bytes are in the trash now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A path that is back, to be scanned for what has changed meanwhile."""

    path: Path
    collection: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashSize:
    """What the trash takes on the disk."""

    files: int
    bytes: int


class LibraryTrash:
    """Made by ``Library``; thread-safe like it.

    Args:
        connection: Of the library.
        writer: The side that changes things; raises where nothing may be changed.
        uploads: The folder of copies.
    """

    def __init__(
        self, connection: Connection, writer: Callable[[], LibraryWriter], uploads: Uploads
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._uploads = uploads
        self._folder = connection.directory / TRASH

    def remove(self, paths: Sequence[Path]) -> Removed:
        """Take files, or all inside folders, out of the library, so that it can be undone.

        Files of folders stay where they are. Copies in ``uploads`` are moved to the trash.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        ids: list[RemovalId] = []
        gone: list[KnownFile] = []
        tokens: dict[FileId, str] = {}
        with self._uploads.deletion() as deletion:
            with self._writer().changing() as (conn, changes):
                for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
                    self._meet(conn, path)
                    known = files.known_under(conn, path)
                    inside = folders.folders_under(conn, path)
                    if known or inside:
                        named = {file.id: self._token(file.path) for file in known}
                        folders.delete_folders(conn, [path])
                        kind = self._kind(path, known)
                        ids.append(removals.put_removal(conn, path, kind, inside, named))
                        changes.contents.update(files.delete_files(conn, named))
                        gone += known
                        tokens |= named
            moves = {f.path: self._folder / tokens[f.id] for f in gone if tokens[f.id]}
            deletion.move(moves)
        return Removed(ids=tuple(ids), files=len(gone), copies=len(moves))

    def all(self) -> list[Removal]:
        """What was removed and not brought back, the newest first."""
        with self._connection.reading() as conn:
            return removals.list_removals(conn)

    def kept_out(self) -> frozenset[str]:
        """The paths that every scan leaves out."""
        with self._connection.reading() as conn:
            return removals.kept_out(conn)

    def of(self, paths: Collection[Path]) -> list[RemovalId]:
        """The removals of just these files and folders that stayed where they are."""
        wanted = {Path(os.path.abspath(path)) for path in paths}
        return [
            one.id for one in self.all() if one.path in wanted and one.kind is not RemovedKind.COPY
        ]

    def restore(self, ids: Sequence[RemovalId]) -> list[Returned]:
        """Bring back what was removed: at once, with its items, tags and collections.

        A copy gets its former name, or one with a number where that is taken. What only the path
        is remembered of has to be scanned.

        Raises:
            UsageError: One of them is not there any more; then none is brought back.
            LibraryReadOnlyError: The library is open for reading only.
        """
        writer = self._writer()
        chosen = self._chosen(ids)
        with self._connection.lock:
            with self._connection.reading() as conn:
                inside = {one: removals.removed_files(conn, [one]) for one in chosen}
            places = {file.id: self._put_back(file) for one in inside.values() for file in one}
            returned: list[Returned] = []
            with writer.changing() as (conn, changes):
                for number, removal in chosen.items():
                    known = removals.bring_back_folders(conn, number)
                    returned += [Returned(path=f.path, collection=f.collection) for f in known]
                    if removal.kind is not RemovedKind.COPY and not known:
                        returned.append(Returned(path=removal.path, collection=None))
                    for file in inside[number]:
                        if (place := places[file.id]) is None:
                            continue
                        removals.bring_back(conn, file, place)
                        if file.content is not None:
                            changes.contents.add(file.content)
                        if file.trash:
                            returned.append(Returned(path=place, collection=None))
                removals.delete_removals(conn, chosen)
        return returned

    def discard(self, ids: Sequence[RemovalId] | None = None) -> int:
        """Delete for good what is kept of these removals, or of all; how many files.

        What stays removed stays so; its path is all that is remembered then.

        Raises:
            UsageError: One of them is not there any more; then nothing is deleted.
            LibraryReadOnlyError: The library is open for reading only.
        """
        self._writer()
        chosen = [one.id for one in self.all()] if ids is None else [*self._chosen(ids)]
        return self._let_go(chosen)

    def tidy(self, now: datetime | None = None) -> int:
        """Delete what was removed 30 days ago; how many files. Call it regularly.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        self._writer()
        with self._connection.writing() as conn:
            found = removals.over(conn, now or datetime.now(UTC))
        return self._let_go(found) if found else 0

    def size(self) -> TrashSize:
        """What lies in the trash."""
        sizes: list[int] = []
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # brought back in this moment
                    sizes.append(entry.stat(follow_symlinks=False).st_size)
        return TrashSize(files=len(sizes), bytes=sum(sizes))

    def _let_go(self, chosen: Sequence[RemovalId]) -> int:
        with self._connection.lock:
            with self._connection.reading() as conn:
                gone = removals.removed_files(conn, chosen)
            with self._connection.writing() as conn:
                removals.let_go(conn, chosen)
            contents = {file.content for file in gone if file.content is not None}
            self._writer().delete_unreferenced(contents)
        tokens = [file.trash for file in gone if file.trash]
        for token in tokens:
            (self._folder / token).unlink(missing_ok=True)
        if tokens:
            self._uploads.drop_nameless()
        return len(gone)

    def _chosen(self, ids: Iterable[RemovalId]) -> dict[RemovalId, Removal]:
        known = {one.id: one for one in self.all()}
        for number in ids:
            if number not in known:
                raise UsageError(Message.of("removed.gone"))
        return {number: known[number] for number in dict.fromkeys(ids)}

    def _meet(self, conn: sqlite3.Connection, path: Path) -> None:
        """Register a copy that no scan has met yet, so that it can be removed as well."""
        if path.is_relative_to(self._uploads.folder):
            conn.execute("DELETE FROM source WHERE path = ?", (encode_path(path),))
            if path.is_file() and not files.knows(conn, path):
                outcomes.put_pending(conn, FileStamp.of(path, path.stat()))

    def _kind(self, path: Path, known: Sequence[KnownFile]) -> RemovedKind:
        if path.is_relative_to(self._uploads.folder):
            return RemovedKind.COPY
        is_file = [file.path for file in known] == [path]
        return RemovedKind.FILE if is_file else RemovedKind.FOLDER

    def _token(self, path: Path) -> str:
        """A name in the trash for a copy; "" for what stays where it is."""
        return uuid.uuid4().hex if path.is_relative_to(self._uploads.folder) else ""

    def _put_back(self, file: RemovedFile) -> Path | None:
        """Where the file is from now on; None for a copy that is nowhere."""
        if not file.trash:
            return file.path
        kept = self._folder / file.trash
        if kept.is_file():
            relative = PurePosixPath(file.path.relative_to(self._uploads.folder).as_posix())
            return self._uploads.put_back(kept, relative)
        if file.path.is_file():  # a program was killed before it was moved
            return file.path
        log.warning("%s is not in the trash any more", display(file.path))
        return None
