"""Imported before any test: the package sets how threads wait before torch is loaded."""

from hypothesis import settings

import qwen3vl_app  # noqa: F401

# how long one example takes says more about what else the machine does than about the program
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
