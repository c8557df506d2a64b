"""The program as pip installs it: in an environment and a folder that know nothing of this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from pathlib import Path

import httpx
import orjson
import pytest
from packaging.requirements import Requirement

import qwen3vl_app
from qwen3vl_app.settings import ASSETS

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Installed:
    """A fresh environment with the wheel in it; ``away`` is a folder outside the checkout."""

    environment: Path
    away: Path

    @property
    def site_packages(self) -> Path:
        places = {"base": str(self.environment), "platbase": str(self.environment)}
        return Path(sysconfig.get_path("purelib", "venv", vars=places))

    @property
    def surroundings(self) -> dict[str, str]:
        """Environment variables that lead nowhere near the checkout or the person's own files."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return kept | {"HOME": str(self.away)}

    def run(self, program: str, *words: str | Path) -> str:
        """Standard output of a program of the environment, started far from the checkout."""
        return self.output(self.environment / SCRIPTS / program, *words)

    def output(self, *command: str | Path) -> str:
        """Standard output of a command that finds nothing of the checkout by itself."""
        done = subprocess.run(
            command,
            cwd=self.away,
            env=self.surroundings,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built and installed without network; the dependencies are those of the running tests."""
    here = Installed(tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("away"))
    wheels = tmp_path_factory.mktemp("wheels")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    offline = ("--no-deps", "--no-index")
    here.output(*pip, "wheel", ROOT, *offline, "--no-build-isolation", "-w", wheels)
    (wheel,) = wheels.glob("*.whl")
    venv.create(here.environment, symlinks=os.name != "nt")
    python = here.environment / SCRIPTS / "python"
    here.output(*pip, "--python", python, "install", *offline, wheel)
    shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (here.site_packages / "shared.pth").write_text("\n".join(sorted(shared)))
    return here


def test_wheel__holds_every_module_and_asset(installed):
    package = Path(qwen3vl_app.__file__).parent
    wanted = {path.relative_to(package) for path in package.rglob("*.py")}
    wanted |= {
        Path("assets") / path.relative_to(ASSETS)
        for part in ("page", "demo")
        for path in (ASSETS / part).rglob("*")
        if path.is_file() and path.suffix != ".ts"  # types of the page, for its check alone
    }
    wanted.add(Path("media/letters.json"))
    wanted |= {Path("messages/en.json"), Path("messages/zh.json")}
    found = installed.site_packages / "qwen3vl_app"
    files = (path for path in found.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert {path.relative_to(found) for path in files} == wanted


def test_wheel__holds_nothing_of_the_tools_that_check_the_page(installed):
    (info,) = installed.site_packages.glob("qwen3vl_app-*.dist-info")
    names = {Path(str(file)) for file in PathDistribution(info).files or ()}
    assert Path("qwen3vl_app/assets/page/kit/dom.js") in names
    assert {name.parts[0] for name in names} == {"qwen3vl_app", info.name, ".."}  # the command
    tools = {"package.json", "package-lock.json", "tsconfig.json", "node_modules"}
    assert not [name for name in names if tools & set(name.parts) or name.suffix == ".ts"]


def test_metadata__version_and_dependencies_are_those_of_the_files(installed):
    (info,) = installed.site_packages.glob("qwen3vl_app-*.dist-info")
    told = PathDistribution(info)
    assert told.version == qwen3vl_app.__version__
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = {Requirement(line) for line in lines if line and not line.startswith("#")}
    required = set(map(Requirement, told.requires or ()))
    assert {one for one in required if "extra" not in str(one.marker)} == listed
    assert told.metadata.get_all("Provides-Extra") == ["evaluation", "mcp", "milvus", "ray"]


def test_command__help_names_the_commands(installed):
    said = installed.run("qwen3vl-search", "--help")
    assert said.startswith("Usage: qwen3vl-search [OPTIONS] [COMMAND] [ARGS]...")
    assert "index  " in said


def test_command__indexes_and_finds_the_samples(installed):
    library = ("--library", installed.away / "library", "--model", "demo")
    where = "import qwen3vl_app.settings as s; print(s.ASSETS)"
    assets = Path(installed.run("python", "-c", where).strip())
    assert assets == installed.site_packages / "qwen3vl_app" / "assets"
    summary = orjson.loads(
        installed.run("qwen3vl-search", *library, "index", "--sample", "--no-backup", "--json")
    )
    samples = [path for path in (assets / "demo" / "samples").rglob("*") if path.is_file()]
    assert (summary["files"], summary["indexed"]) == (len(samples), len(samples))
    words = ("search", "a dolphin", "--no-rerank", "-k", "1", "--json")
    found = orjson.loads(installed.run("qwen3vl-search", *library, *words))
    assert found["recall"][0]["path"] == str(assets / "demo/samples/animals/dolphin.jpg")


def test_command__without_a_subcommand_serves_the_page(installed):
    command = [installed.environment / SCRIPTS / "qwen3vl-search", "--reranker", "none"]
    with subprocess.Popen(
        [*command, "--library", installed.away / "served"],
        cwd=installed.away,
        env=installed.surroundings | {"BROWSER": "true"},  # a program that opens nothing
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            url = next(line for line in process.stderr if line.startswith("http://127.0.0.1:"))
            page = httpx.get(url.strip())
            theme = re.search(r"/page/\w+/shell/theme\.js", page.text)
            script = httpx.get(url.strip() + theme[0])
        finally:
            process.kill()
    assert page.status_code == 200
    assert script.content == (ASSETS / "page" / "shell" / "theme.js").read_bytes()
