"""What a hub has of a model: its files with sizes and checksums, as far as a checkpoint needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urlencode

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.getting.sources import Hub, Source
from qwen3vl_app.models.getting.web import Web, unreadable

WANTED = ("*.safetensors", "*.json", "*.jinja", "*.txt", "README.md", "LICENSE*")
"""What a checkpoint needs, its card and its licence; not other formats of the same weights."""

LARGEST_FILE = 2**40
"""Bytes; what a list may say at most, so that sums stay numbers of this world."""


HEX = set("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file of a model at its hub."""

    name: str
    size: int
    url: str
    sha256: str = ""
    """64 hexadecimal digits; empty where the hub gives none."""

    blob: str = ""
    """How git names the content, 40 hexadecimal digits; Hugging Face has no more of small ones."""

    @property
    def content(self) -> str:
        """What stays the same as long as the content does; empty where nothing is known of it."""
        return self.sha256 or self.blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What there is to get of a model."""

    repository: str
    revision: str
    is_pinned: bool
    """Whether the revision names one state for good, and not whatever is newest."""

    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def list_files(web: Web, repository: str) -> Listing:
    """The files of a model that are wanted, small ones first. One request.

    Raises:
        DownloadError: The hub does not have it, refuses it or cannot be reached, its list makes
            no sense, or what it has is no checkpoint.
    """
    ask = _hugging_face if web.hub.source is Source.HUGGING_FACE else _modelscope
    try:
        listing = ask(web, repository)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unreadable(web.hub, repository, f"{type(error).__name__}: {error}") from error
    _check(listing, web.hub)
    return listing


def _hugging_face(web: Web, repository: str) -> Listing:
    endpoint = web.hub.endpoint
    found = web.json(f"{endpoint}/api/models/{repository}/revision/main?blobs=true", repository)
    revision = str(found["sha"])
    base = f"{endpoint}/{repository}/resolve/{quote(revision, safe='')}"
    files = [
        RemoteFile(
            name=entry["rfilename"],
            size=_size(entry["size"]),
            url=f"{base}/{quote(entry['rfilename'])}",
            sha256=_hex((entry.get("lfs") or {}).get("sha256"), 64),
            # git's name of a large file is that of the pointer to it
            blob="" if entry.get("lfs") else _hex(entry.get("blobId"), 40),
        )
        for entry in _wanted(found["siblings"], "rfilename", web.hub)
    ]
    return Listing(repository=repository, revision=revision, is_pinned=True, files=_sorted(files))


def _modelscope(web: Web, repository: str) -> Listing:
    base, revision = f"{web.hub.endpoint}/api/v1/models/{repository}", "master"
    asked = urlencode({"Revision": revision, "Recursive": "true"})
    found = web.json(f"{base}/repo/files?{asked}", repository)
    if not found.get("Success", True):
        raise DownloadError(
            Message.of("get.unknown", source=web.hub.source.display, model=repository)
        )
    entries = [one for one in found["Data"]["Files"] if one.get("Type") != "tree"]
    files = [
        RemoteFile(
            name=entry["Path"],
            size=_size(entry["Size"]),
            url=f"{base}/repo?{urlencode({'Revision': revision, 'FilePath': entry['Path']})}",
            sha256=_hex(entry.get("Sha256"), 64),
        )
        for entry in _wanted(entries, "Path", web.hub)
    ]
    return Listing(repository=repository, revision=revision, is_pinned=False, files=_sorted(files))


def _wanted(entries: list[dict[str, Any]], key: str, hub: Hub) -> Iterator[dict[str, Any]]:
    for entry in entries:
        name = entry[key]
        wanted = any(fnmatchcase(name, pattern) for pattern in WANTED)
        if _leads_away(name) or (wanted and _is_odd(name)):
            raise DownloadError(
                Message.of("get.name", source=hub.source.display, name=repr(name)[:200])
            )
        # nothing is read from subfolders, and what is hidden is git's
        if wanted and "/" not in name and not name.startswith("."):
            yield entry


def _leads_away(name: str) -> bool:
    """Whether a name is none of a file below the folder: no list of a model has such a thing."""
    return (
        not name.isprintable()
        or "\\" in name
        or any(part in {"", ".", ".."} for part in name.split("/"))
    )


def _is_odd(name: str) -> bool:
    """Whether some system cannot have a file of this name, or takes it for something else."""
    return len(name) > 200 or any(sign in name for sign in ':*?"<>|')


def _size(found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= LARGEST_FILE:
        raise ValueError(f"{found!r} is no size")
    return found


def _hex(found: object, digits: int) -> str:
    if found in (None, ""):
        return ""
    if not isinstance(found, str) or len(found) != digits or set(found.lower()) - HEX:
        raise ValueError(f"{found!r:.80} is no checksum")
    return found.lower()


def _sorted(files: list[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Small ones first: what cannot be had is known before the weights come."""
    return tuple(sorted(files, key=lambda file: (file.size, file.name)))


def _check(listing: Listing, hub: Hub) -> None:
    names = [file.name for file in listing.files]
    # to most disks of Windows and macOS these are one file
    if len({name.casefold() for name in names}) < len(names):
        raise unreadable(hub, listing.repository, "two files of one name")
    weights = next((name for name in names if name.endswith(".safetensors")), "*.safetensors")
    for needed in ("config.json", "tokenizer.json", weights):
        if needed not in names:
            raise DownloadError(
                Message.of(
                    "get.no_checkpoint",
                    model=listing.repository,
                    source=hub.source.display,
                    name=needed,
                )
            )
