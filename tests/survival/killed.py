"""A program to be killed again and again, quickly: imports once, then forks.

Usage: python -m tests.survival.killed LIBRARY FOLDER, then a line on standard input for every run;
answers the number of its process, ``batch`` whenever one has been embedded, and how it ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from qwen3vl_app.budget import Budget
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.media import worker
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.settings import Limits, Settings
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Content, ContentHash, Outline, Part
from tests.indexing.embedders import TinyHost

BATCH = 4
DONE = 3
"""Exit status of a run that was over before it could be killed."""


class TellingHost(TinyHost):
    """Says that a batch is about to be committed."""

    def embed(self, inputs, *, instruction, priority, space=None):
        embedding = super().embed(inputs, instruction=instruction, priority=priority, space=space)
        os.write(1, b"batch\n")
        return embedding


class DirectReader:
    """``Reader`` without processes of its own, which take half a second to start."""

    def __init__(self) -> None:
        self._options = ReadOptions(budget=Budget(), limits=Limits(), moment_seconds=8.0)

    version = "direct"

    def outline(self, path: Path) -> Outline:
        return worker.outline(path, self._options)

    def content_hash(self, path: Path) -> ContentHash:
        return worker.content_hash(path, self._options)

    def read(
        self,
        path: Path,
        parts: Sequence[Part],
        *,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> tuple[Content, ...]:
        budget = budget or self._options.budget
        options = replace(self._options, budget=budget, findings=findings)
        return worker.read(path, options, parts, known=False)

    def same_in_detail(self, one: Path, other: Path) -> bool:
        return worker.same_in_detail(one, self._options, other)


def keep_index_early(module: Any = index_sync) -> None:
    """Let also a small library keep its index on disk, and write it often."""
    module.KEPT_ITEMS, module.SAVE_ROWS = 50, 8


def run(library: Path, folder: Path, *, telling: bool = False) -> None:
    """Index the folder, as the program does."""
    with Library.open(library) as opened:
        host = TellingHost() if telling else TinyHost()
        settings = Settings(library=library, batch_items=BATCH, ocr=False)
        indexer = Indexer(opened, cast(Any, DirectReader()), cast(Any, host), settings)
        indexer.add([folder])
        indexer.start()
        indexer.wait()
        indexer.close()


def main(library: Path, folder: Path) -> None:
    keep_index_early()
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                run(library, folder, telling=True)
                status = DONE
            finally:
                os._exit(status)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
