"""Imports gradio without the type stubs that it writes for editors.

At every import gradio reads the source of each of its components, works out a ``.pyi`` from it
and writes that beside the source where it differs: a third of the time that importing it takes,
and a change to what is installed. Nothing reads the stubs while a program runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_MODULE, _FUNCTION = "gradio.component_meta", "create_or_modify_pyi"


class _Finder(MetaPathFinder):
    """Finds the one module that writes stubs."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _MODULE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Loads it as usual, and takes away its function before any component is made."""

    def __init__(self, usual: Loader) -> None:
        self._usual = usual

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._usual.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._usual.exec_module(module)
        if hasattr(module, _FUNCTION):
            setattr(module, _FUNCTION, _write_none)


def _write_none(*_: object) -> None:
    """In the place of what writes stubs."""


def leave_out_stubs() -> None:
    """Let gradio write no stubs once it is imported; too late where it has been."""
    sys.meta_path.insert(0, _Finder())
