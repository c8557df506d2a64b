"""Types of what is given on the command line, which refuse what no command can mean."""

from __future__ import annotations

import math
import os
from typing import Any

import click
from click.types import FloatParamType, IntParamType

LARGEST = 2**63 - 1
"""No database and no JSON has a greater whole number."""

Parameter = click.Parameter | None
Context = click.Context | None


class GivenPath(click.Path):
    """A path that is not empty: ``""`` would be the folder that one is in.

    Empty is what a variable of the shell is that nobody has set, and ``forget "$PLACE"`` should
    not take out whatever is here.
    """

    def convert(
        self, value: str | os.PathLike[str], param: Parameter, ctx: Context
    ) -> str | bytes | os.PathLike[str]:
        if value == "":
            self.fail("the path is empty; write . for the folder that you are in.", param, ctx)
        return super().convert(value, param, ctx)


class Whole(IntParamType):
    """A whole number that a library may know."""

    def convert(self, value: Any, param: Parameter, ctx: Context) -> int:  # noqa: ANN401  # as click's
        found = int(super().convert(value, param, ctx))
        if abs(found) > LARGEST:
            self.fail(f"{found} is too large; no number here is above {LARGEST}.", param, ctx)
        return found


class Finite(FloatParamType):
    """A number; neither infinite nor ``nan``, of which a range would be no bound."""

    def convert(self, value: Any, param: Parameter, ctx: Context) -> float:  # noqa: ANN401  # as click's
        return _finite(self, float(super().convert(value, param, ctx)), param, ctx)


class FinitePart(click.FloatRange):
    """The same within bounds."""

    def convert(self, value: Any, param: Parameter, ctx: Context) -> float:  # noqa: ANN401  # as click's
        return _finite(self, float(super().convert(value, param, ctx)), param, ctx)


def _finite(kind: Finite | FinitePart, found: float, param: Parameter, ctx: Context) -> float:
    if not math.isfinite(found):
        kind.fail(f"{found} is no number that can be used here.", param, ctx)
    return found
