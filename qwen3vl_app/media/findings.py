"""What one pass over the packets of a video has found, as bytes for the process that reads it.

A file is outlined in one process and read in others. Without this, each of them would go through
the whole file again before its first frame.
"""

from __future__ import annotations

import io
from dataclasses import astuple, dataclass

import numpy as np

from qwen3vl_app.media.blocks import Version
from qwen3vl_app.media.packets import PacketIndex, Ticks, Timing

_MOST = 4 * 2**20
"""Bytes that are worth sending with every call. A steady day has some thousand; more is a film of
days whose rate varies, and that is gone through again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """Of a video as it was when it had this ``version``."""

    version: Version
    index: PacketIndex
    first: tuple[int, int | None]
    """Of the first frame that can be decoded: its time, and when its packet was decoded."""

    timing: Timing

    def packed(self) -> bytes:
        """For :meth:`unpack`; b"" where that would be too large. 10 ms for an hour of video."""
        index, (time, decoded) = self.index, self.first
        columns = [index.times, index.keys, index.ticks]
        columns += [] if index.decoded is None else [index.decoded]
        numbers = (index.last, index.longest, index.restarts, time)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            version=np.array(_said(self.version)),
            numbers=np.array(numbers, np.int64),
            decoded=np.array([] if decoded is None else [decoded], np.int64),
            timing=np.array(astuple(self.timing), np.float64),
            lengths=np.array([len(column) for column in columns], np.int64),
            steps=np.concatenate([_steps(column) for column in columns]),
        )
        return file.getvalue() if file.tell() <= _MOST else b""

    @classmethod
    def unpack(cls, data: bytes, version: Version) -> Findings | None:
        """What was packed; None if that was nothing, or of a file that has changed since."""
        if not data:
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            if found["version"].item() != _said(version):
                return None
            last, longest, restarts, time = found["numbers"].tolist()
            decoded = found["decoded"].tolist()
            base, rate, shown, lead, has_gaps = found["timing"].tolist()
            ends = np.cumsum(found["lengths"])[:-1]
            columns = [np.cumsum(steps) for steps in np.split(found["steps"], ends)]
        index = PacketIndex(
            times=columns[0],
            keys=columns[1],
            ticks=columns[2],
            last=last,
            longest=longest,
            decoded=columns[3] if len(columns) > 3 else None,
            restarts=bool(restarts),
        )
        return cls(
            version=version,
            index=index,
            first=(time, decoded[0] if decoded else None),
            timing=Timing(base=base, rate=rate, last=shown, lead=lead, has_gaps=bool(has_gaps)),
        )


def _said(version: Version) -> str:
    """As text: numbers of inodes need not fit into 64 bits."""
    return " ".join(str(number) for number in version)


def _steps(column: Ticks) -> Ticks:
    """From each to the next, of which most are equal and pack well; the sums of them are exact."""
    return np.diff(column, prepend=0)
