"""The models there are: published, bundled, on this computer, partly got. Asks no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import orjson

from qwen3vl_app.errors import DownloadError, ModelLoadError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.caches import (
    cached_folders,
    find_cached,
    hub_folder,
    hugging_face_cache,
    modelscope_caches,
)
from qwen3vl_app.models.checkpoint.cards import front_matter
from qwen3vl_app.models.checkpoint.check import MODEL_TYPE, check_folder, role_of
from qwen3vl_app.models.checkpoint.footprint import (
    free_memory,
    needed_memory,
    stored_width,
    total_memory,
    weights_of,
)
from qwen3vl_app.models.checkpoint.resolve import REPOSITORY, Role
from qwen3vl_app.models.getting.places import Begun, begun_models, folder_of
from qwen3vl_app.models.getting.room import has_room
from qwen3vl_app.settings import models_folder

SMALL_FILES = 16_000_000
"""Bytes of tokenizer, vocabulary and configuration of a published model, about."""

LICENCE = "apache-2.0"
"""Of the published models, by their cards, and of the bundled ones."""

PUBLISHED = {
    ("2b", Role.EMBEDDER): 4_255_140_312,
    ("2b", Role.RERANKER): 4_255_140_312,
    ("8b", Role.EMBEDDER): 16_289_587_680,
    ("8b", Role.RERANKER): 17_534_247_392,
}
"""Bytes of the weights. Those of 2B as Hugging Face lists them; of 8B two bytes for each number
of the published shape, the reranker with an output layer of its own. The list of the hub, which
is asked before anything is got, has the last word."""


class Place(StrEnum):
    """Where a model lies."""

    BUNDLED = "bundled"
    HERE = "models"
    HUGGING_FACE = "hugging-face"
    MODELSCOPE = "modelscope"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """One model that can be used, or got."""

    name: str
    """What ``--model`` or ``--reranker`` takes: ``demo``, ``2b``, ``8b`` or ``org/name``."""

    repository: str
    """Its id on the hubs; empty for the bundled ones."""

    role: Role | None
    """What it is for; None where it does not say."""

    place: Place
    """Where it lies, or what there is of it."""

    folder: Path | None
    """Where it lies, complete; None where it does not."""

    size: int
    """Bytes on disk: measured where it lies, else as it is published; 0 where neither is known."""

    got: int
    """Bytes that are there of one that is not complete; those in the cache of a hub are gone on
    with by the hub's own program alone."""

    licence: str
    """As its card has it; empty where that says nothing."""

    memory: int
    """Bytes that it needs at least, with its weights as stored; 0 where that is unknown."""

    fits_memory: bool | None
    """In all the memory of this computer; None where what it needs is unknown."""

    fits_now: bool | None
    """In what of the memory is free, so that other programs need not be closed first; None where
    what it needs is unknown. One that is in memory already says nothing by that."""

    fits_disk: bool | None
    """Whether what is missing of it has room; None for what is there, or of unknown size."""

    trouble: Message
    """Why what lies there cannot be used, if so."""


def known_models() -> tuple[KnownModel, ...]:
    """Bundled first, then the published ones, then whatever else of this kind lies here.

    Cost: a look at each folder of the caches, milliseconds; no weights are read.
    """
    bundled = [_bundled(role) for role in Role]
    published = {role.repository(size): (size, role) for size, role in PUBLISHED}
    begun = {one.repository: one for one in begun_models()}
    others = sorted({*_lying_here(), *begun} - set(published))
    listed = (_of(one, published, begun.get(one)) for one in (*published, *others))
    return (*bundled, *listed)


def ids_of(name: str, roles: Iterable[Role]) -> list[str]:
    """The models that a person means, by ``2b``, ``8b`` or ``org/name``.

    Raises:
        DownloadError: It is neither.
    """
    if name.lower() == "demo":
        raise DownloadError(Message.of("get.bundled"))
    if name.lower() in {size for size, _ in PUBLISHED}:
        return [role.repository(name.lower()) for role in roles]
    folder_of(name)
    return [name]


