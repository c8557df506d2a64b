"""Opening and reading one file, as values: what cannot be read comes back with its reason.

Runs on the threads of ``Feed``; the decoding itself happens in the reader's processes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import (
    AppError,
    DecoderDiedError,
    MemoryLimitError,
    TooSlowError,
    UnreachableMediaError,
    UnreadableMediaError,
)
from qwen3vl_app.media import stamps
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.rows import KnownFile
from qwen3vl_app.types import Content, ContentHash, FileStamp, Outline, Part

log = logging.getLogger(__name__)

MAX_COSTLY = 2
"""Parts of one file that may pass the deadline or end the decoder before the rest is given up:
each costs up to a minute, and where two hang the others do too."""

_TOLD = 200
"""Characters of an unforeseen error that a reason quotes; some hold half the file."""

CHANGED = Message.of("reason.changing")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file and its outline, or why there is none."""

    file: KnownFile
    stamp: FileStamp | None = None
    """Taken before it was opened; None if it is not there."""

    outline: Outline | None = None
    content_hash: ContentHash | None = None
    """Instead of an outline: its bytes, which need no reading, because they are known."""

    reason: Message = NOTHING
    given_up: bool = False
    """Whether the reason holds until the file changes, or the reader does."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """The result of reading some parts of a file."""

    contents: tuple[Content, ...] = ()
    failures: tuple[tuple[Part, Message], ...] = ()
    costly: int = 0
    """How many parts hung or ended the decoder."""

    void: Message = NOTHING
    """Why none of this counts: the file is no longer the one that was opened."""

    may_pass: bool = False
    """Whether some part may be readable at another time, the file being the same."""


def open_file(
    reader: Reader, file: KnownFile, is_done: Callable[[ContentHash], bool] = lambda _: False
) -> Opened:
    """Stamp and outline of a file.

    Args:
        reader: Opens it.
        file: What the library knows of it.
        is_done: Whether nothing is left to be read of these bytes. A waiting file of unchanged
            size is compared by its bytes first: it may only have been touched, or copied.
    """
    try:
        stamp = stamp_of(file.path)
    except OSError as error:
        return Opened(file=file, reason=os_reason(error))
    except (ValueError, OverflowError) as error:
        return Opened(file=file, reason=Message.of("reason.impossible", said=str(error)))
    if _may_be_as_it_was(file, stamp):
        content = _tried(partial(reader.content_hash, file.path), file.path)
        if content == file.content_hash and is_done(content) and not _void(stamp):
            return Opened(file=file, stamp=stamp, content_hash=content)
    outline = _tried(partial(reader.outline, file.path), file.path)
    if isinstance(outline, UnreadableMediaError):
        # A file that went away or is still being written is not damaged, whatever it looked like.
        void = _void(stamp)
        given_up = not void and not isinstance(outline, UnreachableMediaError)
        reason = void or outline.reason
        return Opened(file=file, stamp=stamp, reason=reason, given_up=given_up)
    return Opened(file=file, stamp=stamp, outline=outline)


def _may_be_as_it_was(file: KnownFile, stamp: FileStamp) -> bool:
    if file.outcome is not None or file.content_hash is None or file.stamp is None:
        return False
    return file.stamp.size == stamp.size


def read_parts(
    reader: Reader,
    stamp: FileStamp,
    parts: Sequence[Part],
    content_hash: ContentHash | None = None,
    *,
    budget: Budget | None = None,
    findings: bytes = b"",
) -> Reading:
    """Decode parts of a file; a part that cannot be read does not take the others with it.

    Args:
        reader: Decodes them.
        stamp: Of the file before it was opened.
        parts: What is wanted.
        content_hash: Of the file as it was opened. With it, a file of which only the owner, the
            rights or the number of links has changed meanwhile is still the same.
        budget: Of the model that they are for; None for the reader's own.
        findings: Of the file's outline.
    """
    read = partial(reader.read, stamp.path, budget=budget, findings=findings)
    contents = _tried(partial(read, parts), stamp.path)
    if not isinstance(contents, UnreadableMediaError):
        reading = Reading(contents=contents)
    elif len(parts) > 1:
        reading = _read_singly(read, stamp.path, parts)
    else:
        reading = _failed(parts, contents)
    void = _void(stamp, partial(_has_bytes, reader, stamp.path, content_hash))
    return Reading(void=void) if void else reading


def stamp_of(path: Path) -> FileStamp:
    """Size and time of a file as they are now.

    Raises:
        OSError: It is not there.
    """
    return stamps.stamp_of(path, path.stat())


def _read_singly(
    call: Callable[[Sequence[Part]], tuple[Content, ...]], path: Path, parts: Sequence[Part]
) -> Reading:
    read: list[Content] = []
    failures: list[tuple[Part, Message]] = []
    costly = 0
    may_pass = False
    for position, part in enumerate(parts):
        contents = _tried(partial(call, [part]), path)
        if not isinstance(contents, UnreadableMediaError):
            read.extend(contents)
            continue
        failed = _failed([part], contents)
        failures.extend(failed.failures)
        costly += failed.costly
        may_pass = may_pass or failed.may_pass
        if costly >= MAX_COSTLY:
            failures.extend(_failed(parts[position + 1 :], contents).failures)
            break
    return Reading(
        contents=tuple(read), failures=tuple(failures), costly=costly, may_pass=may_pass
    )


def _failed(parts: Sequence[Part], error: UnreadableMediaError) -> Reading:
    costly = isinstance(error, (TooSlowError, DecoderDiedError, MemoryLimitError))
    return Reading(
        failures=tuple((part, error.reason) for part in parts),
        costly=int(costly),
        may_pass=isinstance(error, UnreachableMediaError),
    )


def _tried(call: Callable[[], T], path: Path) -> T | UnreadableMediaError:
    """What ``call`` gives, or why the file cannot be read."""
    try:
        return call()
    except UnreadableMediaError as error:
        return error
    except AppError:
        raise  # of the program, such as that it is closing
    except Exception as error:
        # A decoder raised something unforeseen. One odd file must not stop the run; the
        # traceback goes to the log, where it can be reported.
        log.exception("reading %s", path)
        return UnreadableMediaError(path, Message.of("reason.unknown_way", said=told(error)))


def told(error: Exception) -> str:
    """The last line of what an unforeseen error says, shortened."""
    lines = str(error).strip()[-_TOLD * 10 :].splitlines()
    return (lines[-1] if lines else type(error).__name__)[:_TOLD]


def _void(stamp: FileStamp, is_same: Callable[[], bool] = lambda: False) -> Message:
    """Why what was read since ``stamp`` was taken does not count; nothing if it does."""
    try:
        now = stamp_of(stamp.path)
    except OSError as error:
        return os_reason(error)
    if now == stamp:
        return NOTHING
    same_place = now.has_times_of(stamp) and now.inode == stamp.inode
    return NOTHING if same_place and is_same() else CHANGED


def _has_bytes(reader: Reader, path: Path, content_hash: ContentHash | None) -> bool:
    if content_hash is None:
        return False
    return _tried(partial(reader.content_hash, path), path) == content_hash
