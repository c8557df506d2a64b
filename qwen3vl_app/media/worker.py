"""What runs inside a worker process: a file becomes an outline, content or one picture.

Every function opens the file anew, because the one that ran before may have been ended in the
middle. Arguments and results are pickled, so they are plain values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media import pages, pictures
from qwen3vl_app.media.cards import draw_card
from qwen3vl_app.media.files import content_hash, inspect_file
from qwen3vl_app.media.kinds import FileType
from qwen3vl_app.media.passages import Passage, split_passages
from qwen3vl_app.media.texts import read_lines
from qwen3vl_app.media.thumbnails import preview as make_preview
from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Content, Kind, ModelInput, Outline, Part, Place


def outline(path: Path, limits: Limits, moment_seconds: float) -> Outline:
    """The parts of a file, and its hash."""
    del moment_seconds
    parts = tuple(_list_parts(path, inspect_file(path, limits), limits))
    return Outline(content_hash=content_hash(path), parts=parts)


def read(
    path: Path, parts: Sequence[Part], budget: Budget, limits: Limits, thumbnails: bool
) -> tuple[Content, ...]:
    """Decode ``parts``, in their order. Without ``thumbnails`` those stay empty."""
    if not parts:
        return ()
    file_type = inspect_file(path, limits)
    _check_kinds(path, file_type, parts)
    if file_type is FileType.PICTURE:
        return tuple(_read_picture(path, part, budget, limits, thumbnails) for part in parts)
    if file_type is FileType.PDF:
        return tuple(_read_pages(path, parts, budget, limits, thumbnails))
    return tuple(_read_passages(path, parts, thumbnails))


def picture(path: Path, limits: Limits) -> Image.Image:
    """A whole picture, or the first page of a PDF that claims to be one."""
    if inspect_file(path, limits) is not FileType.PICTURE:
        raise UnreadableMediaError(path, "This is not a picture; choose a JPEG, PNG or the like.")
    loaded = pictures.load_picture(path, limits)
    loaded.info = {}
    return loaded


def preview(path: Path, part: Part, longest: int, limits: Limits) -> bytes:
    """One part as a large WebP for the detail panel."""
    file_type = inspect_file(path, limits)
    _check_kinds(path, file_type, [part])
    if file_type is FileType.PICTURE:
        shown = pictures.load_picture(path, limits)
    elif file_type is FileType.PDF:
        shown = pages.draw_page(path, part.place.page or 1, longest, limits)
    else:
        shown = draw_card(_passage(path, part).text)
    return make_preview(shown, longest)


_KINDS = {
    FileType.PICTURE: {Kind.PICTURE},
    FileType.PDF: {Kind.PAGE},
    FileType.TEXT: {Kind.PASSAGE},
    FileType.VIDEO: {Kind.VIDEO, Kind.MOMENT},
}


def _check_kinds(path: Path, file_type: FileType, parts: Sequence[Part]) -> None:
    if any(part.kind not in _KINDS[file_type] for part in parts):
        raise UnreadableMediaError(path, "The file has changed since it was indexed.")


def _list_parts(path: Path, file_type: FileType, limits: Limits) -> Iterator[Part]:
    if file_type is FileType.PICTURE:
        pictures.check_picture(path, limits)
        yield Part(ordinal=0, kind=Kind.PICTURE)
    elif file_type is FileType.PDF:
        for ordinal in range(pages.count_pages(path, limits)):
            yield Part(ordinal=ordinal, kind=Kind.PAGE, place=Place(page=ordinal + 1))
    else:
        for ordinal, passage in enumerate(_passages(path)):
            place = Place(first_line=passage.first_line, last_line=passage.last_line)
            yield Part(ordinal=ordinal, kind=Kind.PASSAGE, place=place)


def _read_picture(
    path: Path, part: Part, budget: Budget, limits: Limits, thumbnails: bool
) -> Content:
    whole = pictures.load_picture(path, limits)
    return Content(
        part=part,
        model_input=ModelInput(pictures=(pictures.fit_picture(whole, budget),)),
        thumbnail=thumbnail(whole) if thumbnails else b"",
        width=whole.width,
        height=whole.height,
    )


def _read_pages(
    path: Path, parts: Sequence[Part], budget: Budget, limits: Limits, thumbnails: bool
) -> Iterator[Content]:
    numbers = [part.place.page or 1 for part in parts]
    for part, page in zip(parts, pages.draw_pages(path, numbers, budget, limits), strict=True):
        fitted = page.picture.resize(budget.fit_picture(page.size), Image.Resampling.BICUBIC)
        yield Content(
            part=part,
            model_input=ModelInput(pictures=(fitted,)),
            thumbnail=thumbnail(page.picture) if thumbnails else b"",
            text=page.text,
            width=page.size[0],
            height=page.size[1],
        )


def _read_passages(path: Path, parts: Sequence[Part], thumbnails: bool) -> Iterator[Content]:
    for part in parts:
        text = _passage(path, part).text
        yield Content(
            part=part,
            model_input=ModelInput(texts=(text,)),
            thumbnail=thumbnail(draw_card(text)) if thumbnails else b"",
            text=text,
        )


def _passage(path: Path, part: Part) -> Passage:
    passages = _passages(path)
    if part.ordinal >= len(passages):
        raise UnreadableMediaError(path, "The file has changed since it was indexed.")
    return passages[part.ordinal]


def _passages(path: Path) -> list[Passage]:
    status = path.stat()
    return _split(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=2)
def _split(path: Path, size: int, mtime_ns: int) -> list[Passage]:
    """A long text is asked for 16 passages at a time; it is split once."""
    del size, mtime_ns  # part of the key only: a changed file is split again
    return split_passages(read_lines(path))
