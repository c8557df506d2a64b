from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.animations import Animation, is_animated
from qwen3vl_app.media.clips import list_moments, read_clips
from qwen3vl_app.media.pictures import load_picture
from qwen3vl_app.media.sampling import Span
from qwen3vl_app.types import Kind, Part, Place

COLOURS = ["red", "lime", "blue", "white"]
SUFFIXES = ["gif", "webp", "png", "avif"]


def animate(path: Path, durations: list[int], *, size=(64, 48), **more) -> Path:
    """Frame number ``i`` has colour ``i % 4``, and is shown for ``durations[i]`` milliseconds."""
    frames = [Image.new("RGB", size, COLOURS[n % 4]) for n in range(len(durations))]
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=durations, loop=0, **more
    )
    return path


def colours(clip) -> str:
    """The first letters of what the frames show, such as ``rlbw``."""
    names = {(255, 0, 0): "r", (0, 255, 0): "l", (0, 0, 255): "b", (255, 255, 255): "w"}
    found = []
    for frame in clip.frames:
        pixel = frame.getpixel((5, 5))
        found.append(names[tuple(255 * (value > 127) for value in pixel)])
    return "".join(found)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_list_moments__animation_is_a_clip(tmp_path, options, suffix):
    path = animate(tmp_path / f"a.{suffix}", [1000, 3000, 1000, 1000])
    assert is_animated(path, options.limits)
    assert list_moments(path, options) == [
        Part(ordinal=0, kind=Kind.VIDEO, place=Place(start=0.0, end=6.0))
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_read_clips__frames_count_as_long_as_they_are_shown(tmp_path, options, suffix):
    path = animate(tmp_path / f"a.{suffix}", [1000, 3000, 1000, 1000])
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    assert colours(found.clip) == "rlllbw"  # one frame a second
    assert found.clip.seconds == (0, 1, 2, 3, 4, 5)
    assert found.size == (64, 48)


def test_list_moments__long_animation_has_moments(tmp_path, options):
    path = animate(tmp_path / "a.gif", [1000] * 20)
    parts = list_moments(path, options)
    assert [part.kind for part in parts] == [Kind.VIDEO, *[Kind.MOMENT] * 3]
    assert parts[2].place == Place(start=6.0, end=14.0)
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64, start=6.0, end=14.0)], options)
    assert colours(found.clip) == "bwrlwrlb"  # of the seconds 6, 7, 8, 9, 11, 12, 13, 14


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_animation__without_durations_as_browsers_show_it(tmp_path, options, suffix):
    video = Animation(animate(tmp_path / f"a.{suffix}", [0] * 4), options.limits)
    assert (video.timeline.total, video.timeline.fps) == (4, 10.0)


def test_animation__apng_whose_first_picture_is_not_in_it(tmp_path, options):
    path = animate(tmp_path / "a.png", [500] * 3, default_image=True)
    (found,) = read_clips(path, [Span(fps=2.0, max_frames=64)], options)
    assert colours(found.clip) == "lb"
    path = animate(tmp_path / "b.png", [500] * 2, default_image=True)
    assert not is_animated(path, options.limits)


def test_animation__transparency_on_white(tmp_path, options):
    frames = [Image.new("RGBA", (32, 32), (255, 0, 0, alpha)) for alpha in (0, 255)]
    path = tmp_path / "a.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=1000, lossless=True)
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    assert colours(found.clip) == "wr"


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_animation__turned_as_its_exif_says(tmp_path, options, suffix):
    frames = [Image.new("RGB", (32, 16), colour) for colour in ("red", "white")]
    frames[0].paste("white", (16, 0, 32, 16))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: what is left comes to the top
    path = tmp_path / f"a.{suffix}"
    frames[0].save(
        path,
        save_all=True,
        append_images=frames[1:],
        duration=1000,
        lossless=True,
        exif=exif.tobytes(),
    )
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    first = found.clip.frames[0]
    assert (first.size, first.getpixel((8, 4))) == ((16, 32), (255, 0, 0))


def test_is_animated__stills_are_not(tmp_path, limits):
    for suffix in [*SUFFIXES, "jpg", "tif"]:
        path = tmp_path / f"a.{suffix}"
        Image.new("RGB", (64, 48)).save(path)
        assert not is_animated(path, limits)


def test_is_animated__pages_of_a_tiff_are_not(tmp_path, limits):
    path = tmp_path / "a.tif"
    page = Image.new("RGB", (64, 48), "red")
    page.save(path, save_all=True, append_images=[page])
    assert not is_animated(path, limits)


def test_read_clips__animation_that_breaks_off_keeps_its_beginning(tmp_path, options):
    path = animate(tmp_path / "a.gif", [1000] * 8, size=(400, 300))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    assert colours(found.clip)[0] == "r"
    assert 2 <= len(found.clip.frames) < 8


def test_read_clips__gif_that_breaks_off_anywhere_keeps_its_beginning(tmp_path, options):
    path = animate(tmp_path / "a.gif", [1000] * 4, size=(32, 24))
    whole = path.read_bytes()
    third = [at for at in range(len(whole)) if whole.startswith(b"!\xf9\x04", at)][2]
    for end in range(third, len(whole)):
        path = tmp_path / f"{end}.gif"
        path.write_bytes(whole[:end])
        assert is_animated(path, options.limits)
        (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
        assert colours(found.clip) in ("rl", "rb", "rlbw"), end


def test_animation__nothing_whole(tmp_path, options):
    path = animate(tmp_path / "a.webp", [1000] * 3)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UnreadableMediaError):
        list_moments(path, options)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_reader__animation(reader, tmp_path, suffix):
    path = animate(tmp_path / f"a.{suffix}", [1000] * 4)
    (part,) = reader.outline(path).parts
    (content,) = reader.read(path, [part])
    assert colours(content.model_input.clips[0]) == "rlbw"
    assert content.phash is None
    assert reader.preview(path, part)
    assert colours(reader.clip(path)) == "rlbw"
    assert reader.picture(path).size == (64, 48)  # as a query it may be a picture, too


def test_load_picture__first_frame_of_an_animation(tmp_path, limits):
    path = animate(tmp_path / "a.gif", [1000] * 4)
    assert load_picture(path, limits).getpixel((5, 5)) == (255, 0, 0)
