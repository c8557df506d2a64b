"""What is missing of a video that can be played all the same: its end, or a part in its middle.

Decoders conceal damage: they repeat what was before, and say nothing. So it is looked for in the
bytes. Disks that fail, copies that were not finished and downloads with holes leave zeros where
data was never written, which no coding has in such numbers, and files that end before the place
where their container says that they do, or within a packet. A few bytes that have changed are not
seen.
"""

from __future__ import annotations

import statistics
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from qwen3vl_app.media.decoding import THE_VIDEO
from qwen3vl_app.media.ends import ends_early
from qwen3vl_app.messages import NOTHING, Message

_ZEROS = bytes(64)
"""Never in a unit of H.264 or HEVC, which has no three zeros in a row (ITU-T H.264, 7.4.1)."""

_MANY_ZEROS = bytes(1024)
"""Never in what an arithmetic coder writes, nor in five packets of a transport stream."""

_SHORTEST = 16
"""Bytes of a packet that is nothing but zeros and yet no frame."""

_IN_UNITS = frozenset({"h264", "hevc"})
_ARITHMETIC = frozenset({"mpeg4", "vp8", "libvpx-vp8", "vp9", "libvpx-vp9", "av1", "libdav1d"})
_BEGIN_OTHERWISE = frozenset({"mpeg1video", "mpeg2video", "mjpeg", "prores", "h263", "flv"})
"""Codings of which zeros may be stuffing, but no frame begins with sixteen of them."""

_EMPTY = bytes(8192)
"""No frame of the following codings of sound has so many in a row; silence in others may."""

_SMALL_SOUNDS = frozenset(
    {"aac", "mp2", "mp3", "mp3float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac"}
)

_GAP = 3.0
"""Frames of time that are missing between two packets where something was lost."""

_MOST_READ = 2**20
"""Bytes between two packets that are looked at."""

BREAKS_OFF = Message.of("reason.truncated", subject=THE_VIDEO)


@dataclass(frozen=True, slots=True)
class _Space:
    """Bytes between two packets that belong to neither."""

    begin: int
    """Where the packet before begins in the file."""

    size: int
    """Of that packet and the bytes after it."""

    time: int
    """When the packet before is decoded."""

    step: int
    """Ticks from there to the next."""


class DamageFinder:
    """Looks at every packet of a stream once, in the order of the file; 1 ms for 10 MB.

    Args:
        file: An open container of PyAV.
        stream: Whose packets they are.
        source: Its bytes, of which those that were read last are read again.
    """

    def __init__(self, file: Any, stream: Any, source: BinaryIO) -> None:  # noqa: ANN401 - av comes without types
        self._source = source
        codec, extra = stream.codec_context.name, bytes(stream.codec_context.extradata or b"")
        self._is_known = codec in _IN_UNITS | _ARITHMETIC | _BEGIN_OTHERWISE
        self._never = b""
        if codec in _IN_UNITS and extra[:1] == b"\x01":  # else zeros may stand between units
            self._never = _ZEROS
        elif codec in _ARITHMETIC:
            self._never = _MANY_ZEROS
        self._base = float(stream.time_base)
        # AVI and transport streams do not tell by the time that packets are missing.
        self._tells = file.format.name not in ("avi", "mpegts")
        self._empty = _MANY_ZEROS if file.format.name == "mpegts" else _EMPTY
        # The packets of MP4 are where its index says, whatever lies between them.
        self._may_lose = "mp4" not in file.format.name and all(
            sound.codec_context.name in _SMALL_SOUNDS for sound in file.streams.audio
        )
        self._first: int | None = None
        self._lost: list[int] = []
        self._spaces: list[_Space] = []
        self._steps = array("q")
        self._last = (-1, 0, 0)

    def add(self, packet: Any) -> None:  # noqa: ANN401
        """Look at the next packet."""
        if packet.dts is None or not self._is_known:
            return
        place, size, time = packet.pos, packet.size, packet.dts
        self._first = time if self._first is None else min(self._first, time)
        if self._is_hollow(packet):
            self._lost.append(time)
        if place is None or place < 0:
            return
        begin, length, before = self._last
        if begin >= 0:
            self._steps.append(time - before)
            if place - begin - length > len(self._empty):
                self._note(_Space(begin, place - begin, before, time - before))
        self._last = place, size, time

    def _is_hollow(self, packet: Any) -> bool:  # noqa: ANN401
        data = bytes(packet)
        if len(data) >= _SHORTEST and not any(data[:_SHORTEST]) and not any(data):
            return True
        return bool(self._never) and self._never in data

    def _note(self, space: _Space) -> None:
        """Look at it now, while it need not be read again, unless few of its kind will matter."""
        if self._may_lose and self._tells:
            self._spaces.append(space)
        elif self._may_lose and self._is_hole(space):
            self._lost.append(space.time)

    def found(self, size: int) -> Message:
        """What is missing of the video, of so many bytes; nothing if nothing seems to be."""
        self._source.seek(0)
        if ends_early(self._source, size):
            return BREAKS_OFF
        lost = [*self._lost, *self._holes()]
        if not lost:
            return NOTHING
        first = (min(lost) - (self._first or 0)) * self._base
        return Message.of("reason.missing", seconds=f"{first:.1f}")

    def _holes(self) -> Iterator[int]:
        """Times of the packets after which the file has nothing but zeros for a while."""
        usual = statistics.median(self._steps) if self._steps else 0
        for space in self._spaces:
            if space.step > _GAP * usual and self._is_hole(space):
                yield space.time

    def _is_hole(self, space: _Space) -> bool:
        self._source.seek(space.begin)
        data = self._source.read(min(space.size, _MOST_READ))
        return self._empty in data and _PADDING not in data


_PADDING = b"JUNK"
"""What AVI files have between packets so that these begin at even places."""
