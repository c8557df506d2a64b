"""What this installation consists of and whether the library is well."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from qwen3vl_app import __version__
from qwen3vl_app.budget import SIDE, Budget, load_budget
from qwen3vl_app.errors import AppError, ModelNotFoundError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.checkpoint.speed import parameters
from qwen3vl_app.settings import with_choices
from qwen3vl_app.store.check import WORDING
from qwen3vl_app.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from qwen3vl_app.models.checkpoint.load import Loaded
    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
    from qwen3vl_app.settings import Settings

PACKAGES = (
    *("torch", "transformers", "gradio", "faiss-cpu", "pillow", "decord", "av", "sqlite-utils"),
    *("pypdfium2", "pillow-heif", "numpy", "rapidocr", "onnxruntime"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What ``doctor`` prints."""

    versions: dict[str, str]
    device: str
    """Device, dtype and why."""

    models: dict[str, str]
    """By role and name: the folder, or the sentence that says how to get it."""

    memory: dict[str, str]
    """What the weights of the models in use take once they are loaded, by role and name."""

    advice: str
    """What the demo model is good for and how to get a real one; empty with a real one."""

    library: dict[str, object]
    """Folder and counts; empty where there is no library yet."""

    findings: tuple[str, ...]
    """What is wrong, one sentence each; empty when all is well."""

    passports: tuple[Passport, ...] = ()
    """Of the models in use, where they were asked for."""

    published: tuple[dict[str, object], ...] = ()
    """Numbers of the reference's README, where they were asked for: each with ``role``, ``name``,
    ``measure``, ``document``, ``expected``, ``found``, ``tolerance`` and ``agrees``; of a model
    that has none, ``role``, ``name`` and ``note`` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Whether a model sees and answers as the reference does."""

    role: str
    name: str
    shortcuts: dict[str, float]
    """How far each shortcut is from the long way, as a share of the state's length."""

    switched_off: tuple[str, ...]
    """Those that gave other numbers."""

    seconds: float
    """What finding that out took."""

    checks: tuple[dict[str, object], ...]
    """Each with ``code``, ``what`` in words, ``reference``, ``holds`` and ``found``."""


def diagnose(
    settings: Settings,
    say: Callable[[Message], str] = str,
    *,
    with_passports: bool = False,
    with_published: bool = False,
    picture: Path | None = None,
) -> Diagnosis:
    """Look at everything without changing anything. Imports torch: about three seconds.

    Args:
        settings: Which library, which models, which device.
        say: Words the messages.
        with_passports: Load both models as well and hold them to the reference.
        with_published: Load them and compare with the numbers of the reference's README.
        picture: ``demo.jpeg`` of that README, two thirds of whose numbers need it.

    Raises:
        UsageError: The device asked for is not there.
        UnreadableMediaError: The picture cannot be read.
        ModelLoadError: Models are to be looked at, and one of them cannot be loaded.
    """
    from qwen3vl_app.models.checkpoint.load import has_gpu, place  # noqa: PLC0415  torch takes seconds

    settings = _with_choices(settings)
    models = {
        f"{role} {name}": _folder(name, role, say)
        for role in Role
        for name in ("demo", "2b", "8b")
    }
    chosen = resolve(settings.model, Role.EMBEDDER, gpu=lambda: has_gpu(settings.device))
    library, findings = _library(settings, say)
    passports: list[Passport] = []
    published: list[dict[str, object]] = []
    if with_passports or with_published:
        image = _image(picture, settings)
        for examined in _examined(settings):
            if with_passports:
                passports.append(_passport(examined, say))
            if with_published:
                published += _published(examined, image, say)
    return Diagnosis(
        versions=versions(),
        device=say(place(settings.device).detail),
        models=models,
        memory=dict(_memory(settings)),
        advice=demo_advice(load_budget(chosen.folder)) if chosen.bundled else "",
        library=library,
        findings=findings,
        passports=tuple(passports),
        published=tuple(published),
    )


def _with_choices(settings: Settings) -> Settings:
    """With the models that were chosen for the library, where nothing else was asked for."""
    try:
        with Library.open(settings.library, writable=False) as library:
            return with_choices(settings, *(library.choices.of(role) for role in Role))
    except AppError:  # said below, with what is known of the library
        return settings


def _memory(settings: Settings) -> Iterator[tuple[str, str]]:
    from qwen3vl_app.models.checkpoint.load import has_gpu, place  # noqa: PLC0415  torch takes seconds

    width = place(settings.device).dtype.itemsize
    for role, name, adapter in _in_use(settings):
        try:
            found = resolve(name, role, gpu=lambda: has_gpu(settings.device)).with_adapter(adapter)
            size = parameters(found.folder) * width
        except (AppError, OSError, ValueError):  # what is wrong with it is said when it is loaded
            continue
        yield f"{role} {found.name}", f"{size / 1e6:,.0f} MB"


