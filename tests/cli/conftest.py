"""The command line in this process and in one of its own, on the parity checkpoints."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from qwen3vl_app.cli.main import main
from tests.drawn import draw_folder
from tests.started import Started, start

ROOT = Path(__file__).parents[2]
CHECKPOINT = str(ROOT / "tests" / "data" / "parity" / "checkpoint")


@dataclass(frozen=True)
class Program:
    """Runs commands against one library."""

    library: Path

    def arguments(self, *words: str | Path) -> list[str]:
        shared = ("--library", self.library, "--model", CHECKPOINT, "--reranker", CHECKPOINT)
        # words in pictures take seconds each, and have a test of their own
        quick = ("--no-ocr",) if words[:1] == ("index",) and "--words-too" not in words else ()
        asked = (word for word in words if word != "--words-too")
        return [str(word) for word in (*shared, *asked, *quick)]

    def run(self, *words: str | Path) -> Result:
        return CliRunner().invoke(main, self.arguments(*words), catch_exceptions=False)

    def json(self, *words: str | Path) -> dict:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return orjson.loads(result.stdout)

    def in_chinese(self, *words: str | Path) -> list[str]:
        """What a command says with ``--lang zh``, answer and remarks, line by line."""
        result = self.run(*words, "--lang", "zh")
        assert result.exit_code == 0, result.output
        return [line.strip() for line in result.output.splitlines() if line.strip()]

    def start(self, *words: str | Path) -> Started | subprocess.Popen[bytes]:
        command = ["-m", "qwen3vl_app", *self.arguments(*words)]
        return start(*command, out=subprocess.DEVNULL, err=subprocess.DEVNULL)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "library")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("drawn") / "things")


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Program:
    """A library with the folder in it, for tests that only read."""
    program = Program(tmp_path_factory.mktemp("indexed") / "library")
    summary = program.json("index", folder, "--collection", "things")
    assert summary["indexed"] == 5
    return program
