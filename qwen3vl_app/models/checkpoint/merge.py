"""An adapter into the weights of a loaded model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.adapter_file import WEIGHTS, module_of

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.adapter_file import Adapter


def weight_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shapes of the weights of a checkpoint's modules, from the heads of its files."""
    shapes = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118  # not a mapping
                if name.endswith(".weight"):
                    shape = tuple(tensors.get_slice(name).get_shape())
                    shapes[module_of(name.removesuffix(".weight"))] = shape
    return shapes


@torch.no_grad()
def merge(model: Any, adapter: Adapter) -> None:  # noqa: ANN401  # a model of transformers
    """Add the adapter to the weights of a ``Qwen3VLModel``, in float32 whatever their dtype.

    W + scale · B · A, one weight after another: takes the memory of the largest twice more.

    Raises:
        ModelLoadError: A module is not there, or a weight would not be finite.
    """
    with safe_open(adapter.folder / WEIGHTS, "pt") as tensors:
        for name, factor in adapter.factors.items():
            try:
                weight = model.get_submodule(name).weight
            except AttributeError as error:
                raise _refused(adapter, name) from error
            down = tensors.get_tensor(factor.down).to(weight.device, torch.float32)  # (r, I)
            up = tensors.get_tensor(factor.up).to(weight.device, torch.float32)  # (O, r)
            merged = weight.to(torch.float32) + factor.scale * (up @ down)  # (O, I)
            if not torch.isfinite(merged).all():
                raise _refused(adapter, name)
            weight.copy_(merged)


def _refused(adapter: Adapter, module: str) -> ModelLoadError:
    return ModelLoadError(Message.of("adapter.unusable", path=str(adapter.folder), value=module))
