"""What counts as the same question, and how much is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from qwen3vl_app.search import score_cache
from qwen3vl_app.search.score_cache import ScoreCache, query_key
from qwen3vl_app.types import Clip, ModelInput, Picture, Score
from tests.search.test_ranking import hit


def picture(colour: str = "red", size: tuple[int, int] = (4, 6)) -> Picture:
    return Picture(Image.new("RGB", size, colour))


def clip(*seconds: float) -> Clip:
    return Clip(frames=tuple(picture().image for _ in seconds), seconds=seconds)


ASKED = ModelInput(texts=("fox",), pictures=(picture(),), clips=(clip(0, 1),))


def test_question_of__equal_content_is_the_same_question():
    again = ModelInput(texts=("fox",), pictures=(picture(),), clips=(clip(0, 1),))
    assert query_key(ASKED, "Find it.") == query_key(again, "Find it.")


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, texts=("foxes",)),
        replace(ASKED, texts=("f", "ox")),
        replace(ASKED, texts=("\udcff",)),
        replace(ASKED, pictures=()),
        replace(ASKED, pictures=(picture("blue"),)),
        replace(ASKED, pictures=(picture(size=(6, 4)),)),
        replace(ASKED, pictures=(picture(), picture())),
        replace(ASKED, clips=(clip(0, 2),)),
        replace(ASKED, clips=(replace(clip(0, 1), from_file=False),)),
        replace(ASKED, clips=(clip(0), clip(1))),
    ],
)
def test_question_of__any_difference_is_another(other: ModelInput):
    assert query_key(ASKED, "Find it.") != query_key(other, "Find it.")
    assert query_key(ASKED, "Find it.") != query_key(ASKED, "Find that.")


def test_verdicts__the_least_recently_used_goes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(score_cache, "KEPT_SCORES", 2)
    kept = ScoreCache()
    first, second, third = (hit(number).item for number in (1, 2, 3))
    for number, each in enumerate((first, second)):
        kept.keep(b"q", each, Score(relevance=0.5, logit=float(number)))
    assert kept.known(b"q", first) == Score(relevance=0.5, logit=0.0)
    kept.keep(b"q", third, Score(relevance=0.5, logit=2.0))
    assert kept.known(b"q", second) is None
    assert kept.known(b"q", first) is not None
    assert kept.known(b"other", first) is None
    kept.clear()
    assert kept.known(b"q", first) is None
