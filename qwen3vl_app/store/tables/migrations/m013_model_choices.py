"""Which models a library is to be searched with."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m013_model_choices(db: Database) -> None:
    """Add a table of the model chosen for each role, and of the one that was chosen before."""
    db.execute(
        """
        CREATE TABLE model_choice (
            role TEXT PRIMARY KEY CHECK (role IN ('embedder', 'reranker')),
            wanted TEXT NOT NULL,
            adapter TEXT NOT NULL,
            former_wanted TEXT NOT NULL,
            former_adapter TEXT NOT NULL
        ) STRICT
        """
    )
    checksums.seal(db.conn, checksums.BY_NAME["model_choice"])
