"""What loads the embedder of a space again."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# A table of its own, because what is there of spaces has been sealed without this column.
_CHECKPOINTS = """
    CREATE TABLE space_checkpoint (
        space INTEGER PRIMARY KEY REFERENCES space(id) ON DELETE CASCADE,
        checkpoint TEXT NOT NULL
    ) STRICT
"""


def m011_space_checkpoints(db: Database) -> None:
    """So that an earlier space can answer while that of another model is being filled.

    Whether the checkpoint is still the same tells the fingerprint of the space, which is made of
    its content, its budget and its dtype.
    """
    db.execute(_CHECKPOINTS)
    checksums.seal(db.conn, checksums.BY_NAME["space_checkpoint"])
