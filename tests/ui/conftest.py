"""The page's routes over HTTP, on drawn files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.services import Services
from qwen3vl_app.ui.server import build_server
from tests.ui.serve_world import Served, serve
from tests.ui.world import build_world


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One world for tests that only read."""
    services = build_world(tmp_path_factory.mktemp("drawn"))
    yield services
    services.close()


@pytest.fixture(scope="session")
def client(drawn: Services) -> Iterator[TestClient]:
    with TestClient(build_server(drawn), base_url="http://127.0.0.1:7860") as http:
        yield http


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Services]:
    """A world of its own, with nothing in it, for tests that change something.

    Nothing is indexed before it is started.
    """
    services = build_world(tmp_path, empty=True)
    yield services
    services.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Services]:
    """A world of its own, with the drawn files in it, for tests that change something."""
    services = build_world(tmp_path)
    services.start()
    yield services
    services.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole page, gradio included, in a process of its own."""
    with serve(tmp_path_factory.mktemp("served")) as one:
        yield one


@pytest.fixture(scope="session")
def web(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url) as http:
        yield http
