"""`python -m qwen3vl_app.demo build | evaluate | point | samples`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from qwen3vl_app.demo.build import Stage, build_pair, check_sources
from qwen3vl_app.demo.measuring.card import Facts, write_card
from qwen3vl_app.demo.measuring.evaluate import RecallEvaluation
from qwen3vl_app.demo.measuring.judging import RerankEvaluation
from qwen3vl_app.demo.measuring.measures import Measure, Step, table
from qwen3vl_app.demo.measuring.pointing import Pointing
from qwen3vl_app.demo.measuring.reading import read_print
from qwen3vl_app.demo.measuring.stagewise import StageEvaluation
from qwen3vl_app.demo.training.course import SIZE, Plan, Report
from qwen3vl_app.demo.world.names import load_things
from qwen3vl_app.demo.world.samples import write_samples
from qwen3vl_app.errors import AppError
from qwen3vl_app.media import ocr
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.settings import ASSETS

BUNDLED = ASSETS / "demo"
FRESH_SEED = 2_000_003
"""Far from the seeds of training, which start at 1,000,000 times the plan's seed."""

folder_option = click.option(
    "--target",
    type=click.Path(file_okay=False, path_type=Path),
    default=BUNDLED,
    show_default="the bundled folder",
    help="Folder of the checkpoints and the sample collection.",
)


@click.group(help=__doc__)
def main() -> None:
    """Rebuild and measure what is bundled."""


@main.command()
@click.option("--minutes", type=float, default=90.0, show_default=True, help="Of training.")
@click.option("--things", type=int, help="How many of the things to learn; all if not given.")
@click.option("--seed", type=int, default=7, show_default=True, help="Of weights and drawings.")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Where unfinished training is kept; a second run continues it.",
)
@click.option(
    "--start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Begin from the embedder in this folder instead of random numbers.",
)
@click.option(
    "--stage",
    type=click.Choice([stage.value for stage in Stage]),
    default=Stage.BOTH.value,
    show_default=True,
    help="What to train; the reranker alone begins with the embedder of --start or --work.",
)
@click.option(
    "--device", default="cpu", show_default=True, help="Where to train the reranker: cpu, cuda."
)
@click.option(
    "--drawers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that draw; a GPU wants ten.",
)
@click.option(
    "--size",
    type=click.IntRange(min=20),
    default=SIZE,
    show_default=True,
    help="Of a batch, in pictures of the embedder; a GPU wants 600.",
)
@click.option(
    "--parts",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Batches, each of another kind, in one step.",
)
@click.option("--shared", is_flag=True, help="Count processor time: others use this machine.")
@click.option("--samples/--no-samples", default=True, help="Draw the sample collection as well.")
@folder_option
def build(  # noqa: PLR0917 - one for each option
    minutes: float,
    things: int | None,
    seed: int,
    work: Path,
    start: Path | None,
    stage: str,
    device: str,
    drawers: int,
    size: int,
    parts: int,
    target: Path,
    *,
    shared: bool,
    samples: bool,
) -> None:
    """Train both checkpoints and draw the collection. Interrupted, it goes on when run again."""
    console = Console(stderr=True)
    plan = Plan(
        minutes=minutes,
        work=work,
        things=things,
        batch=size,
        parts=parts,
        drawers=drawers,
        device=device,
        seed=seed,
        start=start,
        shared=shared,
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[losses]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        built = build_pair(plan, target, lambda name: bar(progress, name), Stage(stage))
        if samples:
            write_samples(target / "samples")
    for each in built:
        console.print(str(each), soft_wrap=True)
    console.print("Measure them with “evaluate”.")


def bar(progress: Progress, stage: str) -> Report:
    """A progress bar for one stage."""
    task = progress.add_task(stage, total=1.0, losses="")

    def report(step: int, share: float, losses: dict[str, float]) -> None:
        words = ", ".join(f"{name} {value:.2f}" for name, value in losses.items())
        progress.update(task, completed=share, losses=f"step {step}: {words}")

    return report


@main.command()
@click.option("--seed", type=int, default=FRESH_SEED, show_default=True, help="Of the drawings.")
@click.option("--cases", type=int, default=60, show_default=True, help="Per reranker line.")
@click.option("--card", is_flag=True, help="Write the numbers into CARD.md.")
@click.option(
    "--trained",
    default="time not recorded",
    show_default=True,
    help="How long and on what, for the card.",
)
@click.option(
    "--reranker",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Measure this reranker behind the embedder, and nothing of recall alone.",
)
@folder_option
def evaluate(
    seed: int,
    cases: int,
    trained: str,
    reranker: Path | None,
    target: Path,
    *,
    card: bool,
) -> None:
    """Measure both checkpoints on fresh drawings, and how words are read in pictures.

    Some ten minutes on two cores, and six for the words.
    """
    check_sources()
    console = Console(stderr=True)

    def step(line: str) -> None:
        console.print(line, style="dim")

    embedder = Qwen3VLEmbedder(load_embedder(checkpoint(target / "embedder"), "cpu"))
    lines = [] if reranker else RecallEvaluation(embedder, load_things(), seed).run(step)
    judged = reranker or target / "reranker"
    if (judged / "config.json").exists():
        lines += reranked_lines(embedder, judged, seed, cases, step)
    if not reranker and ocr.is_installed():
        lines += read_print(load_things(), seed, step)
    sys.stdout.write(table(lines))
    if card:
        write_card(target / "CARD.md", Facts.of(target, seed, trained), lines)


def checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint in the folder."""
    return Checkpoint(
        name=folder.name, folder=folder, bundled=True, reason=Message.free("evaluation")
    )


def reranked_lines(
    embedder: Qwen3VLEmbedder, folder: Path, seed: int, cases: int, step: Step
) -> list[Measure]:
    """All measures of the reranker in the folder, behind the embedder."""
    reranker, things = Qwen3VLReranker(load_reranker(checkpoint(folder), "cpu")), load_things()
    return [
        *StageEvaluation(embedder, reranker, things, seed + 2, cases).run(step),
        *RerankEvaluation(reranker, things, seed + 1).run(step, cases),
        *Pointing(embedder, reranker, things, seed + 3).run(cases, step),
    ]


@main.command()
@click.option("--cases", type=int, default=100, show_default=True, help="Drawings of two things.")
@click.option("--seed", type=int, default=FRESH_SEED, show_default=True, help="Of the drawings.")
@folder_option
def point(cases: int, seed: int, target: Path) -> None:
    """Measure whether evidence lies on what was asked for; 100 cases take four minutes."""
    check_sources()
    embedder = Qwen3VLEmbedder(load_embedder(checkpoint(target / "embedder"), "cpu"))
    reranker = Qwen3VLReranker(load_reranker(checkpoint(target / "reranker"), "cpu"))
    sys.stdout.write(table(Pointing(embedder, reranker, load_things(), seed).run(cases)))


@main.command()
@folder_option
def samples(target: Path) -> None:
    """Draw the sample collection."""
    check_sources()
    with Console(stderr=True).status("drawing"):
        count = write_samples(target / "samples")
    click.echo(f"{count} files in {target / 'samples'}")


if __name__ == "__main__":
    torch.set_num_threads(torch.get_num_threads())
    try:
        main()
    except AppError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
