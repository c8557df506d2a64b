"""Keeps gradio's components from reading files by path.

Gradio copies whatever file a value names to where it can be fetched, and fetches addresses. Here a
value can only name a file that this program took in; it comes in and goes out by its key.

Methods of single components are replaced: deriving from a component makes gradio write a stub file
beside the module.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradio.data_classes import FileData
from gradio.exceptions import InvalidPathError

from qwen3vl_app.search.question_files import QuestionFile
from qwen3vl_app.ui.given_files import GivenFiles


def with_keys(box: Any, given: GivenFiles) -> Any:  # noqa: ANN401  # gradio's types are too wide
    """The box of the query, with handlers that are given keys of files and give keys."""
    text_and_files = box.postprocess

    def from_handler(value: dict[str, Any]) -> Any:  # noqa: ANN401
        """What has gone since is left out."""
        files = [_file(file) for file in given.all(value["files"])]
        return text_and_files({"text": value["text"], "files": files})

    box.postprocess = from_handler
    return _moving(box, given.key_of)


def without_files(component: Any) -> Any:  # noqa: ANN401
    """The component, whose value never names a file."""
    return _moving(component, lambda _path: None)


def _moving(component: Any, key_of: Callable[[str | Path], str | None]) -> Any:  # noqa: ANN401
    """Where gradio would copy or fetch what a value names, the component answers its key."""

    def move(named: str | Path | None) -> str:
        key = None if named is None else key_of(named)
        if key is None:
            raise InvalidPathError("This file was not given out by this program.")
        return key

    async def move_async(named: str | Path | None) -> str:
        return move(named)

    component.move_resource_to_block_cache = move
    component.async_move_resource_to_block_cache = move_async
    return component


def _file(file: QuestionFile) -> FileData:
    kind, _ = mimetypes.guess_type(file.path.name)
    return FileData(path=str(file.path), orig_name=file.path.name, mime_type=kind)
