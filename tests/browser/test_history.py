"""What was asked before, on the real program: asked again, saved, named, found, deleted."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from qwen3vl_app.store.library import Library
from tests.browser.conftest import another, ask, opened, stage
from tests.browser.program import Program, started
from tests.store.build import content, put_file, unit
from tests.store.test_search_runs import asking
from tests.ui.drawings import draw

pytestmark = pytest.mark.browser

ANYTHING = "."
"""A browser has much to say in its console while a program is away."""

UNKNOWN = "status of 404"
"""What the console says of a picture that has gone."""

WIDE = {"width": 1440, "height": 900}


def fill(folder: Path, *asked: str) -> None:
    """A library with three texts, and searches that were made in it."""
    with Library.open(folder / "library") as library:
        for n, text in enumerate(("a red fox", "a grey fox", "a bear")):
            put_file(
                library, folder / f"{n}.txt", str(n), [(content(text=text), unit(1, n, 0, 0))]
            )
        for text in asked:
            library.runs.add(asking(text))


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    fill(tmp_path)
    with started(tmp_path, "--reranker", "none") as one:
        yield one


def unfolded(page: Page) -> Locator:
    """The rows of the history."""
    page.get_by_role("button", name="History").click()
    expect(page.locator(".history")).to_be_visible()
    return page.locator(".history-row")


def exact(program: Program) -> str:
    """The page where words alone are asked: no model is needed."""
    return f"{program.url}/?words=only"


def asked(page: Page, *texts: str) -> None:
    for text in texts:
        ask(page, text)
        expect(page.locator(".question")).to_contain_text(f"“{text}”")
        stage(page, "done")


def undo(page: Page) -> None:
    page.locator(".toast", has_text="deleted").last.get_by_role("button", name="Undo").click()


def test_history__ask_again_save_name_delete_clear_undo(desktop: BrowserContext, program: Program):
    with opened(desktop, exact(program), origin=program.url) as page:
        rows = unfolded(page)
        expect(page.locator(".history")).to_contain_text("Nothing was asked yet.")
        expect(page.locator(".history").get_by_role("button", name="Clear")).to_be_hidden()
        page.keyboard.press("Escape")
        asked(page, "fox", "bear", "red")
        unfolded(page)
        names = rows.locator("b")
        expect(names).to_have_text(["“red”", "“bear”", "“fox”"])
        expect(rows.nth(2)).to_contain_text("2 hits")
        rows.nth(2).locator(".history-ask").click()
        expect(page.locator(".question")).to_contain_text("“fox”")
        stage(page, "done")
        expect(page.locator(".history")).to_be_hidden()
        assert "q=fox" in page.url
        unfolded(page)
        expect(names).to_have_text(["“fox”", "“red”", "“bear”", "“fox”"])
        rows.nth(2).get_by_role("button", name="Save:").click()
        expect(names).to_have_text(["“bear”", "“fox”", "“red”", "“fox”"])  # saved ones first
        rows.nth(0).get_by_role("button", name="Rename").click()
        page.keyboard.type("Brown ones")
        page.keyboard.press("Enter")
        expect(names.first).to_have_text("Brown ones")
        expect(rows.first).to_contain_text("“bear”")
        expect(rows.first.get_by_role("button", name="Rename")).to_be_focused()
        rows.nth(1).get_by_role("button", name="Delete").click()
        expect(names).to_have_text(["Brown ones", "“red”", "“fox”"])
        undo(page)
        expect(names).to_have_text(["Brown ones", "“fox”", "“red”", "“fox”"])
        page.locator(".history").get_by_role("button", name="Clear").click()
        expect(names).to_have_text(["Brown ones"])
        expect(
            page.locator(".toast", has_text="3 searches deleted. Saved ones stay.")
        ).to_be_visible()
        undo(page)
        expect(names).to_have_text(["Brown ones", "“fox”", "“red”", "“fox”"])
        rows.nth(0).get_by_role("button", name="Save no longer").click()
        expect(names).to_have_text(["“fox”", "“red”", "Brown ones", "“fox”"])


def test_history__saved_searches_stand_on_the_start_page(
    desktop: BrowserContext, program: Program
):
    with opened(desktop, exact(program), origin=program.url) as page:
        asked(page, "fox")
        rows = unfolded(page)
        rows.first.get_by_role("button", name="Save:").click()
        expect(rows.first.get_by_role("button", name="Save no longer")).to_be_visible()
        page.goto(program.url)
        chips = page.locator(".saved-searches .chip")
        expect(chips).to_have_text(["“fox”"])
        chips.first.click()
        expect(page.locator(".question")).to_contain_text("“fox”")
        stage(page, "done")
        assert "words=only" in page.url  # all of it is asked again
        page.goto(program.url)
        expect(chips).to_have_count(1)
        unfolded(page)
        rows.first.get_by_role("button", name="Save no longer").click()
        expect(chips).to_have_count(0)


def test_history__a_long_one_is_searched_and_shown_in_parts(browser: Browser, tmp_path: Path):
    fill(tmp_path, *(f"query number {n}" for n in range(60)), "Straße")
    with (
        started(tmp_path, "--reranker", "none") as program,
        another(browser, viewport=WIDE, locale="en-US") as context,
        opened(context, program.url) as page,
    ):
        rows = unfolded(page)
        expect(rows).to_have_count(50)
        find = page.get_by_label("Find in the history")
        expect(find).to_be_visible()
        page.get_by_role("button", name="Show older ones").click()
        expect(rows).to_have_count(61)
        find.fill("STRASSE")
        expect(rows.locator("b")).to_have_text(["“Straße”"])
        find.fill("giraffe")
        expect(page.locator(".history")).to_contain_text("No search holds these words.")
        find.fill("number 59")
        expect(rows.locator("b")).to_have_text(["“query number 59”"])


def test_history__by_keyboard_alone(desktop: BrowserContext, program: Program):
    with opened(desktop, exact(program), origin=program.url) as page:
        asked(page, "fox", "bear")
        page.get_by_role("button", name="History").focus()
        page.keyboard.press("Enter")
        rows = page.locator(".history-row")
        expect(rows).to_have_count(2)
        for _ in range(4):  # the field that finds is not there yet
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.classList.contains('history-ask')"):
                break
        expect(rows.first.locator(".history-ask")).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(rows.nth(1).locator(".history-ask")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # saved, and so the first
        expect(rows.first.get_by_role("button", name="Save no longer")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type("mine")
        page.keyboard.press("Escape")  # out of naming, not of the panel
        expect(rows.first.locator("b")).to_have_text("“fox”")
        expect(rows.first.get_by_role("button", name="Rename")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".history")).to_be_hidden()
        expect(page.get_by_role("button", name="History")).to_be_focused()


def test_history__shows_pictures_and_says_which_have_gone(browser: Browser, program: Program):
    picture = program.library.parent / "سيارة.png"
    draw("red", "star", (90, 90)).save(picture)
    with (
        another(browser, viewport=WIDE, locale="en-US") as context,
        opened(context, exact(program), origin=program.url, expected=UNKNOWN) as page,
    ):
        page.locator("#query input[type=file]").set_input_files(picture)
        page.wait_for_selector("#query .thumbnail-item")
        asked(page, "fox")
        rows = unfolded(page)
        image = rows.first.locator("img")
        expect(image).to_have_js_property("naturalWidth", 90)
        page.keyboard.press("Escape")
        shutil.rmtree(program.library / "asked")
        shutil.rmtree(program.library / "query-files")
        page.goto(program.url)
        unfolded(page)
        expect(rows.first.locator("img")).to_have_count(0)
        gone = rows.first.get_by_role("img", name="no longer kept")
        expect(gone).to_be_visible()
        rows.first.locator(".history-ask").click()
        stage(page, "error")
        expect(page.locator(".board-note")).to_contain_text("is no longer kept here")


@pytest.mark.parametrize("how", ["--no-history", "--read-only"])
def test_history__off_has_no_button(desktop: BrowserContext, tmp_path: Path, how: str):
    fill(tmp_path, "fox")
    with (
        started(tmp_path, how, "--reranker", "none") as program,
        opened(desktop, program.url) as page,
    ):
        expect(page.locator(".summary")).to_be_visible()
        expect(page.locator(".fold-button").nth(1)).to_be_visible()
        expect(page.get_by_role("button", name="History")).to_have_count(0)
        expect(page.locator(".saved-searches")).to_have_count(0)


def test_history__turned_off_in_settings_keeps_what_is_saved(
    desktop: BrowserContext, program: Program
):
    lost = {"origin": program.url, "expected": "ERR_FAILED"}
    with opened(desktop, exact(program), **lost) as page:
        asked(page, "fox")
        page.get_by_role("tab", name="Settings").click()
        switch = page.locator("[data-card=privacy]")
        switch.get_by_role("button", name="Do not keep").click()
        expect(switch.get_by_role("button", name="Do not keep")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_role("tab", name="Search").click()
        asked(page, "bear")
        rows = unfolded(page)
        expect(rows.locator("b")).to_have_text(["“fox”"])
        expect(page.locator(".history-off")).to_contain_text("not kept any more")
        page.get_by_role("button", name="Change it in Settings").click()
        expect(switch.locator("h2")).to_be_focused()
        switch.get_by_role("button", name="Clear the history").click()
        expect(page.locator(".toast", has_text="1 search deleted")).to_be_visible()
        undo(page)
        expect(page.locator(".toast", has_text="1 search is back")).to_be_visible()
        page.route("**/api/index/status", lambda route: route.abort(), times=2)
        page.reload()  # the card is there before the first status
        expect(switch.get_by_role("button", name="Do not keep")).to_have_attribute(
            "aria-pressed", "true"
        )


def test_shared__each_browser_has_its_own_history_also_after_a_reload(
    browser: Browser, tmp_path: Path
):
    fill(tmp_path, "asked on this computer")
    with (
        started(tmp_path, "--reranker", "none", "--allow-host", "search.example") as program,
        another(browser, viewport=WIDE, locale="en-US") as first,
        another(browser, viewport=WIDE, locale="en-US") as second,
        opened(first, exact(program), origin=program.url) as anna,
        opened(second, exact(program), origin=program.url) as bert,
    ):
        asked(anna, "fox")
        asked(bert, "bear")
        for page, text in ((anna, "fox"), (bert, "bear")):
            rows = unfolded(page)
            expect(rows.locator("b")).to_have_text([f"“{text}”"])
            rows.first.get_by_role("button", name="Save:").click()
            expect(rows.first.get_by_role("button", name="Rename")).to_be_visible()
            page.goto(program.url)
            expect(page.locator(".saved-searches .chip")).to_have_text([f"“{text}”"])
            rows = unfolded(page)
            expect(rows.locator("b")).to_have_text([f"“{text}”"])
        with opened(first, program.url) as tab:  # another tab is the same browser
            expect(tab.locator(".saved-searches .chip")).to_have_text(["“fox”"])
        cookies = {one["name"]: one for one in first.cookies()}
        assert cookies["qwen3vl-browser"]["httpOnly"]
        assert "qwen3vl-browser" not in anna.evaluate("document.cookie")


def test_restart__what_is_shown_and_the_name_that_is_typed_stay(browser: Browser, tmp_path: Path):
    fill(tmp_path, "fox", "bear")
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with another(browser, viewport=WIDE, locale="en-US") as context:
        with started(tmp_path, "--reranker", "none", port=port) as program:
            waiting = opened(context, program.url, expected=ANYTHING)
            page = waiting.__enter__()
            rows = unfolded(page)
            expect(rows).to_have_count(2)
            rows.first.get_by_role("button", name="Save:").click()
            rows.first.get_by_role("button", name="Rename").click()
            page.keyboard.type("a long name that")
        page.keyboard.type(" nobody wants to type twice")
        page.keyboard.press("Enter")
        expect(page.locator(".toast", has_text="does not answer").first).to_be_visible()
        field = rows.first.locator("input")
        expect(field).to_have_value("a long name that nobody wants to type twice")
        rows.nth(1).get_by_role("button", name="Delete").click()
        expect(rows).to_have_count(2)
        with started(tmp_path, "--reranker", "none", port=port):
            field.press("Enter")
            expect(rows.first.locator("b")).to_have_text(
                "a long name that nobody wants to type twice"
            )
            waiting.__exit__(None, None, None)
