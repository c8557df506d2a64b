"""``bench memory``: memory use while a folder is indexed, reader processes included."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from qwen3vl_app.bench.bombs import draw_bombs
from qwen3vl_app.bench.measures import Measure, machine
from qwen3vl_app.bench.mixed import draw_mixed
from qwen3vl_app.errors import BenchError
from qwen3vl_app.settings import Settings

FILES = 5000
SECONDS = 0.5
"""Between two looks at the memory."""

GOAL_MB = 1500
_ROLLUP = "smaps_rollup"
_PEAK = "VmHWM:"
"""Of proc(5) ``status``: the most that a process has held at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Megabytes (10**6 bytes) of several processes together."""

    resident: float = 0.0
    """The sum of their resident sets: what they share counts for each of them."""

    proportional: float = 0.0
    """What they share counts once (PSS)."""

    readers: float = 0.0
    """The most that each of the others, beside the first, has held so far, summed up."""

    def most(self, other: Held) -> Held:
        """The larger of the two values of each field."""
        return Held(
            resident=max(self.resident, other.resident),
            proportional=max(self.proportional, other.proportional),
            readers=max(self.readers, other.readers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryReport:
    """What ``bench memory`` prints."""

    machine: dict[str, str]
    measures: tuple[Measure, ...]


def measure_memory(files: int = FILES, folder: Path | None = None) -> MemoryReport:
    """Index a drawn folder with the bundled models, by the command ``index`` itself.

    Then some that are made to fill memory, which must be refused.

    Everything is in a temporary folder, below ``folder`` if one is given. 5,000 files take 500 MB
    of disk and, on two cores, several minutes.

    Raises:
        BenchError: The system does not say what processes hold, or indexing failed.
    """
    if not Path("/proc/self", _ROLLUP).exists():
        raise BenchError("What processes hold in memory is read from /proc, which only Linux has.")
    described = machine()
    with TemporaryDirectory(dir=folder) as place:
        root = Path(place) / "files"
        draw_mixed(root, files)
        begun = time.perf_counter()
        summary, most = _index(root, Path(place))
        seconds = time.perf_counter() - begun
        bombs = draw_bombs(Path(place) / "bombs")
        refused, under_attack = _index(Path(place) / "bombs", Path(place))
    if summary["indexed"] != files or refused["failed"] != bombs:
        found = f"{summary['indexed']} of {files} files were indexed"
        raise BenchError(f"{found}, and {refused['failed']} of {bombs} bombs were refused.")
    settings = Settings()
    measures = (
        Measure(name=f"memory: {files:,} mixed files, indexed", value=files, unit=""),
        Measure(name="memory: items they gave", value=summary["items"], unit=""),
        Measure(name="memory: time, with loading the models", value=round(seconds, 1), unit="s"),
        Measure(
            name="memory: largest resident set, all processes",
            value=round(most.resident),
            unit="MB",
            goal=GOAL_MB,
            at_least=False,
        ),
        Measure(
            name="memory: the same, what they share counted once",
            value=round(most.proportional),
            unit="MB",
        ),
        Measure(name="memory: files made to fill it, refused", value=bombs, unit=""),
        Measure(
            name="memory: most held by the processes that read them",
            value=round(under_attack.readers),
            unit="MB",
            goal=round(settings.readers * settings.limits.max_reader_bytes / 1e6),
            at_least=False,
        ),
    )
    return MemoryReport(machine=described, measures=measures)


def held_by(root: int) -> Held:
    """What a process and all that came of it hold now; nothing of those that have just ended."""
    sums = {"Rss:": 0, "Pss:": 0, _PEAK: 0}
    todo = [root]
    while todo:
        process = Path(f"/proc/{todo.pop()}")
        try:
            lines = (process / _ROLLUP).read_text(encoding="ascii", errors="replace").splitlines()
            if process.name != str(root):
                status = (process / "status").read_text(encoding="utf-8", errors="replace")
                lines += [line for line in status.splitlines() if line.startswith(_PEAK)]
            tasks = (process / "task").iterdir()
            children = [one for task in tasks for one in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in lines:
            name, *rest = line.split()
            if name in sums:
                sums[name] += int(rest[0]) * 1024
        todo += map(int, children)
    return Held(
        resident=sums["Rss:"] / 1e6,
        proportional=sums["Pss:"] / 1e6,
        readers=sums[_PEAK] / 1e6,
    )


def _index(root: Path, place: Path) -> tuple[dict[str, int], Held]:
    """The summary of a run, and the most that its processes held."""
    command = [sys.executable, "-m", "qwen3vl_app", "--library", str(place / "library")]
    command += ["--model", "demo", "--reranker", "demo", "index", str(root), "--no-ocr", "--json"]
    said, told = place / "said", place / "told"
    most = Held()
    with said.open("wb") as out, told.open("wb") as err:
        program = subprocess.Popen(command, stdout=out, stderr=err)  # noqa: S603  # our own
        try:
            while program.poll() is None:
                most = most.most(held_by(program.pid))
                time.sleep(SECONDS)
        finally:
            program.kill()
            program.wait()
    if program.returncode:
        why = told.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise BenchError(f"Indexing ended with {program.returncode}: {why[-1] if why else ''}")
    summary: dict[str, int] = orjson.loads(said.read_bytes())
    return summary, most
