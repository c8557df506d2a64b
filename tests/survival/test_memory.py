"""What a whole run holds in memory, its readers included."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.bench.memory import held_by
from tests.survival.test_kill import PROJECT

PICTURES = 60
SIZE = (1600, 1200)
"""5.8 MB each when decoded: all of them would be 345 MB."""

LIMIT_MB = 300
"""Two processes with numpy, Pillow and the decoders take half of it before the first file."""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_memory__does_not_grow_with_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    for n in range(PICTURES):
        picture.putpixel((n, 0), (n, 1, 2))
        picture.save(folder / f"{n}.bmp" if n < 3 else folder / f"{n}.jpg", quality=50)
    command = [sys.executable, "-m", "tests.indexing.run_indexer"]
    program = subprocess.Popen(
        [*command, tmp_path / "library", folder], cwd=PROJECT, stdout=subprocess.PIPE
    )
    peak = 0.0
    drained = threading.Thread(target=program.stdout.read)
    drained.start()
    while program.poll() is None:
        peak = max(peak, held_by(program.pid).proportional)
        time.sleep(0.05)
    drained.join()
    program.stdout.close()
    assert program.returncode == 0
    assert 80 < peak < LIMIT_MB
