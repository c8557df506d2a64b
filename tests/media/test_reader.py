from __future__ import annotations

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media import worker
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Part, Place
from tests.index.test_agreeing import scaled
from tests.index.test_details import statement


def size_of(data: bytes, kind: str) -> tuple[int, int]:
    image = Image.open(io.BytesIO(data))
    assert image.format == kind
    return image.size


def test_read__picture(reader, tmp_path):
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (480, 640, 3), dtype=np.uint8))
    path = tmp_path / "a.png"
    image.save(path)
    outline = reader.outline(path)
    assert outline.content_hash == content_hash(path)
    assert outline.parts == (Part(ordinal=0, kind=Kind.PICTURE),)
    (content,) = reader.read(path, outline.parts)
    (fitted,) = content.model_input.pictures
    assert fitted.image.tobytes() == image.resize(reader.budget.fit_picture(image.size)).tobytes()
    assert (content.width, content.height) == (640, 480)
    assert size_of(content.thumbnail, "JPEG") == (320, 240)
    assert reader.picture(path).tobytes() == image.tobytes()
    assert size_of(reader.preview(path, content.part, longest=500), "WEBP") == (500, 375)


def test_read__at_the_budget_that_is_asked_for(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (640, 480)).save(path)
    reader = Reader(Budget(), Limits(), workers=1)
    try:
        parts = reader.outline(path).parts
        (large,) = reader.model_inputs(path, parts)
        (small,) = reader.model_inputs(path, parts, budget=Budget(max_picture_tokens=16))
        (read,) = reader.read(path, parts, budget=Budget(max_picture_tokens=16))
        (again,) = reader.model_inputs(path, parts)
    finally:
        reader.close()
    assert large.pictures[0].size == (640, 480)
    assert small.pictures[0].size == read.model_input.pictures[0].size == (128, 96)
    assert again.pictures[0].size == (640, 480)


def test_read__pages(reader, make_pdf):
    path = make_pdf("scan.jpg", [(595, 842), (842, 595)], text="a red bicycle")  # named wrongly
    parts = reader.outline(path).parts
    assert [(part.kind, part.place) for part in parts] == [
        (Kind.PAGE, Place(page=1)),
        (Kind.PAGE, Place(page=2)),
    ]
    (second,) = reader.read(path, parts[1:])
    assert second.part == parts[1]
    assert second.text == "a red bicycle"
    assert (second.width, second.height) == (1754, 1240)
    assert second.model_input.pictures[0].size == reader.budget.fit_picture((1754, 1240))
    assert size_of(second.thumbnail, "JPEG") == (320, 226)
    assert max(size_of(reader.preview(path, parts[0]), "WEBP")) == pytest.approx(1600, abs=2)


def test_read__passages(reader, tmp_path):
    path = tmp_path / "a.md"
    path.write_text("\n".join(f"Line {number} has five words." for number in range(1, 101)))
    parts = reader.outline(path).parts
    assert [(part.place.first_line, part.place.last_line) for part in parts] == [
        (1, 60),
        (51, 100),
    ]
    contents = reader.read(path, parts)
    assert contents[1].text.startswith("Line 51 has five words.\nLine 52")
    assert contents[1].model_input.texts == (contents[1].text,)
    assert size_of(contents[0].thumbnail, "JPEG") == (320, 240)
    assert size_of(reader.preview(path, parts[0]), "WEBP") == (320, 240)


def test_read__video(reader, make_video):
    path = make_video("a.mp4", frames=150)
    parts = reader.outline(path).parts
    assert [part.kind for part in parts] == [Kind.VIDEO, Kind.MOMENT, Kind.MOMENT]
    whole, _, last = reader.read(path, parts)
    assert len(whole.model_input.clips[0].frames) == 14
    assert last.part.place == Place(start=6.0, end=15.0)
    assert size_of(last.thumbnail, "JPEG") == (64, 48)
    assert (last.width, last.height) == (64, 48)
    assert size_of(reader.preview(path, parts[1]), "WEBP") == (64, 48)
    assert len(reader.clip(path, fps=2.0, max_frames=8).frames) == 8
    few = Budget(fps=2.0, max_frames=4)
    assert len(reader.clip(path, budget=few).frames) == 4
    assert len(reader.frame_seconds(path, parts[0], budget=few)) == 4
    assert len(reader.originals(path, parts[0], range(4), budget=few)) == 4
    assert reader.clip(path, start=2.0, end=4.0).seconds == (0.0, 0.7, 1.3, 2.0)


@pytest.mark.parametrize(
    "name", [b"two\nlines", "\u202e\U0001f600".encode(), b"\xff\xfe", b"x" * 251, b"%s{}'<b>"]
)
def test_read__strange_names(reader, tmp_path, make_pdf, make_video, name):
    for source in (make_pdf("a.pdf", [(300, 400)]), make_video("a.mp4", frames=4)):
        path = tmp_path / (os.fsdecode(name) + source.suffix)
        source.rename(path)
        (part,) = reader.outline(path).parts
        (content,) = reader.read(path, [part])
        assert content.thumbnail


