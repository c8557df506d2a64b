"""What the packets of a video say of its frames, without decoding them.

A container says when every frame is shown, and players go by that. Counting packets and dividing
by the average rate is wrong wherever the rate varies, an edit list hides packets, or frames are
stored in another order than they are shown. Imports of FFmpeg are late: only a worker with a video
loads it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.damage import DamageFinder
from qwen3vl_app.media.timeline import Seconds, Timeline, measure
from qwen3vl_app.messages import Message

Ticks = NDArray[np.int64]
"""Times in units of the stream's time base."""

_THREADS = 2
"""Per decoder: there are several workers, and every thread of FFmpeg holds frames."""

_LONGEST_GAP = 10.0
"""Seconds in a broadcast stream beyond which a gap is a clock that was set anew, as players have
it (``-dts_delta_threshold`` of ffmpeg)."""

_RESTARTING = frozenset({"mpegts", "mpeg"})
"""Containers of broadcasts, whose clocks may be set anew in the middle."""

_MOST_HOLES = 100_000
"""Each is a step over 64 KiB; a file that brings no step further must end, too."""

_STILLS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpegxl"})
"""Codings of cover art, which Matroska does not always mark as that."""

_JITTER = 0.5
"""Seconds by which times may go back without being set anew."""

_UNTIMED = frozenset({"avi"})
"""Containers that store when packets are decoded, not when frames are shown."""

