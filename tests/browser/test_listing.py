"""Filters without a query list what passes them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, opened, stage

pytestmark = pytest.mark.browser


def ids(page: Page) -> list[int]:
    found = page.locator(".listing .tile").evaluate_all(
        "all => all.map(t => Number(t.dataset.id))"
    )
    return [int(one) for one in found]


def passing(url: str, **where: Any) -> list[int]:
    answer = httpx.get(f"{url}/api/items", params={"limit": 200, **where})
    return [item["id"] for item in answer.json()["items"]]


def test_listing__a_kind_on_the_start_page_lists_the_newest_first(page, unhurried):
    asked = unhurried.seen()["queries"]
    page.locator(".asking-kinds [data-kind=page]").click()
    stage(page, "listing")
    wanted = passing(unhurried.url, kind="page")
    expect(page.locator(".listing .tile")).to_have_count(len(wanted))
    assert ids(page) == wanted == sorted(wanted, reverse=True)
    said = f"{len(wanted)} items pass the filters, newest first."
    expect(page.locator(".board-status")).to_have_text(said)
    assert page.url.endswith("?kinds=page")
    assert unhurried.seen()["queries"] == asked
    page.locator(".asking-kinds [data-kind=picture]").click()
    expect(page.locator(".board-legend")).to_contain_text("Images")
    both = passing(unhurried.url, kind=["page", "picture"])
    expect(page.locator(".listing .tile")).to_have_count(len(both))
    page.go_back()
    expect(page.locator(".listing .tile")).to_have_count(len(wanted))
    page.reload()
    stage(page, "listing")
    expect(page.locator(".listing .tile")).to_have_count(len(wanted))
    page.locator(".asking-kinds [data-kind=page]").click()
    expect(page.locator(".welcome .recent")).to_be_visible()
    assert page.url.rstrip("/") == unhurried.url


def test_listing__every_filter_by_the_address(desktop, unhurried):
    with opened(
        desktop,
        f"{unhurried.url}/?kinds=video&orientation=landscape",
        origin=unhurried.url,
        ready=".listing .tile",
    ) as page:
        wanted = passing(unhurried.url, kind=["video", "moment"], orientation="landscape")
        assert ids(page) == wanted
    with opened(
        desktop, f"{unhurried.url}/?collection=Work", origin=unhurried.url, ready=".listing .tile"
    ) as page:
        assert ids(page) == passing(unhurried.url, collection="Work")


def test_listing__what_nothing_passes_says_so_and_leads_back(desktop, unhurried):
    address = f"{unhurried.url}/?tag=nowhere"
    with opened(
        desktop, address, origin=unhurried.url, ready=".board-root[data-stage=listing]"
    ) as page:
        expect(page.locator(".board-status")).to_have_text("No item passes the filters.")
        page.locator(".listing").get_by_role("button", name="Clear all").click()
        expect(page.locator(".welcome .recent")).to_be_visible()


def test_listing__a_filter_that_means_nothing_is_a_sentence(desktop, unhurried):
    address = f"{unhurried.url}/?taken_from=soon"
    with opened(
        desktop, address, origin=unhurried.url, ready=".board-root[data-stage=error]"
    ) as page:
        expect(page.locator(".board-note")).to_contain_text("is not a day")


def test_listing__pages_keep_the_focus_and_say_how_far(page, unhurried):
    """Sixty at a time: the button stays where it was until all are there."""
    unhurried.set(more=150)
    page.locator(".asking-kinds [data-kind=picture]").click()
    total = len(passing(unhurried.url, kind="picture"))
    assert 120 < total <= 180
    tiles = page.locator(".listing .tile")
    expect(tiles).to_have_count(60)
    status = page.locator(".board-status")
    expect(status).to_have_text(f"{total} items pass the filters; the newest 60 are shown.")
    assert status.get_attribute("aria-live") == "polite"
    more = page.get_by_role("button", name=re.compile("^Show more"))
    more.focus()
    page.keyboard.press("Enter")
    expect(tiles).to_have_count(120)
    expect(more).to_be_focused()
    expect(more).to_have_text(f"Show more (120 of {total})")
    page.keyboard.press("Enter")
    expect(tiles).to_have_count(total)
    expect(more).to_be_hidden()
    expect(tiles.nth(120)).to_be_focused()
    expect(status).to_have_text(f"{total} items pass the filters, newest first.")
    assert ids(page) == passing(unhurried.url, kind="picture")
    unhurried.set(more=0)


def test_listing__a_query_takes_its_place_and_opens_no_old_tiles(page):
    page.locator(".asking-kinds [data-kind=picture]").click()
    stage(page, "listing")
    page.locator(".listing .tile", has_text="red circle").first.click()
    expect(page.locator(".panel")).to_be_visible()
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".listing")).to_be_hidden()
    expect(page.locator(".column-recall .row")).not_to_have_count(0)
    page.go_back()
    stage(page, "listing")
    expect(page.locator(".column-recall .row").first).to_be_hidden()
    expect(page.locator(".listing .tile").first).to_be_visible()


def test_listing__typing_is_not_overtaken_by_a_filter(page, unhurried):
    page.locator("#query textarea").fill("half a que")
    page.locator(".asking-kinds [data-kind=picture]").click()
    page.wait_for_timeout(1000)
    expect(page.locator(".welcome .recent")).to_be_visible()
    page.locator("#query textarea").press("Enter")
    stage(page, "done")
    assert unhurried.seen()["queries"][-1] == "half a que"
