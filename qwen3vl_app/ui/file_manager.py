"""The file manager of this computer's desktop, which shows a file in its folder.

A command is a list of arguments that no shell reads, and the path in it is absolute, so no name of
a file can be taken for an option or for another command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import quote_from_bytes

from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import Message

PATIENCE = 5.0
"""Seconds in which a command may fail; one that still runs then has a window open."""

_BUS = "org.freedesktop.FileManager1"
"""What file managers of Linux desktops are called on the session's bus."""


@dataclass(frozen=True, slots=True)
class _Way:
    program: str
    arguments: Callable[[Path], list[str]]
    tells: bool = True
    """Whether the program's exit status says how it went; that of Explorer is always 1."""

    def command(self, path: Path) -> list[str] | None:
        """The whole command; None where the program is not there."""
        found = shutil.which(self.program)
        return None if found is None else [found, *self.arguments(path)]


def _address(path: Path) -> str:
    """The file's address; a comma in it would end it for ``dbus-send``, and is written %2C."""
    return "file://" + quote_from_bytes(os.fsencode(path))


def _on_bus(path: Path) -> list[str]:
    return [
        *("--session", "--print-reply", "--reply-timeout=4000", f"--dest={_BUS}"),
        *("/org/freedesktop/FileManager1", f"{_BUS}.ShowItems"),
        *(f"array:string:{_address(path)}", "string:"),
    ]


def _ways() -> tuple[_Way, ...]:
    """How it is done on this system, the best first."""
    if sys.platform == "darwin":
        return (_Way("/usr/bin/open", lambda path: ["-R", os.fspath(path)]),)
    if sys.platform == "win32":
        explorer = Path(os.environ.get("SYSTEMROOT", "C:\\Windows")) / "explorer.exe"
        selected = _Way(str(explorer), lambda path: ["/select,", os.fspath(path)], tells=False)
        return (selected,)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return ()
    folder = _Way("xdg-open", lambda path: [os.fspath(path.parent)])
    return (_Way("dbus-send", _on_bus), folder)


def is_there() -> bool:
    """Whether this computer has a desktop whose file manager can be asked."""
    return any(shutil.which(way.program) for way in _ways())


def show_in_folder(path: Path) -> None:
    """Open the folder of a file, with the file selected where the desktop can do that.

    Takes as long as the file manager needs to answer, 5 s at most for each way of asking.

    Args:
        path: Absolute.

    Raises:
        AppError: There is no file manager to be asked, or it refused.
    """
    ways = [(command, way.tells) for way in _ways() if (command := way.command(path))]
    if not ways:
        raise AppError(Message.of("file_manager.none"))
    if not any(_started(command) or not tells for command, tells in ways):
        raise AppError(Message.of("file_manager.refused", name=Path(ways[-1][0][0]).name))


def _started(command: list[str]) -> bool:
    """Whether a command has succeeded, or still runs because its window is open."""
    try:
        process = subprocess.Popen(  # noqa: S603  # a list of ours around a path of the library
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C in the terminal is not for the file manager
        )
    except OSError:
        return False
    try:
        return process.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        Thread(target=process.wait, name="file manager", daemon=True).start()
        return True
