"""Our scripts and styles."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from qwen3vl_app.messages import Message
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.failures import GoneError

FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


def page_routes() -> APIRouter:
    """``GET /page/{version}/{folder}/{name}``; the version only makes the address new."""
    router = APIRouter()

    @router.get("/page/{version}/{name:path}")
    def page_file(version: str, name: str) -> Response:
        if version != scripts.version():
            raise GoneError(Message.of("page.old"))
        if name == scripts.ONE_STYLE:
            return Response(scripts.styles(), media_type="text/css", headers=FOR_EVER)
        path = scripts.files().get(name)
        if path is None:
            raise GoneError(Message.of("page.old"))
        media_type = scripts.MEDIA_TYPES[path.suffix]
        return FileResponse(path, media_type=media_type, headers=FOR_EVER)

    return router
