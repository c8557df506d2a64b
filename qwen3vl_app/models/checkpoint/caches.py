"""Where checkpoints lie on this machine: the caches of the hubs, and what this program got."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from qwen3vl_app.settings import models_folder


def find_cached(repository: str) -> Path | None:
    """Folder of a complete copy of ``org/name``: got by this program, or in a hub's cache."""
    # Not snapshot_download(local_files_only=True): every start with ``auto`` comes through here,
    # importing huggingface_hub takes 0.15 s, and it does not know where ModelScope puts files.
    return next(filter(is_complete, cached_folders(repository)), None)


def is_complete(folder: Path) -> bool:
    """Whether configuration, tokenizer and every file of weights are there.

    A download that was interrupted leaves a snapshot folder with some of them missing.
    """
    needed = ["config.json", "tokenizer.json"]
    index = folder / "model.safetensors.index.json"
    try:
        if index.is_file():
            needed += set(orjson.loads(index.read_bytes())["weight_map"].values())
        elif not any(folder.glob("*.safetensors")):
            return False
    except (OSError, orjson.JSONDecodeError, KeyError, AttributeError):
        return False
    return all((folder / name).is_file() for name in needed)


def hub_folder(repository: str) -> str:
    """Name of what Hugging Face's cache has of a model."""
    return f"models--{repository.replace('/', '--')}"


def cached_folders(repository: str) -> Iterator[Path]:
    """Where a copy of ``org/name`` may lie, whether there is one or not, the best place first."""
    organisation, name = repository.split("/")
    yield models_folder() / organisation / name
    yield from snapshots(hugging_face_cache() / hub_folder(repository))
    for root in modelscope_caches():
        for written in (name, name.replace(".", "___")):
            yield root / "models" / organisation / written
            yield root / organisation / written
        yield from snapshots(root / hub_folder(repository))


def snapshots(folder: Path) -> Iterator[Path]:
    """Snapshot folders, the one that ``main`` points to first, then the newest."""
    every = folder / "snapshots"
    main = folder / "refs" / "main"
    if main.is_file():
        yield every / main.read_text(encoding="utf-8").strip()
    if every.is_dir():
        yield from sorted(every.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)


def hugging_face_cache() -> Path:
    """As in ``huggingface_hub.constants``, read anew so that a changed variable counts."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser()
    return hugging_face_home() / "hub"


def hugging_face_home() -> Path:
    """Where Hugging Face's programs keep what they have, and the token."""
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "huggingface"


def modelscope_caches() -> Iterator[Path]:
    """``MODELSCOPE_CACHE`` has meant the folder above ``hub`` and, earlier, ``hub`` itself."""
    root = Path(os.environ.get("MODELSCOPE_CACHE") or "~/.cache/modelscope").expanduser()
    yield from (root / "hub", root)
