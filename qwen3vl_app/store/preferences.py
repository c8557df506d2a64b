"""What a person wants of a library, kept in the library itself."""

from __future__ import annotations

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import checksums

HISTORY = "history"
"""Whether finished searches are kept."""

_READ = (
    "SELECT value FROM preference "
    f"WHERE name = ? AND {checksums.BY_NAME['preference'].is_whole('preference')}"
)


class Preferences:
    """By name; each is on or off. Thread-safe, one transaction a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_on(self, name: str, *, otherwise: bool) -> bool:
        """What was chosen; ``otherwise`` where nothing was, or what is kept of it is damaged."""
        with self._connection.reading() as conn:
            row = conn.execute(_READ, (name,)).fetchone()
        return otherwise if row is None else row[0] == "on"

    def turn(self, name: str, *, on: bool) -> None:
        """Choose.

        Raises:
            LibraryError: The disk refuses.
        """
        with self._connection.writing() as conn:
            conn.execute(
                "INSERT INTO preference (name, value) VALUES (?1, ?2) "
                "ON CONFLICT (name) DO UPDATE SET value = ?2",
                (name, "on" if on else "off"),
            )
