"""One file on its way through the indexer, from its outline to its outcome."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qwen3vl_app.indexing.decoding import MAX_COSTLY, Reading
from qwen3vl_app.indexing.plan import giver_up
from qwen3vl_app.indexing.reasons import reason
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.rows import FileEnd, KnownFile
from qwen3vl_app.types import ContentHash, FileStamp, Kind, Part

WEIGHTS = {Kind.VIDEO: 8, Kind.MOMENT: 2}
"""Of a part in a batch, where it is not 1. The frames of a whole video take up to 150 MB, those
of a moment 20 MB, a picture 5 MB: so the batch in work and the next stay under a gigabyte."""


def weight(parts: Sequence[Part]) -> int:
    """What these parts count for in a batch."""
    return sum(WEIGHTS.get(part.kind, 1) for part in parts)


@dataclass(slots=True, eq=False)
class Job:
    """A content whose parts are being read and embedded. Used by the indexer's thread only."""

    file: KnownFile
    stamp: FileStamp
    content_hash: ContentHash
    parts: tuple[Part, ...]
    todo: deque[Part]
    """Parts that have not been asked for."""

    reader: str = ""
    """``Reader.version``."""

    damage: Message = NOTHING
    """``Outline.damage``: what is missing of the file, although it can be read."""

    findings: bytes = b""
    """``Outline.findings``, for reading its parts."""

    followers: list[tuple[KnownFile, FileStamp]] = field(default_factory=list)
    """Files with the same bytes that were met meanwhile; they end as this one does."""

    failures: list[tuple[Part, Message]] = field(default_factory=list)
    in_flight: int = 0
    """Parts that were asked for and are not committed."""

    void: Message = NOTHING
    """Why the whole file is given up."""

    may_pass: bool = False
    """Whether something failed that has to do with the moment."""

    refused_in: str = ""
    """Fingerprint of the space in which the model refused a part for good; empty if in none."""

    _costly: int = 0

    def next_parts(self, room: int) -> list[Part]:
        """Take parts that fit into ``room``, at least one."""
        taken = [self.todo.popleft()]
        while self.todo and weight(taken) + weight([self.todo[0]]) <= room:
            taken.append(self.todo.popleft())
        self.in_flight += len(taken)
        return taken

    def note(self, reading: Reading) -> None:
        """Remember what could not be read, and give up where going on is hopeless."""
        self.failures.extend(reading.failures)
        self._costly += reading.costly
        self.void = self.void or reading.void
        self.may_pass = self.may_pass or reading.may_pass
        if self._costly >= MAX_COSTLY and reading.failures:
            self.failures.extend((part, reading.failures[-1][1]) for part in self.todo)
        if self._costly >= MAX_COSTLY or self.void:
            self.todo.clear()

    @property
    def is_over(self) -> bool:
        """Nothing is left to ask for, and nothing under way."""
        return not self.todo and not self.in_flight

    def ends(self) -> Iterator[FileEnd]:
        """The outcome of the file and of its followers, the file first."""
        if self.void:
            # Followers have been hashed for themselves: they stay pending and are read again.
            yield FileEnd(file=self.file.id, stamp=self.stamp, content_hash=None, reason=self.void)
            return
        failed = {part.ordinal for part, _ in self.failures}
        worked = len(self.parts) - len(failed)
        why = reason(self.parts, sorted(self.failures, key=lambda f: f[0].ordinal))
        if worked:
            why = why or self.damage
        for file, stamp in ((self.file, self.stamp), *self.followers):
            yield FileEnd(
                file=file.id,
                stamp=stamp,
                content_hash=self.content_hash if worked else None,
                vectors=worked,
                reason=why,
                given_up_by=""
                if worked or self.may_pass
                else giver_up(self.reader, self.refused_in),
            )