def test_read__nothing_asked_nothing_done(tmp_path):
    reader = Reader(Budget(), Limits())
    assert reader.read(tmp_path / "gone", []) == ()
    reader.close()


def test_model_inputs__are_what_was_embedded(reader, make_pdf):
    path = make_pdf("a.pdf", [(400, 300)])
    parts = reader.outline(path).parts
    (content,) = reader.read(path, parts)
    (again,) = reader.model_inputs(path, parts)
    assert again.pictures[0].image.tobytes() == content.model_input.pictures[0].image.tobytes()


def test_read__file_became_another(reader, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("hello")
    (part,) = reader.outline(path).parts
    Image.new("RGB", (64, 64)).save(path, "PNG")
    with pytest.raises(UnreadableMediaError, match=r"has changed since it was indexed"):
        reader.read(path, [part])


def test_read__text_became_shorter(reader, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("word " * 1000)
    parts = reader.outline(path).parts
    path.write_text("word")
    with pytest.raises(UnreadableMediaError, match=r"has changed since it was indexed"):
        reader.read(path, parts[-1:])


def test_read__file_vanished(reader, tmp_path):
    with pytest.raises(UnreadableMediaError, match="no longer there"):
        reader.outline(tmp_path / "a.png")
    with pytest.raises(UnreadableMediaError, match="no longer there"):
        reader.read(tmp_path / "a.png", [Part(ordinal=0, kind=Kind.PICTURE)])


def test_picture__that_is_none(reader, tmp_path):
    path = tmp_path / "a.png"
    path.write_text("hello")
    with pytest.raises(UnreadableMediaError, match=r"named \.png, but its content is no picture"):
        reader.picture(path)
    path = tmp_path / "a.txt"
    path.write_text("hello")
    with pytest.raises(UnreadableMediaError, match="This is not a picture; choose a JPEG"):
        reader.picture(path)
    with pytest.raises(UnreadableMediaError, match="This is not a video; choose an MP4"):
        reader.clip(path)


def test_outline__hanging_decord_is_replaced_by_pyav(make_video, tmp_path, monkeypatch):
    """A decord that never returns, found by the worker in place of the real one."""
    path = make_video("a.mp4", frames=40)
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "decord.py").write_text("import time\ndef VideoReader(*a, **k): time.sleep(60)\n")
    monkeypatch.syspath_prepend(str(fake))  # spawned processes inherit sys.path
    reader = Reader(Budget(), Limits(deadline=1.5), workers=1)
    try:
        (part,) = reader.outline(path).parts
    finally:
        reader.close()
    assert part.place == Place(start=0.0, end=4.0)


def test_reader__imports_no_decoder_in_this_process():
    code = (
        "import sys, qwen3vl_app.media.reader, qwen3vl_app.media.scan;"
        "bad = {'torch', 'transformers', 'gradio', 'decord', 'av', 'pypdfium2', 'pillow_heif'};"
        "sys.exit(str(bad & set(sys.modules)) if bad & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_same_in_detail__one_other_figure(reader, tmp_path):
    """Also between a copy that is turned, smaller and compressed, and what it is a copy of."""
    three, eight, copy = (tmp_path / name for name in ("three.png", "eight.png", "copy.jpg"))
    statement(3, 150).save(three)
    statement(8, 150).save(eight)
    turned = scaled(statement(3, 150), 0.6).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(copy, quality=70, exif=exif)
    assert not reader.same_in_detail(three, eight)
    assert not reader.same_in_detail(copy, eight)
    assert reader.same_in_detail(three, copy)
    assert reader.same_in_detail(copy, three)


def test_same_in_detail__names_the_file_that_cannot_be_read(reader, tmp_path):
    whole, broken = tmp_path / "whole.png", tmp_path / "broken.png"
    statement(3, 100).save(whole)
    broken.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(UnreadableMediaError) as raised:
        reader.same_in_detail(whole, broken)
    assert raised.value.path == broken


def test_read__what_is_known_gives_the_model_the_same_and_nothing_else(
    options, make_pdf, make_video, tmp_path
):
    picture, text = tmp_path / "a.png", tmp_path / "a.txt"
    Image.linear_gradient("L").convert("RGB").resize((900, 700)).save(picture)
    text.write_text("A fox.")
    page = make_pdf("a.pdf", [(595, 842)], text="a red bicycle")
    for path in (picture, text, page, make_video("a.mp4", frames=60)):
        parts = worker.outline(path, options).parts
        for full, bare in zip(
            worker.read(path, options, parts, known=False),
            worker.read(path, options, parts, known=True),
            strict=True,
        ):
            assert full.thumbnail
            assert (bare.thumbnail, bare.phash, bare.taken) == (b"", None, "")
            assert bare.text == ("" if full.part.kind is Kind.PAGE else full.text)
            assert pixels(bare.model_input) == pixels(full.model_input)
            assert (bare.width, bare.height) == (full.width, full.height)


def pixels(one):
    frames = [frame for clip in one.clips for frame in clip.frames]
    seconds = [clip.seconds for clip in one.clips]
    return (
        [(p.size, p.tobytes()) for p in (*(it.image for it in one.pictures), *frames)],
        seconds,
        one.texts,
    )
