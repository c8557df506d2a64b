"""The stores that have to keep the contracts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.store import index_sync, open_spaces, served_space
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.protocols import Store
from tests import milvus_server
from tests.store.held_server import HeldServer


@dataclass(frozen=True)
class Kept:
    """A store, and the library that its items are written to."""

    writer: Library
    store: Store


def the_one_that_writes(directory: Path) -> Iterator[Kept]:
    with Library.open(directory) as library:
        yield Kept(library, library)


def one_that_reads_beside_it(directory: Path) -> Iterator[Kept]:
    with Library.open(directory) as library, Library.open(directory, writable=False) as reading:
        yield Kept(library, reading)


def one_with_its_index_on_disk(directory: Path) -> Iterator[Kept]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_sync, "KEPT_ITEMS", 1)
        patch.setattr(index_sync, "SAVE_ROWS", 1)
        yield from the_one_that_writes(directory)


def one_on_a_held_server(directory: Path) -> Iterator[Kept]:
    """Every search goes there, however few items pass."""
    yield from _served(directory, HeldServer())


def one_on_milvus(directory: Path) -> Iterator[Kept]:
    milvus_server.needed()
    yield from _served(directory, MilvusServer(milvus_server.shared().place, index="FLAT"))


def _served(directory: Path, server: Any) -> Iterator[Kept]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served_space, "FEW", 0)
        patch.setattr(open_spaces, "MilvusServer", lambda place: server)
        with Library.open(directory) as library:
            library.places.use(str(server.place))
            yield Kept(library, library)


STORES = [
    the_one_that_writes,
    one_that_reads_beside_it,
    one_with_its_index_on_disk,
    one_on_a_held_server,
]

on_milvus_too = pytest.mark.parametrize("kept", [*STORES, one_on_milvus], indirect=True)
"""For tests of what a server is asked; all others would only fill it."""


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    make: Callable[[Path], Generator[Kept, None, None]] = request.param
    with closing(make(tmp_path / "library")) as made:
        yield next(made)
