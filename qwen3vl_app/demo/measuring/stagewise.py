"""Does the second stage help? The same questions by recall alone, and reranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from qwen3vl_app.demo.measuring.measures import BETTER, Measure, Step
from qwen3vl_app.demo.measuring.trials import OTHERS, Trial, Trials
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.models.service.protocol import Embedder, Reranker
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, RERANK_INSTRUCTION

DEPTH = 40
"""Recall candidates that the reranker sees: as many as the program's own default."""

CUTOFF = 10
"""Places that nDCG looks at."""

BINS = 10
"""Equal parts of the range of relevance, for the calibration error."""


def gain(ranking: Sequence[int], wanted: int) -> float:
    """nDCG@10 of a ranking with one relevant document: 1 / log2(1 + its rank), or 0."""
    best = list(ranking[:CUTOFF])
    return float(1 / np.log2(2 + best.index(wanted))) if wanted in best else 0.0


def calibration_error(relevance: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error of (N,) relevance against whether it was right, in `BINS`."""
    bins = np.minimum((relevance * BINS).astype(int), BINS - 1)
    sums = np.bincount(bins, relevance - right, BINS)
    return float(np.abs(sums).sum() / len(relevance))


@dataclass(frozen=True, slots=True)
class Answer:
    """Both rankings of one question, as places of documents, and the relevance that ordered one.

    relevance: Of the documents in the order of `recalled`.
    """

    tongue: str
    wanted: int
    recalled: tuple[int, ...]
    reranked: tuple[int, ...]
    relevance: tuple[float, ...]


def lines_of(name: str, answers: Sequence[Answer]) -> list[Measure]:
    """nDCG@10 and first places of both stages, and the difference that the second makes."""
    lines: list[Measure] = []
    stages: dict[str, Callable[[Answer], tuple[int, ...]]] = {
        "recall": lambda answer: answer.recalled,
        "rerank": lambda answer: answer.reranked,
    }
    for stage, ranking in stages.items():
        share = float(np.mean([gain(ranking(each), each.wanted) for each in answers]))
        first = float(np.mean([ranking(each)[0] == each.wanted for each in answers]))
        lines += [
            Measure("nDCG@10", f"{name}, {stage}", len(answers), share),
            Measure("first of all", f"{name}, {stage}", len(answers), first),
        ]
    better = lines[2].share - lines[0].share
    return [*lines, Measure("nDCG@10", f"{name}, {BETTER}", len(answers), better)]


def language_lines(answers: Sequence[Answer]) -> Iterator[Measure]:
    """Plain names: English and the others at length, then what reranking changes in each."""
    for name, tongues in (("names in English", ("en",)), ("names in other languages", OTHERS)):
        yield from lines_of(name, [each for each in answers if each.tongue in tongues])
    for tongue in LANGUAGES:
        yield lines_of(f"names, {tongue}", [each for each in answers if each.tongue == tongue])[-1]


class StageEvaluation:
    """Recall and reranking side by side, among documents that are hard to tell apart."""

    def __init__(
        self,
        embedder: Embedder,
        reranker: Reranker,
        things: Sequence[Thing],
        seed: int,
        cases: int = 60,
    ) -> None:
        self.embedder = embedder
        self.reranker = reranker
        self.trials = Trials(Random(seed), things, reranker.budget, cases)

    def answers(self, trial: Trial) -> list[Answer]:
        """What both stages make of every question of the trial."""
        asking = [question.query for question in trial.questions]
        stored = self.embedder.embed(trial.documents, DOCUMENT_INSTRUCTION).vectors
        similarity = self.embedder.embed(asking, QUERY_INSTRUCTION).vectors @ stored.T
        recalled = similarity.argsort(1)[:, ::-1][:, :DEPTH]
        found = []
        for question, row in zip(trial.questions, recalled.tolist(), strict=True):
            candidates = [trial.documents[at] for at in row]
            judged = self.reranker.score(question.query, candidates, RERANK_INSTRUCTION).scores
            logits = np.array([score.logit if score else -np.inf for score in judged])
            order = (-logits).argsort(kind="stable")  # of equals, what recall had first stays so
            found.append(
                Answer(
                    question.tongue,
                    question.wanted,
                    tuple(row),
                    tuple(row[at] for at in order),
                    tuple(score.relevance if score else 0.0 for score in judged),
                )
            )
        return found

    def run(self, step: Step) -> list[Measure]:
        """Every kind of question, and how well relevance is calibrated over all of them."""
        lines: list[Measure] = []
        relevance: list[float] = []
        right: list[bool] = []
        for trial in self.trials.every():
            step(f"both stages: {trial.name}")
            answers = self.answers(trial)
            lines += (
                language_lines(answers) if trial.name == "names" else lines_of(trial.name, answers)
            )
            for each in answers:
                relevance += each.relevance
                right += [place == each.wanted for place in each.recalled]
        error = calibration_error(np.array(relevance), np.array(right, dtype=float))
        return [*lines, Measure("calibration error", "all candidates", len(right), error)]
