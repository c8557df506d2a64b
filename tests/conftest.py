"""Imported before any test: the package sets how threads wait before torch is loaded."""

import qwen3vl_app  # noqa: F401
