from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.search.engine import SearchEngine
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from tests.search.world import WordModels


@pytest.fixture
def models() -> WordModels:
    return WordModels()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader(Budget(), Limits())
    yield reader
    reader.close()


@pytest.fixture
def engine(library: Library, reader: Reader, models: WordModels) -> Iterator[SearchEngine]:
    engine = SearchEngine(library, reader, cast(Any, models))
    yield engine
    engine.close()
