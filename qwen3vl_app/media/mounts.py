"""Which file systems hold no files of a person's, but the kernel's view of the machine."""

from __future__ import annotations

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")

_OF_THE_KERNEL = (
    *("binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs"),
    *("efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "rpc_pipefs"),
    *("securityfs", "selinuxfs", "sysfs", "tracefs"),
)
"""Types that Linux mounts itself. ``/proc`` alone leads, by its links, to the whole disk again
for every process, and has files without an end."""


def kernel_devices(mounts: Path = _MOUNTS) -> frozenset[int]:
    """``st_dev`` of every mounted file system of the kernel's; empty where none is told.

    Fields of a line as in proc(5): the third is major:minor, the type stands behind `` - ``.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:  # macOS and Windows have no such file systems to fall into
        return frozenset()
    return frozenset(filter(None, map(_device, lines)))


def _device(line: str) -> int | None:
    mounted, _, system = line.partition(" - ")
    fields = mounted.split()
    if system.split(" ", 1)[0] not in _OF_THE_KERNEL or len(fields) < 3:
        return None
    major, _, minor = fields[2].partition(":")
    return os.makedev(int(major), int(minor))
