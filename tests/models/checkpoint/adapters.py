"""LoRA adapters made by hand, as PEFT would write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import torch
from safetensors.torch import save_file

LANGUAGE = "model.language_model.layers.{}.self_attn.q_proj"
MLP = "model.language_model.layers.{}.mlp.down_proj"
VISUAL = "model.visual.blocks.0.attn.qkv"

SHAPES = {
    LANGUAGE.format(0): (128, 64),
    LANGUAGE.format(2): (128, 64),
    MLP.format(1): (64, 128),
    VISUAL: (144, 48),
}
"""(O, I) of weights of the parity checkpoint."""

PREFIX = "base_model.model."


def factors(rank: int = 4, ranks: dict[str, int] | None = None) -> dict[str, tuple[Any, Any]]:
    """A (r, I) and B (O, r) for each module, large enough to be seen in every vector."""
    chance = torch.Generator().manual_seed(7)
    made = {}
    for name, (outer, inner) in SHAPES.items():
        r = (ranks or {}).get(name, rank)
        down = torch.randn(r, inner, generator=chance) * 0.2
        up = torch.randn(outer, r, generator=chance) * 0.2
        made[name] = (down, up)
    return made


def write(
    folder: Path,
    made: dict[str, tuple[Any, Any]],
    *,
    prefix: str = PREFIX,
    name: str = "",
    **config: object,
) -> Path:
    """A folder with an adapter; ``config`` beside or instead of what is usual."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for module, (down, up) in made.items():
        tensors[f"{prefix}{module}.lora_A{name}.weight"] = down.contiguous()
        tensors[f"{prefix}{module}.lora_B{name}.weight"] = up.contiguous()
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    usual = {
        "peft_type": "LORA",
        "base_model_name_or_path": "checkpoint",
        "r": 4,
        "lora_alpha": 8,
        "bias": "none",
        "use_dora": False,
        "use_rslora": False,
        "modules_to_save": None,
        "rank_pattern": {},
        "alpha_pattern": {},
        "target_modules": ["q_proj", "down_proj", "qkv"],
        "init_lora_weights": True,
        "fan_in_fan_out": False,
    }
    (folder / "adapter_config.json").write_bytes(orjson.dumps(usual | config))
    return folder
