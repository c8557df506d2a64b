"""One frozen ``Settings``: what flags may change, with the limits and their reasons."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import platformdirs

from qwen3vl_app.types.model_choice import AUTO, ModelChoice

APP_NAME = "qwen3vl-app"

ASKED_OFFLINE = any(
    os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
)
"""Whether whoever started the program keeps Hugging Face off the network. Read once, because the
page sets the variable itself later on, for the libraries that it uses."""


def assets_folder() -> Path:
    """The folder of page scripts, demo models and samples: in a checkout beside the package.

    Installed, it lies inside the package, see ``setup.py``. Always a real folder: weights are
    mapped into memory and samples are read by other processes, so a zip file would not do.
    """
    package = Path(str(files("qwen3vl_app")))
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"


def models_folder() -> Path:
    """Where models lie that this program got itself, as ``ORG/NAME``; it may not be there yet."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "models"


ASSETS = assets_folder()
DEMO_EMBEDDER = ASSETS / "demo" / "embedder"
DEMO_RERANKER = ASSETS / "demo" / "reranker"
SAMPLES = ASSETS / "demo" / "samples"

GUIDED_QUERIES = SAMPLES.parent / "queries.json"
"""What to ask of the sample collection: suggested on the page, measured by ``bench``."""

SAMPLE_COLLECTION = "Samples"
"""Where the sample collection goes; the page suggests queries while there is one of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. Beyond a limit the file is failed with a sentence, never cut."""

    max_file_bytes: int = 20 * 2**30
    """20 GiB: long videos are read by seeking; larger files are disk images, not media."""

    max_text_bytes: int = 20 * 2**20
    """20 MiB of text are about 10,000 passages, an hour of embedding on two cores."""

    max_megapixels: float = 200.0
    """A 200-megapixel picture takes 600 MB decoded; phones reach that, damage exceeds it."""

    max_aspect: float = 200.0
    """The reference refuses longer strips (smart_resize of qwen-vl-utils)."""

    max_frame_megapixels: float = 40.0
    """Of a video or an animation: 8K has 33, and a decoder holds up to twenty frames."""

    max_animation_gigapixels: float = 10.0
    """All frames of a GIF or its like together: every one is decoded, and 10 take a minute."""

    max_moments: int = 50_000
    """Of a video: over four days of it, at 6 s from one to the next."""

    max_pages: int = 5000
    max_page_characters: int = 1_000_000
    """Text under one page: a page of the smallest print has 50,000, each 100 bytes while it is
    read."""

    max_reader_bytes: int = 2 * 2**30
    """Memory of each process that reads files: a picture of 200 megapixels takes 0.8 GB, and twice
    that where transparency or rotation make a second one of it. Linux keeps to it; other systems
    do not (see ``media.memory``)."""

    deadline: float = 60.0
    """Seconds one reading of a file may take; a hanging decoder is ended then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is decided before the parts are built."""

    library: Path = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "library"
    vectors: str = ""
    """``local`` or ``milvus://HOST:PORT/NAME``: where vectors are searched; empty for where the
    library has them."""

    model: str = "auto"
    """``auto``, ``demo``, ``2b``, ``8b``, a folder, or a model id found in a local cache.
    ``auto`` is what was chosen for the library, if anything was."""

    reranker: str = "auto"
    """As ``model``; ``none`` turns reranking off."""

    adapter: str = ""
    """Folder of a LoRA adapter that is merged into ``model``; empty for none."""

    reranker_adapter: str = ""
    """As ``adapter``, for the reranker."""

    device: str = "auto"
    """``auto``, ``cpu``, ``cuda`` or ``mps``."""

    unload_after: float | None = None
    """Minutes without work after which a model is let go until it is asked again; 0 for never,
    None for 30 where its weights take a gigabyte or more."""

    threads: int | None = None
    """Of torch on a CPU; None for as many as there are cores."""

    host: str = "127.0.0.1"
    """Another address lets other computers in, and wants ``auth``."""

    auth: tuple[str, str] | None = field(default=None, repr=False)
    """User and password that every request must bring; None where only this computer asks."""

    allowed_names: tuple[str, ...] = ()
    """Further host names of the page, such as that of a proxy in front of it."""

    watch: bool = False
    """Notice changes in every folder that was added, not only in those of which that is asked."""

    read_only: bool = False
    """Search only: nothing is indexed, deleted or set. For public demos."""

    backup: bool = True
    """Keep a daily copy of the library's file in its folder, see ``store.backups``."""

    ocr: bool = True
    """Read words in pictures, after everything else."""

    history: bool = True
    """Keep the searches of the page in the library."""

    @property
    def is_shared(self) -> bool:
        """Whether others may use the page: what one of them asks is then nobody else's."""
        return self.auth is not None or not is_loopback(self.host) or bool(self.allowed_names)

    port: int = 7860
    api: bool = False
    """Whether programs may ask by gradio's API."""

    mcp: bool = False
    """Whether they may ask by MCP."""

    open_browser: bool = True
    allow_download: bool = False
    """Network access is off unless asked for."""

    readers: int = 2
    """Processes that decode files."""

    batch_items: int = 16
    """Items that are embedded and committed together: what a crash can lose, and what a
    search waits for at most."""

    moment_seconds: float = 8.0
    limits: Limits = Limits()

    ray: str = ""
    """Where workers have the models: ``auto`` or the address of a cluster; empty for this program
    itself."""

    workers: int = 2
    """How many, on Ray."""

    gpus_per_worker: float = 0.0
    """What each of them takes; 0 for a CPU, of which each takes ``threads``, or one."""


def with_choices(settings: Settings, embedder: ModelChoice, reranker: ModelChoice) -> Settings:
    """What was chosen for a library, where nothing else was asked for."""
    if settings.model.strip().lower() == AUTO:
        adapter = settings.adapter or embedder.adapter
        settings = replace(settings, model=embedder.wanted, adapter=adapter)
    if settings.reranker.strip().lower() == AUTO:
        adapter = settings.reranker_adapter or reranker.adapter
        settings = replace(settings, reranker=reranker.wanted, reranker_adapter=adapter)
    return settings


def is_loopback(host: str) -> bool:
    """Whether only programs on this computer can reach this address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
