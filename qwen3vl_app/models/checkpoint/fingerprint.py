"""What makes vectors comparable, as one hash."""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from qwen3vl_app.models.checkpoint.adapter_file import adapter_hash
from qwen3vl_app.models.prompt.conversation import finish_sentence
from qwen3vl_app.types import DOCUMENT_INSTRUCTION

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget

PIPELINE = 1
"""Grows when prompts, resizing or pooling change so that vectors move by more than rounding."""

SMALL_FILES = ("config.json", "tokenizer.json", "chat_template.jinja", "chat_template.json")

SAMPLES = 64
SAMPLE_BYTES = 4096


def fingerprint(folder: Path, budget: Budget, dtype: str, adapter: Path | None = None) -> str:
    """Hash over checkpoint, instruction, budget, dtype and adapter, 32 hexadecimal digits.

    Weights count by size and by 64 samples of 4 KiB spread over each file, the first of them in
    its header: hashing 4 GB would take longer than loading them. Training, merging or converting
    a model changes nearly every tensor, so samples meet the change; a checkpoint edited by hand
    in a few tensors of which no sample is taken would pass as the same.

    Cost: milliseconds; up to 256 KiB are read per file of weights, and all of an adapter.
    """
    digest = hashlib.blake2b(digest_size=16)
    settings = (PIPELINE, finish_sentence(DOCUMENT_INSTRUCTION), astuple(budget), dtype)
    digest.update(repr(settings).encode())
    for name in SMALL_FILES:
        if (folder / name).is_file():
            digest.update(name.encode())
            digest.update((folder / name).read_bytes())
    for file in sorted(folder.glob("*.safetensors")):
        digest.update(f"{file.name} {file.stat().st_size}".encode())
        _sample(file, digest)
    if adapter is not None:
        digest.update(adapter_hash(adapter))
    return digest.hexdigest()


def _sample(file: Path, digest: hashlib.blake2b) -> None:
    size = file.stat().st_size
    step = max(SAMPLE_BYTES, size // SAMPLES)
    with file.open("rb") as stream:
        for start in range(0, size, step):
            stream.seek(start)
            digest.update(stream.read(SAMPLE_BYTES))
