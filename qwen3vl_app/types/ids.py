"""Ids, hashes and vectors: what every other noun refers to."""

from __future__ import annotations

from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

ItemId = NewType("ItemId", int)
"""Primary key in SQLite and vector id in FAISS: one integer, the same in both."""

ContentHash = NewType("ContentHash", str)
"""BLAKE2b-128 of a file's bytes, 32 hexadecimal digits. Equal hashes share items and vectors."""

Vectors: TypeAlias = NDArray[np.float32]
"""Float32 array of shape (N, D), C-contiguous, every row of length 1."""