_REORDERING = frozenset({"h264", "hevc"})
"""Codings of which FFmpeg cannot tell when a frame is shown if only the order of decoding is
stored, as in AVI."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PacketIndex:
    """Frames that are shown, and where decoding can begin."""

    times: Ticks
    """What tells frames apart, ascending, without repeats; at least one. When each is shown, or
    its number where ``decoded`` says that packets do not tell that."""

    keys: Ticks
    """Those of packets that are decoded without others, ascending, hidden ones included."""

    ticks: Ticks
    """When each frame is shown; as ``times`` where that is known."""

    last: int = 0
    """Ticks for which the packet of the last frame says that it is shown; 0 if it does not."""

    longest: int = 0
    """The most ticks for which any packet says that."""

    decoded: Ticks | None = None
    """When each packet is decoded, where that is all that is known: a decoder then gives frames in
    the order in which they are shown."""

    restarts: bool = False
    """Times jump back, so nothing can be sought; ``Clock`` makes them ascend."""

    def from_first(self, time: int, decoded: int | None) -> PacketIndex:
        """The same from the first frame on that can be decoded: what is before it is not shown.

        Args:
            time: Of that frame.
            decoded: When the packet was decoded upon which the decoder gave it.
        """
        if self.decoded is not None:
            return replace(self, ticks=_shown_later(self.decoded, decoded))
        if time == self.times[0]:
            return self
        shown = self.times >= time
        return replace(self, times=self.times[shown], ticks=self.ticks[shown])


def _shown_later(decoded: Ticks, first: int | None) -> Ticks:
    """When frames are shown if the first is upon the packet ``first``, and one upon each after."""
    if first is None:
        return decoded
    late = min(int(np.searchsorted(decoded, first)), len(decoded) - 1)
    step = int(decoded[-1] - decoded[-2]) if len(decoded) > 1 else 1
    rest = decoded[-1] + step * np.arange(1, late + 1)
    return np.append(decoded[late:], rest)


class Clock:
    """Makes times that jump back go on from where they were; one pass over all packets.

    Args:
        stream: Whose packets they are.
    """

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - av comes without types
        self.restarts = False
        self._most_back = round(_JITTER / float(stream.time_base))
        self._shift = 0
        self._last: int | None = None
        self._step = 1

    def shift(self, packet: Any) -> int:  # noqa: ANN401
        """What is to be added to the times of this packet, the next one in the file."""
        now = packet.dts
        if now is None:
            return self._shift
        if self._last is not None and now + self._shift < self._last - self._most_back:
            self.restarts = True
            self._shift = self._last + self._step - now
        self._last = now + self._shift
        self._step = max(1, packet.duration or self._step)
        return self._shift


def bounded(megapixels: float) -> dict[str, str]:
    """The options under which FFmpeg refuses larger frames before it makes room for them."""
    return {} if math.isinf(megapixels) else {"max_pixels": str(int(megapixels * 1e6))}


def open_video(
    path: Path, source: BinaryIO | None = None, megapixels: float = math.inf
) -> tuple[Any, Any]:
    """The file, and its stream of moving pictures; cover art of music is none.

    Read from ``source`` where that is given, else from the disk.

    Frames of more than so many megapixels are not decoded.

    Raises:
        UnreadableMediaError: There is sound only.
        Exception: Whatever FFmpeg says of a damaged file.
    """
    import av  # noqa: PLC0415

    options = bounded(megapixels)
    file = av.open(source or str(path), metadata_errors="replace", options=options)
    stream = _main_stream(file)
    if stream is not None:
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = _THREADS
        stream.codec_context.options = options
        return file, stream
    has_sound = bool(file.streams.audio)
    file.close()
    if has_sound:
        raise UnreadableMediaError(path, Message.of("reason.sound"))
    raise ValueError("neither pictures nor sound")  # damage, as any other that decoders find


def _main_stream(file: Any) -> Any:  # noqa: ANN401
    """What players show: no single picture beside a film, else what is marked, else the first."""
    from av.stream import Disposition  # noqa: PLC0415

    art = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
    moving = [stream for stream in file.streams.video if not stream.disposition & art]
    return max(
        moving,
        key=lambda one: (
            one.frames != 1 and one.codec_context.name not in _STILLS,
            bool(one.disposition & Disposition.default),
        ),
        default=None,
    )


def index_packets(
    file: Any,  # noqa: ANN401
    stream: Any,  # noqa: ANN401
    damage: DamageFinder | None = None,
) -> PacketIndex | None:
    """All packets of a stream, read once: some 2 µs each. None where no frame is shown.

    Args:
        file: An open container of PyAV, at its beginning.
        stream: The stream of pictures in it.
        damage: Is shown every packet.
    """
    codec = stream.codec_context.name
    by_decoding = file.format.name in _UNTIMED and codec in _REORDERING
    clock, is_hidden = Clock(stream), _hides(codec)
    found = []
    for packet in packets_of(file, stream):
        time = packet.dts if by_decoding or packet.pts is None else packet.pts
        if packet.size and damage is not None:
            damage.add(packet)
        if packet.size and time is not None:
            row = (packet.duration or 0, packet.is_keyframe, is_hidden(packet))
            found.append((time + clock.shift(packet), *row))
    columns = np.array(found, np.int64).reshape(-1, 4)
    times, durations = columns[:, 0], columns[:, 1]
    keys, hidden = columns[:, 2] > 0, columns[:, 3] > 0
    if hidden.all():
        return None
    keys[0] = True
    shown, order = np.unique(times[~hidden], return_index=True)
    last = int(durations[~hidden][order[-1]])
    if by_decoding and not clock.restarts:
        number = np.flatnonzero(np.isin(shown, times[keys]))
        at = np.arange(len(shown))
        return PacketIndex(times=at, keys=number, ticks=shown, last=last, decoded=shown)
    return PacketIndex(
        times=shown,
        keys=np.unique(times[keys]),
        ticks=shown,
        last=last,
        longest=int(durations.max()),
        restarts=clock.restarts,
    )


def packets_of(file: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401
    """Packets up to the end of the file; it goes on after a hole in a broadcast."""
    import av  # noqa: PLC0415

    packets, holes = file.demux(stream), 0
    while holes < _MOST_HOLES:
        try:
            yield next(packets)
        except av.BlockingIOError:  # 64 KiB without the beginning of a packet
            packets, holes = file.demux(stream), holes + 1
        except (StopIteration, av.FFmpegError):
            return


def _hides(codec: str) -> Callable[[Any], bool]:
    """Whether a packet is not to be shown: by an edit list, or as it is for reference only.

    VP8: RFC 6386, 9.1; VP9: bitstream specification, 6.2 and annex B.
    """
    if codec in ("vp8", "libvpx-vp8"):
        return lambda packet: packet.is_discard or not memoryview(packet)[0] >> 4 & 1
    if codec in ("vp9", "libvpx-vp9"):
        return lambda packet: packet.is_discard or _is_hidden_vp9(memoryview(packet))
    return lambda packet: packet.is_discard


def _is_hidden_vp9(data: memoryview) -> bool:
    is_superframe = data[-1] & 0xE0 == 0xC0
    shows_existing, shows = data[0] & 0x08, data[0] & 0x02
    in_reserved_profile = data[0] & 0x30 == 0x30
    return not (is_superframe or in_reserved_profile or shows_existing or shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What the container says beside the times of its packets."""

    base: float
    """Seconds of a tick."""

    rate: float
    """Frames per second; 0 if it does not say."""

    last: float
    """Ticks that the last frame is shown; 0 if it does not say."""

    lead: float
    """Seconds by which sound begins before the pictures: players begin with what is first."""

    has_gaps: bool
    """Long gaps are those of a clock that was set anew."""


