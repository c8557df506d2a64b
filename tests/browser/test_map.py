"""The Library's map, as a person uses it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import another, ask, opened, stage

pytestmark = pytest.mark.browser

PATIENCE = 120_000
"""Milliseconds; a map is laid out with whatever of the processor nothing else wants."""


def laid_out(page: Page) -> None:
    """Wait for the whole map."""
    whole = page.locator(".map[data-stage=done] .map-cluster").first
    expect(whole).to_be_visible(timeout=PATIENCE)


def to_map(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=map]").click()
    laid_out(page)


def pinch(page: Page, *, apart: float) -> None:
    """Two fingers on the map go so many times as far apart."""
    box = page.locator(".map-plot").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen = page.context.new_cdp_session(page)
    for kind, step in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        way = 40 * (1 + (apart - 1) * step)
        points = [{"x": x - way, "y": y, "id": 0}, {"x": x + way, "y": y, "id": 1}]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    screen.detach()


DRAWN = """() => {
  const canvas = document.querySelector('.map-points');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}"""
"""Whether there is anything on a canvas without WebGL."""


def test_map__is_drawn_all_the_same_once_the_graphics_card_is_gone(desktop, samples):
    with opened(desktop, samples.url) as page:
        to_map(page)
        plot = page.locator(".map-plot")
        page.locator(".map-points").dispatch_event("webglcontextlost")
        expect(plot).to_have_attribute("data-painter", "canvas")
        page.wait_for_function(DRAWN)
        plot.focus()
        page.keyboard.press("+")
        expect(plot).to_have_attribute("data-zoom", "1.40")
        page.wait_for_function(DRAWN)


def test_map__is_laid_out_at_once_coloured_and_opens_what_is_clicked(desktop, samples):
    with opened(desktop, samples.url) as page:
        ask(page, "a red fox")
        stage(page, "done")
        to_map(page)
        expect(page.locator(".map-told [role=status]")).to_contain_text("items")
        expect(page.locator(".map-plot")).not_to_have_attribute("data-hits", "0")
        groups = page.locator(".map-group")
        expect(groups.filter(has_text="Images")).to_have_attribute("aria-pressed", "true")
        groups.filter(has_text="Images").click()
        expect(groups.filter(has_text="Images")).to_have_attribute("aria-pressed", "false")
        expect(groups.filter(has_text="Images")).to_be_focused()
        page.locator(".map-head [data-way=cluster]").click()
        names = page.locator(".map-cluster-head b")
        expect(groups).to_have_count(names.count())
        expect(groups.first).to_contain_text(names.first.inner_text())
        assert all(name.strip() for name in names.all_inner_texts())
        page.locator(".map-item").first.click()
        expect(page.locator(".detail-root .panel-actions").first).to_be_visible()


def test_map__a_lasso_chooses_and_what_is_chosen_can_be_shown_alone(desktop, samples):
    with opened(desktop, samples.url) as page:
        to_map(page)
        page.get_by_role("button", name="Lasso").click()
        box = page.locator(".map-plot").bounding_box()
        assert box is not None
        left, top = box["x"] + 8, box["y"] + 8  # the corners are round
        right, bottom = left + box["width"] - 16, top + box["height"] - 16
        page.mouse.move(left, top)
        page.mouse.down()
        for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 5)):
            page.mouse.move(x, y, steps=4)
        page.mouse.up()
        total = page.locator(".map-told [role=status]").inner_text().split()[0]
        expect(page.locator(".map .bulk-count")).to_contain_text(total)
        page.locator(".map .bulk-clear").click()
        expect(page.locator(".map .bulk")).to_be_hidden()
        page.locator(".map-head [data-way=date]").click()
        expect(page).to_have_url(re.compile("map_by=date"))
        cluster = page.locator(".map-cluster").nth(1)
        size = cluster.locator(".fine").inner_text().split()[0]
        cluster.get_by_role("button", name="Choose").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".map .bulk-count")).to_contain_text(size)
        page.locator(".map-chosen [data-action=only]").click()
        expect(page.locator(".map-chosen [data-action=only]")).to_contain_text("Show all again")
        page.locator(".map-chosen [data-action=items]").click()
        expect(page.locator(".these-chip")).to_contain_text(f"{size} chosen item")
        expect(page.locator(".grid .found")).to_contain_text(f"{size} item")
        page.reload()
        expect(page.locator(".these-chip")).to_contain_text(f"{size} chosen item")
        page.locator(".these-chip").press("Enter")
        expect(page.locator(".these-chip")).to_be_hidden()
        page.goto(f"{samples.url}?q=fox")
        stage(page, "done")
        page.locator(".board-root .menu-button").click()
        page.get_by_role("menuitem", name="Show on the map").click()
        expect(page.locator(".map-plot")).not_to_have_attribute("data-hits", "0")
        page.goto(f"{samples.url}?tab=library&part=map&map_by=date&map_of=none")
        expect(page.locator(".map-head [data-way=date]")).to_have_attribute("aria-pressed", "true")
        expect(page).not_to_have_url(re.compile("map_of"))
        page.locator(".map-cluster").nth(1).get_by_role("button", name="Choose").press("Enter")
        page.locator(".map-chosen [data-action=like]").click()
        stage(page, "done")
        expect(page.locator(".row").first).to_be_visible()


def test_map__by_finger_width_and_in_chinese(browser, samples):
    size = {"width": 390, "height": 844}
    with (
        another(
            browser, viewport=size, locale="zh-CN", color_scheme="dark", has_touch=True
        ) as context,
        opened(context, samples.url) as page,
    ):
        page.get_by_role("tab", name="资料库").click()
        page.locator(".library-tabs [data-view=map]").click()
        laid_out(page)
        expect(page.locator(".map-told [role=status]")).to_contain_text("条目")
        page.locator(".map-plot").focus()
        page.keyboard.press("+")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("0")
        plot = page.locator(".map-plot")
        expect(plot).to_have_attribute("data-zoom", "1.00")
        pinch(page, apart=2)
        expect(plot).to_have_attribute("data-zoom", re.compile(r"^(1\.9|2\.0)"))
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]


def test_map__says_what_failed_and_tries_again(desktop, samples):
    refused = "the server responded with a status of 503"
    with opened(desktop, samples.url, expected=refused) as page:
        body = '{"error": "The disk refuses."}'
        page.route("**/api/map?*", lambda route: route.fulfill(status=503, body=body))
        page.route("**/api/map", lambda route: route.fulfill(status=503, body=body))
        page.get_by_role("tab", name="Library").click()
        page.locator(".library-tabs [data-view=map]").click()
        expect(page.locator(".map-told")).to_contain_text("The disk refuses.")
        page.unroute_all()
        page.locator(".map-told [data-action=again]").click()
        laid_out(page)
