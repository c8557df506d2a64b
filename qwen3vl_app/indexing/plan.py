"""What to do with a file that a scan has met: pure decisions."""

from __future__ import annotations

from enum import Enum

from qwen3vl_app.store.rows import KnownFile
from qwen3vl_app.types import FileStamp, Outcome

_HELD = frozenset({Outcome.INDEXED, Outcome.DUPLICATE})


class Action(Enum):
    """What a scan decides about one file."""

    READ = "read"
    """Open it: it is new, has changed, or did not work before."""

    KEEP = "keep"
    """Leave it: what the library holds of it is still true."""


def plan(stamp: FileStamp, known: KnownFile | None) -> Action:
    """Decide by the stamp alone, so that a hundred thousand unchanged files take seconds.

    A stamp that goes backwards counts as a change like any other: clocks do that, and so do
    files restored from a copy.
    """
    if known is None or known.outcome not in _HELD or known.stamp is None:
        return Action.READ
    same = (stamp.size, stamp.mtime_ns) == (known.stamp.size, known.stamp.mtime_ns)
    return Action.KEEP if same else Action.READ
