"""How much memory a process that reads files may take, and what it holds.

The kernel keeps to the limit (``RLIMIT_DATA``, Linux 4.7 or newer): what a process has of its own
that can be written to, which is what decoders fill. Not the address space as a whole: libraries
that are only mapped, and what is only reserved, would count for gigabytes. Where a decoder asks
for more, it is refused: most raise an error then, some end.

macOS takes such a limit and does not keep to it, and Windows has none. There a file can still take
what memory there is; the deadline and the checks before decoding hold everywhere.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import resource

_STATUS = "/proc/{}/status"

_LEAST = 64 * 2**20
"""Bytes that a process may take in any case beyond what it holds when it begins: for the error."""


def limit_own(limit: int) -> None:
    """Let this process hold ``limit`` bytes at most, what it holds already included.

    What is only reserved at that moment, such as buffers of a library for every core, does not
    count. Does nothing where the system cannot keep to it.
    """
    held = _fields(os.getpid())
    if sys.platform == "linux" and "VmData" in held:
        most = held["VmData"] + max(limit - held.get("RssAnon", 0), _LEAST)
        with suppress(ValueError, OSError):  # a lower limit was set from outside, and holds
            resource.setrlimit(resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))


def held_by(process: int) -> int:
    """Bytes that a process holds for itself: resident, without files that are mapped.

    0 where the system does not tell, or the process has ended. Takes about 50 µs.
    """
    held = _fields(process)
    return held.get("RssAnon", 0) + held.get("RssShmem", 0)


def _fields(process: int) -> dict[str, int]:
    """The sizes in proc(5) ``status``, in bytes; empty where there is no such file."""
    try:
        lines = Path(_STATUS.format(process)).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    rows = (line.split() for line in lines.splitlines())
    return {row[0][:-1]: int(row[1]) * 1024 for row in rows if len(row) == 3 and row[2] == "kB"}
