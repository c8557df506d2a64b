"""Items without one of their parts."""

from __future__ import annotations

import numpy as np
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.inspection.evidence import most_passes
from qwen3vl_app.inspection.occlusion import (
    MOST_COARSE,
    Cell,
    CoveredClip,
    CoveredPicture,
    ShortenedText,
    Span,
    spans,
)
from qwen3vl_app.types import Clip, ModelInput, Picture


def test_cells__cover_the_picture():
    content = ModelInput(pictures=(Picture(Image.new("RGB", (640, 640))),))
    picture = CoveredPicture(content, Budget())
    windows = picture.coarse()
    assert len(windows) == 9
    cells = {part for one in windows for part in picture.parts(one)}
    quarters = {part for one in cells for part in picture.parts(one)}
    assert (len(cells), len(quarters)) == (16, 64)
    assert most_passes(picture) == 1 + 9 + 16 + 16 + 16  # windows, cells, quarters and theirs
    assert picture.parts(Cell(0, 0, 1 / 16, 1 / 16)) == ()  # smaller than a token
    for parts in (cells, quarters):
        counted = np.zeros((160, 160), int)
        for cell in parts:
            left, top, right, bottom = cell.box((160, 160))
            counted[top:bottom, left:right] += 1
        assert (counted == 1).all()


def test_picture__a_covered_cell_has_the_mean_colour_and_the_rest_stays():
    image = Image.new("RGB", (128, 128), (200, 0, 0))
    image.paste((0, 100, 0), (64, 0, 128, 128))
    content = ModelInput(pictures=(Picture(image),), texts=("beside it",))
    covered = CoveredPicture(content, Budget()).without(Cell(0, 0, 0.5, 0.5))
    found = np.asarray(covered.pictures[0].image)
    assert covered.texts == ("beside it",)
    assert (found[:64, :64] == (100, 50, 0)).all()
    assert (found[64:, :64] == (200, 0, 0)).all()
    assert (found[:, 64:] == (0, 100, 0)).all()


def test_picture__has_the_size_at_which_the_model_sees_it():
    content = ModelInput(pictures=(Picture(Image.new("RGB", (1000, 500))),))
    budget = Budget(max_picture_tokens=32)
    whole = CoveredPicture(content, budget).whole.pictures[0]
    assert whole.size == budget.fit_picture((1000, 500)) == budget.fit_picture(whole.size)


def test_clip__covered_frames_stay_in_their_place():
    frames = tuple(Image.new("RGB", (8, 8), (40 * n, 0, 0)) for n in range(4))
    clip = Clip(frames=frames, seconds=(0.0, 0.5, 1.0, 1.5))
    found = CoveredClip(ModelInput(clips=(clip,)), 4).without(Span(1, 2)).clips[0]
    assert (reds(found), found.seconds) == ([0, 60, 80, 120], clip.seconds)
    # counted by a model that takes twice as many: the same time of the clip
    found = CoveredClip(ModelInput(clips=(clip,)), 8).without(Span(2, 4)).clips[0]
    assert reds(found) == [0, 60, 80, 120]


def reds(clip: Clip) -> list[int]:
    """How red each frame is."""
    return [round(float(np.asarray(frame)[:, :, 0].mean())) for frame in clip.frames]


def test_text__a_sentence_is_left_out():
    text = ShortenedText(ModelInput(texts=("A fox. A river. Rain.",)))
    assert text.coarse() == (Span(0, 1), Span(1, 2), Span(2, 3))
    assert text.without(Span(1, 2)).texts == ("A fox. Rain.",)
    assert ShortenedText(ModelInput(texts=("A fox.",))).without(Span(0, 1)).texts == ("",)


def test_spans__long_ones_begin_in_runs_whose_parts_are_single():
    found = spans(100)
    assert len(found) == MOST_COARSE
    assert [
        at for span in found for part in span.parts() for at in range(part.first, part.end)
    ] == [*range(100)]
    assert spans(0) == ()
    assert spans(3)[0].parts() == ()
