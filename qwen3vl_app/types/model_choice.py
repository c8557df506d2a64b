"""Which model is to have a role, as it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

AUTO = "auto"
"""Whatever is best on this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A checkpoint, and what is merged into it."""

    wanted: str = AUTO
    """As ``--model`` takes it."""

    adapter: str = ""
    """Folder of a LoRA adapter; empty for none."""

    def to_text(self) -> str:
        """As libraries keep it beside a space: the mere name where nothing is merged into it."""
        return json.dumps([self.wanted, self.adapter]) if self.adapter else self.wanted

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What ``to_text`` wrote; any other text is a name."""
        try:
            wanted, adapter = json.loads(text)
            return cls(wanted=str(wanted), adapter=str(adapter))
        except (ValueError, TypeError):
            return cls(wanted=text)
