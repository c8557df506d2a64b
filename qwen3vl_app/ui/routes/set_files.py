"""Test sets from files of this computer, taken along as files again, and removed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.evaluation.importing import Form, files_of, read_set, written_set
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.types.test_set import LONGEST_NAME, TestSet
from qwen3vl_app.ui.failures import GoneError, NotLocalError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.local_use import is_local
from qwen3vl_app.ui.pasted_paths import path_that_is_there
from qwen3vl_app.ui.routes.indexing import clean_name
from qwen3vl_app.ui.serialize import Json

READING, MOST_WAITING = 1, 4
"""Requests answered at once, and waiting: a corpus may have a gigabyte."""

Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class Bringing(BaseModel):
    """Files of a set; as ``importing.read_set`` has them."""

    path: str
    name: Name = ""
    """Empty for the name of the folder or file."""

    qrels: str = ""
    split: Name = "test"
    collection: str = ""
    """Empty for one that is named like the set, or all there is where nothing is indexed."""

    index: bool = True


class Removing(BaseModel):
    """A set that is not wanted any more."""

    name: Name


def set_file_routes(services: Services) -> APIRouter:
    """``/api/sets/bring``, ``/api/sets/file`` and ``/api/sets/remove``."""
    router = APIRouter(prefix="/api/sets")
    lane = Lane(READING, MOST_WAITING)

    @router.post("/bring")
    async def bring(request: Request, job: Bringing) -> Response:
        # what is read comes back in an export, and no type of file is certain to be a set
        if not is_local(request, services.settings):
            raise NotLocalError(Message.of("sets.not_local"))
        return await lane.change(brought, job)

    @router.get("/file")
    async def file(name: Annotated[str, Query(max_length=LONGEST_NAME)], form: Form) -> Response:
        return await lane.run(written, name, form)

    @router.post("/remove")
    def remove(job: Removing) -> Json:
        return {"removed": services.library.test_sets.remove(job.name)}

    def brought(job: Bringing) -> Json:
        path = path_that_is_there(job.path)
        wanted = clean_name(job.collection)
        found = read_set(
            path,
            " ".join(job.name.split()) or path.stem[:LONGEST_NAME],
            qrels=path_that_is_there(job.qrels) if job.qrels.strip() else None,
            split=job.split,
            collection=wanted if wanted or job.index else "",
        )
        paths = files_of(found, services.library.uploads) if job.index else []
        if paths:
            services.indexer.add(paths, collection=found.collection)
        services.library.test_sets.keep(found)
        return {"name": found.name, "files": len(paths)}

    def written(name: str, form: Form) -> Response:
        files = written_set(kept_set(services, name), form)
        if form is Form.CSV:
            (table,) = files.values()
            return _saved(table.encode("utf-8", "replace"), "text/csv", f"{name}.csv")
        return _saved(_archive(files), "application/zip", f"{name}.{form}.zip")

    return router


def kept_set(services: Services, name: str) -> TestSet:
    """The set of this name, for who may see it.

    Raises:
        LibraryReadOnlyError: Sets are not shown where nothing may be kept.
        GoneError: There is none.
    """
    services.library.writer.has_work()
    found = services.library.test_sets.find(name)
    if found is None:
        raise GoneError(Message.of("sets.none", name=name))
    return found


def _archive(files: Mapping[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text.encode("utf-8", "replace"))
    return written.getvalue()


def _saved(content: bytes, media_type: str, name: str) -> Response:
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": named, "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
