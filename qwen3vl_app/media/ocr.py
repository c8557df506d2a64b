"""Reads words in pictures (OCR), with the models that the wheel of ``rapidocr`` brings.

Only worker processes call :func:`read_lines`; nothing of it is imported before that. PP-OCRv6
finds lines of words and reads Latin, Chinese and Japanese letters; see ``demo/measuring/ocr.py``
for how well. The models are named by their path, so that nothing is ever downloaded.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from qwen3vl_app.errors import AppError
from qwen3vl_app.media.thumbnails import shrink
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Corners, PictureClass, TextLine

VERSION = 1
"""Of what is read from pictures. Raise it whenever more is: all pictures are then read again."""

THREADS = 1
"""Of one picture being read: searches need the other cores."""

LONGEST = 2400
"""Pixels of the longer side beyond which a picture is shrunk first: 200 dots per inch of A4."""

_LEAST = 48
"""Pixels to which the shorter side is enlarged at least: the recogniser reads lines of that
height."""

_DETECTED_FAR, _DETECTED_ELSE = 960, 1600
_DETECTED = {PictureClass.PHOTOGRAPH: _DETECTED_FAR, PictureClass.FRAME: _DETECTED_FAR}
"""Pixels of the longer side at which lines of words are looked for: what a camera has taken holds
large ones if any, and costs a third so."""

MOST_LINES = 1000
"""Of one picture, the surest first: a page of a newspaper has some 500."""

_SURE = 0.5
"""Below this confidence, what was read is mostly texture."""

_UPRIGHT = 0.8
"""Mean confidence below which a picture may be upside down, and is read again with its lines
turned."""

_MOSTLY = 0.3
"""Part of the picture that a lone sign may fill: beyond it, the thing shown was taken for one."""

_DETECTOR = "PP-OCRv6_det_small.onnx"
_TURNER = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"


def is_installed() -> bool:
    """Whether there is a reader of words; looks without importing it."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read_lines(picture: Image.Image, of: PictureClass) -> tuple[TextLine, ...]:
    """The lines of words in a picture (RGB, upright), from top to bottom.

    Takes 0.5 s where there are none, 2 to 5 s for a full page, on one core; the first call half
    a second more. Holds up to 0.6 GB meanwhile.
    """
    engine = _engine()
    shown = _fitted(picture)
    bgr = np.ascontiguousarray(np.asarray(shown)[:, :, ::-1])
    # A lone word on an empty page is found only where it is looked at from further away.
    for longest in dict.fromkeys((_DETECTED.get(of, _DETECTED_ELSE), _DETECTED_FAR)):
        engine.text_det.limit_side_len = longest
        found = engine(bgr, use_cls=False)
        if found.txts:
            break
    if _sureness(found.scores) < _UPRIGHT:
        # Not at once: of short words the turner is often wrong, and "dog" is read as "6op".
        turned = engine(bgr, use_cls=True)
        found = max(found, turned, key=lambda each: _sureness(each.scores))
    if found.boxes is None or found.txts is None or found.scores is None:
        return ()
    size = np.array(shown.size, np.float32)
    texts = [" ".join(text.split()) for text in found.txts]
    lines = [
        TextLine(text=text, corners=_corners(box / size), confidence=round(float(sure), 3))
        for box, text, sure in zip(found.boxes, texts, found.scores, strict=True)
        if text and not _is_a_thing(text, box / size)
    ]
    surest = sorted(lines, key=lambda line: -line.confidence)[:MOST_LINES]
    least = surest[-1].confidence if surest else 0.0
    return tuple(line for line in lines if line.confidence >= least)[:MOST_LINES]


def known_letters() -> frozenset[str]:
    """Every sign that the recogniser can read."""
    recogniser = _engine()._load_rec_model()  # noqa: SLF001  # has no other door
    return frozenset(recogniser.session.get_character_list())


def rest() -> None:
    """Let go of the models, if they are loaded; the next picture loads them again."""
    _engine.cache_clear()


@cache
def _engine() -> Any:  # noqa: ANN401  # not imported before it is needed
    """The reader of words; two seconds for the first one of a process, then half a second.

    Raises:
        AppError: It is installed, and does not work.
    """
    try:
        return _made()
    except Exception as error:  # a library that does not load, or a model that is not there
        raise AppError(Message.of("ocr.broken", said=str(error))) from error


def _made() -> Any:  # noqa: ANN401
    import cv2  # noqa: PLC0415
    import rapidocr  # noqa: PLC0415

    cv2.setNumThreads(THREADS)
    models = Path(rapidocr.__file__).parent / "models"
    given: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.text_score": _SURE,
        "Global.max_side_len": LONGEST,
        "Det.limit_type": "max",
        "Det.model_path": str(models / _DETECTOR),
        "Cls.model_path": str(models / _TURNER),
        "Rec.model_path": str(models / _RECOGNISER),
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        "EngineConfig.onnxruntime.inter_op_num_threads": THREADS,
    }
    engine: Any = rapidocr.RapidOCR(params=given)
    engine._load_det_model()  # noqa: SLF001  # else there is no detector whose size could be set
    return engine


def _fitted(picture: Image.Image) -> Image.Image:
    """``picture`` small enough to be read in time, and no thinner than a line of words."""
    small = shrink(picture, LONGEST)
    if min(small.size) >= _LEAST:
        return small
    scale = _LEAST / min(small.size)
    width, height = (min(LONGEST, max(_LEAST, round(side * scale))) for side in small.size)
    return small.resize((width, height), Image.Resampling.BICUBIC)


def _sureness(scores: Sequence[float] | None) -> float:
    """Mean confidence; 1 where nothing was read, so that nothing is to be gained."""
    return sum(scores) / len(scores) if scores else 1.0


def _is_a_thing(text: str, box: NDArray[np.float32]) -> bool:
    across, down = np.ptp(box, axis=0)
    return len(text) == 1 and float(across * down) > _MOSTLY


def _corners(box: NDArray[np.float32]) -> Corners:
    """Eight numbers from 0 to 1, to a fourth of a pixel."""
    x0, y0, x1, y1, x2, y2, x3, y3 = (round(float(at), 4) for at in np.clip(box, 0, 1).ravel())
    return x0, y0, x1, y1, x2, y2, x3, y3
