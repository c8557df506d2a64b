"""Which model is to have a role, as it is written down."""

from __future__ import annotations

from dataclasses import dataclass

AUTO = "auto"
"""Whatever is best on this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A checkpoint, and what is merged into it."""

    wanted: str = AUTO
    """As ``--model`` takes it."""

    adapter: str = ""
    """Folder of a LoRA adapter; empty for none."""
