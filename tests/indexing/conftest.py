from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    opened = Reader(Budget(), Limits(), workers=2)
    yield opened
    opened.close()


@pytest.fixture
def world(tmp_path: Path, reader: Reader) -> Iterator[World]:
    made = World(tmp_path, reader, TinyHost())
    yield made
    made.close()


@pytest.fixture
def library(world: World) -> Library:
    return world.library


@pytest.fixture
def indexer(world: World) -> Indexer:
    return world.indexer
