"""Thumbnails compared by name, and what is asked of the originals."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.store.alike import AlikePictures, Seen
from qwen3vl_app.store.comparing import Comparisons
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.comparisons import put_comparison
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import ContentHash
from tests.index.test_agreeing import invoice, photo, saved
from tests.store.build import hash_of, put_file


def seen(content: str, name: str) -> Seen:
    return Seen(ContentHash(content), name)


@pytest.fixture
def known(library: Library) -> Comparisons:
    """What is known of originals: nothing."""
    return library.comparisons


def test_alike_pictures__remembers_and_reads_each_thumbnail_once(tmp_path, monkeypatch, known):
    thumbnails = Thumbnails(tmp_path)
    one, other, copy = (
        seen(str(number), thumbnails.write(thumbnail(picture)))
        for number, picture in enumerate(
            (invoice(1110), invoice(2784), saved(invoice(1110), "JPEG", 70))
        )
    )
    alike = AlikePictures(thumbnails, known)
    read: list[str] = []
    real = Thumbnails.path

    def noted(self: Thumbnails, name: str) -> Path:
        read.append(name)
        return real(self, name)

    monkeypatch.setattr(Thumbnails, "path", noted)
    for _ in range(2):
        assert alike.agree(one, copy)
        assert not alike.agree(one, other)
        assert not alike.agree(other, one)
        assert alike.agree(one, one)
    assert sorted(read) == sorted(picture.thumbnail for picture in (one, other, copy))


def test_alike_pictures__originals_are_wanted_of_pages_alone(tmp_path, known):
    thumbnails = Thumbnails(tmp_path)
    page, photograph = (
        (
            seen(f"{name} 1", thumbnails.write(thumbnail(picture))),
            seen(f"{name} 2", thumbnails.write(thumbnail(saved(picture, "JPEG", 70)))),
        )
        for name, picture in (("page", invoice(1)), ("photo", photo(1)))
    )
    alike = AlikePictures(thumbnails, known)
    assert alike.agree(*photograph)
    assert not known.is_waiting
    assert alike.agree(*page)
    assert known.is_waiting


def test_alike_pictures__the_originals_have_the_last_word(tmp_path, library):
    thumbnails = Thumbnails(tmp_path)
    name = thumbnails.write(thumbnail(invoice(1)))  # a figure may be too small to leave a trace
    one, other = seen(hash_of("a"), name), seen(hash_of("b"), name)
    alike = AlikePictures(thumbnails, library.comparisons)
    assert alike.agree(one, other)
    for content in "ab":
        put_file(library, Path(f"/p/{content}"), content, [])
    with library._connection.writing() as conn:
        put_comparison(conn, hash_of("a"), hash_of("b"), agree=False)
    assert not alike.agree(one, other)
    assert not AlikePictures(Thumbnails(tmp_path / "none"), library.comparisons).agree(one, other)
    assert alike.agree(one, one)


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8\xff", b"RIFF....WEBP"])
def test_alike_pictures__a_damaged_thumbnail_says_nothing(tmp_path, damage, known):
    thumbnails = Thumbnails(tmp_path)
    whole, broken = thumbnails.write(thumbnail(invoice(1))), thumbnails.write(damage)
    alike = AlikePictures(thumbnails, known)
    assert alike.agree(seen("a", whole), seen("b", broken))
    assert alike.agree(seen("a", whole), seen("c", "0" * 32))
