"""Words that were read from pictures."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# The full-text indexes are over ``words``, which is ``text`` folded. They are apart from those of
# ``wording``: so a match is known to stand in a picture, and no library is indexed again.
_PICTURE_TEXTS = (
    """
    CREATE TABLE picture_text (
        item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE,
        reader INTEGER NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('read', 'none', 'refused', 'failed')),
        reason TEXT NOT NULL,
        text TEXT NOT NULL,
        boxes TEXT NOT NULL,
        words TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE VIRTUAL TABLE picture_word USING fts5(
        words, content='picture_text', content_rowid='item',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'")
    """,
    """
    CREATE VIRTUAL TABLE picture_fragment USING fts5(
        words, content='picture_text', content_rowid='item', tokenize='trigram')
    """,
)

_PUT = """
    INSERT INTO picture_word (rowid, words) VALUES (new.item, new.words);
    INSERT INTO picture_fragment (rowid, words) VALUES (new.item, new.words);
"""
_TAKE = """
    INSERT INTO picture_word (picture_word, rowid, words) VALUES ('delete', old.item, old.words);
    INSERT INTO picture_fragment (picture_fragment, rowid, words)
        VALUES ('delete', old.item, old.words);
"""
_TRIGGERS = (
    f"CREATE TRIGGER picture_text_inserted AFTER INSERT ON picture_text BEGIN {_PUT} END",
    f"CREATE TRIGGER picture_text_deleted AFTER DELETE ON picture_text BEGIN {_TAKE} END",
    f"CREATE TRIGGER picture_text_updated AFTER UPDATE ON picture_text BEGIN {_TAKE} {_PUT} END",
)


def m012_picture_texts(db: Database) -> None:
    """What was read from a picture is kept for as long as its item is, and can be found."""
    for statement in (*_PICTURE_TEXTS, *_TRIGGERS):
        db.execute(statement)
    checksums.seal(db.conn, checksums.BY_NAME["picture_text"])
