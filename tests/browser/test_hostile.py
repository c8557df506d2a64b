"""Names, texts, dates, tags and reasons that try to run or to break the page are only shown."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import another, ask, opened, stage
from tests.ui.hostile import COLLECTION, LONG, MARKDOWN, SCRIPT, SUFFIX, TAG
from tests.ui.serve_world import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def hostile(unhurried: Served) -> Iterator[Served]:
    unhurried.set(hostile=True)
    yield unhurried
    unhurried.set(hostile=False)


def harmless(page: Page) -> None:
    """Nothing of the content became an element, and nothing sticks out of the window."""
    for selector in ("img[src='x']", "svg[onload]", "b[onmouseover]", "a[href^='javascript']"):
        assert page.locator(selector).count() == 0, selector
    assert page.locator("i:text-is('tag'), u:text-is('set')").count() == 0
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert page.locator(".top-bar-root").is_visible()  # no style of theirs applies


@pytest.mark.parametrize("width", [1440, 390])
def test_search__hostile_content_is_only_text(browser, hostile, width):
    size = {"viewport": {"width": width, "height": 900}}
    address = f"{hostile.url}/?{urlencode({'collection': COLLECTION})}"
    with (
        another(browser, **size) as context,
        opened(context, address, origin=hostile.url, ready=".listing .tile") as page,
    ):
        ask(page, f"hostile {SCRIPT}")
        stage(page, "done")
        harmless(page)
        column = "rerank" if width == 390 else "recall"
        for kind in ("picture", "page", "passage", "video"):
            rows = page.locator(f".column-{column} .row[data-kind={kind}]", has_text="hostile")
            rows.first.click()
            title = page.locator(".panel-title h2")
            expect(title).to_contain_text(MARKDOWN)
            assert title.evaluate("node => node.childElementCount") == 0
            harmless(page)
            page.locator(".panel .panel-head .bare").click()
        rows.first.focus()
        page.keyboard.press("+")
        expect(page.locator(".asking-chip[data-name=like]")).to_contain_text("alert(4)")
        stage(page, "done")
        harmless(page)


def test_detail__hostile_texts_dates_and_tags(page, hostile):
    page.get_by_role("tab", name="Library").click()
    page.locator(".grid").get_by_label("Collection", exact=True).select_option(COLLECTION)
    expect(page.locator(".grid .tile")).to_have_count(5)
    for kind in ("page", "passage"):
        page.locator(f".grid .chips [data-kind={kind}]").click()
        expect(page.locator(".grid .tile")).to_have_count(1)
        page.locator(".grid .tile").click()
        expect(page.locator(".panel [data-names=tags] .tag .link")).to_have_text(TAG)
        if kind == "page":
            page.locator(".panel summary").click()
        text = page.locator(".page-text, .text-lines")
        expect(text).to_contain_text(LONG)
        expect(text).to_contain_text(SCRIPT)
        harmless(page)


def test_outcomes__hostile_reasons(page, hostile):
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=files]").click()
    page.locator(".chip[data-outcome=skipped]").click()
    expect(page.locator(".outcome-reason", has_text=SUFFIX)).to_have_count(1)
    harmless(page)


def test_address__a_hostile_one_is_only_text(desktop, hostile):
    address = (
        (
            f"{hostile.url}/?q={SCRIPT}&tag={TAG}&collection={COLLECTION}&kinds=picture&like=x"
            "&top=99999&words=%22%3E&crops=%7B%22__proto__%22%3A1%7D&item=1e9&depth=NaN"
        )
        .replace("#", "%23")
        .replace("+", "%2B")
    )
    ready = ".board-root[data-stage=error]"
    with opened(desktop, address, origin=hostile.url, ready=ready, expected="404") as page:
        expect(page.locator(".board-note")).to_contain_text("choose from off, on, only")
        expect(page.locator("#query textarea")).to_have_value(SCRIPT)
        expect(page.locator(".asking-chip[data-name=tag]")).to_contain_text(TAG)
        harmless(page)


def test_animation__plays_as_a_picture(page, hostile):
    page.get_by_role("tab", name="Library").click()
    page.locator(".grid .chips [data-kind=video]").click()
    page.locator(".grid .tile", has_text=".gif").click()
    image = page.locator(".panel .view-frame img")
    expect(image).to_have_attribute(
        "src",
        "/m/full/" + str(page.evaluate("document.querySelector('.grid .opened').dataset.id")),
    )
    page.wait_for_function("document.querySelector('.panel .view-frame img').naturalWidth === 120")
    assert page.locator(".panel video").count() == 0
