"""A program to be killed: indexes a folder, telling on standard output of every batch.

Usage: python -m tests.indexing.run_indexer LIBRARY FOLDER
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, cast

from qwen3vl_app.budget import Budget
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits, Settings
from qwen3vl_app.store.library import Library
from tests.indexing.embedders import TinyHost


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class TellingHost(TinyHost):
    def embed(self, inputs, *, instruction, priority, space=None):
        tell("batch")
        time.sleep(0.02)
        return super().embed(inputs, instruction=instruction, priority=priority, space=space)


def main(library: Path, folder: Path) -> None:
    settings = Settings(library=library, batch_items=4, ocr=False)
    reader = Reader(Budget(), Limits(), workers=1)
    with Library.open(library) as opened:
        indexer = Indexer(opened, reader, cast(Any, TellingHost()), settings)
        indexer.add([folder])
        indexer.start()
        tell(f"done {indexer.wait().state}")
        indexer.close()
    reader.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
