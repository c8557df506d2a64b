"""What to do with a file that a scan has met: pure decisions."""

from __future__ import annotations

from enum import Enum

from qwen3vl_app.store.rows import KnownStamp
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

_HELD = frozenset({Outcome.INDEXED, Outcome.DUPLICATE})


class Action(Enum):
    """What a scan decides about one path."""

    READ = "read"
    """Open it: it is new, has changed, or did not work before."""

    KEEP = "keep"
    """Leave it: what the library holds of it, or why it failed, is still true."""

    SKIP = "skip"
    """Note why it was left alone."""


def giver_up(reader: str, space: str = "") -> str:
    """Who has given a file up: a reader alone or, with a space, what it read was refused there.

    Args:
        reader: ``Reader.version``.
        space: Fingerprint of the space of the model that refused.
    """
    return f"{reader} {space}".rstrip()


def plan(
    found: FileStamp | SkippedPath,
    known: KnownStamp | None,
    *,
    reader: str = "",
    space: str = "",
) -> Action:
    """Decide by the stamp alone, so that a hundred thousand unchanged files take seconds.

    A stamp that goes backwards counts as a change like any other: clocks do that, and so do
    files restored from a copy. A copy may even have the size and the time of what it replaces,
    which is why the time of the last change (ctime) and the inode count as well; where only they
    differ, reading compares the bytes before anything else.

    Args:
        found: What is there.
        known: What the library knows of it.
        reader: ``Reader.version``: what that reader could not read, it will not read now.
        space: Fingerprint of the model's space: what it refused, it will refuse again.
    """
    if isinstance(found, SkippedPath):
        why = found.reason.to_json()
        if known is not None and (known.outcome, known.reason) == (Outcome.SKIPPED, why):
            return Action.KEEP
        return Action.SKIP
    if known is None or known.size is None:
        return Action.READ
    by = known.given_up_by if known.outcome is Outcome.FAILED else ""
    given_up = by != "" and by in (reader, giver_up(reader, space))
    if known.outcome not in _HELD and not given_up:
        return Action.READ
    same = _stamp(found) == _stamp(known)
    return Action.KEEP if same else Action.READ


def _stamp(one: FileStamp | KnownStamp) -> tuple[int | None, ...]:
    return one.size, one.mtime_ns, one.ctime_ns, one.inode
