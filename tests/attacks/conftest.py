"""The modes of the program that are attacked; see ``program``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.attacks.program import PAGE, Program, draw_library, serving


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """On one's own computer: no password, everything allowed to the page."""
    folder = tmp_path_factory.mktemp("own")
    draw_library(folder)
    with serving(folder) as program:
        yield program


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A public demo: anonymous, ``--read-only``."""
    folder = tmp_path_factory.mktemp("public")
    draw_library(folder)
    with serving(folder, "--read-only") as program:
        yield program


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Program]:
    """One's own computer, for a test that leaves traces."""
    draw_library(tmp_path)
    with serving(tmp_path) as program:
        yield program


@pytest.fixture
def visitor(public: Program) -> Iterator[httpx.Client]:
    """Somebody who may search the public demo, and sends what no browser would."""
    with public.client() as http:
        yield http


@pytest.fixture
def page(own: Program) -> Iterator[httpx.Client]:
    """The page's own scripts on one's own computer."""
    with own.client(headers=PAGE) as http:
        yield http