def timing_of(file: Any, stream: Any, index: PacketIndex) -> Timing:  # noqa: ANN401
    """The timing of a stream all of whose packets were read."""
    base = float(stream.time_base)
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    return Timing(
        base=base,
        rate=rate if 0 < rate < _FASTEST else 0.0,
        last=_left(stream, index) or index.last,
        lead=_lead(file, int(index.ticks[0]) * base),
        has_gaps=file.format.name in _RESTARTING,
    )


def timeline_of(index: PacketIndex, timing: Timing) -> Timeline:
    """Seconds from the moment on which the file begins to be played."""
    rate = timing.rate
    starts: Seconds = (index.ticks - index.ticks[0]) * timing.base
    if timing.has_gaps:
        starts = _close_gaps(starts, rate)
    length = timing.last * timing.base or (1 / rate if rate else _usual(starts))
    starts = starts + timing.lead
    return measure(starts, float(starts[-1]) + length, rate)


def _left(stream: Any, index: PacketIndex) -> int:  # noqa: ANN401
    """Ticks of the last frame by the end of the stream, where the container tells that; else 0.

    MP4 stores the time from one packet to the next in decoding order, which is not how long the
    last frame is shown. Where it promises packets that are missing, the end says nothing.
    """
    if stream.duration is None or stream.start_time is None or index.restarts:
        return 0
    left = int(stream.start_time + stream.duration - index.ticks[-1])
    return left if 0 < left <= index.longest else 0


_FASTEST = 100_000
"""Frames a second; a container that says more is damaged."""

_SHORTEST_LEAD, _LONGEST_LEAD = 0.1, 60.0
"""Seconds by which sound may begin before the pictures: less is how codings of sound are stored,
more is damage."""


def _lead(file: Any, first: float) -> float:  # noqa: ANN401
    begins = [
        float(sound.start_time * sound.time_base)
        for sound in file.streams.audio
        if sound.start_time is not None and sound.time_base
    ]
    lead = first - min(begins, default=first)
    return lead if _SHORTEST_LEAD < lead < _LONGEST_LEAD else 0.0


def _close_gaps(starts: Seconds, rate: float) -> Seconds:
    steps = np.diff(starts)
    steps[steps > _LONGEST_GAP] = 1 / rate if rate else _usual(starts)
    return np.append(0.0, np.cumsum(steps))


def _usual(starts: Seconds) -> float:
    """Seconds from one frame to the next, as most are."""
    return float(np.median(np.diff(starts))) if len(starts) > 1 else _UNKNOWN


_UNKNOWN = 0.04
"""Seconds of the only frame of a video that does not say how long it is shown."""
