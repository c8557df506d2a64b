"""A checkpoint folder into memory: device, dtype, weights, with reasons.

Weights are read from safetensors only, no code of a checkpoint runs, and nothing is fetched.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError, safe_open
from transformers import Qwen3VLForConditionalGeneration, Qwen3VLModel

from qwen3vl_app.budget import Budget, load_budget
from qwen3vl_app.errors import ModelLoadError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.adapter_file import Adapter, read_adapter
from qwen3vl_app.models.checkpoint.check import check_checkpoint
from qwen3vl_app.models.checkpoint.construction import GATE
from qwen3vl_app.models.checkpoint.fingerprint import fingerprint
from qwen3vl_app.models.checkpoint.footprint import (
    needed_memory,
    stored_width,
    total_memory,
    weights_of,
)
from qwen3vl_app.models.checkpoint.measuring import speed_here
from qwen3vl_app.models.checkpoint.merge import merge, weight_shapes
from qwen3vl_app.models.checkpoint.resolve import Checkpoint, Role
from qwen3vl_app.models.checkpoint.speed import is_large
from qwen3vl_app.models.checkpoint.widening import widen_as_needed
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.models.vision.quicken import quicken

log = logging.getLogger(__name__)

FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
"""Numbers that stand for themselves."""

ANSWERS = ("yes", "no")
"""Tokens by which a reranker answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a model runs, in what numbers, and why."""

    device: str
    dtype: torch.dtype
    reason: Message

    @property
    def detail(self) -> Message:
        """Device and dtype, and why."""
        dtype = str(self.dtype).removeprefix("torch.")
        if self.device == "cpu":
            return Message.of("device.cpu", dtype=dtype, why=self.reason)
        return Message.of("device.placed", device=self.device, dtype=dtype, why=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """A model in memory, ready for one thread."""

    checkpoint: Checkpoint
    placement: Placement
    model: Any
    """``Qwen3VLModel`` or ``Qwen3VLForConditionalGeneration``, in evaluation mode."""

    tokenizer: PromptTokenizer
    budget: Budget

    @property
    def memory_bytes(self) -> int:
        """What the weights take; those that two layers share count once."""
        return sum(one.numel() * one.element_size() for one in self.model.parameters())

    @property
    def towers(self) -> Any:  # noqa: ANN401
        """``Qwen3VLModel``: all but an output layer."""
        return self.model if isinstance(self.model, Qwen3VLModel) else self.model.model

    @property
    def fingerprint(self) -> str:
        """See ``checkpoint.fingerprint``."""
        found = self.checkpoint
        return fingerprint(found.folder, self.budget, str(self.placement.dtype), found.adapter)

    @property
    def detail(self) -> Message:
        """Device, dtype and why, and why this checkpoint, one line."""
        where, found = self.placement.detail, self.checkpoint.reason
        return Message.of("model.loaded", where=where, found=found)


def has_gpu(device: str = "auto") -> bool:
    """Whether ``device`` leads to a GPU."""
    return place(device).device != "cpu"


def place(device: str, *, large: bool = False) -> Placement:
    """Device and dtype for ``auto``, ``cuda``, ``mps`` or ``cpu``.

    On CPUs large models run in bfloat16 where hardware makes that faster, as was measured once on
    this computer; without it, bfloat16 is 6 to 51 times slower there. Small ones run in float32.

    Args:
        device: What was asked for.
        large: See ``speed.is_large``.

    Raises:
        UsageError: No such device, or this machine has none.
    """
    if device not in {"auto", "cpu", "cuda", "mps"}:
        raise UsageError(Message.of("load.device", value=str(device)))
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if (device == "cuda" and not cuda) or (device == "mps" and not mps):
        raise UsageError(Message.of("load.no_device", value=str(device)))
    if device == "cuda" or (device == "auto" and cuda):
        name = torch.cuda.get_device_name()
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Placement(device="cuda", dtype=torch.bfloat16, reason=Message.free(name))
        why = Message.of("model.no_bfloat16", name=name)
        return Placement(device="cuda", dtype=torch.float32, reason=why)
    if device == "mps" or (device == "auto" and mps):
        return Placement(device="mps", dtype=torch.bfloat16, reason=Message.free("Apple GPU"))
    why = Message.of("model.asked") if device == "cpu" else Message.of("model.no_gpu")
    if not large:
        return Placement(device="cpu", dtype=torch.float32, reason=why)
    speed = speed_here()
    if not speed.half_pays:
        slow = Message.of("model.no_half", why=why)
        return Placement(device="cpu", dtype=torch.float32, reason=slow)
    fast = Message.of("model.half", why=why, n=f"{speed.half / speed.single:.1f}")
    return Placement(device="cpu", dtype=torch.bfloat16, reason=fast)


def load_embedder(checkpoint: Checkpoint, device: str) -> Loaded:
    """An embedder, without the output layer that it does not need.

    Raises:
        ModelLoadError: The folder is damaged, of another kind, or too large.
        UsageError: The device is not there.
    """
    return _load(Qwen3VLModel, Role.EMBEDDER, checkpoint, device)


def load_reranker(checkpoint: Checkpoint, device: str, dtype: str = "") -> Loaded:
    """A reranker with its output layer, as for `load_embedder`; in ``dtype`` if one is given."""
    return _load(Qwen3VLForConditionalGeneration, Role.RERANKER, checkpoint, device, dtype)


def _load(
    kind: type[Any], role: Role, checkpoint: Checkpoint, device: str, dtype: str = ""
) -> Loaded:
    folder = checkpoint.folder
    adapter = check_loadable(checkpoint, role)
    check_numbers(folder)
    placement = place(device, large=is_large(folder))
    if dtype:
        placement = replace(placement, dtype=getattr(torch, dtype))
    narrow = _stays_narrow(folder, placement)
    tokenizer, budget = PromptTokenizer(folder), load_budget(folder)
    if role is Role.RERANKER:
        for answer in ANSWERS:  # before gigabytes are read
            if not tokenizer.has(answer):
                raise ModelLoadError(Message.of("load.no_answer", path=str(folder), value=answer))
    model = _read_weights(kind, folder, placement, "auto" if narrow else placement.dtype)
    tower = model.visual if isinstance(model, Qwen3VLModel) else model.model.visual
    if adapter is not None:
        merge(model if isinstance(model, Qwen3VLModel) else model.model, adapter)
    quicken(tower)
    if narrow:
        widen_as_needed(model if isinstance(model, Qwen3VLModel) else model.model)
        placement = replace(placement, reason=Message.of("model.narrow", why=placement.reason))
    loaded = Loaded(
        checkpoint=checkpoint,
        placement=placement,
        model=model,
        tokenizer=tokenizer,
        budget=budget,
    )
    log.info("%s on %s", checkpoint.name, loaded.detail)
    return loaded


def check_loadable(checkpoint: Checkpoint, role: Role) -> Adapter | None:
    """Refuse what cannot be loaded, as far as the heads of its files tell.

    Returns:
        The adapter that is to be merged into it, if any.

    Raises:
        ModelLoadError: Says what was found instead.
    """
    check_checkpoint(checkpoint, role)
    if checkpoint.adapter is None:
        return None
    adapter = read_adapter(checkpoint.adapter)
    try:
        shapes = weight_shapes(checkpoint.folder)
    except SafetensorError as error:
        damaged = str(_damaged(checkpoint.folder))
        raise ModelLoadError(Message.of("load.damaged", path=damaged, said=str(error))) from error
    adapter.check(checkpoint.name.partition(" + ")[0], shapes)
    return adapter


def check_numbers(folder: Path) -> None:
    """Refuse weights in numbers that are something only with scales that are elsewhere.

    Raises:
        ModelLoadError: They are whole numbers or of 8 bits; or a file is damaged.
    """
    for file in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(file, "pt") as tensors:
                for name in tensors.keys():  # noqa: SIM118  # not a mapping
                    kind = tensors.get_slice(name).get_dtype()
                    if name.endswith(".weight") and kind not in FLOATS:
                        raise ModelLoadError(
                            Message.of("load.numbers", path=str(folder), value=kind, name=name)
                        )
        except SafetensorError as error:
            raise ModelLoadError(
                Message.of("load.damaged", path=str(file), said=str(error))
            ) from error


SCARCE = 0.4
"""Of the machine's memory, the most that one of two models may take in float32."""


