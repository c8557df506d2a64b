"""The ways in which rows are computed faster than one by one, each with a name."""

from __future__ import annotations

from enum import StrEnum


class Shortcut(StrEnum):
    """What can be left out; any of them can be switched off."""

    TOGETHER = "together"
    """Several rows in one pass."""

    PREFIX = "prefix"
    """What all rows begin with, computed once."""

    KEPT = "kept"
    """What the vision tower made of a picture, kept from an earlier row."""

    LEAN = "lean"
    """Text layers in fewer passes over memory, on CPUs."""

    TRIMMED = "trimmed"
    """The last text layer for the token that is read alone."""
