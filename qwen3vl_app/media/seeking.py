"""Decodes the frames of a video that are shown at given times, seeking where that is faster."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from qwen3vl_app.media.packets import Clock, PacketIndex, Ticks, packets_of

_MOST_REORDERED = 16
"""How many frames may be stored ahead of one that is shown before them (ITU-T H.264, A.3.1;
max_num_reorder_frames in H.265)."""

_USUALLY_REORDERED = 4
"""The usual number in broadcasts; where it is too low, an earlier key frame is tried."""

_SHORT = 3000
"""A program stream with at most so many frames is decoded from its beginning, in seconds."""

_BY_DECODING = frozenset({"mpegts", "mpeg"})
"""Containers in which FFmpeg seeks by decoding time (DTS); in others, by presentation time."""


class Cursor:
    """A position in a video that moves to the frame of a time, by seeking or by decoding.

    ``file`` and ``stream`` change when the file has to be opened again. Not thread-safe.

    Args:
        reopen: Opens the file again, for where seeking does not lead back to its beginning.
        file: An open PyAV container; the cursor closes it.
        stream: The video stream of ``file``.
        index: The packets of that stream.
    """

    def __init__(
        self,
        reopen: Callable[[], tuple[Any, Any]],
        file: Any,  # noqa: ANN401 - av comes without types
        stream: Any,  # noqa: ANN401
        index: PacketIndex,
    ) -> None:
        self._reopen, self.file, self.stream, self._index = reopen, file, stream, index
        self._times: list[int] = index.times.tolist()
        self._keys: list[int] = index.keys.tolist()
        context = stream.codec_context
        # Only for H.264 is it known which frames the decoder drops after a seek. In an MPEG
        # program stream, FFmpeg's times are up to three frames off after one.
        is_known = index.decoded is None or context.name == "h264"
        is_exact = file.format.name != "mpeg" or len(index.times) > _SHORT
        self._seeks = is_known and is_exact and not index.restarts
        self._decoded: Iterator[tuple[int, Any]] = iter(())
        self._shown: tuple[int, Any] | None = None
        self._ahead: tuple[int, Any] | None = None
        self._begun = False

    def close(self) -> None:
        """Close the file and release the decoder with its threads.

        Without this they would live until the garbage collector runs, dozens of videos later:
        the decoder and this cursor refer to each other.
        """
        self._decoded, self._shown, self._ahead = iter(()), None, None
        self.file.close()
        self.file = self.stream = None

    def first(self) -> tuple[int, Any] | None:
        """The first frame that can be decoded, with the time at which it is shown, or None."""
        self._go(self._times[0])
        return self._ahead

    def frame_at(self, time: int) -> Any:  # noqa: ANN401 - av comes without types
        """The frame shown at ``time``, which is in the units of the index.

        If that frame is damaged, the one before it; for a time before the first frame, the first.
        None if no frame near the time can be decoded.
        """
        if not self._begun or self._is_behind(time) or self._is_far(time):
            self._go(time)
        while self._shown is None or self._shown[0] < time:
            if self._ahead is None:
                self._ahead = next(self._decoded, None)
            if self._ahead is None:
                return self._last(time)
            if self._ahead[0] > time and self._shown is not None:
                break
            self._shown, self._ahead = self._ahead, None
        return self._shown[1]

    def _last(self, time: int) -> Any:  # noqa: ANN401
        """The last frame of a file that breaks off, if near: players keep showing it."""
        if self._shown is None:
            return None
        missing = bisect.bisect_left(self._times, time) - bisect.bisect(
            self._times, self._shown[0]
        )
        return self._shown[1] if missing < _MOST_REORDERED else None

    def _is_behind(self, time: int) -> bool:
        return self._shown is not None and time < self._shown[0]

    def _is_far(self, time: int) -> bool:
        """Whether seeking saves work: a key frame lies between the current frame and ``time``."""
        if not self._seeks or self._shown is None:
            return False
        here = self._shown if self._ahead is None else self._ahead
        return self._keys[self._key_for(time)] > here[0]

    def _key_for(self, time: int) -> int:
        if self._index.decoded is not None:
            # the order of display around a key frame is unknown here: begin well before it
            at = bisect.bisect_right(self._times, time) - 1 - _MOST_REORDERED
            time = self._times[max(at, 0)]
        return max(bisect.bisect_right(self._keys, time) - 1, 0)

    def _go(self, time: int) -> None:
        """Move to a key frame before ``time``; if the seek lands after it, try earlier ones."""
        at, step = self._key_for(time), 1
        while self._seeks:
            self._seek(self._keys[at])
            if self._ahead is not None and self._ahead[0] <= time:
                return
            if at == 0:
                break
            at, step = max(at - step, 0), 2 * step
        self._decoded, self._shown, self._ahead = iter(()), None, None
        self.file.close()
        self.file, self.stream = self._reopen()
        self._begin(self._frames(self._times[0]))

    def _seek(self, key: int) -> None:
        offset = key
        if self._index.decoded is not None:
            offset = int(self._index.decoded[key])
        elif self.file.format.name in _BY_DECODING and len(self._times) > 1:
            offset = key - (self._times[1] - self._times[0]) * _USUALLY_REORDERED
        self.file.seek(offset, stream=self.stream)
        self._begin(self._frames(key))

    def _begin(self, decoded: Iterator[tuple[int, Any]]) -> None:
        self._begun = True
        self._decoded, self._shown = decoded, None
        self._ahead = next(decoded, None)

    def _frames(self, key: int) -> Iterator[tuple[int, Any]]:
        """Pairs of the time at which a frame is shown and the frame, from a key frame on.

        Skips damaged frames, and those that depend on frames before the key frame.
        """
        if self._index.decoded is not None:
            _show_all(self.stream.codec_context)
            yield from self._counted(self._index.decoded)
            return
        for _, frame in self._decode():
            time = frame.dts if frame.pts is None else frame.pts
            if time is not None and not frame.is_corrupt and time >= key:
                yield time, frame

    def _counted(self, decoded: Ticks) -> Iterator[tuple[int, Any]]:
        """Pairs of number and frame, counted from the packet that decoding began with."""
        for place, (begun, frame) in enumerate(self._decode()):
            number = int(np.searchsorted(decoded, begun)) + place
            if number < len(decoded):
                yield number, frame

    def _decode(self) -> Iterator[tuple[int, Any]]:
        """Pairs of the decoding time of the first packet and a frame, from here on."""
        import av  # noqa: PLC0415

        clock, begun = Clock(self.stream), None
        for packet in packets_of(self.file, self.stream):
            if packet.size and self._index.restarts:
                shift = clock.shift(packet)
                packet.pts = None if packet.pts is None else packet.pts + shift
                packet.dts = None if packet.dts is None else packet.dts + shift
            begun = packet.dts if begun is None else begun
            with suppress(av.FFmpegError):
                for frame in packet.decode():
                    yield begun or 0, frame
        with suppress(av.FFmpegError):  # flushes the decoder, also where the file breaks off
            for frame in self.stream.codec_context.decode(None):
                yield begun or 0, frame


def _show_all(context: Any) -> None:  # noqa: ANN401
    """Make the decoder output frames whose reference frames are missing, so that they count."""
    from av.codec.context import Flags, Flags2  # noqa: PLC0415

    context.flags |= Flags.output_corrupt
    context.flags2 |= Flags2.show_all
