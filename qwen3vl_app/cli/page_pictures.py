"""Pages as pictures beside a file of training data: no trainer opens a PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.content import Part
from qwen3vl_app.types.library import Item

if TYPE_CHECKING:
    from qwen3vl_app.services import Services


def page_pictures(services: Services, file: Path) -> Callable[[Item], str]:
    """Writes the picture of a page into ``FILE.pages`` and says where; empty if it has gone."""
    folder = file.absolute().with_name(f"{file.name}.pages")

    def picture(item: Item) -> str:
        path = folder / f"{item.content_hash}-{item.ordinal}.webp"
        if path.exists():
            return str(path)
        part = Part(ordinal=item.ordinal, kind=item.kind, place=item.place)
        try:
            drawn = services.reader.preview(item.path, part)
        except AppError:  # moved away or damaged since: this page is left out
            return ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn)
        except OSError as error:
            why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
            raise UsageError(why) from error
        return str(path)

    return picture