def _in_use(settings: Settings) -> Iterator[tuple[Role, str, str]]:
    """Role, name and adapter of the models that are wanted."""
    yield Role.EMBEDDER, settings.model, settings.adapter
    if settings.reranker.strip().lower() != "none":
        yield Role.RERANKER, settings.reranker, settings.reranker_adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """A model in memory."""

    role: Role
    loaded: Loaded
    model: Qwen3VLEmbedder | Qwen3VLReranker

    @property
    def name(self) -> str:
        return self.loaded.checkpoint.name


def _examined(settings: Settings) -> Iterator[_Examined]:
    """The models in use, one after the other."""
    from qwen3vl_app.models.checkpoint.load import (  # noqa: PLC0415  torch takes seconds
        has_gpu,
        load_embedder,
        load_reranker,
    )
    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder  # noqa: PLC0415
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker  # noqa: PLC0415

    for role, name, adapter in _in_use(settings):
        found = resolve(name, role, gpu=lambda: has_gpu(settings.device)).with_adapter(adapter)
        if role is Role.EMBEDDER:
            loaded = load_embedder(found, settings.device)
            yield _Examined(role=role, loaded=loaded, model=Qwen3VLEmbedder(loaded))
        else:
            loaded = load_reranker(found, settings.device)
            yield _Examined(role=role, loaded=loaded, model=Qwen3VLReranker(loaded))


def _passport(examined: _Examined, say: Callable[[Message], str]) -> Passport:
    from qwen3vl_app.models.forward.passport import passport  # noqa: PLC0415  torch takes seconds

    tested = examined.model.self_test
    return Passport(
        role=examined.role.value,
        name=examined.name,
        shortcuts={str(one): far for one, far in tested.distances.items()},
        switched_off=tuple(sorted(tested.failed)),
        seconds=round(tested.seconds, 3),
        checks=tuple(
            asdict(check) | {"what": say(Message.of(f"passport.{check.code}"))}
            for check in passport(examined.model, examined.role)
        ),
    )


def _published(
    examined: _Examined, image: Image | None, say: Callable[[Message], str]
) -> Iterator[dict[str, object]]:
    from qwen3vl_app.models.forward import published  # noqa: PLC0415  torch takes seconds
    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder  # noqa: PLC0415

    who: dict[str, object] = {"role": examined.role.value, "name": examined.name}
    if examined.name != published.MODELS[examined.role]:
        known = published.MODELS[examined.role]
        yield who | {"note": say(Message.of("published.none", name=examined.name, known=known))}
        return
    model = examined.model
    if isinstance(model, Qwen3VLEmbedder):
        numbers = published.embedder_published(model, image)
    else:
        dtype = examined.loaded.placement.dtype
        numbers = published.reranker_published(model, image, dtype)
    for number in numbers:
        yield who | asdict(number) | {"agrees": number.agrees}
    if image is None:
        yield who | {"note": say(Message.of("published.picture"))}


def _image(picture: Path | None, settings: Settings) -> Image | None:
    if picture is None:
        return None
    from qwen3vl_app.media.reader import Reader  # noqa: PLC0415  rarely needed

    reader = Reader(Budget(), settings.limits, workers=1, reference=True)
    try:
        return reader.picture(picture)
    finally:
        reader.close()


def demo_advice(budget: Budget) -> str:
    """What the demo models are good for, what they look at, and how to get real ones."""
    pixels = budget.max_picture_tokens * SIDE * SIDE
    return (
        "The bundled demo models are in use: they know drawings, shapes, charts, headings and "
        f"short notes, not photographs. They see a picture at {pixels:,} pixels at most, "
        f"{budget.max_frames} frames of a clip, and {budget.max_input_tokens} tokens of anything. "
        "For photographs: python -m qwen3vl_app models get 2b, then start with "
        "--model 2b --reranker 2b."
    )


@cache
def versions() -> dict[str, str]:
    """Versions of the program, Python, the system and the packages that matter in a report."""
    found = {
        "qwen3vl_app": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _folder(name: str, role: Role, say: Callable[[Message], str]) -> str:
    try:
        return str(resolve(name, role, gpu=lambda: False).folder)
    except ModelNotFoundError as error:
        return say(error.message)


def _library(
    settings: Settings, say: Callable[[Message], str]
) -> tuple[dict[str, object], tuple[str, ...]]:
    if not settings.library.is_dir():
        return {}, ()
    try:
        library = Library.open(settings.library, writable=False)
    except AppError as error:
        return {"folder": str(settings.library)}, (say(error.message),)
    try:
        newest = [space for space, count in library.spaces() if count][-1:]
        counts, folders, wrong = library.counts(), library.folders(), tuple(library.check(*newest))
        trash = library.trash.size()
        about: dict[str, object] = {
            "folder": str(settings.library),
            "files": {outcome.value: n for outcome, n in counts.files.items()},
            "items": {kind.value: n for kind, n in counts.items.items()},
            "spaces": [f"{space.model}: {n} vectors" for space, n in library.spaces()],
            "search": say(library.storage.describe()),
            "words": "well" if not any(one.code in WORDING for one in wrong) else "not well",
            "trash": f"{trash.files} files, {trash.bytes / 1e6:,.1f} MB",
            "folders": f"{len(folders)}, {sum(one.watched for one in folders)} watched",
        }
        return about, tuple(map(say, wrong))
    finally:
        library.close()
