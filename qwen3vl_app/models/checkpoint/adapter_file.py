"""A LoRA adapter as PEFT writes it, read and held to what can be merged. Loads no model.

A folder with ``adapter_config.json`` and ``adapter_model.safetensors``. Source of the fields:
``peft/tuners/lora/config.py`` of PEFT 0.17.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from safetensors import SafetensorError, safe_open

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

UNMERGEABLE = (
    *("use_dora", "modules_to_save", "lora_bias", "fan_in_fan_out", "layer_replication"),
    *("target_parameters", "trainable_token_indices", "use_qalora", "alora_invocation_tokens"),
)
"""Settings of PEFT that add something else than a product of two matrices."""

MOVED = ("pissa", "olora", "corda", "loftq")
"""Ways of beginning that change the checkpoint's own weights, on which the adapter then relies."""

PUBLISHED = frozenset(
    f"Qwen3-VL-{kind}-{size}" for kind in ("Embedding", "Reranker") for size in ("2B", "8B")
)
"""Checkpoints of which a pair may have the same shapes and other weights."""

_SIGNS = frozenset("^$*+?{}[]()|\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What is added to one weight W (O, I): ``scale`` x B (O, r) times A (r, I)."""

    down: str
    """Name of A in the file."""

    up: str
    """Name of B."""

    inner: int
    """I."""

    outer: int
    """O."""

    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What is to be added to which weights."""

    folder: Path
    base: str
    """Name of the checkpoint that it was made for; may be empty."""

    factors: dict[str, Factor]
    """By module of the base model, such as ``language_model.layers.0.self_attn.q_proj``."""

    def check(self, name: str, shapes: dict[str, tuple[int, ...]]) -> None:
        """Hold it to the checkpoint that it is to be merged into.

        Args:
            name: Of the checkpoint.
            shapes: Of its weights, by module.

        Raises:
            ModelLoadError: It was made for another one.
        """
        made_for = self.base.rstrip("/").rpartition("/")[2]
        if made_for != name and {made_for, name} <= PUBLISHED:
            raise self._other(name, made_for)
        for module, factor in self.factors.items():
            is_inside = module.startswith(("language_model.", "visual."))  # not an output layer
            if not is_inside or shapes.get(module) != (factor.outer, factor.inner):
                raise self._other(name, made_for or "?", module)

    def _other(self, name: str, base: str, module: str = "") -> ModelLoadError:
        why = Message.of("adapter.module", module=module) if module else Message()
        return ModelLoadError(
            Message.of("adapter.other", path=str(self.folder), base=base, name=name, why=why)
        )


def read_adapter(folder: Path) -> Adapter:
    """The adapter in a folder; its weights are not read, but for their shapes.

    Raises:
        ModelLoadError: It is none, is damaged, or needs more than merging.
    """
    config = _config(folder)
    shapes = _shapes(folder / WEIGHTS)
    pairs: dict[str, dict[str, str]] = {}
    for name in shapes:
        module, side = _place(folder, name)
        if pairs.setdefault(module, {}).setdefault(side, name) != name:
            raise _unusable(folder, f"{module} twice")
    factors = {}
    for module, pair in pairs.items():
        if len(pair) != 2:
            raise _unusable(folder, f"lora_A without lora_B: {module}")
        down, up = shapes[pair["lora_A"]], shapes[pair["lora_B"]]
        if len(down) != 2 or len(up) != 2 or down[0] != up[1] or not down[0]:
            raise _unusable(folder, f"{module}: {down} x {up}")
        factors[module] = Factor(
            down=pair["lora_A"],
            up=pair["lora_B"],
            inner=down[1],
            outer=up[0],
            scale=_scale(folder, config, module, down[0]),
        )
    _check_targets(folder, config, factors)
    return Adapter(
        folder=folder, base=str(config.get("base_model_name_or_path") or ""), factors=factors
    )


def adapter_hash(folder: Path) -> bytes:
    """Of all that changes what it does; reads the whole file, 0.1 s for 100 MB."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update((folder / CONFIG).read_bytes())
    with (folder / WEIGHTS).open("rb") as stream:
        while piece := stream.read(2**20):
            digest.update(piece)
    return digest.digest()


def module_of(name: str) -> str:
    """The name of a module, whatever a version or a class calls it.

    PEFT puts ``base_model.model.`` before the names of the model that it wraps, which begin with
    ``model.`` where that has an output layer; before transformers 4.52 the language model of such
    a model had no name of its own.
    """
    name = name.removeprefix("base_model.model.").removeprefix("model.")
    name = name.replace("language_model.model.", "language_model.", 1)
    if name.startswith(("layers.", "embed_tokens", "norm")):
        name = f"language_model.{name}"
    return name


def _place(folder: Path, name: str) -> tuple[str, str]:
    """Module and side, ``lora_A`` or ``lora_B``, of a tensor."""
    for side in ("lora_A", "lora_B"):
        module, found, rest = name.partition(f".{side}.")
        if found and rest.rpartition(".")[2] == "weight" and rest.count(".") < 2:
            return module_of(module), side
    raise _unusable(folder, name)


def _config(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG
    try:
        config = orjson.loads(file.read_bytes())
        kind = config.get("peft_type")
    except FileNotFoundError:
        raise ModelLoadError(Message.of("adapter.none", path=str(folder), name=CONFIG)) from None
    except (OSError, orjson.JSONDecodeError, AttributeError) as error:
        raise ModelLoadError(Message.of("load.unread", path=str(file), said=str(error))) from error
    if kind != "LORA":
        raise _unusable(folder, f"peft_type {kind}")
    for setting in UNMERGEABLE:
        if config.get(setting):
            raise _unusable(folder, setting)
    if config.get("bias") not in (None, "none"):
        raise _unusable(folder, f"bias {config['bias']}")
    begun = config.get("init_lora_weights")
    if isinstance(begun, str) and begun.lower().startswith(MOVED):
        raise _unusable(folder, f"init_lora_weights {begun}")
    return dict(config)


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    try:
        with safe_open(file, "pt") as tensors:
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118  # not a mapping
    except FileNotFoundError:
        raise ModelLoadError(
            Message.of("adapter.none", path=str(file.parent), name=WEIGHTS)
        ) from None
    except (OSError, SafetensorError) as error:
        raise ModelLoadError(Message.of("load.unread", path=str(file), said=str(error))) from error


def _scale(folder: Path, config: dict[str, Any], module: str, rank: int) -> float:
    """Alpha / r, or alpha / sqrt(r) where it is rank-stabilised; r is that of the matrices."""
    alpha = _patterned(folder, config, "alpha_pattern", module, config.get("lora_alpha", 8))
    wanted = _patterned(folder, config, "rank_pattern", module, config.get("r", rank))
    if wanted != rank:
        raise _unusable(folder, f"{module}: r {wanted}, {rank}")
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _patterned(
    folder: Path, config: dict[str, Any], setting: str, module: str, default: object
) -> float:
    """The first pattern that a module's name ends with, as PEFT looks for it.

    PEFT takes regular expressions. What it writes itself are names, and an expression from a
    stranger could keep this program busy for ever, so others are refused.
    """
    value = default
    patterns = config.get(setting) or {}
    if not isinstance(patterns, dict):
        raise _unusable(folder, setting)
    for pattern, given in patterns.items():
        plain = str(pattern).removeprefix("^").removesuffix("$").removeprefix(".*")
        plain = plain.replace("\\.", ".").removeprefix(".")
        if _SIGNS.intersection(plain):
            raise _unusable(folder, f"{setting} {pattern}")
        if f".{module}".endswith((f".{plain}", f".{module_of(plain)}")):
            value = given
            break
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _unusable(folder, setting)
    return value


def _check_targets(folder: Path, config: dict[str, Any], factors: dict[str, Factor]) -> None:
    """Every module that it names must be there, and no other; an expression names any."""
    if not factors:
        raise _unusable(folder, "lora_A, lora_B")
    targets = config.get("target_modules")
    if not isinstance(targets, list):
        return
    ends = {str(target): (f".{target}", f".{module_of(str(target))}") for target in targets}
    for module in factors:
        if not any(f".{module}".endswith(end) for end in ends.values()):
            raise _unusable(folder, f"{module} (target_modules)")
    for target, end in ends.items():
        if not any(f".{module}".endswith(end) for module in factors):
            raise _unusable(folder, f"target_modules {target}")


def _unusable(folder: Path, what: str) -> ModelLoadError:
    return ModelLoadError(Message.of("adapter.unusable", path=str(folder), value=what))
