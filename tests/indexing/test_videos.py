"""A video on its way through the indexer: gone through once, and read as what it was then."""

from __future__ import annotations

from pathlib import Path

from qwen3vl_app.indexing.decoding import CHANGED
from qwen3vl_app.media.reader import Reader
from tests.indexing.world import World, counted
from tests.media.films import Film, write

MOMENTS = Film(shown=(400,) * 50)
"""20 s: the whole and three moments, which are read in several calls."""


def test_index__hands_on_what_was_found_of_a_video(world: World, monkeypatch) -> None:
    write(world.folder / "a.mp4", MOMENTS)
    found: list[bytes] = []
    handed: list[tuple[int, bytes]] = []
    outline, read = Reader.outline, Reader.read

    def note_outline(reader, path):
        result = outline(reader, path)
        found.append(result.findings)
        return result

    def note_read(reader, path, parts, *, findings=b"", **named):
        handed.append((len(parts), findings))
        return read(reader, path, parts, findings=findings, **named)

    monkeypatch.setattr(Reader, "outline", note_outline)
    monkeypatch.setattr(Reader, "read", note_read)
    assert counted(world.index()) == {"indexed": 1}
    assert len(world.names()) == 4
    assert len(found) == 1
    assert found[0]
    assert sum(parts for parts, _ in handed) == 4
    assert {findings for _, findings in handed} == set(found)


def test_index__a_video_replaced_between_outline_and_reading(world: World, monkeypatch) -> None:
    """By one of other packets, which what was found of the first does not fit."""
    path = write(world.folder / "a.mp4", MOMENTS)
    other = write(world.folder.parent / "b.mp4", Film(gop="open"))
    read = Reader.read

    def replace_and_read(reader, path: Path, parts, **named):
        if other.exists():
            other.replace(path)
        return read(reader, path, parts, **named)

    monkeypatch.setattr(Reader, "read", replace_and_read)
    assert counted(world.index()) == {"failed": 1}
    (row,) = world.library.outcomes()
    assert row.reason == CHANGED
    assert world.names() == []
    assert counted(world.index()) == {"indexed": 1}
    assert len(world.names()) == 1  # the other is short
    assert path.exists()
