"""What stands around the code says the same as the code: workflow, hooks, forms, badges."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from qwen3vl_app.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


def steps(job: str) -> str:
    """Everything that a job of the workflow runs, as one script."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text())
    return "\n".join(step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step)


def test_workflow__runs_the_same_checks_as_everybody():
    assert steps("linux") == ".ci/run"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_workflow__smoke_uses_commands_and_options_that_exist():
    lines = re.findall(r"qwen3vl-search (.*)", steps("elsewhere"))
    assert len(lines) == 4
    for line in lines:
        words = shlex.split(line.partition("|")[0])
        commands = [main.commands[word] for word in words if word in main.commands]
        assert len(commands) == (words != ["--help"])
        known = {"--help"}.union(*(set(p.opts) for c in (main, *commands) for p in c.params))
        assert {word for word in words if word.startswith("-")} <= known


def test_hooks__check_with_what_the_checks_use():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    entries = {hook["id"]: hook["entry"] for hook in hooks}
    checks = (ROOT / ".ci" / "run").read_text()
    for hook in ("ruff-check", "ruff-format"):
        command = entries[hook].removesuffix(" --force-exclude")
        assert re.search(rf"^ *{re.escape(command)} ", checks, re.MULTILINE)
    assert re.search(rf"^ *{re.escape(entries['page'])}$", checks, re.MULTILINE)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_forms__ask_for_doctor(form):
    fields = {field.get("id"): field for field in yaml.safe_load(form.read_text())["body"]}
    doctor = fields["doctor"]
    assert "`python -m qwen3vl_app doctor`" in doctor["attributes"]["description"]
    required = doctor.get("validations", {}).get("required", False)
    assert required == (form.stem == "bug")


def test_forms__are_those_two():
    assert [form.stem for form in FORMS] == ["bug", "wish"]


def test_badges__say_what_the_project_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    badges = re.findall(r"^\[!\[[^\]]+\]\(([^)]+)\)\]\(([^)]+)\)$", README, re.MULTILINE)
    said = {unquote(image).rpartition("/badge/")[2]: target for image, target in badges}
    assert f"python-{project['requires-python'].replace('>=', '≥')}-blue" in said
    assert f"licence-{project['license'].replace('-', '--')}-blue" in said
    workflow = "../../actions/workflows/checks.yml"  # from the page of a file to its repository
    assert said.pop(f"{workflow}/badge.svg") == workflow
    assert (ROOT / ".github/workflows/checks.yml").is_file()
    assert all((ROOT / target).is_file() for target in said.values())


def test_walks__every_name_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    walks = text.split("## Two walks through the tree", 1)[1].split("\n## ", 1)[0]
    names = re.findall(r"`([a-z_]+(?:\.\w+)+)`", walks)
    assert len(names) > 30
    for name in names:
        module, _, rest = name.partition(".")
        found = import_module(f"qwen3vl_app.{module}")
        for part in rest.split("."):
            found = getattr(found, part, None) or import_module(f"{found.__name__}.{part}")
    for script in re.findall(r"`(assets/\S+)`", walks):
        assert (ROOT / script).is_file(), script
