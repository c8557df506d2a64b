"""What reading a video leaves behind: threads have stacks, which count for the reader's memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.clips import list_moments, middle_frame, read_clips, span_of
from qwen3vl_app.media.containers import close_videos, with_container
from qwen3vl_app.media.memory import _fields
from qwen3vl_app.messages import Message

CASES = Path(__file__).parents[1] / "data" / "cases"
TASKS = Path("/proc/self/task")
A_FEW = 4
"""Of one decoder that is kept open."""

VIDEOS = [
    CASES / "avi_bframes" / "L_xvid.avi",
    CASES / "mkv_open_gop" / "L_mpeg4.mp4",
    CASES / "mkv_open_gop" / "L_hevcdef.mkv",
    CASES / "video_mirror" / "mh.mp4",
    CASES / "vfr_clips" / "rec.webm",
]


def threads() -> int:
    return len(list(TASKS.iterdir()))


@pytest.fixture
def no_collecting() -> Iterator[None]:
    """Nothing may depend on when Python looks for circles of objects."""
    if not TASKS.exists():
        pytest.skip("this system does not tell how many threads there are")
    close_videos()
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.mark.parametrize("path", VIDEOS, ids=lambda path: path.name)
def test_read_clips__leaves_no_threads_behind(no_collecting, options, path):
    """Each frame had a converter of its own with threads of its own: 128 of them for one film."""
    before = threads()
    parts = list_moments(path, options)
    for _ in range(2):
        read_clips(path, [span_of(part, options) for part in parts], options)
        middle_frame(path, span_of(parts[-1], options), options)
        assert threads() <= before + A_FEW
    close_videos()
    assert threads() <= before


def test_read_clips__of_many_videos_one_after_the_other(no_collecting, options):
    before, held = threads(), _fields(os.getpid())["VmData"]
    for _ in range(3):
        for path in VIDEOS:
            parts = list_moments(path, options)
            read_clips(path, [span_of(part, options) for part in parts[:4]], options)
            assert threads() <= before + A_FEW
    close_videos()
    assert threads() <= before
    assert _fields(os.getpid())["VmData"] - held < 400 * 2**20


def test_with_container__closes_what_work_has_failed_on(no_collecting):
    before = threads()

    def fail(video):
        next(iter(video.frames([3])))
        raise UnreadableMediaError(VIDEOS[0], Message.free("No."))

    for _ in range(5):
        for path in VIDEOS:
            with pytest.raises(UnreadableMediaError):
                with_container(path, fail)
    assert threads() <= before
