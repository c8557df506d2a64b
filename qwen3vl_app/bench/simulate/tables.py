"""Tables as Markdown has them, so that what is printed can stand in ``docs/SCALE.md`` as it is."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; the first column is words, all others are numbers."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    rule = [
        "-" * (width if not at else width - 1) + ("" if not at else ":")
        for at, width in enumerate(widths)
    ]
    return [_line(row, widths) for row in (heads, rule, *rows)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        f"{cell:<{width}}" if not at else f"{cell:>{width}}"
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "| " + " | ".join([first, *rest]) + " |"


def many(count: float) -> str:
    """10 k, 1 M, 1 B."""
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{_short(count / size)} {sign}"
    return _short(count)


def size(count: float) -> str:
    """Bytes, in decimal units."""
    for one, sign in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= one:
            return f"{_short(count / one)} {sign}"
    return f"{_short(count / 1e3)} kB"


def lasting(seconds: float) -> str:
    """A time in the unit that fits it."""
    for one, sign in ((86_400 * 365, "years"), (86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= 2 * one or (one == 1 and seconds >= 1):
            return f"{_short(seconds / one)} {sign}"
    return f"{_short(1000 * seconds)} ms"


def dollars(amount: float) -> str:
    """Whole dollars, or cents of less than ten."""
    return f"${amount:,.2f}" if amount < 10 else f"${float(f'{amount:.3g}'):,.0f}"


def _short(number: float) -> str:
    """Two digits at least; what is large as a whole."""
    return f"{number:.2g}" if number < 10 else f"{number:,.0f}"
