"""Dropped files keep their names, and equal bytes are on disk once."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path, PurePosixPath

import pytest

from qwen3vl_app.store.library import Library
from qwen3vl_app.store.uploads import CONTENT, place_upload
from qwen3vl_app.types import ContentHash, ExactWords, ItemFilter
from tests.store.build import content, put_file, unit

BYTES = b"the same bytes"


def drop(uploads: Path, name: str, data: bytes = BYTES) -> Path:
    half = uploads / ".half.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(data)
    named = ContentHash(hashlib.blake2b(data, digest_size=16).hexdigest())
    place = place_upload(half, uploads, PurePosixPath(name), named)
    assert not half.exists()
    return place


def contents(uploads: Path) -> list[Path]:
    return sorted((uploads / CONTENT).glob("*/*"))


def test_place_upload__is_named_by_its_content_too(tmp_path):
    place = drop(tmp_path, "Italy/boat.jpg")
    assert place == tmp_path / "Italy" / "boat.jpg"
    (kept,) = contents(tmp_path)
    assert kept.name == hashlib.blake2b(BYTES, digest_size=16).hexdigest()
    assert kept.parent.name == kept.name[:2]
    assert kept.samefile(place)


def test_place_upload__two_names_of_the_same_bytes_are_one_file(tmp_path):
    first, second = drop(tmp_path, "a.jpg"), drop(tmp_path, "trip/b.jpg")
    assert first.samefile(second)
    assert len(contents(tmp_path)) == 1


def test_place_upload__the_same_name_again_changes_nothing(tmp_path):
    assert drop(tmp_path, "a.jpg") == drop(tmp_path, "a.jpg")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.jpg"]


def test_place_upload__other_bytes_get_a_number(tmp_path):
    names = [drop(tmp_path, "a/b.txt", data).name for data in (b"one", b"two", b"one", b"two")]
    assert names == ["b.txt", "b (2).txt", "b.txt", "b (2).txt"]


def test_place_upload__a_copy_by_name_of_an_earlier_version_stays(tmp_path):
    earlier = tmp_path / "a.jpg"
    earlier.write_bytes(BYTES)
    assert drop(tmp_path, "a.jpg") == earlier
    assert drop(tmp_path, "b.jpg").read_bytes() == BYTES
    assert earlier.stat().st_nlink == 1


def test_place_upload__a_copy_that_somebody_edited_is_not_passed_on(tmp_path):
    edited = drop(tmp_path, "a.jpg")
    edited.write_bytes(b"edited in place")
    assert drop(tmp_path, "b.jpg").read_bytes() == BYTES
    assert edited.read_bytes() == b"edited in place"
    (kept,) = contents(tmp_path)
    assert kept.read_bytes() == BYTES


def test_place_upload__a_disk_with_one_name_for_each_file(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    for name in ("a.jpg", "b.jpg"):
        assert drop(tmp_path, name).read_bytes() == BYTES
    assert contents(tmp_path) == []


@pytest.fixture
def dropped(library: Library) -> list[Path]:
    """Two names of one content, indexed."""
    places = [drop(library.uploads, name) for name in ("Italy/boat.jpg", "ship.jpg")]
    for place in places:
        put_file(library, place, "boat", [(content(), unit(1, 0, 0, 0))])
    return places


def test_uploads__both_names_and_the_folder_find_the_item(library, dropped):
    (item,) = library.list_items()
    for word in ("boat.jpg", "ship", "Italy"):
        assert library.find_words(ExactWords.read(word)).found == (item.id,)
    within = ItemFilter(folder=library.uploads / "Italy")
    assert [one.id for one in library.list_items(within)] == [item.id]
    assert library.paths_of(item.content_hash) == dropped


def test_forget__the_bytes_go_with_their_last_name(library, dropped):
    first, second = dropped
    library.forget([first])
    assert not first.parent.exists()
    assert second.read_bytes() == BYTES
    assert len(contents(library.uploads)) == 1
    library.forget([second])
    assert list(library.uploads.iterdir()) == []
