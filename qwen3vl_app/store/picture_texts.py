"""What was read from pictures, and which are still to be read."""

from __future__ import annotations

from collections.abc import Iterable

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.rows import UnreadPicture
from qwen3vl_app.store.tables import picture_text_rows
from qwen3vl_app.store.tables.vectors import found_stamp
from qwen3vl_app.types import ItemId, PictureText


class PictureTexts:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, items: Iterable[ItemId]) -> dict[ItemId, PictureText]:
        """What was read from these items; those that have not been read are not there."""
        with self._connection.reading() as conn:
            return picture_text_rows.read(conn, items)

    def unread(self, reader: int) -> list[UnreadPicture]:
        """What this reader has not read yet, newest first; 0.2 s for 100,000."""
        with self._connection.reading() as conn:
            return picture_text_rows.unread(conn, reader)

    def count_read(self, reader: int) -> int:
        """How many items this reader has dealt with, however it ended."""
        with self._connection.reading() as conn:
            return picture_text_rows.count_read(conn, reader)

    @property
    def stamp(self) -> int:
        """Changes whenever other items are there."""
        with self._connection.reading() as conn:
            return found_stamp(conn)

    def put(self, item: ItemId, reader: int, found: PictureText) -> None:
        """Keep what was read; does nothing if the item has been deleted meanwhile.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            picture_text_rows.put(conn, item, reader, found)
