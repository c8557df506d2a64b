"""Freed memory stays with the process, so that passes do not ask for it again."""

import subprocess
import sys

import pytest

CODE = """
import resource, sys
from qwen3vl_app.models.service.heap import keep_freed

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def passes():
    for _ in range(20):
        blocks = [bytes(1) * (3 << 20) for _ in range(8)]
        del blocks
    return None

if sys.argv[1] == "keep":
    assert keep_freed()
passes()
before = faults()
passes()
print(faults() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_keep_freed__pages_are_not_made_anew():
    def faults(which: str) -> int:
        command = [sys.executable, "-c", CODE, which]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert faults("keep") < 1000
    assert faults("leave") > 20_000


def test_keep_freed__elsewhere_nothing(monkeypatch):
    from qwen3vl_app.models.service import heap

    monkeypatch.setattr(sys, "platform", "darwin")
    assert heap.keep_freed() is False
