"""Tells a device that is out of memory from a bug, without importing torch."""

from __future__ import annotations

_SAID = ("out of memory", "can't allocate memory", "not enough memory")
"""By CUDA and MPS; by torch's allocator for CPUs on Linux and macOS, and on Windows. The last two
are plain RuntimeErrors; ``torch.OutOfMemoryError`` is one too, and says the first."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is how torch or Python say that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(said in text for said in _SAID)
