"""What a person sees and has typed stays: over a reload, in another language, after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import (
    another,
    ask,
    opened,
    stage,
    unfold,
    with_whole_files,
    without_reranking,
)
from tests.ui.drawings import draw
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser

UNREACHABLE = "."
"""A browser has much to say in its console while a program is away."""


def typed(page: Page) -> str:
    return page.locator("#query textarea").input_value()


def selected(page: Page) -> str:
    return page.locator("#tabs button[role=tab][aria-selected=true]").inner_text()


def test_reload__keeps_tab_part_view_and_what_is_typed(page):
    ask(page, "red circle")
    stage(page, "done")
    page.locator(".board-views [data-view=table]").click()
    page.locator("#query textarea").press_sequentially(" and a sq")
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=duplicates]").click()
    page.wait_for_function("location.search.includes('typed=')")
    page.reload()
    expect(page.locator(".duplicates, .group").first).to_be_visible()
    assert selected(page) == "Library"
    page.get_by_role("tab", name="Search").click()
    expect(page.locator(".board-table tbody tr")).to_have_count(20)
    assert page.locator(".question").inner_text() == "“red circle”"
    assert typed(page) == "red circle and a sq"
    page.locator("#query textarea").press("Enter")
    page.wait_for_function("!location.search.includes('typed=')")
    stage(page, "done")
    assert page.locator(".question").inner_text() == "“red circle and a sq”"


def test_reload__at_once_after_the_last_letter(page):
    page.locator("#query textarea").press_sequentially("lightho")
    page.reload()
    page.wait_for_function("document.querySelector('#query textarea')?.value === 'lightho'")
    expect(page.locator(".welcome .recent")).to_be_visible()


def test_reload__choices_before_anything_is_asked(page):
    without_reranking(page)
    page.get_by_label("Results shown").select_option("50")
    page.reload()
    for name, text in (("rerank", "Not reranked"), ("top", "Top 50")):
        expect(page.locator(f".asking-chip[data-name={name}]")).to_have_text(text)
    unfold(page, "Options")
    expect(page.get_by_label("Results shown")).to_have_value("50")
    expect(page.get_by_label("Rerank what recall found")).not_to_be_checked()


def test_language__keeps_the_screen_and_what_is_typed(page):
    page.locator("#query textarea").press_sequentially("a bl")
    page.get_by_role("tab", name="Settings").click()
    page.locator("[data-language=zh]").click()
    expect(page.locator(".settings-root h2").first).to_have_text("模型")
    assert selected(page) == "设置"
    page.wait_for_function("document.querySelector('#query textarea')?.value === 'a bl'")


def test_address__a_link_leads_to_view_and_screen(desktop, unhurried):
    address = f"{unhurried.url}/?q=red+circle&view=grid"
    with opened(desktop, address, origin=unhurried.url, ready=".board-grid .tile") as page:
        page.goto(f"{unhurried.url}/?tab=settings")
        expect(page.locator(".settings-root .model-card").first).to_be_visible()
    for wrong in ("tab=nowhere", "view=settings", "view=api", "part=x", "tour=x"):
        with opened(desktop, f"{unhurried.url}/?{wrong}", origin=unhurried.url) as page:
            assert selected(page) == "Search"
            expect(page.locator(".welcome .recent")).to_be_visible()


def test_back__returns_to_the_view_of_then(page):
    ask(page, "red circle")
    stage(page, "done")
    page.locator(".board-views [data-view=grid]").click()
    ask(page, "lighthouse")
    page.wait_for_function("location.search.includes('q=lighthouse')")  # also typed=, at first
    page.locator(".board-views [data-view=table]").click()
    page.go_back()
    expect(page.locator(".board-grid .tile").first).to_be_visible()


def test_back__the_library_shows_what_its_address_says(page):
    ask(page, "red circle")
    stage(page, "done")
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Find by name or folder").fill("circle")
    page.locator(".library-tabs [data-view=files]").click()
    page.wait_for_function("location.search.includes('find=circle')")
    page.get_by_role("tab", name="Search").click()
    ask(page, "lighthouse")
    page.wait_for_function("location.search.includes('q=lighthouse')")
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=items]").click()
    page.get_by_label("Find by name or folder").fill("")
    expect(page.locator(".tile-frame", has_text="green star").first).to_be_visible()
    page.go_back()
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".library-tabs [data-view=files]")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator(".library-tabs [data-view=items]").click()
    expect(page.get_by_label("Find by name or folder")).to_have_value("circle")
    expect(page.locator(".tile-frame", has_text="green star")).to_have_count(0)


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    with another(browser, viewport={"width": 1440, "height": 900}, locale="en-US") as one:
        yield one


def test_restart__a_query_whose_picture_has_gone_is_said_and_not_asked_without_it(
    context, tmp_path: Path
):
    """The address still asks for words and picture: words alone would find other things."""
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
    picture = tmp_path / "query.png"
    draw("red", "star", (60, 60)).save(picture)
    with serve(tmp_path / "first") as first:
        port = int(first.url.rpartition(":")[2])
        waiting = opened(context, first.url, expected=UNREACHABLE)
        page = waiting.__enter__()
        page.locator("#query input[type=file]").set_input_files(picture)
        page.wait_for_selector("#query .thumbnail-item")
        ask(page, "blue")
        stage(page, "done")
        address = page.url
        assert "file=" in address
    with serve(tmp_path / "again", port=port) as again:
        for _ in range(2):  # reloading once more asks the same again
            page.reload()
            stage(page, "error")
            note = page.locator(".board-note")
            expect(note).to_contain_text("query.png is no longer kept here; add it to the query")
            expect(page.locator(".column-recall .row")).to_have_count(0)
            assert page.url == address
        also = json.dumps({"text": "blue", "files": [f"{'0' * 32}/old.png"]})
        page.goto(f"{again.url}/?{urlencode({'q': 'red circle', 'also': also})}")
        stage(page, "error")
        expect(page.locator(".board-note")).to_contain_text("old.png is no longer kept here")
        assert again.seen()["queries"] == []
        page.goto(again.url)
        page.locator("#query input[type=file]").set_input_files(picture)
        page.wait_for_selector("#query .thumbnail-item")
        ask(page, "blue")
        stage(page, "done")
        assert again.seen()["pictures"] == [1]
        waiting.__exit__(None, None, None)


def test_reconnect__pictures_that_were_missed_are_fetched(desktop, unhurried):
    with opened(desktop, unhurried.url, expected="ERR_FAILED") as page:
        look = "document.dispatchEvent(new Event('visibilitychange'))"  # asks for the status
        width = "document.querySelector('#board .row img')?.naturalWidth"
        for missed in ("**/m/thumb/**", "**/api/index/status"):
            page.route(missed, lambda route: route.abort())
        ask(page, "red circle")
        stage(page, "done")
        page.wait_for_function("document.querySelector('#board .row img').complete")
        assert page.evaluate(width) == 0
        with page.expect_event("requestfailed", lambda one: one.url.endswith("/status")):
            page.evaluate(look)
        page.unroute_all()
        page.evaluate(look)
        page.wait_for_function(f"{width} > 0")


def test_reconnect__a_program_started_anew_loses_nothing_typed(context, tmp_path: Path):
    """It is killed in the middle of a search; the page is not loaded again."""
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
    with serve(tmp_path / "first") as first:
        port = int(first.url.rpartition(":")[2])
        first.set(score_delay=0.4)
        waiting = opened(context, first.url, expected=UNREACHABLE)
        page = waiting.__enter__()
        page.evaluate("window.kept = true")
        with_whole_files(page)
        ask(page, "red circle")
        stage(page, "rerank")
        page.locator("#query textarea").fill("blue star")
    stage(page, "error")
    expect(page.locator(".board-note")).to_contain_text("The program does not answer")
    assert page.locator(".column-recall .row").count() == 20
    assert page.evaluate("document.body.dataset.searching") == "false"
    page.locator("#query textarea").press("Enter")
    expect(page.locator(".toast")).to_contain_text("The program does not answer")
    expect(page.locator(".toast-wrap:visible")).to_have_count(0)
    with serve(tmp_path / "again", port=port) as again:
        assert typed(page) == "blue star"
        page.locator("#query textarea").press("Enter")
        stage(page, "done")
        assert page.locator(".question").inner_text() == "“blue star”"
        assert again.seen()["queries"] == ["blue star"]
        assert page.evaluate("window.kept") is True
        waiting.__exit__(None, None, None)
