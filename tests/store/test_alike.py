"""Thumbnails compared by name, and what is asked of the originals."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.store.alike import AlikePictures, Seen
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import ContentHash
from tests.index.test_agreeing import invoice, photo, saved


class Known:
    """What is known of originals, and which were asked for."""

    def __init__(self, *, agree: bool = True) -> None:
        self.agree = agree
        self.asked: list[tuple[str, str]] = []

    def __call__(self, one: ContentHash, other: ContentHash) -> bool:
        self.asked.append((one, other))
        return self.agree


def seen(content: str, name: str) -> Seen:
    return Seen(ContentHash(content), name)


def test_alike_pictures__remembers_and_reads_each_thumbnail_once(tmp_path, monkeypatch):
    thumbnails = Thumbnails(tmp_path)
    one, other, copy = (
        seen(str(number), thumbnails.write(thumbnail(picture)))
        for number, picture in enumerate(
            (invoice(1110), invoice(2784), saved(invoice(1110), "JPEG", 70))
        )
    )
    alike = AlikePictures(thumbnails, Known())
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


def test_alike_pictures__the_originals_have_the_last_word_on_pages_alone(tmp_path):
    thumbnails = Thumbnails(tmp_path)
    page, photograph = (
        (
            seen(f"{name} 1", thumbnails.write(thumbnail(picture))),
            seen(f"{name} 2", thumbnails.write(thumbnail(saved(picture, "JPEG", 70)))),
        )
        for name, picture in (("page", invoice(1)), ("photo", photo(1)))
    )
    known = Known(agree=False)
    alike = AlikePictures(thumbnails, known)
    assert not alike.agree(*page)
    known.agree = True  # has become known meanwhile
    assert alike.agree(*page)
    assert known.asked == [("page 1", "page 2")] * 2
    assert alike.agree(*photograph)
    assert len(known.asked) == 2


def test_alike_pictures__one_thumbnail_of_two_originals(tmp_path):
    """A figure may be too small for a thumbnail to have a trace of it."""
    thumbnails = Thumbnails(tmp_path)
    name = thumbnails.write(thumbnail(invoice(1)))
    alike = AlikePictures(thumbnails, Known(agree=False))
    assert not alike.agree(seen("a", name), seen("b", name))
    assert alike.agree(seen("a", name), seen("a", name))


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8\xff", b"RIFF....WEBP"])
def test_alike_pictures__a_damaged_thumbnail_says_nothing(tmp_path, damage):
    thumbnails = Thumbnails(tmp_path)
    whole, broken = thumbnails.write(thumbnail(invoice(1))), thumbnails.write(damage)
    alike = AlikePictures(thumbnails, Known(agree=False))
    assert alike.agree(seen("a", whole), seen("b", broken))
    assert alike.agree(seen("a", whole), seen("c", "0" * 32))
