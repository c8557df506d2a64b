"""The Library's items in any order, found by name, grouped by file; a page at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.browsing import MOST_CHOSEN
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.listing import MOST_THESE, Cursor, Listed, Listing, Order
from qwen3vl_app.types.reading import read_filter
from qwen3vl_app.ui.routes.items import MOST_SIBLINGS, PAGE
from qwen3vl_app.ui.routes.media import LARGEST_ID, known_item
from qwen3vl_app.ui.serialize import Json, by_value, item_card

TOLD = frozenset({Order.DATE, Order.SIZE})
"""Orders whose value is sent along, because a tile shows nothing of it."""


def listing_routes(services: Services) -> APIRouter:
    """``/api/listing``, ``/api/listing/ids`` and ``/api/listing/members/{id}``."""
    router = APIRouter(prefix="/api/listing")
    listings = services.library.listings

    @router.get("")
    def page(
        request: Request,
        after: str = "",
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
        *,
        counted: bool = False,
    ) -> Json:
        asked = read_listing(request)
        cursor = read_cursor(after, asked.order) if after else None
        listed = listings.page(asked, after=cursor, limit=limit + 1)
        shown = listed[:limit]
        found = {
            "items": [listed_row(one, asked.order) for one in shown],
            "next": written_cursor(shown[-1].cursor) if len(listed) > limit else None,
        }
        return found | {"counts": by_value(listings.counts(asked))} if counted else found

    @router.get("/ids")
    def ids(request: Request) -> Json:
        asked = read_listing(request)
        found = listings.ids(asked)
        whole = len(found) < MOST_CHOSEN
        total = len(found) if whole else sum(listings.counts(asked).values())
        return {"ids": [int(item) for item in found], "total": total}

    @router.get("/members/{item_id}")
    def members(request: Request, item_id: int) -> Json:
        head = known_item(services, item_id)
        found = listings.members(read_listing(request), head.id, limit=MOST_SIBLINGS)
        return {"items": [item_card(item) | {"members": 1} for item in found]}

    return router


def read_listing(request: Request) -> Listing:
    """What an address asks to list.

    Raises:
        UsageError: A value that means nothing.
    """
    given = request.query_params
    order = given.get("order") or Order.NEWEST.value
    if order not in [one.value for one in Order]:
        known = ", ".join(Order)
        raise UsageError(Message.of("listing.order", value=order[:80], known=known))
    return Listing(
        where=read_filter({**given, "kinds": given.getlist("kind")}),
        name=given.get("name", ""),
        these=read_these(given.get("these", "")),
        order=Order(order),
        reverse=given.get("reverse") == "true",
        grouped=given.get("grouped") == "true",
    )


def read_these(written: str) -> frozenset[ItemId]:
    """Ids with commas between them; none for an empty text.

    Raises:
        UsageError: Something else stands there, or there are more than ``MOST_THESE``.
    """
    digits = written.split(",") if written else []
    if len(digits) > MOST_THESE or not all(
        one.isascii() and one.isdecimal() and int(one[:20]) <= LARGEST_ID for one in digits
    ):
        raise UsageError(Message.of("listing.these", value=written[:80], most=MOST_THESE))
    return frozenset(ItemId(int(one)) for one in digits)


def listed_row(listed: Listed, order: Order) -> Json:
    """A tile of the grid."""
    value = {"value": listed.cursor.value} if order in TOLD else {}
    return item_card(listed.item) | {"members": listed.members} | value


def written_cursor(cursor: Cursor) -> str:
    """Where a page ends, as ``read_cursor`` takes it."""
    return f"{cursor.item}:{cursor.value}"


def read_cursor(written: str, order: Order) -> Cursor:
    """Where the page before ended.

    Raises:
        UsageError: No page ends there.
    """
    number, _, value = written.partition(":")
    for digits in (number, value) if order is Order.SIZE else (number,):
        if not (digits.isascii() and digits.isdecimal()) or int(digits[:20]) > LARGEST_ID:
            raise UsageError(Message.of("listing.cursor", value=written[:80]))
    item = ItemId(int(number))
    return Cursor(item=item, value=int(value) if order is Order.SIZE else value)
