"""Full-text search, tags, perceptual hashes, dates, folders, a stamp of all vectors."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import full_text_index

_SECOND = (
    # A perceptual hash has 64 bits without a sign; SQLite stores them as a signed integer.
    "ALTER TABLE item ADD COLUMN look INTEGER",
    "ALTER TABLE item ADD COLUMN taken TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN section TEXT NOT NULL DEFAULT ''",
    # Without these indexes, SQLite reads the text of every item to get at the columns behind it.
    "CREATE INDEX item_look ON item(look) WHERE look IS NOT NULL",
    "CREATE INDEX item_taken ON item(taken) WHERE taken <> ''",
    "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) STRICT",
    """
    CREATE TABLE item_tag (
        tag INTEGER NOT NULL REFERENCES tag(id) ON DELETE CASCADE,
        item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
        PRIMARY KEY (tag, item)
    ) STRICT
    """,
    "CREATE INDEX item_tag_item ON item_tag(item)",
    # Pending files are indexed by turn.
    "ALTER TABLE file ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX file_turn ON file(turn, id) WHERE outcome IS NULL",
    """
    CREATE TABLE folder (
        path BLOB PRIMARY KEY,
        collection INTEGER REFERENCES collection(id) ON DELETE SET NULL,
        watched INTEGER NOT NULL DEFAULT 0 CHECK (watched IN (0, 1))
    ) STRICT
    """,
)

# One plain table with two indexes: whole words, and runs of three characters. It repeats the text,
# because FTS5 needs the text as it was indexed to delete it from an index.
WORDING = (
    """
    CREATE TABLE wording (
        item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        name TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE VIRTUAL TABLE whole_word USING fts5(
        text, name, content='wording', content_rowid='item',
        tokenize='unicode61 remove_diacritics 2')
    """,
    """
    CREATE VIRTUAL TABLE fragment USING fts5(
        text, name, content='wording', content_rowid='item', tokenize='trigram')
    """,
    """
    CREATE TRIGGER wording_inserted AFTER INSERT ON wording BEGIN
        INSERT INTO whole_word (rowid, text, name) VALUES (new.item, new.text, new.name);
        INSERT INTO fragment (rowid, text, name) VALUES (new.item, new.text, new.name);
    END
    """,
    """
    CREATE TRIGGER wording_deleted AFTER DELETE ON wording BEGIN
        INSERT INTO whole_word (whole_word, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO fragment (fragment, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
    END
    """,
    """
    CREATE TRIGGER wording_updated AFTER UPDATE ON wording BEGIN
        INSERT INTO whole_word (whole_word, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO fragment (fragment, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO whole_word (rowid, text, name) VALUES (new.item, new.text, new.name);
        INSERT INTO fragment (rowid, text, name) VALUES (new.item, new.text, new.name);
    END
    """,
)

_REROLL = "BEGIN UPDATE vector_state SET stamp = random(); END"

# Equal stamps mean equal vectors and equal living items, so a cache beside the database that was
# made at the same stamp is current. Triggers renew the stamp, so that no statement can forget to.
_VECTOR_STATE = (
    "ALTER TABLE vector ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX vector_stamp ON vector(space, item, stamp)",
    """
    CREATE TABLE vector_state (
        id INTEGER PRIMARY KEY CHECK (id = 1), stamp INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO vector_state (id, stamp) VALUES (1, random())",
    f"CREATE TRIGGER vector_inserted AFTER INSERT ON vector {_REROLL}",
    f"CREATE TRIGGER vector_updated AFTER UPDATE ON vector {_REROLL}",
    f"CREATE TRIGGER vector_deleted AFTER DELETE ON vector {_REROLL}",
    f"""
    CREATE TRIGGER file_inserted AFTER INSERT ON file WHEN new.content IS NOT NULL {_REROLL}
    """,
    f"""
    CREATE TRIGGER file_updated AFTER UPDATE OF content ON file
        WHEN old.content IS NOT new.content {_REROLL}
    """,
    f"CREATE TRIGGER file_deleted AFTER DELETE ON file WHEN old.content IS NOT NULL {_REROLL}",
    """
    CREATE TABLE storage (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        dimension INTEGER,
        format TEXT NOT NULL CHECK (format IN ('float32', 'float16', 'int8', 'binary')),
        exact INTEGER NOT NULL DEFAULT 0 CHECK (exact IN (0, 1))
    ) STRICT
    """,
)


def m002_words_tags_looks(db: Database) -> None:
    """Add the columns and tables for all of these, and triggers that renew the stamp."""
    for statement in (*_SECOND, *WORDING, *_VECTOR_STATE):
        db.execute(statement)
    full_text_index.fill(db.conn)
