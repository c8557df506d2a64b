"""Checkpoints from which the embedder of a space can be loaded again."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# A separate table, because the checksums of existing rows do not cover this column.
_CHECKPOINTS = """
    CREATE TABLE space_checkpoint (
        space INTEGER PRIMARY KEY REFERENCES space(id) ON DELETE CASCADE,
        checkpoint TEXT NOT NULL
    ) STRICT
"""


def m011_space_checkpoints(db: Database) -> None:
    """Add a table of them: an earlier space can then answer while a new model's is being filled.

    The fingerprint of the space tells whether a checkpoint is unchanged: it is computed from the
    checkpoint's content, the budget and the dtype.
    """
    db.execute(_CHECKPOINTS)
    checksums.seal(db.conn, checksums.BY_NAME["space_checkpoint"])
