"""Several spaces of one library, searched side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.store import index_sync, open_spaces
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space
from tests.store.build import SPACE, content, put_file, unit

EAST, NORTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0)
SPACES = [Space(model=f"m{n}", dimension=4, fingerprint=f"m{n}-4") for n in range(5)]


def put(library: Library, name: str, space: Space = SPACE, vector=EAST) -> None:
    put_file(library, Path(f"/p/{name}"), name, [(content(text=name), vector)], space=space)


def opened(library: Library) -> list[str]:
    return [index.space.model for index in library._spaces]


def found(library: Library, space: Space) -> list[str]:
    nearest = [one.item_id for one in library.search(space, EAST, 9)]
    return [item.text for item in library.items(nearest).values()]


def test_of__closes_the_one_named_longest_ago(library: Library, monkeypatch) -> None:
    monkeypatch.setattr(open_spaces, "MOST_OPEN", 2)
    for space in SPACES[:3]:
        put(library, space.model, space)
    assert opened(library) == ["m1", "m2"]
    assert found(library, SPACES[1]) == ["m1"]
    assert found(library, SPACES[0]) == ["m0"]  # read again
    assert opened(library) == ["m1", "m0"]
    put(library, "later", SPACES[2])
    library.forget([Path("/p/m1")])
    assert [found(library, space) for space in SPACES[:3]] == [["m0"], [], ["m2", "later"]]


def test_of__what_was_closed_is_kept_on_disk(library: Library, monkeypatch) -> None:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", 1)
    monkeypatch.setattr(open_spaces, "MOST_OPEN", 1)
    for number in range(3):
        put(library, f"a{number}", SPACES[0])
    put(library, "b", SPACES[1])
    (rows,) = (library.directory / "index").glob("*.rows")
    assert rows.stat().st_size == 3 * 16


def test_commit__in_one_space_appends_nothing_to_the_files_of_another(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a new model embeds everything again, the old one's index stays as it is."""
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", 1)
    monkeypatch.setattr(index_sync, "SAVE_ROWS", 1)
    old, new = SPACES[:2]
    for number in range(4):
        put(library, f"{number}", old)
    for number in range(4):
        put(library, f"{number}", new, NORTH)
    assert found(library, old) == found(library, new) == ["0", "1", "2", "3"]
    assert library.search(old, EAST, 1)[0].similarity == 1
    assert library.search(new, EAST, 1)[0].similarity == 0
    library.close()
    files = [*(library.directory / "index").glob("*.rows")]
    assert [path.stat().st_size for path in files] == [4 * 16, 4 * 16]


def test_drop_spaces__lets_go_of_its_open_index(library: Library) -> None:
    old, new = SPACES[:2]
    put(library, "both", old)
    put(library, "both", new)
    assert library.storage.drop_spaces([old.fingerprint], [new]) == 16
    assert opened(library) == ["m1"]
    assert (found(library, old), found(library, new)) == ([], ["both"])
