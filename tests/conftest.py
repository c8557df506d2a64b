"""Imported before any test: the package sets how threads wait before torch is loaded.

Also says which files of tests begin where several are run at a time.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

import qwen3vl_app  # noqa: F401

# how long one example takes says more about what else the machine does than about the program
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

LONGEST = (
    "attacks/test_bombs",
    "survival/test_kill",
    "attacks/test_slow_clients",
    "attacks/test_patterns",
    "media/test_damage",
    "attacks/test_files_of_the_server",
    "cli/test_library_commands",
    "attacks/test_many_connections",
    "demo/test_build",
    "models/test_parity",
    "attacks/test_any_request",
    "survival/test_disks",
    "index/test_details",
    "indexing/test_folders",
    "attacks/test_sessions",
    "cli/test_items_command",
    "attacks/test_gradio_routes",
    "bench/test_soak",
    "bench/test_memory",
    "packaging/test_installed",
)
"""The files that take longest, about in that order."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first for pytest-xdist, which hands files out in this order.

    One that began last would keep one process at work while the others have nothing left to do.
    """
    if hasattr(config, "workerinput"):
        turns = {name: turn for turn, name in enumerate(LONGEST)}
        tests = Path(__file__).parent
        items.sort(
            key=lambda one: turns.get(
                one.path.relative_to(tests).with_suffix("").as_posix(), len(turns)
            )
        )
