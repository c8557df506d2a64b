from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.errors import UsageError
from qwen3vl_app.models.prompt.reference import read_input, read_instruction
from qwen3vl_app.types import Clip

BASE = Path("/data")


class Recorder:
    """Opens nothing; says what it was asked for."""

    def __init__(self, sizes=()):
        self.asked = []
        self._sizes = list(sizes)

    def picture(self, path):
        self.asked.append(path)
        return Image.new("RGB", self._sizes.pop(0) if self._sizes else (8, 8))

    def clip(self, path, *, fps=None, max_frames=None):
        self.asked.append((path, fps, max_frames))
        return Clip(frames=(Image.new("RGB", (8, 8)),), seconds=(0.0,))


def read(entry, source=None, **options):
    return read_input(entry, source or Recorder(), BASE, **options)


def test_read_input__one_value_or_a_list():
    one = read({"text": "a", "image": "x.png"})
    two = read({"text": ["a", "b"], "image": ["x.png", "y.png"]})
    assert (one.texts, len(one.pictures)) == (("a",), 1)
    assert (two.texts, len(two.pictures)) == (("a", "b"), 2)


@pytest.mark.parametrize("entry", [{}, {"text": None, "image": None, "video": None}])
def test_read_input__nothing(entry):
    found = read(entry)
    assert found.texts == found.pictures == found.clips == ()


def test_read_input__paths_start_at_the_base():
    source = Recorder()
    read({"image": ["x.png", "/abs/y.png", "file:///abs/z.png"]}, source)
    assert source.asked == [BASE / "x.png", Path("/abs/y.png"), Path("/abs/z.png")]


def test_read_input__a_video_file_with_its_own_rate():
    source = Recorder()
    found = read({"video": "v.mp4", "fps": 4.0}, source, fps=1.0, max_frames=16)
    assert source.asked == [(BASE / "v.mp4", 4.0, 16)]
    assert found.clips[0].from_file


def test_read_input__several_video_files():
    assert len(read({"video": ["a.mp4", "b.mp4"]}).clips) == 2


def test_read_input__pictures_are_one_video_at_two_per_second():
    (clip,) = read({"video": ["a.png", "b.JPG", "c.png"]}).clips
    assert clip.seconds == (0.0, 0.5, 1.0)
    assert not clip.from_file


def test_read_input__a_list_of_lists_of_pictures():
    assert len(read({"video": [["a.png", "b.png"], ["c.png"]]}).clips) == 2


def test_read_input__a_long_list_of_pictures_is_thinned():
    source = Recorder()
    (clip,) = read({"video": [f"{i}.png" for i in range(100)]}, source).clips
    assert len(clip.frames) == 64
    assert [p.stem for p in source.asked][:3] == ["0", "1", "3"]
    assert source.asked[-1].stem == "99"


def test_read_input__pictures_of_different_sizes_are_no_video():
    with pytest.raises(UsageError, match="8 × 8 and 9 × 8"):
        read({"video": ["a.png", "b.png"]}, Recorder([(8, 8), (9, 8)]))


@pytest.mark.parametrize(
    "entry",
    [
        {"txt": "a"},
        {"text": 5},
        {"text": ["a", None]},
        {"image": {"path": "x"}},
        {"video": 3},
        {"video": []},
        {"video": [["a.png"], 5]},
        {"video": ["a.png", 5]},
        {"fps": "fast"},
        {"fps": True},
        {"max_frames": 0},
        {"image": "https://example.org/x.png"},
        {"image": "data:image/png;base64,AAAA"},
        {"image": "a\0b.png"},
        {"video": "x" * 5000},
    ],
)
def test_read_input__not_in_this_notation(entry):
    with pytest.raises(UsageError, match=r"“|address|no path"):
        read(entry)


def test_read_instruction__given_or_default():
    assert read_instruction({"instruction": "Find"}, "default") == "Find"
    assert read_instruction({}, "default") == "default"
    with pytest.raises(UsageError, match="“instruction”"):
        read_instruction({"instruction": 1}, "default")
