"""A batch into the library, where what cannot be kept costs its own file only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.decoding import told
from qwen3vl_app.indexing.jobs import Job
from qwen3vl_app.messages import Message
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd, FileId
from qwen3vl_app.types import ContentHash, Outcome, Space

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one transaction keeps."""

    starts: dict[FileId, ContentHash]
    parts: tuple[EmbeddedPart, ...]
    ends: tuple[FileEnd, ...]

    def by_content(self) -> Iterator[Step]:
        """The same in steps that have no file and no content in common."""
        hashes = {part.content_hash for part in self.parts} | set(self.starts.values())
        for content in sorted(hashes):
            starts = {file: found for file, found in self.starts.items() if found == content}
            yield Step(
                starts=starts,
                parts=tuple(part for part in self.parts if part.content_hash == content),
                ends=tuple(end for end in self.ends if end.file in starts),
            )
        for end in self.ends:
            if end.file not in self.starts:
                yield Step(starts={}, parts=(), ends=(end,))


def keep(
    library: Library, space: Space, step: Step, jobs: dict[FileId, Job]
) -> dict[FileId, Outcome]:
    """Commit a step, and return how files ended.

    Anything unforeseen in one file, such as a number that SQLite does not take, fails that file
    and not the run.

    Raises:
        LibraryError: The disk refuses.
    """
    try:
        return _commit(library, space, step)
    except AppError:
        raise  # the disk refuses, which is not the file's fault
    except Exception:
        log.exception("a batch cannot be kept; trying its files one by one")
    kept: dict[FileId, Outcome] = {}
    for one in step.by_content():
        try:
            kept |= _commit(library, space, one)
        except AppError:
            raise
        except Exception as error:
            reason = Message.of("reason.unkept", said=told(error))
            kept |= _give_up(library, space, one, reason, jobs)
    return kept


def _commit(library: Library, space: Space, step: Step) -> dict[FileId, Outcome]:
    return library.writer.commit(space, starts=step.starts, parts=step.parts, ends=step.ends)


def _give_up(
    library: Library, space: Space, step: Step, reason: Message, jobs: dict[FileId, Job]
) -> dict[FileId, Outcome]:
    """End the files of a step as failed, and ask for no more of them."""
    files = dict.fromkeys([*step.starts, *(end.file for end in step.ends)])
    for file in files:
        if (job := jobs.get(file)) is not None:
            job.void = reason
            job.todo.clear()
    ends = [
        FileEnd(file=file, stamp=None, content_hash=None, reason=reason)
        for file in files
        if (job := jobs.get(file)) is None or job.is_over
    ]
    return library.writer.commit(space, starts={}, parts=(), ends=ends)
