"""Every part of the page, opened, is looked at by axe; the keyboard gets in and out again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import another, ask, opened, stage
from tests.browser.test_help import inside

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

LOOKS = {"wide, light": (1440, "light"), "phone, dark": (390, "dark")}
"""Contrast is a matter of the colours, the rest one of the width: two of four ways tell all."""


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """What axe has to say, and where."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        (one["id"], [str(node["target"]) for node in one["nodes"]])
        for one in found.response["violations"]
    ]


def parts(page: Page) -> Iterator[str]:
    """Open one part of the page after the other."""
    yield from results(page)
    yield from library(page)
    yield from detail(page)
    page.get_by_role("tab", name="Settings").click()
    # by the keyboard: cards above it that are still loading would move it under the pointer
    page.get_by_role("button", name="Measure on this library").press("Enter")
    expect(page.locator(".storage tbody tr").first).to_be_visible()
    yield "settings with storage"


def results(page: Page) -> Iterator[str]:
    yield "welcome"
    for button in page.locator(".fold-button").all():
        button.click()
    page.get_by_role("button", name="Another query").click()
    yield "filters, options and a second query"
    page.get_by_role("button", name="Remove query 2").click()
    for button in page.locator(".fold-button").all():
        button.click()
    ask(page, "red circle")
    stage(page, "done")
    yield "side by side"
    page.locator(".moves button:visible").first.click()
    page.locator(".menu-button").click()
    yield "some movements alone, and the menu"
    page.keyboard.press("Escape")
    page.locator(".moves button:visible").first.click()
    page.locator(".board-views [data-view=table]").click()
    page.locator(".board-table thead button").first.click()
    expect(page.locator(".board-table tbody tr")).to_have_count(20)
    yield "table"
    page.locator(".board-views [data-view=grid]").click()
    expect(page.locator(".board-grid .tile").first).to_be_visible()
    yield "wall"


def library(page: Page) -> Iterator[str]:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".grid .tile").first).to_be_visible()
    yield "library"
    for view, shown in (
        ("map", ".map-cluster"),
        ("files", ".outcome"),
        ("folders", ".ignore"),
        ("duplicates", ".group"),
    ):
        page.locator(f".library-tabs [data-view={view}]").click()
        expect(page.locator(shown).first).to_be_visible()
        yield view


def detail(page: Page) -> Iterator[str]:
    """Of a duplicate first, then of a result."""
    page.locator(".group .tile").first.click()
    field = page.locator(".panel [data-names=tags] input")
    field.fill("holiday")
    field.press("Enter")
    tag = page.locator(".panel [data-names=tags] .tag")
    expect(tag).to_have_count(1)
    yield "detail with tags"
    tag.get_by_role("button", name="Remove the tag").click()
    expect(tag).to_have_count(0)
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".why-elsewhere .verdict")).not_to_be_empty()
    yield "why it is not among the results"
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.get_by_role("tab", name="Search").click()
    page.locator(".board-grid .tile").nth(1).click()
    expect(page.locator(".scores")).to_have_count(2)
    yield "why it is among them"
    page.get_by_role("tab", name="Item").click()
    if page.locator(".view-frame").count():
        page.locator(".view-frame").click()
        expect(page.locator("dialog.lightbox")).to_be_visible()
        yield "large"
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
def test_every_part__axe_finds_nothing(browser, unhurried, look):
    width, scheme = LOOKS[look]
    options = {
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "reduced_motion": "reduce",  # what is still fading in has too little contrast
    }
    with another(browser, **options) as context, opened(context, unhurried.url) as page:
        for part in parts(page):
            assert findings(page) == [], part
            assert page.evaluate("document.documentElement.scrollWidth") <= width, part


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_looks_into_a_search__axe_finds_nothing(browser, samples, scheme):
    options = {
        "viewport": {"width": 1440, "height": 900},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
        "locale": "en-US",
    }
    with another(browser, **options) as context, opened(context, samples.url) as page:
        for part in inside(page, samples.url):
            assert findings(page) == [], part
            assert page.evaluate("document.documentElement.scrollWidth") <= 1440, part


def test_panels__escape_closes_them_and_goes_back(page):
    for name, first in (("Filters", "Collection"), ("Options", "Results shown")):
        button = page.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")
        field = page.get_by_label(first, exact=True)
        expect(field).to_be_focused()
        page.keyboard.press("Tab")
        expect(field).not_to_be_focused()
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()
        expect(button).to_be_focused()
        assert button.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
