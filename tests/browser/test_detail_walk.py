"""The way from one item to the next in the order on the screen, and the tabs that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import another, ask, opened, stage
from tests.ui.serve_world import Served

pytestmark = pytest.mark.browser

TITLE = ".panel-title h2"
PLACE = ".panel .walk-place"


@pytest.fixture
def page(desktop: BrowserContext, unhurried: Served) -> Iterator[Page]:
    """A page on which files that have gone are met, whose previews are not there."""
    with opened(desktop, unhurried.url, expected="404") as one:
        yield one


def ids(page: Page, selector: str) -> list[str]:
    """The items that a list shows, in its order."""
    return page.locator(selector).evaluate_all("all => all.map((one) => one.dataset.id)")


def item(page: Page) -> str | None:
    """The item that the address names."""
    found = re.search(r"item=(\d+)", page.url)
    return str(found[1]) if found else None


def searched(page: Page, text: str = "red circle") -> None:
    ask(page, text)
    stage(page, "done")


def walked(page: Page, wanted: list[str], first: int = 0) -> None:
    """Open an item of a list and walk to the next two, then back, by button and by key."""
    expect(page.locator(PLACE)).to_have_text(re.compile(rf"^{first + 1} of {len(wanted)}\+?$"))
    page.get_by_role("button", name="The next item").click()
    expect(page.locator(PLACE)).to_have_text(re.compile(rf"^{first + 2} of "))
    assert item(page) == wanted[first + 1]
    page.keyboard.press("]")
    page.keyboard.press(".")
    expect(page.locator(PLACE)).to_have_text(re.compile(rf"^{first + 4} of "))
    assert item(page) == wanted[first + 3]
    page.keyboard.press("[")
    page.keyboard.press(",")
    page.get_by_role("button", name="The item before").click()
    expect(page.locator(PLACE)).to_have_text(re.compile(rf"^{first + 1} of "))
    assert item(page) == wanted[first]


def test_walk__follows_the_reranked_column_and_stops_at_its_ends(page):
    searched(page)
    wanted = ids(page, ".column-rerank .row")
    last = len(wanted)  # of a file with many parts, some fold behind the others
    assert last > 15
    page.locator(".column-rerank .row").first.click()
    expect(page.locator(PLACE)).to_have_text(f"1 of {last}")
    before, after = (
        page.get_by_role("button", name=name) for name in ("The item before", "The next item")
    )
    expect(before).to_be_disabled()
    walked(page, wanted)
    expect(after).to_be_focused()  # the way back has just been switched off
    both = next(one for one in ids(page, ".column-recall .row") if one in wanted[3:])
    page.locator(f".column-recall .row[data-id='{both}']").click()  # in the reranked order, too
    opened_at = wanted.index(item(page)) + 1
    expect(page.locator(PLACE)).to_have_text(f"{opened_at} of {last}")
    page.locator(".column-rerank .row").last.click()
    expect(page.locator(PLACE)).to_have_text(f"{last} of {last}")
    expect(after).to_be_disabled()
    page.keyboard.press("]")
    page.wait_for_timeout(300)
    assert item(page) == wanted[-1]
    row = page.locator(f".column-rerank .row[data-id='{wanted[0]}']")
    for _ in range(last - 1):
        page.keyboard.press("[")
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_be_in_viewport()


def test_walk__follows_table_and_wall_as_they_are_sorted(page):
    searched(page)
    page.get_by_role("button", name="Table").click()
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    rows = ".board-table tbody tr"
    page.locator(rows).first.locator(".link").click()
    named = ids(page, rows)
    walked(page, named)
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    # the other way round, the last
    expect(page.locator(PLACE)).to_have_text(f"{len(named)} of {len(named)}")
    page.get_by_role("button", name="Wall").click()
    tiles = ids(page, ".board-grid .tile")
    expect(page.locator(PLACE)).to_have_text(f"{tiles.index(item(page)) + 1} of {len(tiles)}")
    page.locator(".board-grid .tile").first.click()
    walked(page, tiles)


def test_walk__follows_what_filters_list_and_the_library(page, unhurried):
    page.goto(f"{unhurried.url}/?kinds=picture")
    page.wait_for_selector(".listing .tile")
    page.locator(".listing .tile").nth(1).click()
    walked(page, ids(page, ".listing .tile"), first=1)
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".panel .walk")).to_be_hidden()  # nothing is listed there
    page.get_by_role("tab", name="Library").click()
    page.locator(".grid .tile").nth(2).click()
    walked(page, ids(page, ".grid .tile"), first=2)


def test_walk__goes_on_to_the_next_page_of_the_library(page, unhurried):
    unhurried.set(more=70)
    page.reload()
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".grid .tile")).to_have_count(60)
    page.locator(".grid .tile").nth(59).evaluate("tile => tile.click()")
    expect(page.locator(PLACE)).to_have_text("60 of 60+")
    page.keyboard.press("]")
    expect(page.locator(PLACE)).to_have_text(re.compile(r"^61 of 1\d\d$"))
    unhurried.set(more=0)


def test_walk__typing_is_typing(page):
    searched(page)
    page.locator(".column-rerank .row").first.click()
    before = item(page)
    field = page.get_by_role("combobox", name="Add a tag")
    field.press_sequentially("[a],.b]")
    assert field.input_value() == "[a],.b]"
    assert item(page) == before


def test_walk__while_the_search_streams_the_place_follows(page, unhurried):
    unhurried.set(score_delay=0.25)
    ask(page, "red circle")
    stage(page, "rerank")
    page.locator(".column-rerank .row").first.click()
    stage(page, "done")
    wanted = ids(page, ".column-rerank .row")
    place = wanted.index(item(page)) + 1
    expect(page.locator(PLACE)).to_have_text(f"{place} of {len(wanted)}")


def test_large__arrows_and_buttons_lead_through_all_kinds(page, unhurried):
    page.goto(f"{unhurried.url}/?q=lighthouse&top=50&depth=50")
    stage(page, "done")
    rows = page.locator(".column-rerank .row")
    wanted = ids(page, ".column-rerank .row")
    kinds = rows.evaluate_all("all => all.map((one) => one.dataset.kind)")
    first = next(n for n, kind in enumerate(kinds) if kind in ("picture", "page"))
    rows.nth(first).click()
    page.locator(".view-frame").click()
    large = page.locator("dialog.lightbox")
    titles = rows.locator(".row-title").all_inner_texts()
    for _ in range(first):
        page.keyboard.press("ArrowLeft")
    for n in range(len(wanted)):
        expect(large.locator(".lightbox-place")).to_have_text(f"{n + 1} of {len(wanted)}")
        expect(large.locator(".lightbox-title")).to_have_text(titles[n])
        shown = {"picture": "img", "page": "img", "passage": ".text-lines"}.get(kinds[n], "video")
        expect(large.locator(f".lightbox-stage {shown}").first).to_be_visible()
        page.keyboard.press("ArrowRight")
    assert set(kinds) == {"picture", "page", "passage", "video", "moment"}
    expect(large.get_by_role("button", name="The next item")).to_be_disabled()
    large.get_by_role("button", name="The item before").click()
    expect(large.locator(".lightbox-place")).to_have_text(f"{len(wanted) - 1} of {len(wanted)}")
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(page.locator(TITLE)).to_have_text(titles[-2])  # the panel went along
    assert item(page) == wanted[-2]
    expect(page.locator(".panel-view .view, .panel-view .text-lines")).to_be_visible()
    assert page.evaluate("document.querySelector('#detail').contains(document.activeElement)")


def test_tabs__keys_address_and_memory(page, unhurried):
    searched(page)
    page.locator(".column-rerank .row").first.click()
    tabs = page.locator(".panel [role=tab]")
    expect(tabs).to_have_text(["Item", "Why", "Model saw", "Evidence"])
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    expect(page).not_to_have_url(re.compile("detail="))
    expect(page.locator(".panel-actions")).to_be_visible()  # all of it is drawn, and stays
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(page.locator("#panel-why")).to_be_visible()
    expect(page.locator("#panel-item")).to_be_hidden()
    expect(page).to_have_url(re.compile("detail=why"))
    for key, name in (
        ("Home", "Item"),
        ("ArrowLeft", "Evidence"),
        ("ArrowRight", "Item"),
        ("End", "Evidence"),
        ("Home", "Item"),
        ("ArrowRight", "Why"),
    ):
        page.keyboard.press(key)
        expect(page.locator(".panel [role=tab][aria-selected=true]")).to_have_text(name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") != "tab"
    named = page.get_by_role("tab", name="Why").get_attribute("aria-controls")
    assert page.locator(f"#{named}").get_attribute("role") == "tabpanel"
    page.reload()
    stage(page, "done")
    expect(page.locator("#panel-why .scores")).to_have_count(2)
    page.locator("#query textarea").evaluate("box => box.blur()")  # it has the focus at first
    page.keyboard.press("]")
    expect(page.locator(PLACE)).to_have_text(re.compile("^2 of "))
    expect(page.locator("#panel-why")).to_be_visible()  # the same tab of the next item
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("detail="))
    page.locator(".column-rerank .row").nth(5).click()
    expect(page.locator("#panel-why")).to_be_visible()  # the tab that was used last
    page.goto(f"{unhurried.url}/?q=red+circle&item={item(page)}&detail=nothing")
    expect(page.locator("#panel-item")).to_be_visible()


def test_phone__tabs_and_the_way_on_stay_and_a_wipe_turns(browser, unhurried: Served):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with (
        another(browser, **phone) as context,
        opened(context, unhurried.url, expected="404") as page,
    ):
        searched(page)
        wanted = ids(page, ".column-rerank .row")
        page.locator(".column-rerank .row").first.click()
        expect(page.locator(PLACE)).to_have_text(re.compile("^1 of "))
        page.get_by_role("tab", name="Why").click()
        page.locator(".panel").evaluate("panel => panel.scrollTop = panel.scrollHeight")
        expect(page.get_by_role("tab", name="Item")).to_be_in_viewport()
        expect(page.get_by_role("button", name="The next item")).to_be_in_viewport()
        wipe(page, ".panel", -150)
        expect(page.locator(PLACE)).to_have_text(re.compile("^2 of "))
        assert item(page) == wanted[1]
        wipe(page, ".panel", 150)
        expect(page.locator(PLACE)).to_have_text(re.compile("^1 of "))
        wipe(page, ".panel", -20)  # a tap that slips
        page.wait_for_timeout(200)
        assert item(page) == wanted[0]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("tab", name="Item").click()
        rows = page.locator(".column-rerank .row")
        kinds = rows.evaluate_all("all => all.map((one) => one.dataset.kind)")
        picture = kinds.index("picture")
        for _ in range(picture):
            page.keyboard.press("]")
        page.locator(".view-frame").click()
        wipe(page, ".lightbox-stage", -150)
        expect(page.locator(".lightbox-place")).to_have_text(f"{picture + 2} of {len(wanted)}")
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_have_count(0)


def wipe(page: Page, selector: str, across: int) -> None:
    """Move a finger sideways over the middle of something."""
    session = page.context.new_cdp_session(page)
    box = page.locator(selector).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"], 800) * 0.6
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + across, "y": y}]),
        ("touchEnd", []),
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
