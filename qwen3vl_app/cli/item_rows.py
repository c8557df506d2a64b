"""What names an item on the command line."""

from __future__ import annotations

from qwen3vl_app.types import Item


def item_row(item: Item) -> dict[str, object]:
    """What names an item in every ``--json``: its number, its file, and where in it it stands."""
    place = item.place
    row: dict[str, object] = {"item": item.id, "path": str(item.path), "kind": item.kind.value}
    if place.page is not None:
        row["page"] = place.page
    if place.first_line is not None:
        row["lines"] = [place.first_line, place.last_line]
    if place.section:
        row["section"] = place.section
    if place.start is not None:
        row |= {"start": place.start, "end": place.end}
    return row
