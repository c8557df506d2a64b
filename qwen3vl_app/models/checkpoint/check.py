"""Whether a folder is a checkpoint that this program runs, before anything of it is loaded.

Looks at names and small files only, and needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import orjson

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.cards import front_matter
from qwen3vl_app.models.checkpoint.resolve import Checkpoint, Role

MODEL_TYPE = "qwen3_vl"

TEXT_ALONE = frozenset({"qwen3", "qwen3_moe", "qwen3_vl_text", "qwen2"})
"""Types of that family without eyes: Qwen3-Embedding and Qwen3-Reranker are of the first."""

PACKED = ("quantization_config", "compression_config", "quantization")
"""Where ``config.json`` says that weights are quantized: transformers, llm-compressor, MLX."""

FORMATS = {".gguf": "GGUF", ".onnx": "ONNX", ".xml": "OpenVINO", ".mlmodel": "Core ML"}
"""Weights of other programs, by the ends of their names."""

PICKLED = frozenset({".bin", ".pt", ".pth", ".ckpt"})


def check_checkpoint(checkpoint: Checkpoint, role: Role) -> None:
    """Refuse what cannot be used as ``role``.

    Raises:
        ModelLoadError: The folder is no checkpoint of ours, or one that says of itself that it is
            the other of the two models: its scores would be noise, its vectors, too, and nobody
            would see it but by bad results.
    """
    folder = checkpoint.folder
    check_folder(folder)
    # an adapter is named behind its model, and may be called anything
    found = role_of(folder, checkpoint.name.partition(" + ")[0])
    if found not in (None, role):
        code = "load.is_embedder" if found is Role.EMBEDDER else "load.is_reranker"
        raise ModelLoadError(Message(code, {"path": str(folder), "model": role.repository("2b")}))


def check_folder(folder: Path) -> None:
    """Refuse what is not a Qwen3-VL checkpoint in safetensors.

    Raises:
        ModelLoadError: Says what was found instead, and what to do.
    """
    config = _config(folder)
    for name in PACKED:
        packed = config.get(name)
        if packed:
            named = packed.get("quant_method") if isinstance(packed, dict) else packed
            way = str(named or "quantized")[:40].upper()
            raise ModelLoadError(Message.of("load.packed", path=str(folder), value=way))
    found = str(config.get("model_type"))
    if found in TEXT_ALONE:
        raise ModelLoadError(Message.of("load.text_alone", path=str(folder), value=found))
    if found != MODEL_TYPE:
        raise ModelLoadError(
            Message.of("load.type", path=str(folder), value=found, known=MODEL_TYPE)
        )
    for file in weight_files(folder):
        if not file.is_file():  # a link that leads nowhere, or a part that was not copied
            raise ModelLoadError(Message.of("load.no_file", path=str(file)))
    if not any(folder.glob("*.safetensors")):
        _refuse_formats(folder)
        others = sorted(p.name for p in folder.iterdir() if p.suffix in PICKLED)
        if not others:
            raise ModelLoadError(Message.of("load.no_weights", path=str(folder)))
        raise ModelLoadError(Message.of("load.unsafe", path=str(folder), name=str(others[0])))


def weight_files(folder: Path) -> list[Path]:
    """Files of weights that there are, and those that the index of a checkpoint in parts names."""
    index = (_small_json(folder / "model.safetensors.index.json") or {}).get("weight_map")
    named = {PurePath(str(one)).name for one in index.values()} if isinstance(index, dict) else ()
    return sorted({*folder.glob("*.safetensors"), *(folder / one for one in named)})


def _config(folder: Path) -> Mapping[str, Any]:
    file = folder / "config.json"
    try:
        config = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        _refuse_adapter(folder)
        _refuse_formats(folder)
        raise ModelLoadError(Message.of("load.no_config", path=str(folder))) from None
    except (OSError, orjson.JSONDecodeError) as error:
        raise ModelLoadError(Message.of("load.unread", path=str(file), said=str(error))) from error
    if not isinstance(config, dict):
        raise ModelLoadError(Message.of("load.unread", path=str(file), said="no object"))
    return config


def _refuse_adapter(folder: Path) -> None:
    """A PEFT folder changes a model and is none."""
    known = _small_json(folder / "adapter_config.json")
    if known is not None:
        base = str(known.get("base_model_name_or_path") or Role.EMBEDDER.repository("2b"))
        option = "--reranker-adapter" if "rerank" in base.lower() else "--adapter"
        raise ModelLoadError(
            Message.of("load.adapter", path=str(folder), model=base, option=option)
        )


def _refuse_formats(folder: Path) -> None:
    """Weights for other programs are not for this one, whatever else is beside them."""
    for end, name in FORMATS.items():
        if any(one.suffix.lower() == end for one in folder.iterdir()):
            raise ModelLoadError(Message.of("load.packed", path=str(folder), value=name))


# ---------------------------------------------------------------- which of the two


def role_of(folder: Path, name: str = "") -> Role | None:
    """Which of the two models a checkpoint says it is; None where it says neither, or both.

    Believed, in this order: what sentence-transformers wrote beside the weights, the class in
    ``config.json`` where that has no output layer, the card's task and tags, and the name that the
    two families are published under, which tuned ones keep.

    Args:
        folder: Of the checkpoint.
        name: What it is called, such as ``org/name``, if not as its folder.
    """
    signs = (_by_modules(folder), _by_class(folder), _by_card(folder), _by_name(folder, name))
    return next((role for role in signs if role is not None), None)


def _by_modules(folder: Path) -> Role | None:
    kind = (_small_json(folder / "config_sentence_transformers.json") or {}).get("model_type")
    if kind in ("CrossEncoder", "SentenceTransformer"):
        return Role.RERANKER if kind == "CrossEncoder" else Role.EMBEDDER
    try:
        modules = orjson.loads((folder / "modules.json").read_bytes())
        types = [str(module["type"]) for module in modules]
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError):
        return None
    return Role.EMBEDDER if any(one.endswith(".Pooling") for one in types) else None


def _by_class(folder: Path) -> Role | None:
    """Classes without an output layer cannot answer "yes"; those with one say nothing."""
    written = (_small_json(folder / "config.json") or {}).get("architectures")
    classes = set(written) if isinstance(written, list) else set()
    return Role.EMBEDDER if classes & {"Qwen3VLModel", "Qwen3VLForEmbedding"} else None


def _by_card(folder: Path) -> Role | None:
    card = front_matter(folder)
    tags = card.get("tags")
    words = {str(card.get("pipeline_tag", "")), *(tags if isinstance(tags, list) else [])}
    ranks = bool(words & {"text-ranking", "reranker", "cross-encoder"})
    embeds = bool(words & {"sentence-similarity", "feature-extraction", "embedding"})
    return _if_one(ranks=ranks, embeds=embeds)


def _by_name(folder: Path, name: str) -> Role | None:
    place = folder.absolute()
    # of a cache of Hugging Face: models--org--name/snapshots/commit
    kept = place.parent.parent.name if place.parent.name == "snapshots" else ""
    names = f"{PurePath(name).name} {place.name} {kept}".lower()
    return _if_one(ranks="qwen3-vl-reranker" in names, embeds="qwen3-vl-embedding" in names)


def _if_one(*, ranks: bool, embeds: bool) -> Role | None:
    if ranks == embeds:
        return None
    return Role.RERANKER if ranks else Role.EMBEDDER


def _small_json(file: Path) -> dict[str, Any] | None:
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
