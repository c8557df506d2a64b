"""What a model is held to, one line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of a passport."""

    code: str
    """What is checked; the catalogues word it as ``passport.CODE``."""

    reference: str
    """Where the reference does it."""

    holds: bool
    found: str = ""
    """What was found instead, or why it could not be told; empty where it holds."""
