"""What a checkpoint folder says of itself for people: the front matter of its model card."""

from __future__ import annotations

from pathlib import Path

LARGEST = 2**16
"""Bytes of a card that are looked at; the front matter stands at its beginning."""


def front_matter(folder: Path) -> dict[str, str | list[str]]:
    """The plain entries of the card's front matter: texts, and lists of texts.

    Not all of YAML: what is nested deeper is passed over. Empty where there is no card.
    """
    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as file:
            lines = file.read(LARGEST).splitlines()
    except OSError:
        return {}
    if not lines or lines[0].strip() != "---":
        return {}
    found: dict[str, str | list[str]] = {}
    name = ""
    for line in lines[1:]:
        if line.strip() == "---":
            return found
        item = line.strip()
        if item.startswith("- ") and isinstance(listed := found.get(name), list):
            listed.append(_plain(item[2:]))
        elif line[:1].strip() and ":" in line:  # at the margin: an entry of its own
            name, _, value = line.partition(":")
            found[name] = _value(value.strip())
    return {}  # it never ends, so it is something else


def _value(written: str) -> str | list[str]:
    if written.startswith("[") and written.endswith("]"):
        return [_plain(one) for one in written[1:-1].split(",") if one.strip()]
    return _plain(written) if written else []


def _plain(written: str) -> str:
    return written.strip().strip("\"'")
