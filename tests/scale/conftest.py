"""Ray for tests that run beside others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def as_urgent_as_other_tests() -> Iterator[None]:
    """Ray has its workers run after everything else on a computer, which may then take minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_worker_niceness", "0")
        yield
