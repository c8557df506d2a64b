"""Models to choose from, as the page shows them: size, place, and what they would cost here."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from qwen3vl_app.models.checkpoint.footprint import free_memory, total_memory
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.checkpoint.speed import (
    Speed,
    known_speed,
    seconds_of,
    seconds_per_page,
)
from qwen3vl_app.models.getting.jobs import DownloadStatus
from qwen3vl_app.models.getting.known import KnownModel, Place, known_models
from qwen3vl_app.models.getting.record import read_record
from qwen3vl_app.models.getting.room import free_bytes
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json


def known(services: Services) -> Json:
    """All models there are, with what this computer and this library mean for each.

    ``seconds`` is what one item takes, an estimate from the measured speed of the processor; None
    where that was not measured, and where there is a GPU, of which it says nothing.
    """
    speed = None if _has_gpu(services) else known_speed()
    embedded = _embedded(services)
    rows = [_row(model, speed, embedded) for model in known_models()]
    return {
        "models": rows,
        "items": sum(services.library.counts().items.values()),
        "free": free_bytes(),
        "memory": total_memory(),
        "memory_free": free_memory(),
        "again": _again(services, rows),
        **getting(services),
    }


def getting(services: Services) -> Json:
    """What is being got, was got, or is half got, and how far each is."""
    return {"getting": [_job_row(one) for one in services.downloads.statuses()]}


def _again(services: Services, rows: Sequence[Json]) -> float | None:
    """Seconds of one item of the embedder in use, adapters cost nothing; None where unknown."""
    space = services.models.loaded_space()
    wanted = ModelChoice.from_text("" if space is None else space.checkpoint).wanted
    own = (one for one in rows if one["wanted"] == wanted and one["role"] == Role.EMBEDDER)
    return next((one["seconds"] for one in own), None)


def _row(model: KnownModel, speed: Speed | None, embedded: Mapping[str, int]) -> Json:
    wanted = model.repository or model.name
    return {
        "name": model.name,
        "repository": model.repository,
        "wanted": wanted,
        "role": model.role,
        "place": model.place,
        "folder": None if model.folder is None else display(model.folder),
        "size": model.size,
        "got": model.got,
        "licence": model.licence,
        "memory": model.memory,
        "fits_memory": model.fits_memory,
        "fits_now": model.fits_now,
        "fits_disk": model.fits_disk,
        "trouble": message_row(model.trouble) if model.trouble else None,
        "seconds": None if speed is None else _seconds(model, speed),
        "embedded": embedded.get(wanted, 0),
        "removable": _is_removable(model),
    }


def _seconds(model: KnownModel, speed: Speed) -> float | None:
    if model.folder is not None and not model.trouble:
        return seconds_per_page(model.folder, speed)
    # two bytes for each number, as all published ones are
    return seconds_of(model.size / 2, speed) if model.size and not model.trouble else None


def _is_removable(model: KnownModel) -> bool:
    """Whether this program got it, and it is complete."""
    folder = model.folder
    return model.place is Place.HERE and folder is not None and read_record(folder) is not None


def _embedded(services: Services) -> dict[str, int]:
    """How many items are embedded with each model as it comes, by what it was asked for by."""
    found: dict[str, int] = {}
    for space, items in services.library.coverage():
        choice = ModelChoice.from_text(space.checkpoint)
        if choice.wanted and not choice.adapter:
            found[choice.wanted] = max(items, found.get(choice.wanted, 0))
    return found


def _has_gpu(services: Services) -> bool:
    """Whether models run on one; False before torch was loaded, which is not waited for."""
    if "torch" not in sys.modules:
        return False
    from qwen3vl_app.models.checkpoint.load import has_gpu  # noqa: PLC0415  imports torch

    return has_gpu(services.settings.device)


def _job_row(status: DownloadStatus) -> Json:
    amount = status.amount
    return {
        "repository": status.repository,
        "source": status.source,
        "stage": status.stage,
        "done": amount.done,
        "total": amount.total,
        "speed": amount.speed,
        "left": amount.seconds_left,
        "note": message_row(amount.note) if amount.note else None,
        "message": message_row(status.message) if status.message else None,
    }
