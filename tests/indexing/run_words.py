"""A program to be killed: reads words in the pictures of a folder, telling of every one.

Usage: python -m tests.indexing.run_words LIBRARY FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

from qwen3vl_app.budget import Budget
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.picture_words import OVER
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits, Settings
from qwen3vl_app.store.library import Library
from tests.indexing.embedders import TinyHost
from tests.indexing.run_indexer import tell


def main(library: Path, folder: Path) -> None:
    reader = Reader(Budget(), Limits(), workers=1)
    with Library.open(library) as opened:
        settings = Settings(library=library, batch_items=4)
        indexer = Indexer(opened, reader, cast(Any, TinyHost()), settings)
        indexer.add([folder])
        indexer.start()
        indexer.wait()
        told = 0
        while (progress := indexer.words.wait(0.01)).state not in OVER:
            if progress.done > told:
                told = progress.done
                tell(f"read {told}")
        indexer.close()
    reader.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