def _bundled(role: Role) -> KnownModel:
    return _there("demo", role, Place.BUNDLED, role.bundled, LICENCE)


def _of(
    repository: str, published: dict[str, tuple[str, Role]], begun: Begun | None
) -> KnownModel:
    size, role = published.get(repository, ("", None))
    folder = find_cached(repository)
    if folder is not None:
        licence = LICENCE if size else ""
        known = role or role_of(folder, repository)
        found = _there(size or repository, known, _place(folder), folder, licence)
        return replace(found, repository=repository)
    weights = PUBLISHED[size, role] if role is not None else 0
    total = begun.total if begun else weights + SMALL_FILES if weights else 0
    place, got = (Place.HERE, begun.got) if begun else _left_by_others(repository)
    missing = total - begun.got if begun else total
    memory = needed_memory(weights, width=2, running=2)
    return KnownModel(
        name=size or repository,
        repository=repository,
        role=role,
        place=place,
        folder=None,
        size=total,
        got=got,
        licence=LICENCE if size else "",
        memory=memory,
        fits_memory=_fits(memory, total_memory()),
        fits_now=_fits(memory, free_memory()),
        fits_disk=has_room(missing) if total else None,
        trouble=NOTHING,
    )


def _left_by_others(repository: str) -> tuple[Place, int]:
    """In which cache there are parts of a model, and how many bytes."""
    if got := _bytes_in(hugging_face_cache() / hub_folder(repository) / "blobs"):
        return Place.HUGGING_FACE, got
    for root in modelscope_caches():
        # while it fetches a file, its client keeps that apart from the others
        places = {*cached_folders(repository), root / "._____temp" / repository}
        if got := sum(_bytes_in(place) for place in places if place.is_relative_to(root)):
            return Place.MODELSCOPE, got
    return Place.NOWHERE, 0


def _there(name: str, role: Role | None, place: Place, folder: Path, licence: str) -> KnownModel:
    trouble, memory = NOTHING, 0
    try:
        check_folder(folder)
        width = stored_width(folder)
        memory = needed_memory(weights_of(folder), width=width, running=width)
    except ModelLoadError as error:
        trouble = error.message
    written = front_matter(folder).get("license")
    return KnownModel(
        name=name,
        repository="",
        role=role,
        place=place,
        folder=folder,
        size=_bytes_in(folder),
        got=0,
        licence=written if isinstance(written, str) and written else licence,
        memory=memory,
        fits_memory=_fits(memory, total_memory()),
        fits_now=_fits(memory, free_memory()),
        fits_disk=None,
        trouble=trouble,
    )


def _bytes_in(folder: Path) -> int:
    """Of its files; what is linked to, as Hugging Face's cache does, counts as if it lay there."""
    if not folder.is_dir():
        return 0
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _fits(memory: int, there: int) -> bool | None:
    return memory <= there if memory else None


def _place(folder: Path) -> Place:
    if folder.is_relative_to(models_folder()):
        return Place.HERE
    cached = folder.is_relative_to(hugging_face_cache())
    return Place.HUGGING_FACE if cached else Place.MODELSCOPE


def _lying_here() -> Iterator[str]:
    """Ids of what lies on this computer, complete and of our kind."""
    for repository in _ids():
        if REPOSITORY.fullmatch(repository):
            folder = find_cached(repository)
            if folder is not None and _is_ours(folder):
                yield repository


def _ids() -> Iterator[str]:
    for folder in models_folder().glob("*/*/"):
        yield f"{folder.parent.name}/{folder.name}"
    for cache in (hugging_face_cache(), *modelscope_caches()):
        for folder in cache.glob("models--*--*/"):
            yield folder.name.removeprefix("models--").replace("--", "/", 1)
    for root in modelscope_caches():
        for folder in (*root.glob("*/*/"), *root.glob("models/*/*/")):
            yield f"{folder.parent.name}/{folder.name.replace('___', '.')}"


def _is_ours(folder: Path) -> bool:
    """Caches hold models of all kinds; those of others are not for this list."""
    try:
        config = orjson.loads((folder / "config.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    return isinstance(config, dict) and config.get("model_type") == MODEL_TYPE
