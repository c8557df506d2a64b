"""Rebuild everything in `assets/demo/`: train both checkpoints, export them, draw the samples."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from qwen3vl_app.demo.training.course import Course, Plan, Report
from qwen3vl_app.demo.training.embedding import Trainer
from qwen3vl_app.demo.training.export import export
from qwen3vl_app.demo.training.network import STEPS, Model, build_model
from qwen3vl_app.demo.training.reranking import RerankTrainer
from qwen3vl_app.demo.training.start import start_from
from qwen3vl_app.demo.training.tokenizer import append_end, train_tokenizer
from qwen3vl_app.demo.world.captions import corpus
from qwen3vl_app.demo.world.drawing import EMOJI_FONT
from qwen3vl_app.demo.world.names import CLDR_ANNOTATIONS, load_things
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

EMBEDDER_SHARE = 0.56
"""Of the training time where both are trained; the rest is the reranker's."""

LONG = 20
"""Minutes of training from which on compiling pays for itself."""


class Stage(StrEnum):
    """Which checkpoints a build trains."""

    BOTH = "both"
    EMBEDDER = "embedder"
    RERANKER = "reranker"


NEEDED = ((EMOJI_FONT, "fonts-noto-color-emoji"), (CLDR_ANNOTATIONS, "unicode-cldr-core"))


def check_sources() -> None:
    """Raise `UsageError` where the font or the names are not installed."""
    for path, package in NEEDED:
        if not path.exists():
            raise UsageError(Message.of("demo.no_package", path=str(path), name=package))


def load_tokenizer(plan: Plan) -> Tokenizer:
    """The tokenizer of this build, trained once and kept in the work folder."""
    file = plan.work / "tokenizer.json"
    if not file.exists():
        plan.work.mkdir(parents=True, exist_ok=True)
        train_tokenizer(corpus(load_things(plan.things))).save(str(file))
    return Tokenizer.from_file(str(file))


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one stage: where it is, and what it took."""

    folder: Path
    steps: int
    minutes: float

    def __str__(self) -> str:
        size = (self.folder / "model.safetensors").stat().st_size / 1e6
        return f"{self.folder}: {self.steps} steps, {self.minutes:.1f} minutes, {size:.0f} MB"


def finished(trainer: Course[Any], tokenizer: Tokenizer, folder: Path) -> Built:
    """Export what was trained."""
    export(trainer.model, tokenizer, folder)
    return Built(folder, trainer.step, trainer.spent / 60)


def build_embedder(plan: Plan, folder: Path, report: Report) -> Built:
    """Train the embedder for `plan.minutes` and export it; continues saved work."""
    tokenizer = append_end(load_tokenizer(plan))
    trainer = Trainer(plan, tokenizer)
    trainer.run(report)
    return finished(trainer, tokenizer, folder)


def trained_embedder(plan: Plan, tokenizer: Tokenizer) -> Model:
    """The embedder of the work folder or, where there is none, that of `plan.start`."""
    model, file = build_model(plan.seed), plan.work / "embedder.pt"
    if file.exists():
        model.load_state_dict(torch.load(file, weights_only=True)["model"])
    elif plan.start is not None:
        start_from(model, tokenizer, plan.start / "embedder")
    else:
        raise UsageError(Message.of("demo.no_embedder", path=str(file)))
    return model


def build_reranker(plan: Plan, folder: Path, report: Report) -> Built:
    """Train the reranker for `plan.minutes`, from the embedder, and export it, likewise."""
    tokenizer = load_tokenizer(plan)
    trainer = RerankTrainer(plan, tokenizer, trained_embedder(plan, tokenizer))
    trainer.run(report)
    return finished(trainer, tokenizer, folder)


def build_pair(
    plan: Plan, target: Path, reporter: Callable[[str], Report], stage: Stage = Stage.BOTH
) -> list[Built]:
    """What `stage` says below `target`; `reporter` is called with each checkpoint's name."""
    check_sources()
    if plan.device != "cpu" and stage is not Stage.RERANKER:
        raise UsageError(Message.of("demo.device", device=plan.device))
    plan.work.mkdir(parents=True, exist_ok=True)
    if plan.minutes >= LONG and shutil.which("c++"):
        STEPS.compile()
    built = []
    share = EMBEDDER_SHARE if stage is Stage.BOTH else 1.0
    if stage is not Stage.RERANKER:
        part = replace(plan, minutes=plan.minutes * share)
        built.append(build_embedder(part, target / "embedder", reporter("embedder")))
        share = 1 - share
    if stage is not Stage.EMBEDDER:
        part = replace(plan, minutes=plan.minutes * share)
        built.append(build_reranker(part, target / "reranker", reporter("reranker")))
    return built
