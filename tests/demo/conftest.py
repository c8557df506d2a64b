from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.demo.drawing import EMOJI_FONT
from qwen3vl_app.demo.names import CLDR_ANNOTATIONS


@pytest.fixture(scope="session")
def sources() -> None:
    """Skip where the Debian packages that the drawings come from are not installed."""
    missing: list[Path] = [path for path in (EMOJI_FONT, CLDR_ANNOTATIONS) if not path.exists()]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
