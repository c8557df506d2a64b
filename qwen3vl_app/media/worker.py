"""What runs inside a worker process: a file becomes an outline, content or one picture.

Every function opens the file anew, because the one that ran before may have been ended in the
middle. Arguments and results are pickled, so they are plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from PIL import Image

from qwen3vl_app.budget import Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.index.details import fine_print
from qwen3vl_app.index.details import same_in_detail as have_same_print
from qwen3vl_app.media import clips, ocr, pages, pictures, tiff
from qwen3vl_app.media.animations import is_animated
from qwen3vl_app.media.blocks import forget_files
from qwen3vl_app.media.cards import draw_card
from qwen3vl_app.media.containers import close_videos
from qwen3vl_app.media.file_types import FileType
from qwen3vl_app.media.files import content_hash as hash_file
from qwen3vl_app.media.files import inspect_file
from qwen3vl_app.media.held import held
from qwen3vl_app.media.office import read_office
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.passages import Passage, split_passages
from qwen3vl_app.media.phash import phash
from qwen3vl_app.media.sampling import Span
from qwen3vl_app.media.sections import Section
from qwen3vl_app.media.texts import read_lines
from qwen3vl_app.media.thumbnails import THUMBNAIL_SIDE, shrink, thumbnail, to_png
from qwen3vl_app.media.thumbnails import preview as make_preview
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import (
    Clip,
    Content,
    ContentHash,
    FileStamp,
    Kind,
    ModelInput,
    Outline,
    Part,
    Picture,
    PictureClass,
    Place,
    TextLine,
)


def outline(path: Path, options: ReadOptions) -> Outline:
    """The parts of a file, and its hash, both of the same bytes, which are read once.

    So it is with files up to 1/32 of the memory of this process. Of larger ones the hash is a
    reading of its own, but for videos: these are hashed as they are gone through, and only their
    key frames may be read again, to see where nothing moves.
    """
    file_type = inspect_file(path, options.limits)
    if file_type is FileType.VIDEO:
        close_videos()  # one that was opened to read parts of it has not been gone through
        parts = tuple(_list_parts(path, file_type, options))
        damage, content, findings = clips.survey(path, options)
        return Outline(content_hash=content, parts=parts, damage=damage, findings=findings)
    with held(path, options.limits):
        parts = tuple(_list_parts(path, file_type, options))
        return Outline(content_hash=hash_file(path), parts=parts)


def content_hash(path: Path, options: ReadOptions) -> ContentHash:
    """The hash of a file's bytes, whatever they are."""
    del options
    return hash_file(path)


def read(
    path: Path, options: ReadOptions, parts: Sequence[Part], known: bool
) -> tuple[Content, ...]:
    """Decode ``parts``, in their order.

    Those that are ``known`` to the library are read for the model alone: neither thumbnail nor
    perceptual hash is made of them, no text layer is read, and those stay empty.
    """
    file_type = _expect(path, options, parts)
    return tuple(_READERS[file_type](path, options, parts, known))


def picture(path: Path, options: ReadOptions) -> tuple[Size, bytes]:
    """A whole picture: its size, and three bytes a pixel.

    Not the picture itself, which is held a third time while it is packed to be sent.
    """
    if inspect_file(path, options.limits) is not FileType.PICTURE:
        raise UnreadableMediaError(path, Message.of("reason.no_picture"))
    loaded = pictures.load_picture(path, options.limits, reference=options.reference)
    return loaded.size, loaded.tobytes()


def clip(path: Path, options: ReadOptions, span: Span) -> Clip:
    """A span of a video."""
    file_type = inspect_file(path, options.limits)
    still = file_type is FileType.PICTURE and not is_animated(path, options.limits)
    if still or file_type not in (FileType.PICTURE, FileType.VIDEO):
        raise UnreadableMediaError(path, Message.of("reason.no_video"))
    return clips.read_clips(path, [span], options)[0].clip


def preview(path: Path, options: ReadOptions, part: Part, longest: int) -> bytes:
    """One part as a large WebP for the detail panel."""
    return make_preview(_shown(path, options, part, longest), longest)


def picture_lines(
    path: Path, options: ReadOptions, part: Part, of: PictureClass
) -> tuple[TextLine, ...]:
    """The words in a picture, a page, or the middle frame of a video or moment."""
    return ocr.read_lines(_shown(path, options, part, ocr.LONGEST), of)


