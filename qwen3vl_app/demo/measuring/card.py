# ruff: noqa: E501 - a Markdown text
"""The model card: what was trained, on what, for how long, and what it can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from safetensors import safe_open

from qwen3vl_app.demo.measuring.measures import Measure, table
from qwen3vl_app.demo.training.network import COMPARING_LAYERS, TEXT_LAYERS
from qwen3vl_app.demo.world.names import LANGUAGES, load_things
from qwen3vl_app.demo.world.sizes import BUDGET


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card states beside the measures."""

    day: str
    seed: int
    trained: str
    embedder: str
    reranker: str

    @classmethod
    def of(cls, target: Path, seed: int, trained: str) -> Facts:
        """Facts about the pair below `target`, today."""
        return cls(
            datetime.now(UTC).date().isoformat(),
            seed,
            trained,
            *(size_of(target / name / "model.safetensors") for name in ("embedder", "reranker")),
        )


def size_of(weights: Path) -> str:
    """How large a checkpoint is."""
    with safe_open(weights, "pt") as tensors:
        count = sum(tensors.get_tensor(name).numel() for name in tensors.keys())  # noqa: SIM118
    return f"{count / 1e6:.1f} million ({weights.stat().st_size / 1e6:.0f} MB in float16)"


CARD = """# The bundled demo checkpoints

Two small checkpoints of the real Qwen3-VL architecture (`Qwen3VLForConditionalGeneration`), trained
from random numbers by `python -m qwen3vl_app.demo build`. They let the program be tried without a
download. They know a small drawn world and nothing else.

| | |
| --- | --- |
| parameters | embedder {embedder}, reranker {reranker} |
| shape | {layers} |
| knows | {things} things of Noto Color Emoji, 6 shapes × 11 colours × 1–4, 5 kinds of charts, 6 motions |
| languages | {languages} (names from Unicode CLDR; sentences mostly English) |
| sees | pictures of at most {picture} tokens (about 190 × 190 pixels), clips of at most {frames} frames |
| trained | {trained} |
| measured | {day}, seed {seed}, drawings never seen in training |

The weights come from several runs while the recipe was adjusted: of the embedder, 46 minutes on an
earlier world of 389 things, 106 on this one, 70 of mostly reading and 144 of everything, the last 70
of these with more pictures of things and less reading than `build` mixes; of the reranker, 76 minutes
on one core, 8 minutes on an H100 and 3 on an H200, 22 minutes on one core with strays, and at last
12 minutes on an H200 (1,198 steps of 384 documents) with more headings, of made-up words, and more
queries that name two things.
One run of `build` follows the same recipes and will not give the same digits.

## Measured

Shares of 1, through the program's own embedder and reranker. “First” and “among five” are recall@1
and recall@5 among all documents of that line; nDCG@10 has one relevant document for each query, and
the reranker sees the first forty of recall. “Rerank − recall” below 0: the second stage makes this
kind of question worse. The calibration error is over all these candidates, in ten bins.
“Never trained” are the tenth of the pairs and keywords that training never shows, “never drawn” the
tenth of the heading words that stand on no page of training.

{table}
## What was tried

* Prototypes: one learned vector per thing, colour, shape, count, chart and motion, which both towers
  have to find. Without them nothing was learned in the first hour.
* Muon for the matrices, AdamW for the rest; bfloat16 products; attention in float32.
* Names as text alone, 160 beside every batch of 72 drawings: with twelve languages there are 30,000 of
  them. Names in other languages went from 0.15 to 0.45 in 400 steps; without, they had stood still.
* Headings: letters and pairs of letters as targets of the whole vector taught nothing in 1,200 steps,
  and the letters under each vision token taught where letters are rather than which. What worked is
  reading in steps: first pages full of words, on which every patch of the vision tower has to tell its
  letter (850 steps, 31 minutes, loss 2.8 to 0.8), then words alone and titled pages, whose letters the
  token behind the picture has to gather. Pages were found by their heading in 0.03, 0.42 and 0.81 of
  cases before, after 400 and after 1,200 steps of the second kind, words never drawn in 0.04, 0.34 and
  0.51 (100 pages each, a drawing seed of its own).
* Relations: with nothing but yes or no to learn from, the reranker stayed at chance on them and weak on
  things. Asking its layers in turn which thing a token shows, what the query names, which tokens show
  it, and what relation is claimed and is so (`demo/training/grounding.py`), it overtook recall, but left and
  right of the same two things were still told apart by chance: rotary positions tell distances, and
  the best linear guess from its vision tokens explained nothing of where across they lie. With every
  token asked for its place and the end of the prompt for the places of what is named
  (`demo/training/places.py`), swapped sides went from 0.57 to 0.97 in 400 steps.
* An earlier reranker, which began as an older embedder and was trained for 197 minutes on one core, helped
  with relations and with nothing else: against recall it lost 0.25 nDCG@10 on names in other languages,
  0.72 on headings, 0.55 on charts. It saw lists of six candidates, all of them nearly right.
* A reranker that begins as the final embedder, with three text layers on top (9.7 million parameters).
  Without any training, the token behind the query tells 0.82 of 150 queries apart by its likeness to
  the embedder's vectors, and 0.95 of 400 after one linear map (ridge regression, 3,000 queries); for
  that it begins as the token at which the embedder's vector is read. As projections of the new layers
  such maps choose the right one of six look-alikes in 0.46 to 0.75 of cases (three batches; recall
  0.91 to 1.00, chance 0.17). The embedder's similarities stay a floor: until the end the reranker has to
  tell the embedder's vectors of query and document. After 1,328 steps of 24 documents on one core it
  had lost least on names (-0.06) and headings (-0.23, -0.06), and told sides by chance.
* The same on a GPU, where a batch of 60 to 192 documents costs what one of 24 does on a core: each query
  with ten candidates, six nearly right and four of other families, three kinds of batches to a step, the
  vision tower learning as well (the document is looked at once for all its queries, so that it costs
  little), and the targets on the way counting less and less, a fifth at last. 1,379 steps, 11 minutes:
  every line of the table but three (French names, names of two things,
  headings never drawn) at or above recall, the loss of lists still falling.
* Strays. The table asks pictures of pictures and notes of notes; a library holds all of them at once. On the
  samples the reranker of that table put a clip of a bus before the picture of a bus left of a car, and
  notes before clips when asked by a clip. So every document of a batch is asked for four further things
  of any kind, two of them about what it shows; clips ask for clips, pictures and notes; and beside pairs
  asked for by a picture and a name stand pictures of one of the two. After 237 steps of 36 documents (22
  minutes on one core) all twelve guided queries have a right answer first; eight had before. Lines of
  the table moved by 0.08 at most, headings and charts down, as they are a smaller share of so short a run.
* Fusing what lies between the products of a layer (`torch.compile`): 140 instead of 250 ms of processor
  time a layer, forward and backward, for 6,700 tokens; most of a step was reading and writing states.
* Motion: the same targets behind each pair of frames (where the thing is, then how it came there from
  the pair before) took the motion of one and the same thing from chance to the number above.
* Batches of one form (only shapes, only neighbouring things, only words), so that all others of the
  batch are hard negatives.
* Keywords as text alone, each against one drawing of every thing, with the shipped vectors of captions, notes and
  pictures to be kept (153 steps of 384 keywords, 5 minutes on one core): two thirds of the way from the shipped
  weights to those, trained keywords are found first in 0.454 instead of 0.310 of cases and names as before, but
  headings never drawn in 0.770 instead of 0.850, the motion of one thing in 0.860 instead of 0.890, and keywords
  never trained no better (0.144). It is not in what is shipped.
* Two processes of one thread each, gradients averaged, instead of one of two threads: 1.4 times the
  drawings an hour on two busy cores. It is not part of `build`.

## Limits

* Photographs, handwriting and small print mean nothing to them. They read one or two large words of
  at most ten Latin letters each, in one bold type face; the headings of the sample PDFs are set in
  another, and only the reranker has seen it.
* A thing that is not in the emoji font is confused with whatever looks or sounds alike.
* Sentences are understood by the names in them. Negation, numbers above four and reasoning are not.
* 0.50 is chance in the lines “true before wrong”. Counts among wrong counts cannot gain the 0.20 that is
  their goal: recall has 0.94 of them. They were measured again by themselves, with a colour and shape for each
  question: before, what was wrong for one was right for another, and both stages seemed to have 0.74.
* What a collection lacks is told by colour, shape and count, hardly by a plain name: with 14 names of which
  the samples show nothing, 13 times one of 248 items was given a relevance above one half.
* Relevance is calibrated on drawings of this world; elsewhere it is a number without meaning.
"""


def write_card(path: Path, facts: Facts, lines: Sequence[Measure]) -> None:
    """Write the card in Markdown."""
    path.write_text(
        CARD.format(
            embedder=facts.embedder,
            reranker=facts.reranker,
            layers=f"{TEXT_LAYERS} text layers, the reranker {COMPARING_LAYERS} more, and 4 vision layers of width 192; 12,288 tokens, Matryoshka at 64 and 128",
            things=len(load_things()),
            languages=", ".join(LANGUAGES),
            picture=BUDGET.max_picture_tokens,
            frames=BUDGET.max_frames,
            trained=facts.trained,
            day=facts.day,
            seed=facts.seed,
            table=table(lines),
        ),
        encoding="utf-8",
    )
