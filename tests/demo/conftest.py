from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from qwen3vl_app.demo.training.tokenizer import train_tokenizer
from qwen3vl_app.demo.world.captions import corpus
from qwen3vl_app.demo.world.drawing import EMOJI_FONT
from qwen3vl_app.demo.world.names import CLDR_ANNOTATIONS, load_things


@pytest.fixture(scope="session")
def sources() -> None:
    """Skip where the Debian packages that the drawings come from are not installed."""
    missing: list[Path] = [path for path in (EMOJI_FONT, CLDR_ANNOTATIONS) if not path.exists()]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")


@pytest.fixture(scope="session")
def tokenizer(sources: None) -> Tokenizer:
    """Trained on the texts of 60 things."""
    return train_tokenizer(corpus(load_things(60)))
