"""Where vectors are searched when that is not the library's folder, and what waits to be sent."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

_PLACED = "EXISTS (SELECT 1 FROM vector_place)"


def _of_contents(*rows: str) -> str:
    """Notes all items of the contents that these rows of ``file`` have."""
    contents = ", ".join(f"{row}.content" for row in rows)
    return (
        "INSERT INTO outbox (item, space, gone) SELECT vector.item, vector.space, '' FROM item "
        # CROSS: from the few items of a content to their vectors, as in ``items``
        f"CROSS JOIN vector ON vector.item = item.id WHERE item.content IN ({contents});"
    )


def _of_vector(row: str) -> str:
    return f"INSERT INTO outbox (item, space, gone) VALUES ({row}.item, {row}.space, '');"


def _of_member(row: str) -> str:
    return (
        "INSERT INTO outbox (item, space, gone) SELECT vector.item, vector.space, '' FROM file "
        "CROSS JOIN item ON item.content = file.content "
        f"CROSS JOIN vector ON vector.item = item.id WHERE file.id = {row}.file;"
    )


_ITEM = (
    "INSERT INTO outbox (item, space, gone) "
    "SELECT vector.item, vector.space, '' FROM vector WHERE vector.item = new.id;"
)
_BESIDE = "kind, width, height, taken, start_seconds, end_seconds"
"""Columns of an item that stand beside its vectors."""

# Triggers, so that no statement can forget the server. A row says only that an item may differ
# there; what is sent is what the library has at that moment, so a row too many does no harm.
_TRIGGERS = (
    ("vector_in", "INSERT ON vector", "", _of_vector("new")),
    ("vector_new", "UPDATE ON vector", "", _of_vector("new")),
    ("vector_out", "DELETE ON vector", "", _of_vector("old")),
    ("file_in", "INSERT ON file", "new.content IS NOT NULL AND ", _of_contents("new")),
    (
        "file_new",
        "UPDATE OF content ON file",
        "old.content IS NOT new.content AND ",
        _of_contents("old", "new"),
    ),
    ("file_out", "DELETE ON file", "old.content IS NOT NULL AND ", _of_contents("old")),
    ("member_in", "INSERT ON collection_file", "", _of_member("new")),
    ("member_out", "DELETE ON collection_file", "", _of_member("old")),
    ("item_new", f"UPDATE OF {_BESIDE} ON item", "", _ITEM),
)


def m020_vector_place(db: Database) -> None:
    """Add the place of vectors, and the outbox of what the server there does not have yet.

    A row of the outbox names an item in a space, or a collection on the server that is to go.
    """
    db.execute(
        """
        CREATE TABLE vector_place (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            address TEXT NOT NULL
        ) STRICT
        """
    )
    # No references: what a row names may be gone, which is just what has to be sent.
    db.execute(
        """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            item INTEGER NOT NULL,
            space INTEGER NOT NULL,
            gone TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX outbox_space ON outbox (space, item)")
    for name, event, condition, statement in _TRIGGERS:
        db.execute(
            f"CREATE TRIGGER outbox_{name} AFTER {event} WHEN {condition}{_PLACED} "
            f"BEGIN {statement} END"
        )
    checksums.seal(db.conn, checksums.BY_NAME["vector_place"])
    checksums.seal(db.conn, checksums.BY_NAME["outbox"])
