from __future__ import annotations

from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.types import Kind, ModelInput
from tests.indexing.embedders import embedded
from tests.indexing.world import World, counted


def test_add__mixed_folder(world: World) -> None:
    world.picture("sub/red.png")
    world.text("notes.md", "zebra crossing", "quiet harbour")
    (world.folder / "empty.png").touch()
    (world.folder / "program.exe").write_bytes(b"MZ")

    progress = world.index(collection="trip")

    assert progress.state is IndexState.IDLE
    assert counted(progress) == {"indexed": 2, "failed": 1, "skipped": 1}
    assert (progress.files, progress.items) == (4, 3)
    counts = world.library.counts()
    assert counts.pending == 0
    assert (counts.items[Kind.PICTURE], counts.items[Kind.PASSAGE]) == (1, 2)
    assert world.library.collections() == [("trip", 3)]
    (failure,) = world.library.failures()
    assert (failure.path.name, failure.reason) == ("empty.png", "The file is empty (0 bytes).")
    assert world.library.check() == []


def test_add__what_was_added_is_found(world: World) -> None:
    world.text("notes.md", "zebra zebra zebra zebra", "harbour harbour harbour harbour")
    world.index()
    found = world.library.search(embedded(ModelInput(texts=("harbour",))), 1)
    item = world.library.item(found[0].item_id)
    assert item is not None
    assert (item.ordinal, item.place.first_line) == (1, 3)
    assert "harbour" in item.text
    assert world.library.thumbnail_path(item.thumbnail) is not None
