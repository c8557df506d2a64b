"""Models of the published shapes with random weights: as fast as the real ones, and no download.

Their answers mean nothing. The tokenizer is the bundled one, whose words have more tokens than
those of the real models, so works are made by their number of tokens. Sources of the shapes:
``config.json`` of Qwen/Qwen3-VL-Embedding-2B and -8B; ``tiny`` and ``0.5b`` are in between.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import torch
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLModel

from qwen3vl_app.budget import Budget
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import Loaded, place
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.models.vision.quicken import quicken
from qwen3vl_app.settings import DEMO_EMBEDDER, DEMO_RERANKER

VOCABULARY = 151_936


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of both towers. ``text`` and ``vision``: width, inner width, layers, heads."""

    text: tuple[int, int, int, int]
    key_heads: int
    head: int
    vision: tuple[int, int, int, int]
    deepstack: tuple[int, ...]


SHAPES = {
    "tiny": Shape(
        text=(512, 1536, 12, 8),
        key_heads=4,
        head=64,
        vision=(384, 1536, 8, 6),
        deepstack=(2, 4, 6),
    ),
    "0.5b": Shape(
        text=(1024, 3072, 24, 16),
        key_heads=8,
        head=64,
        vision=(768, 3072, 12, 12),
        deepstack=(3, 6, 9),
    ),
    "2b": Shape(
        text=(2048, 6144, 28, 16),
        key_heads=8,
        head=128,
        vision=(1024, 4096, 24, 16),
        deepstack=(5, 11, 17),
    ),
    "8b": Shape(
        text=(4096, 12288, 36, 32),
        key_heads=8,
        head=128,
        vision=(1152, 4304, 27, 16),
        deepstack=(8, 16, 24),
    ),
}


def random_embedder(shape: str, device: str) -> Loaded:
    """An embedder of a shape in ``SHAPES`` on ``device``, with the reference's budget."""
    return _random(Qwen3VLModel, shape, device, DEMO_EMBEDDER)


def random_reranker(shape: str, device: str) -> Loaded:
    """A reranker likewise, with its output layer."""
    return _random(Qwen3VLForConditionalGeneration, shape, device, DEMO_RERANKER)


def save_random(shape: str, device: str, folder: Path) -> None:
    """Write a checkpoint that both loaders take, tokenizer included; drawn on ``device``.

    4 GB for ``2b`` in bfloat16, in files of at most 2 GB.
    """
    _random(Qwen3VLForConditionalGeneration, shape, device, DEMO_RERANKER).model.save_pretrained(
        folder, max_shard_size="2GB"
    )
    for file in DEMO_RERANKER.iterdir():
        if file.name not in _OF_WEIGHTS:
            shutil.copyfile(file, folder / file.name)


_OF_WEIGHTS = frozenset({"config.json", "model.safetensors", "budget.json"})


def config_of(shape: Shape, ids: Mapping[str, Any]) -> Qwen3VLConfig:
    """The configuration of a shape with the control tokens of a tokenizer."""
    width, inner, layers, heads = shape.text
    seen_width, seen_inner, seen_layers, seen_heads = shape.vision
    quarter = shape.head // 8
    return Qwen3VLConfig(
        text_config={
            "hidden_size": width,
            "intermediate_size": inner,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": shape.key_heads,
            "head_dim": shape.head,
            "vocab_size": VOCABULARY,
            "max_position_embeddings": 32_768,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5e6,
                "mrope_interleaved": True,
                "mrope_section": [shape.head // 2 - 2 * (quarter + 2), quarter + 2, quarter + 2],
            },
        },
        vision_config={
            "hidden_size": seen_width,
            "intermediate_size": seen_inner,
            "depth": seen_layers,
            "num_heads": seen_heads,
            "out_hidden_size": width,
            "deepstack_visual_indexes": list(shape.deepstack),
        },
        tie_word_embeddings=True,
        **ids,
    )


def _random(kind: type[Any], shape: str, device: str, folder: Path) -> Loaded:
    placement = place(device, large=shape in {"2b", "8b"})
    known = orjson.loads((folder / "config.json").read_bytes())
    names = [f"{one}_token_id" for one in ("image", "video", "vision_start", "vision_end")]
    config = config_of(SHAPES[shape], {name: known[name] for name in names})
    config._attn_implementation = "sdpa"  # noqa: SLF001  what from_pretrained sets
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(placement.dtype)
    try:
        with torch.device(placement.device):
            model = kind(config)
    finally:
        torch.set_default_dtype(before)
    model = model.eval().requires_grad_(requires_grad=False)
    quicken(model.visual if kind is Qwen3VLModel else model.model.visual)
    return Loaded(
        checkpoint=Checkpoint(
            name=f"random {shape}", folder=folder, reason=Message.of("model.random")
        ),
        placement=placement,
        model=model,
        tokenizer=PromptTokenizer(folder),
        budget=Budget(),
    )
