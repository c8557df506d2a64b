from __future__ import annotations

import importlib
import multiprocessing
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qwen3vl_app.errors import AppError, DecoderDiedError, TooSlowError, UnreadableMediaError
from qwen3vl_app.media.pool import Pool


@pytest.fixture(scope="module")
def pool():
    shared = Pool(1)
    yield shared
    shared.close()


@pytest.fixture
def script(tmp_path):
    """A "decoder" for :func:`run`: a file with Python in it, that the worker executes."""

    def write(text: str) -> Path:
        path = tmp_path / "decoder.py"
        path.write_text(text)
        return path

    return write


def run(pool: Pool, path: Path, deadline: float = 20.0) -> None:
    pool.call(runpy.run_path, path, deadline=deadline)


def works(pool: Pool, path: Path) -> bool:
    return pool.call(os.path.getsize, path, deadline=20.0) == path.stat().st_size


def test_call__hanging_decoder_is_ended(pool, script):
    path = script("import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(TooSlowError, match=r"decoder\.py: .*longer than the limit of 1 s"):
        run(pool, path, deadline=1.0)
    assert time.monotonic() - began < 5
    assert works(pool, path)


def test_call__decoder_that_holds_the_gil_is_ended(pool, script):
    """As decord does on a damaged container: no Python runs any more, signal handlers neither."""
    path = script("9 ** 9 ** 9 ** 9")
    with pytest.raises(TooSlowError):
        run(pool, path, deadline=1.0)
    assert works(pool, path)


@pytest.mark.parametrize(
    "death",
    ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"],
)
def test_call__dying_decoder_costs_one_file(pool, script, death):
    path = script(death)
    with pytest.raises(DecoderDiedError, match="The decoder crashed on this file"):
        run(pool, path)
    assert works(pool, path)


class Missing:
    """A decoder whose import fails in the worker, while the call is being taken."""

    def __reduce__(self):
        return importlib.import_module, ("no_such_decoder",)


def test_call__the_exit_code_is_that_of_the_decoder(pool, script):
    """It was that of our own kill, -9, whatever the worker had died of."""
    path = script("")
    with pytest.raises(DecoderDiedError, match=r"exit code 1\b"):
        pool.call(Missing(), path, deadline=20.0)
    assert works(pool, path)


def test_call__worker_killed_between_two_calls(pool, script, tmp_path):
    """The system ends processes when memory runs out."""
    path = script(f"open({str(tmp_path / 'pid')!r}, 'w').write(str(__import__('os').getpid()))")
    run(pool, path)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    time.sleep(0.5)
    assert works(pool, path)


def test_call__worker_killed_in_the_middle_of_its_answer(pool, script):
    """Where workers share a queue, as pebble's do, no later call would ever be answered."""
    path = script(
        "class Slow:\n"
        "    def __reduce__(self):\n"
        "        __import__('time').sleep(5)\n"
        "__import__('threading').Timer(0.2, __import__('os')._exit, [9]).start()\n"
        "answer = Slow()\n"
        "del Slow"
    )
    with pytest.raises(DecoderDiedError, match="exit code 9"):
        run(pool, path)
    assert works(pool, path)


def test_call__answer_that_cannot_be_pickled(pool, script):
    path = script("import os")
    with pytest.raises(RuntimeError, match="cannot pickle 'module' object"):
        run(pool, path)
    assert works(pool, path)


def test_call__expected_failures_arrive_whole(pool, script):
    path = script(
        "from pathlib import Path\n"
        "from qwen3vl_app.errors import UnreadableMediaError\n"
        "from qwen3vl_app.messages import Message\n"
        "raise UnreadableMediaError(Path('/a/b.jpg'), Message.free('It is broken.'))"
    )
    with pytest.raises(UnreadableMediaError) as caught:
        run(pool, path)
    assert (caught.value.path, str(caught.value.reason)) == (Path("/a/b.jpg"), "It is broken.")


def test_call__bugs_stay_tracebacks_even_where_they_cannot_be_pickled(pool, script):
    path = script(
        "class Odd(Exception):\n"
        "    def __init__(self, a, b): super().__init__(a)\n"
        "raise Odd('what went wrong', 2)"
    )
    with pytest.raises(RuntimeError, match="what went wrong"):
        run(pool, path)
    assert works(pool, path)


def test_call__noise_of_decoders_is_swallowed(pool, script, capfd):
    run(pool, script("print('noise', flush=True); __import__('os').write(2, b'more noise')"))
    assert capfd.readouterr() == ("", "")


def test_call__worker_imports_no_model_and_no_page(pool, script, tmp_path):
    out = tmp_path / "modules"
    run(pool, script(f"open({str(out)!r}, 'w').write(' '.join(__import__('sys').modules))"))
    modules = set(out.read_text().split())
    assert "qwen3vl_app.media.worker" in modules
    assert not modules & {"torch", "transformers", "gradio", "faiss", "sqlite3", "av", "decord"}


def test_call__many_threads(pool, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    with ThreadPoolExecutor(8) as threads:
        sizes = list(
            threads.map(lambda _: pool.call(os.path.getsize, path, deadline=20), range(100))
        )
    assert sizes == [5] * 100


def test_close__leaves_no_process_and_frees_those_who_wait(script):
    before = set(multiprocessing.active_children())
    pool = Pool(2)
    failures: list[BaseException] = []

    def wait() -> None:
        try:
            run(pool, script("import time; time.sleep(60)"), deadline=60)
        except AppError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(1.0)
    pool.close()
    thread.join(5)
    assert not thread.is_alive()
    assert [str(error) for error in failures] == [
        "Files are no longer read: the program is closing."
    ]
    assert set(multiprocessing.active_children()) <= before
    with pytest.raises(AppError, match="the program is closing"):
        run(pool, script(""))


def test_close__before_the_first_call_starts_nothing():
    before = set(multiprocessing.active_children())
    Pool(2).close()
    assert set(multiprocessing.active_children()) <= before


# ---------------------------------------------------------------- on a busy machine

BURN = "while True: pass"


def _stay_on(_: Path, processor: int) -> None:
    os.sched_setaffinity(0, {processor})


@pytest.fixture
def busy() -> Iterator[Pool]:
    """A pool whose worker shares one processor with three programs that never rest."""
    if not hasattr(os, "sched_setaffinity") or not Path("/proc/self/schedstat").exists():
        pytest.skip("this system does not tell how long a process waits")
    before = os.sched_getaffinity(0)
    pool = Pool(1)
    pool.call(_stay_on, Path(__file__), max(before), deadline=60)
    os.sched_setaffinity(0, {max(before)})  # what is started from here on has it, too
    burning = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(3)]
    os.sched_setaffinity(0, before)
    yield pool
    for process in burning:
        process.kill()
        process.wait()
    pool.close()


WORK = """
import time
begun = time.process_time()
while time.process_time() < begun + 1.0:
    pass
del time
"""


def test_call__what_only_waits_for_a_processor_is_not_ended(busy, script):
    """A second of work in three seconds, where it gets a quarter of the processor or less."""
    began = time.monotonic()
    run(busy, script(WORK), deadline=3.0)
    assert time.monotonic() - began > 3.0, "the machine was not busy: nothing is shown"


def test_call__what_hangs_is_ended_on_a_busy_machine_too(busy, script):
    for hanging in ("import time; time.sleep(60)", "while True: pass"):
        began = time.monotonic()
        with pytest.raises(TooSlowError, match="longer than the limit of 1 s"):
            run(busy, script(hanging), deadline=1.0)
        assert time.monotonic() - began < 15


# ---------------------------------------------------------------- where processes come from

CALLED = """
import os, sys
from pathlib import Path
from qwen3vl_app.media.pool import Pool

if __name__ == "__main__":
    with_one = Pool(1)
    print(with_one.call(os.path.getsize, Path(sys.argv[1]), deadline=20.0))
    with_one.close()
"""


@pytest.mark.parametrize("letters", [40, 74, 75, 76, 200])
def test_call__wherever_temporary_files_are(tmp_path, letters):
    """Processes are forked through a socket, which has its name in that folder."""
    around = Path(tempfile.mkdtemp())
    folder = around / ("x" * max(letters - len(str(around)) - 1, 1))
    folder.mkdir()
    program = tmp_path / "program.py"
    program.write_text(CALLED)
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(
            [sys.executable, str(program), str(program)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == f"{len(CALLED)}\n", done.stderr
        assert list(folder.iterdir()) == []
    finally:
        shutil.rmtree(around)


def test_call__without_room_for_another_process(pool, script, monkeypatch):
    def refused(*_: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    other = Pool(1)
    with monkeypatch.context() as patched:
        patched.setattr("multiprocessing.process.BaseProcess.start", refused)
        with pytest.raises(AppError, match="do not start") as caught:
            works(other, script(""))
    assert not isinstance(caught.value, UnreadableMediaError)  # it says nothing about the file
    assert works(other, script(""))
    other.close()
