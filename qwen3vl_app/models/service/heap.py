"""Memory that passes free and take again at once, kept with the process."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of options of ``mallopt`` (glibc, ``malloc.h``)."""

KEPT_BYTES = 256 * 2**20
"""Free memory at the end of a heap that stays: a pass of the bundled models takes some 100 MB."""

LARGEST = 32 * 2**20
"""Larger blocks go back to the system when they are freed; glibc takes no larger value."""


def keep_freed() -> bool:
    """Let glibc keep what was freed for the next pass; whether it is glibc, and it took that.

    By itself it gives freed memory back whenever there is more than 128 KiB of it, or twice the
    largest block that was freed; each page then has to be made anew and filled with zeros, in
    every pass, and threads wait for each other over it: 10 to 25 % of the processor time of
    passes of the bundled models. For the process, for good; other allocators know how to.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl has none
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGEST)) and bool(mallopt(_TRIM_THRESHOLD, KEPT_BYTES))