def _stays_narrow(folder: Path, placement: Placement) -> bool:
    """Whether weights are to stay as stored and be widened as needed, for want of memory.

    Raises:
        ModelLoadError: There is too little even so, with what is needed and what there is: better
            than the system ending processes.
    """
    width, running = stored_width(folder), placement.dtype.itemsize
    weights = weights_of(folder)
    needed = needed_memory(weights, width=width, running=running)
    on_gpu = placement.device == "cuda"
    total = torch.cuda.mem_get_info()[1] if on_gpu else total_memory()
    narrow = placement.device == "cpu" and width < running and needed > total * SCARCE
    if narrow:
        needed = needed_memory(weights, width=width, running=width)
    if needed > total:
        raise ModelLoadError(
            Message.of(
                "load.memory",
                name=str(folder.name),
                n=f"{needed / 2**30:.0f}",
                value=str(placement.device),
                all=f"{total / 2**30:.0f}",
            )
        )
    return narrow


def _quieten() -> None:
    """No progress bar and no table of unused tensors: gaps are reported as errors below."""
    logs: Any = transformers.utils.logging
    logs.disable_progress_bar()
    logs.set_verbosity_error()


def _read_weights(
    kind: type[Any], folder: Path, placement: Placement, dtype: torch.dtype | str
) -> Any:  # noqa: ANN401
    """The model on its device, with weights in ``dtype``, or as stored where that is ``auto``.

    Raises:
        ModelLoadError: Weights are missing or do not fit the configuration; transformers would
            fill the gaps with random numbers.
    """
    _quieten()
    try:
        model, report = _constructed_alone(kind).from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation="sdpa",
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # said below, with names
        )
        model.to(placement.device)
    except SafetensorError as error:
        raise ModelLoadError(
            Message.of("load.damaged", path=str(_damaged(folder)), said=str(error))
        ) from error
    except Exception as error:  # what config.json may hold raises errors of many kinds
        log.debug("loading %s failed", folder, exc_info=True)
        said = (str(error).strip().splitlines() or [type(error).__name__])[:2]
        first = " ".join(said if said[0].endswith(":") else said[:1])
        raise ModelLoadError(
            Message.of("load.failed", path=str(folder), said=str(first))
        ) from error
    _check_report(folder, report)
    model.__class__ = kind
    return model.eval().requires_grad_(requires_grad=False)


