"""Where a video ends by what its container says, which tells whether the file breaks off."""

from __future__ import annotations

import struct
from typing import BinaryIO

_SLACK = 1024
"""Bytes by which the end of a container may be wrong."""


def ends_early(file: BinaryIO, size: int) -> bool:
    """Whether the container of a video says that it has more than ``size`` bytes.

    Reads its head, and of MP4 the head of every box. Transport streams may end anywhere, but not
    within a packet; what is unknown says nothing.
    """
    if _ends_within_a_packet(file, size):
        return True
    file.seek(0)
    head = file.read(12)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        end = _end_of_boxes(file, size)
    elif head[:4] == b"RIFF" and head[8:] == b"AVI ":
        said = int.from_bytes(head[4:8], "little")
        end = 8 + said if said < _UNFINISHED else 0
    elif head[:4] == b"\x1a\x45\xdf\xa3":
        end = _end_of_segment(file)
    else:
        end = 0
    return end > size + _SLACK


_UNFINISHED = 0x7FFF0000
"""Recorders that were stopped write this and more as the size of an AVI file."""

_MOST_BOXES = 100_000


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last box of media data ends that begins in the file (ISO/IEC 14496-12, 4.2)."""
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        if kind == b"mdat" and place + length > size:
            return int(place + length)
        if length < 8:
            break
        place += length
    return 0


def _end_of_segment(file: BinaryIO) -> int:
    """Where the segment of a Matroska file ends; 0 where it does not say (RFC 8794, 4 and 6.2)."""
    file.seek(4)
    length = _number(file)
    file.seek(max(length, 0), 1)
    if file.read(4) != b"\x18\x53\x80\x67":
        return 0
    length = _number(file)
    return file.tell() + length if length >= 0 else 0


def _number(file: BinaryIO) -> int:
    """A number of variable length; -1 where all its bits are set, which is unknown."""
    first = (file.read(1) or b"\0")[0]
    more = 8 - first.bit_length()
    if more > 7:
        return -1
    value = int.from_bytes(bytes([first & (0x7F >> more)]) + file.read(more), "big")
    return -1 if value == (1 << 7 * (more + 1)) - 1 else value


_SYNC = 0x47
"""What every packet of a transport stream begins with (ISO/IEC 13818-1, 2.4.3.2)."""

_PACKETS = ((188, 0), (192, 4), (204, 0))
"""Bytes from one packet to the next, and those that Blu-ray discs and some cameras put before its
first one."""

_IN_A_ROW = 5
"""Packets that begin as they should where it is no accident."""


def _ends_within_a_packet(file: BinaryIO, size: int) -> bool:
    """Whether this is a transport stream whose last packet is cut.

    False where something else follows the last packet, which writers of tags do.
    """
    file.seek(0)
    head = file.read(204 * (_IN_A_ROW + 1))
    for length, before in _PACKETS:
        for first in range(before, length):
            if _begin(head[first::length]):
                rest = (size - first + before) % length
                file.seek(max(0, size - rest + before - _IN_A_ROW * length))
                return rest > before and _begin(file.read()[::length][: _IN_A_ROW + 1])
    return False


def _begin(firsts: bytes) -> bool:
    """Whether packets begin with these bytes."""
    return len(firsts) >= _IN_A_ROW and set(firsts) == {_SYNC}
