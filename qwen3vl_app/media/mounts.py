"""Which file systems hold no files of a person's, and which number their files as it comes."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")

_OF_THE_KERNEL = (
    *("binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs"),
    *("efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "rpc_pipefs"),
    *("securityfs", "selinuxfs", "sysfs", "tracefs"),
)
"""Types that Linux mounts itself. ``/proc`` alone leads, by its links, to the whole disk again
for every process, and has files without an end."""


_NUMBERED_AS_IT_COMES = ("9p", "afs", "exfat", "fuse", "fuseblk", "msdos", "smb3", "cifs", "vfat")
"""Types that have no inodes on the disk or do not show them: cards and sticks, clouds, shares. Of
``fuse.sshfs`` and the like only what stands before the full stop counts."""


def kernel_devices(mounts: Path = _MOUNTS) -> frozenset[int]:
    """``st_dev`` of every file system of the kernel's own; empty if they are not listed.

    Fields of a line as in proc(5): the third is major:minor, the type stands behind `` - ``.
    """
    return _devices(mounts, _OF_THE_KERNEL)


@lru_cache(maxsize=256)
def has_lasting_inodes(device: int, mounts: Path = _MOUNTS) -> bool:
    """Whether a file has the same inode when this file system is mounted again, ``st_dev`` of it.

    True if the system does not say. Cached.
    """
    return device not in _devices(mounts, _NUMBERED_AS_IT_COMES)


def _devices(mounts: Path, types: Collection[str]) -> frozenset[int]:
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:  # macOS and Windows have no such list, and nothing of the kernel to fall into
        return frozenset()
    return frozenset(found for line in lines if (found := _device(line, types)) is not None)


def _device(line: str, types: Collection[str]) -> int | None:
    mounted, _, system = line.partition(" - ")
    fields = mounted.split()
    if system.split(" ", 1)[0].split(".", 1)[0] not in types or len(fields) < 3:
        return None
    major, _, minor = fields[2].partition(":")
    return os.makedev(int(major), int(minor))
