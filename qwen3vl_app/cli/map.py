"""``map``: which items of a library belong together, and what each cluster is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Item, ItemId

if TYPE_CHECKING:
    from qwen3vl_app.inspection.map_file import ItemMap


@click.command("map")
@click.option("--collection", default="", metavar="NAME", help="Only the items of this one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every place.")
@shared_options
@click.pass_context
def item_map(
    context: click.Context,
    /,
    *,
    collection: str,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Lay out all items in two dimensions, and list the clusters. Needs no model.

    Takes the map that the page has laid out where nothing came in since, and changes nothing.
    """
    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        if collection and collection not in dict(services.library.collections()):
            raise UsageError(Message.of("collection.unknown", name=collection))
        made = services.maps.finished(collection)
        wanted = [ItemId(item) for one in made.clusters for item in one.representatives]
        items = services.library.items(wanted)
    if as_json:
        say_json(_row(made, items))
        return
    for number, cluster in enumerate(made.clusters, start=1):
        name = " · ".join(cluster.words) or said(Message.of("map.unnamed", number=number))
        size = said(counted("cli.map_items", cluster.size))
        click.echo(one_line(f"{name}  {size}"))
        for item in cluster.representatives:
            if ItemId(item) in items:
                click.echo(f"     {one_line(items[ItemId(item)].path)}")


def _row(made: ItemMap, items: dict[ItemId, Item]) -> dict[str, object]:
    places = zip(made.ids.tolist(), made.places.tolist(), made.of_each.tolist(), strict=True)
    return {
        "clusters": [
            {
                "words": list(one.words),
                "size": one.size,
                "representatives": [
                    {"item": item, "path": str(items[ItemId(item)].path)}
                    for item in one.representatives
                    if ItemId(item) in items
                ],
            }
            for one in made.clusters
        ],
        "items": [
            {"item": item, "x": x, "y": y, "cluster": cluster} for item, (x, y), cluster in places
        ],
    }
