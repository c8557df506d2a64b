"""What is forked is a process like one that was started anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.started import ROOT, start

TELL = """
import json, os, sys, tempfile
print(json.dumps([sys.argv, __name__, os.getcwd(), os.environ["TOLD"], tempfile.gettempdir()]))
print("torch" in sys.modules, file=sys.stderr)
sys.exit(3)
"""
WAIT = """
import sys, time
print("up", flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="started anew elsewhere")


@pytest.mark.parametrize("anew", [False, True])
def test_start__arguments_environment_streams_and_status(tmp_path: Path, anew: bool) -> None:
    script, said, errors = (tmp_path / name for name in ("tell.py", "said", "errors"))
    script.write_text(TELL)
    environment = os.environ | {"TOLD": "yes", "TMPDIR": str(tmp_path)}
    with said.open("w") as out, errors.open("w") as err:
        streams = {"out": out.fileno(), "err": err.fileno()}
        program = start(str(script), "a", "b c", environment=environment, anew=anew, **streams)
        assert program.wait(60) == program.returncode == program.poll() == 3
    told = json.loads(said.read_text())
    assert told == [[str(script), "a", "b c"], "__main__", str(ROOT), "yes", str(tmp_path)]
    assert errors.read_text() == f"{not anew}\n"
    assert "TOLD" not in os.environ


def test_start__a_module_by_its_name(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as out:
        assert start("-m", "qwen3vl_app", "--help", out=out.fileno()).wait(60) == 0
    assert "Usage: python -m qwen3vl_app" in (tmp_path / "said").read_text()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_send_signal__ends_it_as_any_process(tmp_path: Path, sent: signal.Signals) -> None:
    script = tmp_path / "wait.py"
    script.write_text(WAIT)
    reading, writing = os.pipe()
    program = start(str(script), out=writing, err=subprocess.DEVNULL)
    other = start(str(script), out=writing, err=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            assert [said.readline(), said.readline()] == ["up\n", "up\n"]
            assert program.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                program.wait(0.01)
            os.kill(program.pid, sent)
            assert program.wait(60) == -sent
            assert other.poll() is None
            other.kill()
            assert other.wait(60) == -signal.SIGKILL
            assert said.read() == "", "nobody else holds the stream"
    finally:
        program.kill()
        other.kill()
    assert not Path(f"/proc/{program.pid}").exists()
