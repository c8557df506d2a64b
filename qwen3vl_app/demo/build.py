"""Rebuild everything in `assets/demo/`: train both checkpoints, export them, draw the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from qwen3vl_app.demo.captions import corpus
from qwen3vl_app.demo.course import Course, Plan, Report
from qwen3vl_app.demo.drawing import EMOJI_FONT
from qwen3vl_app.demo.export import export
from qwen3vl_app.demo.names import CLDR_ANNOTATIONS, load_things
from qwen3vl_app.demo.network import build_model
from qwen3vl_app.demo.reranking import RerankTrainer
from qwen3vl_app.demo.tokenizer import append_end, train_tokenizer
from qwen3vl_app.demo.training import Trainer
from qwen3vl_app.errors import UsageError

EMBEDDER_SHARE = 0.56
"""Of the training time; the rest is the reranker's."""

NEEDED = ((EMOJI_FONT, "fonts-noto-color-emoji"), (CLDR_ANNOTATIONS, "unicode-cldr-core"))


def check_sources() -> None:
    """Raise `UsageError` where the font or the names are not installed."""
    for path, package in NEEDED:
        if not path.exists():
            raise UsageError(f"{path} is missing: install the Debian package {package}.")


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
    """Train the embedder for its share of `plan.minutes` and export it; continues saved work."""
    tokenizer = append_end(load_tokenizer(plan))
    trainer = Trainer(replace(plan, minutes=plan.minutes * EMBEDDER_SHARE), tokenizer)
    trainer.run(report)
    return finished(trainer, tokenizer, folder)


def build_reranker(plan: Plan, folder: Path, report: Report) -> Built:
    """Train the reranker from the embedder in the work folder and export it, likewise."""
    tokenizer = load_tokenizer(plan)
    model = build_model(plan.seed)
    embedder = plan.work / "embedder.pt"
    if not embedder.exists():
        raise UsageError(f"{embedder} is missing: build the embedder first.")
    model.load_state_dict(torch.load(embedder, weights_only=True)["model"])
    trainer = RerankTrainer(
        replace(plan, minutes=plan.minutes * (1 - EMBEDDER_SHARE)), tokenizer, model
    )
    trainer.run(report)
    return finished(trainer, tokenizer, folder)


def build_pair(plan: Plan, target: Path, reporter: Callable[[str], Report]) -> list[Built]:
    """Both checkpoints below `target`; `reporter` is called with each stage's name."""
    check_sources()
    plan.work.mkdir(parents=True, exist_ok=True)
    return [
        build_embedder(plan, target / "embedder", reporter("embedder")),
        build_reranker(plan, target / "reranker", reporter("reranker")),
    ]
