"""The history of a test set as a picture: a measure of both stages over its runs, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qwen3vl_app.evaluation.conditions import changed

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 36, 40

COLOURS = {"recall": "#2563eb", "rerank": "#c2410c", "given": "#6b7280"}
"""By stage; their names stand above, and the lines of the first stage are dashed."""

DASHED = "recall"


def plot(rows: Sequence[tuple[str, Mapping[str, Any]]], measure: str) -> str:
    """A file of its own, for light and dark.

    Each run has its mean with the interval; a dashed line stands before a run whose model, index
    or settings are not those of the run before, and says what has changed.

    Args:
        rows: (when, what ``Evaluation.written`` gave), oldest first.
        measure: By its name; runs without it have no mark.
    """
    names = [name for name in COLOURS if any(name in said["stages"] for _, said in rows)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11">',
        "<style>text{fill:#374151}.axis{stroke:#9ca3af}@media(prefers-color-scheme:dark)"
        "{text{fill:#d1d5db}.paper{fill:#111827}}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="18" font-size="13">{escape(measure)}</text>',
    ]
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(value)
        parts.append(
            f'<line class="axis" stroke-opacity=".4" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    before: Mapping[str, Any] | None = None
    for n, (_, said) in enumerate(rows):
        if moved := changed(before, said["conditions"]):
            x = _x(n - 0.5, len(rows))
            parts.append(
                f'<line class="change" stroke="#9333ea" stroke-dasharray="4 3" x1="{x:.1f}" '
                f'x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">'
                f"<title>{escape(', '.join(moved))}</title></line>"
            )
        before = said["conditions"]
    for n, name in enumerate(names):
        parts += _line(rows, name, measure)
        at = WIDTH - RIGHT - 90 * (len(names) - n - 1)
        parts.append(
            f'<text x="{at}" y="18" text-anchor="end" style="fill:{COLOURS[name]}">'
            f"{'╌╌' if name == DASHED else '──'} {name}</text>"
        )
    for n in {0, len(rows) - 1} if rows else ():
        anchor = "start" if n == 0 else "end"
        parts.append(
            f'<text x="{_x(n, len(rows)):.1f}" y="{HEIGHT - 14}" text-anchor="{anchor}">'
            f"{escape(rows[n][0][:16].replace('T', ' '))}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _line(rows: Sequence[tuple[str, Mapping[str, Any]]], name: str, measure: str) -> list[str]:
    colour = COLOURS[name]
    points, parts = [], []
    for n, (when, said) in enumerate(rows):
        found = said["stages"].get(name, {}).get(measure)
        if found is None:
            continue
        mean = found["mean"]
        x, y = _x(n, len(rows)), _y(mean)
        points.append((x, y))
        low, high = found["low"], found["high"]
        if low is not None and high is not None:
            parts.append(
                f'<line stroke="{colour}" stroke-opacity=".5" x1="{x:.1f}" x2="{x:.1f}" '
                f'y1="{_y(low):.1f}" y2="{_y(high):.1f}"/>'
            )
        parts.append(
            f'<circle class="{name}" fill="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
            f"<title>{escape(f'{when} {name} {measure} {mean:.3f}')}</title></circle>"
        )
    if not points:
        return []
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="5 3"' if name == DASHED else ""
    line = f'<polyline fill="none" stroke="{colour}" stroke-width="1.5"{dashes} points="{path}"/>'
    return [line, *parts]


def _x(n: float, count: int) -> float:
    step = (WIDTH - LEFT - RIGHT) / max(1, count - 1)
    return LEFT + 12 + n * (step if count > 1 else 0)


def _y(value: float) -> float:
    return TOP + (1 - value) * (HEIGHT - TOP - BOTTOM)
