"""The library's own choice of models, and what a start makes of it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.main import main
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.services import build_services
from qwen3vl_app.settings import DEMO_EMBEDDER, Settings
from qwen3vl_app.types.model_choice import ModelChoice
from tests.cli.conftest import CHECKPOINT, ROOT
from tests.models.checkpoint.adapters import factors, write


def run(library: Path, *words: str):
    arguments = ["--library", str(library), "models", "use", *words]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def chosen(library: Path) -> dict[str, tuple[str, str]]:
    with closing(build_services(Settings(library=library), writable=False)) as services:
        found = {role: services.library.choices.of(role) for role in Role}
        return {role.value: (one.wanted, one.adapter) for role, one in found.items()}


def started(library: Path, **asked: str) -> list[str]:
    """What a start would load."""
    settings = Settings(library=library, **asked)  # type: ignore[arg-type]
    with closing(build_services(settings, writable=False)) as services:
        return [status.wanted for status in services.models.status()]


def test_use__is_taken_by_the_next_start(tmp_path):
    library = tmp_path / "library"
    result = run(library, CHECKPOINT)
    assert (result.exit_code, result.stdout) == (
        0,
        "embedder: checkpoint, from the next start on\n",
    )
    assert started(library) == [CHECKPOINT, "auto"]
    assert run(library, "none").stdout == "reranker: none, from the next start on\n"
    assert started(library) == [CHECKPOINT, "none"]
    assert started(library, model="demo", reranker="demo") == ["demo", "demo"]


def test_use__a_name_for_both_stages_or_for_one(tmp_path):
    library = tmp_path / "library"
    found = orjson.loads(run(library, "demo", "--json").stdout)
    assert found == {
        "embedder": {"wanted": "demo", "model": "demo embedder"},
        "reranker": {"wanted": "demo", "model": "demo reranker"},
    }
    assert run(library, CHECKPOINT, "--role", "reranker").exit_code == 0
    assert chosen(library) == {"embedder": ("demo", ""), "reranker": (CHECKPOINT, "")}
    assert run(library, "auto").exit_code == 0
    assert started(library) == ["auto", "auto"]
    result = run(library, "demo", "--lang", "zh")
    assert result.stdout.splitlines() == [
        "嵌入模型：demo embedder，下次启动起生效",
        "重排模型：demo reranker，下次启动起生效",
    ]


def test_use__a_folder_is_kept_with_its_whole_path(tmp_path, monkeypatch):
    library = tmp_path / "library"
    monkeypatch.chdir(Path(CHECKPOINT).parent)
    assert run(library, "./checkpoint").exit_code == 0
    assert chosen(library)["embedder"] == (CHECKPOINT, "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("org/never-downloaded", "is not on this machine"),
        ("3b", "is neither a folder nor a model"),
        (str(ROOT / "tests"), "has no config.json"),
    ],
)
def test_use__what_cannot_be_loaded_is_not_chosen(tmp_path, name, said):
    library = tmp_path / "library"
    assert run(library, "demo").exit_code == 0
    result = run(library, name)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert chosen(library) == {"embedder": ("demo", ""), "reranker": ("demo", "")}


def test_use__refused_while_another_program_writes_to_the_library(tmp_path):
    library = tmp_path / "library"
    assert run(library, "demo").exit_code == 0
    with closing(build_services(Settings(library=library))):
        command = [sys.executable, "-m", "qwen3vl_app", "--library", str(library), "models", "use"]
        result = subprocess.run(
            [*command, "auto"], check=False, capture_output=True, cwd=ROOT, text=True
        )
    assert result.returncode == 1
    assert "is being written to by process" in result.stderr
    assert chosen(library)["embedder"] == ("demo", "")


def test_doctor__speaks_of_the_model_that_was_chosen(tmp_path):
    library = tmp_path / "library"
    run(library, "demo")
    arguments = ["--library", str(library), "doctor", "--json"]
    found = orjson.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).stdout)
    assert "bundled demo models are in use" in found["advice"]
    run(library, CHECKPOINT)
    found = orjson.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).stdout)
    assert found["advice"] == ""


# ---------------------------------------------------------------- while the program runs


def test_use_model__is_kept_once_it_has_taken_over(tmp_path):
    library = tmp_path / "library"
    settings = Settings(
        library=library, model=CHECKPOINT, reranker="none", device="cpu", threads=1, backup=False
    )
    with closing(build_services(settings)) as services:
        services.models.start()
        with pytest.raises(Exception, match="not on this machine"):
            services.use_model(Role.EMBEDDER, ModelChoice(wanted="org/absent")).result(60)
        assert services.library.choices.of("embedder") == ModelChoice()
        services.use_model(Role.EMBEDDER, ModelChoice(wanted="demo")).result(60)
        assert services.models.status()[0].name == "demo embedder"
        assert services.library.choices.of("embedder") == ModelChoice(wanted="demo")
        assert services.library.choices.former("embedder") == ModelChoice(wanted=CHECKPOINT)
        services.use_model(Role.RERANKER, ModelChoice(wanted="demo")).result(60)
        assert services.models.has_reranker
    assert started(library) == ["demo", "demo"]
    assert started(library, model=str(DEMO_EMBEDDER)) == [str(DEMO_EMBEDDER), "demo"]


def test_use_model__refused_where_nothing_may_be_written(tmp_path):
    library = tmp_path / "library"
    run(library, "demo")
    settings = Settings(library=library, device="cpu")
    with closing(build_services(settings, writable=False)) as services:
        with pytest.raises(Exception, match="reading only"):
            services.use_model(Role.RERANKER, ModelChoice(wanted="none"))
        assert services.models.has_reranker


# ---------------------------------------------------------------- adapters


def test_use__with_an_adapter_for_each_stage(tmp_path):
    library, tuned = tmp_path / "library", str(write(tmp_path / "tuned", factors()))
    judges = str(write(tmp_path / "judges", factors()))
    result = run(library, CHECKPOINT, "--adapter", tuned)
    assert result.stdout == "embedder: checkpoint + tuned, from the next start on\n"
    chosen_role = ("--role", "reranker", "--reranker-adapter", judges)
    assert run(library, CHECKPOINT, *chosen_role).exit_code == 0
    assert chosen(library) == {
        "embedder": (CHECKPOINT, tuned),
        "reranker": (CHECKPOINT, judges),
    }
    settings = Settings(library=library)
    with closing(build_services(settings, writable=False)) as services:
        known = [(one.wanted, one.adapter) for one in services.models.status()]
    assert known == [(CHECKPOINT, tuned), (CHECKPOINT, judges)]
    with closing(build_services(replace(settings, model="demo"), writable=False)) as services:
        assert services.models.status()[0].adapter == ""


def test_use__an_adapter_that_does_not_fit_is_not_chosen(tmp_path):
    library, tuned = tmp_path / "library", str(write(tmp_path / "tuned", factors()))
    result = run(library, "demo", "--role", "embedder", "--adapter", tuned)
    assert result.exit_code == 1
    assert "was made for another model (checkpoint) and not for demo embedder" in result.stderr
    assert not library.exists()
    result = run(library, CHECKPOINT, "--adapter", str(tmp_path / "nowhere"))
    assert (result.exit_code, "is no LoRA adapter" in result.stderr) == (1, True)