def _shown(path: Path, options: ReadOptions, part: Part, longest: int) -> Image.Image:
    """What a person sees of a part; of a PDF's page drawn ``longest``, else at full size."""
    file_type = _expect(path, options, [part])
    if part.kind is Kind.PICTURE:
        return pictures.load_picture(path, options.limits, reference=options.reference)
    if part.kind is Kind.PAGE and file_type is FileType.PDF:
        return pages.draw_page(path, part.place.page or 1, longest, options.limits)
    if part.kind is Kind.PAGE:
        ((shown, _),) = _tiff_pages(path, [part], options)
        return shown
    if part.kind in (Kind.VIDEO, Kind.MOMENT):
        return clips.middle_frame(path, clips.span_of(part, options), options)
    return draw_card(_passage(path, part, options).text)


def same_in_detail(path: Path, options: ReadOptions, other: Path) -> bool:
    """Whether two pictures that agree as thumbnails also do in small print."""
    one, another = (
        fine_print(pictures.load_picture(file, options.limits, reference=options.reference))
        for file in (path, other)
    )
    return have_same_print(one, another)


def frame_seconds(path: Path, options: ReadOptions, part: Part) -> tuple[float, ...]:
    """When each frame of a video or moment is shown, counted from its start."""
    _expect(path, options, [part])
    return clips.glance_seconds(path, clips.span_of(part, options), options)


def originals(
    path: Path, options: ReadOptions, part: Part, numbers: Sequence[int]
) -> dict[int, bytes]:
    """PNG of a part, or of some of its frames, before they are resized for a model."""
    file_type = _expect(path, options, [part])
    if part.kind in (Kind.VIDEO, Kind.MOMENT):
        found = clips.full_frames(path, clips.span_of(part, options), numbers, options)
    elif part.kind is Kind.PAGE and file_type is FileType.PDF:
        number = [part.place.page or 1]
        (page,) = pages.draw_pages(path, number, options.budget, options.limits)
        found = {0: page.picture}
    elif part.kind is Kind.PAGE:
        ((picture, _),) = _tiff_pages(path, [part], options)
        found = {0: picture}
    else:
        found = {0: pictures.load_picture(path, options.limits, reference=options.reference)}
    return {number: to_png(picture) for number, picture in found.items()}


def rest() -> None:
    """Close what was kept open for the next call, and let go of what is held for it."""
    close_videos()
    forget_files()
    ocr.rest()


_CHANGED = Message.of("reason.changed")

_KINDS = {
    FileType.PICTURE: {Kind.PICTURE, Kind.PAGE, Kind.VIDEO, Kind.MOMENT},  # TIFF, animated
    FileType.PDF: {Kind.PAGE},
    FileType.TEXT: {Kind.PASSAGE},
    FileType.OFFICE: {Kind.PASSAGE},
    FileType.VIDEO: {Kind.VIDEO, Kind.MOMENT},
}


def _expect(path: Path, options: ReadOptions, parts: Sequence[Part]) -> FileType:
    """The type of the file, which must still be one that can have these parts."""
    file_type = inspect_file(path, options.limits)
    if any(part.kind not in _KINDS[file_type] for part in parts):
        raise UnreadableMediaError(path, _CHANGED)
    return file_type


def _list_parts(path: Path, file_type: FileType, options: ReadOptions) -> Iterator[Part]:
    if file_type is FileType.PICTURE:
        if is_animated(path, options.limits):
            yield from clips.list_moments(path, options)
        elif (count := tiff.count_pages(path, options.limits)) > 1:
            yield from _list_pages(count)
        else:
            yield Part(ordinal=0, kind=Kind.PICTURE)
    elif file_type is FileType.PDF:
        yield from _list_pages(pages.count_pages(path, options.limits))
    elif file_type is FileType.VIDEO:
        yield from clips.list_moments(path, options)
    else:
        for ordinal, passage in enumerate(_passages(path, options)):
            place = Place(
                first_line=passage.first_line,
                last_line=passage.last_line,
                section=passage.section,
            )
            yield Part(ordinal=ordinal, kind=Kind.PASSAGE, place=place)


def _list_pages(count: int) -> Iterator[Part]:
    for ordinal in range(count):
        yield Part(ordinal=ordinal, kind=Kind.PAGE, place=Place(page=ordinal + 1))


