# ruff: noqa: E501 - a Markdown text
"""The model card: what was trained, on what, for how long, and what it can do."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from safetensors import safe_open

from qwen3vl_app.demo.measures import Measure, table
from qwen3vl_app.demo.names import LANGUAGES, load_things
from qwen3vl_app.demo.sizes import BUDGET


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card states beside the measures."""

    day: str
    seed: int
    hardware: str
    minutes: float | None
    parameters: int
    megabytes: float

    @classmethod
    def of(cls, target: Path, seed: int, minutes: float | None) -> Facts:
        """Facts about the pair below `target`, on this machine, today."""
        weights = target / "embedder" / "model.safetensors"
        with safe_open(weights, "pt") as tensors:
            count = sum(tensors.get_tensor(name).numel() for name in tensors.keys())  # noqa: SIM118
        return cls(
            datetime.now(UTC).date().isoformat(),
            seed,
            f"{os.cpu_count()} cores, {platform.machine()}, no GPU",
            minutes,
            count,
            weights.stat().st_size / 1e6,
        )


CARD = """# The bundled demo checkpoints

Two small checkpoints of the real Qwen3-VL architecture (`Qwen3VLForConditionalGeneration`), trained
from random numbers by `python -m qwen3vl_app.demo build`. They let the program be tried without a
download. They know a small drawn world and nothing else.

| | |
| --- | --- |
| parameters | {parameters:.1f} million each, {megabytes:.0f} MB in float16 |
| shape | {layers} |
| knows | {things} things of Noto Color Emoji, 6 shapes × 11 colours × 1–4, 5 kinds of charts, 6 motions |
| languages | {languages} (names from Unicode CLDR; sentences mostly English) |
| sees | pictures of at most {picture} tokens (about 143 × 143 pixels), clips of at most {frames} frames |
| trained | {minutes} on {hardware} |
| measured | {day}, seed {seed}, drawings never seen in training |

## Measured

Shares of 1, through the program's own embedder and reranker. “First” and “among five” are recall@1
and recall@5 among all documents of that line.

{table}
## Limits

* Photographs, handwriting and small print mean nothing to them. Pages are recognised by their
  illustration and layout; headings are not reliably read.
* A thing that is not in `qwen3vl_app/demo/names.py` is confused with whatever looks or sounds alike.
* Sentences are understood by the names in them. Negation, numbers above four and reasoning are not.
* Relations between two things (left, right, above, below) and the direction of motion are not
  learned by the reranker: 0.50 is chance in the lines above. It tells colours and things apart,
  counts fairly, and is unsure of shapes of the same colour and count. Where “by recall” stands above
  “reranked”, recall is the better stage of this pair.
* Relevance is calibrated on drawings of this world; elsewhere it is a number without meaning.
"""


def write_card(path: Path, facts: Facts, lines: Sequence[Measure]) -> None:
    """Write the card in Markdown."""
    minutes = "time not recorded" if facts.minutes is None else f"{facts.minutes:.0f} minutes"
    path.write_text(
        CARD.format(
            parameters=facts.parameters / 1e6,
            megabytes=facts.megabytes,
            layers="6 text and 4 vision layers of width 192, 8,192 tokens, Matryoshka at 64 and 128",
            things=len(load_things()),
            languages=", ".join(LANGUAGES),
            picture=BUDGET.max_picture_tokens,
            frames=BUDGET.max_frames,
            minutes=minutes,
            hardware=facts.hardware,
            day=facts.day,
            seed=facts.seed,
            table=table(lines),
        ),
        encoding="utf-8",
    )