def _check_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Refuse weights that are not those that config.json describes: none is made up.

    Raises:
        ModelLoadError: Names the first that differs.
    """
    for name, found, wanted in sorted(report["mismatched_keys"]):
        raise ModelLoadError(
            Message.of(
                "load.shape",
                path=str(folder),
                name=str(name),
                found=" × ".join(map(str, found)),
                wanted=" × ".join(map(str, wanted)),
            )
        )
    gaps = sorted(report["missing_keys"])
    if gaps:
        raise ModelLoadError(
            Message.of("load.lacks", path=str(folder), n=str(len(gaps)), name=str(gaps[0]))
        )
    if more := sorted(name for name in report["unexpected_keys"] if _of_a_layer(name)):
        raise ModelLoadError(Message.of("load.more", path=str(folder), name=str(more[0])))


def _of_a_layer(name: str) -> bool:
    """Whether a tensor is of a layer of ours; heads and other towers may be left over."""
    return "language_model.layers." in name or "visual.blocks." in name


def _constructed_alone(kind: type[Any]) -> type[Any]:
    """The same class, whose models no pass runs beside while they are being constructed."""

    def get_init_context(cls: type[Any], *given: Any) -> list[Any]:  # noqa: ANN401
        return [GATE.constructing(), *kind.get_init_context.__func__(cls, *given)]

    return type(kind.__name__, (kind,), {"get_init_context": classmethod(get_init_context)})


def _damaged(folder: Path) -> Path:
    """The file of weights whose header does not fit it; the folder where each looks whole."""
    for file in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(file, "pt"):
                pass
        except SafetensorError:
            return file
    return folder
