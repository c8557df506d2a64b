"""What a worker must know to read a file, sent along with every call."""

from __future__ import annotations

from dataclasses import dataclass

from qwen3vl_app.budget import Budget
from qwen3vl_app.settings import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Small and plain, so that it is pickled in microseconds."""

    budget: Budget
    limits: Limits
    moment_seconds: float
    decord: bool = True
    """False once decord has hung or died on the file: PyAV reads it then."""

    reference: bool = False
    """Read as the reference does, also where that is wrong: decord's choice of frames by their
    number, whatever the container says of their times."""

    findings: bytes = b""
    """``Outline.findings`` of the file, where it has just been outlined; empty if that is long
    ago. They say themselves to which state of the file they belong."""
