"""What all measurements share: fresh inputs, ranks, lines of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from qwen3vl_app.budget import Budget
from qwen3vl_app.demo.world.clips import draw_clip
from qwen3vl_app.demo.world.render import draw
from qwen3vl_app.demo.world.scenes import Scene
from qwen3vl_app.types import Clip, ModelInput, Picture, Vectors

CANVASES = ((640, 480), (800, 800), (600, 800), (960, 540))
"""Sizes that pictures have before the program brings them to the budget."""

Step = Callable[[str], None]
"""Called with a line before each part."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report: what, over how many cases, and the share (0 to 1)."""

    group: str
    name: str
    cases: int
    share: float


def picture(rng: Random, scene: Scene) -> ModelInput:
    """A fresh drawing of the scene, at the size of a real file."""
    page = scene.kind in ("page", "chart", "titled")
    size = (595, 842) if page else rng.choice(CANVASES)
    return ModelInput(pictures=(Picture(draw(rng, scene, size)),))


def clip(rng: Random, scene: Scene, budget: Budget) -> ModelInput:
    """A fresh clip of the scene, its frames as the program would take them from a file."""
    seconds = rng.uniform(2.0, 6.0)
    count = min(budget.max_frames, int(seconds * budget.fps) // 2 * 2)
    times = tuple(seconds * index / max(1, count - 1) for index in range(count))
    frames = draw_clip(rng, scene, count, (640, 480))
    return ModelInput(clips=(Clip(frames=tuple(frames), seconds=times),))


def shown(rng: Random, scene: Scene, budget: Budget) -> ModelInput:
    """The scene as a picture, or as a clip if it is one."""
    return clip(rng, scene, budget) if scene.kind == "clip" else picture(rng, scene)


def text(words: str) -> ModelInput:
    """Words as an input."""
    return ModelInput(texts=(words,))


def ranks(queries: Vectors, documents: Vectors) -> np.ndarray:
    """(N,) rank of document i for query i, the best 0; ties count against it."""
    similarity = queries @ documents.T
    own = similarity.diagonal()[:, None]
    return np.asarray((similarity >= own).sum(1) - 1)


def recall_lines(group: str, name: str, places: np.ndarray) -> list[Measure]:
    """Recall at 1 and at 5."""
    return [
        Measure(group, f"{name}, first", len(places), float((places == 0).mean())),
        Measure(group, f"{name}, among five", len(places), float((places < 5).mean())),
    ]


def cut(vectors: Vectors, dimensions: int) -> Vectors:
    """Leading dimensions, renormalised."""
    part = vectors[:, :dimensions]
    shortened: Vectors = part / np.linalg.norm(part, axis=1, keepdims=True)
    return shortened


BETTER = "rerank − recall"
"""How a line ends that says what the second stage changes."""

HELPED = ("relations", "relations, pairs never trained", "counts among wrong counts")
"""Kinds of questions that the second stage is there for."""

GOALS = {
    ("name → picture", "en, first"): 0.93,
    ("name → picture", "en, among five"): 0.99,
    ("name → picture", "mean of the other languages, first"): 0.85,
    ("name → picture", "mean of the other languages, among five"): 0.96,
    ("picture → picture", "same thing, first"): 0.90,
    ("words → picture", "colour, shape, count, first"): 0.95,
    ("words → page", "heading, first"): 0.80,
    ("words → page", "heading never drawn, first"): 0.50,
    ("words → clip", "motion, among five of one thing"): 0.80,
    ("first of all", "names in English, rerank"): 0.95,
    ("first of all", "names in other languages, rerank"): 0.95,
    ("calibration error", "all candidates"): 0.05,
    **{("nDCG@10", f"{name}, {BETTER}"): 0.20 for name in HELPED},
}
"""(group, name) of a line -> what the checkpoints should reach."""

POINTING = "evidence on the thing asked for"

GROUP_GOALS = {"true before wrong": 0.97, "relevance over 0.5": 0.97, POINTING: 0.90}
"""The same for whole groups."""


READ_WORDS = "words in pictures"
WORDS_GOALS = {"clean": 0.95, "worn": 0.85}
"""What share of the words is to be read, by the state of a picture, which ends its line."""


def goal_of(line: Measure) -> str:
    """What the line should reach, with "≤" where less is better; empty where there is no goal."""
    if line.group == "relevance over 0.5" and line.name.startswith("unrelated"):
        return "≤ 0.02"
    goal = GOALS.get((line.group, line.name), GROUP_GOALS.get(line.group))
    if line.group == READ_WORDS:
        goal = WORDS_GOALS.get(line.name.rpartition(", ")[2])
    if goal is None and line.name.endswith(BETTER):
        goal = 0.0  # the second stage must never make results worse
    if goal is None:
        return ""
    return f"≤ {goal:.2f}" if line.group == "calibration error" else f"{goal:.2f}"


def table(lines: Sequence[Measure]) -> str:
    """The measures as a Markdown table, with the goals where there are any.

    Three digits: with two, 0.986 would look as if it met 0.99.
    """
    head = "| what | of | cases | share | goal |\n| --- | --- | ---: | ---: | ---: |\n"
    rows = []
    for line in lines:
        cells = (line.group, line.name, str(line.cases), f"{line.share:.3f}", goal_of(line))
        rows.append(f"| {' | '.join(cells)} |")
    return head + "\n".join(rows) + "\n"