def _read_picture(
    path: Path, options: ReadOptions, parts: Sequence[Part], known: bool
) -> Iterator[Content]:
    if parts[0].kind in (Kind.VIDEO, Kind.MOMENT):
        with held(path, options.limits):  # once for how long its frames last, once for the frames
            yield from _read_clips(path, options, parts, known)
        return
    if parts[0].kind is Kind.PAGE:
        loaded = _tiff_pages(path, parts, options)
    else:
        loaded = (
            pictures.load_dated(path, options.limits, reference=options.reference) for _ in parts
        )
    for part, (whole, taken) in zip(parts, loaded, strict=True):
        fitted = pictures.fit_picture(whole, options.budget)
        small = None if known else shrink(whole, THUMBNAIL_SIDE)
        yield Content(
            part=part,
            model_input=ModelInput(pictures=(Picture(fitted),)),
            thumbnail=b"" if small is None else thumbnail(small),
            width=whole.width,
            height=whole.height,
            phash=None if small is None else phash(small),
            taken=taken,
        )


def _tiff_pages(
    path: Path, parts: Sequence[Part], options: ReadOptions
) -> Iterator[tuple[Image.Image, str]]:
    numbers = [part.place.page or 1 for part in parts]
    return tiff.load_pages(path, numbers, options.limits, reference=options.reference)


def _read_pages(
    path: Path, options: ReadOptions, parts: Sequence[Part], known: bool
) -> Iterator[Content]:
    numbers = [part.place.page or 1 for part in parts]
    drawn = pages.draw_pages(path, numbers, options.budget, options.limits, texts=not known)
    for part, page in zip(parts, drawn, strict=True):
        fitted = options.budget.fit_picture(page.size)
        picture = page.picture.resize(fitted, Image.Resampling.BICUBIC)
        small = None if known else shrink(page.picture, THUMBNAIL_SIDE)
        yield Content(
            part=part,
            model_input=ModelInput(pictures=(Picture(picture),)),
            thumbnail=b"" if small is None else thumbnail(small),
            text=page.text,
            width=page.size[0],
            height=page.size[1],
            phash=None if small is None else phash(small),
            taken=page.taken,
        )


def _read_clips(
    path: Path, options: ReadOptions, parts: Sequence[Part], known: bool
) -> Iterator[Content]:
    spans = [clips.span_of(part, options) for part in parts]
    read = clips.read_clips(path, spans, options, shown=not known)
    for part, found in zip(parts, read, strict=True):
        yield Content(
            part=part,
            model_input=ModelInput(clips=(found.clip,)),
            thumbnail=found.thumbnail,
            width=found.size[0],
            height=found.size[1],
            taken=found.taken,
        )


def _read_passages(
    path: Path, options: ReadOptions, parts: Sequence[Part], known: bool
) -> Iterator[Content]:
    for part in parts:
        text = _passage(path, part, options).text
        yield Content(
            part=part,
            model_input=ModelInput(texts=(text,)),
            thumbnail=b"" if known else thumbnail(draw_card(text)),
            text=text,
        )


_READERS: dict[
    FileType, Callable[[Path, ReadOptions, Sequence[Part], bool], Iterator[Content]]
] = {
    FileType.PICTURE: _read_picture,
    FileType.PDF: _read_pages,
    FileType.TEXT: _read_passages,
    FileType.OFFICE: _read_passages,
    FileType.VIDEO: _read_clips,
}


def _passage(path: Path, part: Part, options: ReadOptions) -> Passage:
    passages = _passages(path, options)
    if part.ordinal >= len(passages):
        raise UnreadableMediaError(path, _CHANGED)
    return passages[part.ordinal]


def _passages(path: Path, options: ReadOptions) -> list[Passage]:
    return _split(FileStamp.of(path, path.stat()), options.limits)


@lru_cache(maxsize=2)
def _split(stamp: FileStamp, limits: Limits) -> list[Passage]:
    """A long text is asked for 16 passages at a time; it is split once for each stamp."""
    path = stamp.path
    if inspect_file(path, limits) is FileType.OFFICE:
        sections = read_office(path, limits)
    else:
        sections = [Section(lines=read_lines(path))]
    return [
        replace(passage, section=section.name)
        for section in sections
        for passage in split_passages(section.lines)
    ]
