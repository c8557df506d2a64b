"""A library of four notes, which the first stage orders one way and the second the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.evaluation.asking import Parts
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.search.engine import SearchEngine
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from tests.search.world import WordModels, put_notes


@pytest.fixture
def models() -> WordModels:
    return WordModels()


@pytest.fixture
def parts(tmp_path: Path, models: WordModels) -> Iterator[Parts]:
    with Library.open(tmp_path / "library") as library:
        put_notes(library)
        reader = Reader(Budget(), Limits())
        engine = SearchEngine(library, reader, cast(Any, models))
        yield Parts(library, engine, reader, cast(Any, models))
        engine.close()
        reader.close()
