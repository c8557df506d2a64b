"""What a scan would take of a folder that a browser offers, known by its names alone.

A browser hands over the files of a folder that was chosen or dropped, hidden ones and all. The
rules of a folder by path (``scan``) hold for it, too, and are applied before a byte is sent.
What a browser never hands over, such as a link that leads nowhere, cannot be told here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qwen3vl_app.media.file_types import claimed, unsupported
from qwen3vl_app.media.ignore import IGNORE_FILE, Ignore, usable
from qwen3vl_app.media.scan import unwanted
from qwen3vl_app.messages import Message


def reasons_to_leave(
    names: Sequence[str],
    lists: Mapping[str, str],
    *,
    ignore: Sequence[str] = (),
    kinds: bool = True,
) -> list[Message | None]:
    """For each name why it is left out; None for what a scan would take.

    What stands alone and the outermost folder were named by a person, so their own names may be
    hidden, as with paths. Reads nothing from this computer. 50,000 names take about a second.

    Args:
        names: Relative, with ``/`` between their parts; one that ends with it is a folder.
        lists: The texts of files ``.searchignore``, by their names.
        ignore: The library's own patterns, as if they stood in every outermost folder.
        kinds: Leave out also what no reader claims, by its suffix.
    """
    tree = _Tree(lists, ignore)
    return [tree.reason(name, kinds=kinds) for name in names]


@dataclass(slots=True)
class _Tree:
    """Folders met so far, so that each is decided once."""

    lists: Mapping[str, str]
    ignore: Sequence[str]
    known: dict[str, Ignore | Message] = field(default_factory=dict)
    """What applies in a folder, or why it is left out."""

    def reason(self, name: str, *, kinds: bool) -> Message | None:
        parts = [part for part in name.split("/") if part]
        is_folder = name.endswith("/")
        rules: Ignore | None = None
        for above in range(1, len(parts)):
            entered = self._entered(rules, parts[:above])
            if isinstance(entered, Message):
                return entered
            rules = entered
        if rules is not None and (found := _left(rules, parts, is_folder=is_folder)):
            return found
        path = Path(parts[-1]) if parts else Path()
        return unsupported(path) if kinds and not is_folder and claimed(path) is None else None

    def _entered(self, above: Ignore | None, parts: list[str]) -> Ignore | Message:
        """What applies in this folder, whose parent is not left out."""
        name = "/".join(parts)
        if (known := self.known.get(name)) is None:
            left = None if above is None else _left(above, parts, is_folder=True)
            rules = Ignore.of_library(self.ignore, _place(parts)) if above is None else above
            known = self.known[name] = left or self._listed(rules, parts)
        return known

    def _listed(self, rules: Ignore, parts: list[str]) -> Ignore:
        """With the list that stands in the folder, if any."""
        file = "/".join((*parts, IGNORE_FILE))
        if (text := self.lists.get(file)) is None:
            return rules
        lines, trouble = usable(_lines(text))
        return rules.with_list(_place(parts), lines, trouble, where=file)


def _lines(text: str) -> Iterator[str]:
    yield from text.removeprefix("\ufeff").splitlines()


def _left(rules: Ignore, parts: list[str], *, is_folder: bool) -> Message | None:
    return unwanted(parts[-1]) or rules.reason(_place(parts), is_folder=is_folder)


def _place(parts: list[str]) -> str:
    """As if the outermost folder lay in the root, which patterns never see."""
    return os.sep + os.sep.join(parts)
