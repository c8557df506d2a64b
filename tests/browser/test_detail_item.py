"""What can be done with an item in the panel, beside a file manager that takes notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import another, ask, chromium, opened, stage
from tests.ui.serve_world import Served, serve

pytestmark = pytest.mark.browser

NOTES = '#!/bin/sh\nfor one in "$@"; do printf "%s\\n" "$one"; done > {said}\nexit {status}\n'


@dataclass(frozen=True)
class Desk:
    """A page of its own on a computer with a desktop."""

    served: Served
    folder: Path

    @property
    def said(self) -> Path:
        """What the file manager was asked last."""
        return self.folder / "said"

    def answer(self, status: int) -> None:
        """Let the file manager succeed, or not."""
        program = self.folder / "bin" / "xdg-open"
        program.write_text(NOTES.format(said=self.said, status=status))
        program.chmod(0o755)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    chromium()
    folder = tmp_path_factory.mktemp("desk")
    (folder / "bin").mkdir()
    (folder / "world").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder / "bin"))
        patch.setenv("DISPLAY", ":99")
        with serve(folder / "world") as served:
            desk = Desk(served, folder)
            desk.answer(0)
            yield desk


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    size = {"width": 1440, "height": 900}
    permissions = ["clipboard-read", "clipboard-write"]
    with (
        another(browser, viewport=size, locale="en-US", permissions=permissions) as context,
        opened(context, desk.served.url, expected="40[034]|ERR_FAILED") as one,
    ):
        yield one


def searched(page: Page, text: str = "green star") -> str:
    """Search, open the best hit; its name."""
    ask(page, text)
    stage(page, "done")
    page.locator(".column-recall .row[data-kind=picture]").first.click()
    expect(page.locator(".panel-actions")).to_be_visible()
    return page.locator(".panel-title h2").inner_text()


def test_folder__is_shown_by_the_file_manager(page, desk):
    name = searched(page)
    page.get_by_role("button", name="Show in folder").click()
    expect(page.locator(".toast")).to_contain_text("Shown in the file manager")
    path = page.locator(".panel .path").inner_text()
    assert path.endswith(name)
    assert desk.said.read_text().splitlines() == [str(Path(path).parent)]
    desk.answer(3)
    page.get_by_role("button", name="Show in folder").click()
    expect(page.locator(".toast-bad")).to_contain_text("The file manager did not open (xdg-open).")
    desk.answer(0)


def test_folder__is_not_offered_where_the_file_has_gone(page, desk):
    page.goto(f"{desk.served.url}/?q=gone")
    stage(page, "done")
    items = httpx.get(f"{desk.served.url}/api/items?limit=200").json()["items"]
    gone = next(one["id"] for one in items if one["title"] == "gone.png")
    page.goto(f"{desk.served.url}/?item={gone}")
    expect(page.locator(".panel")).to_contain_text("The file is no longer there.")
    expect(page.get_by_role("button", name="Show in folder")).to_have_count(0)
    expect(page.locator(".panel-actions a")).to_have_count(0)
    expect(page.get_by_role("button", name="More like this")).to_be_visible()
    expect(page.locator(".view-gone")).to_be_visible()


def test_path__is_copied(page):
    searched(page)
    page.get_by_role("button", name="Copy path").click()
    expect(page.locator(".toast")).to_have_text("Path copied.")
    path = page.locator(".panel .path").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == path.replace("\n", "")


def test_collections__a_new_one_is_made_searched_and_left(page):
    searched(page)
    block = page.locator(".panel [data-names=collections]")
    expect(block.locator(".tag .link")).to_have_text(["Shapes"])
    field = block.locator("input")
    known = block.locator("datalist option")
    assert {"Shapes", "Work"} <= set(known.evaluate_all("all => all.map((one) => one.value)"))
    field.fill("  Ferien  <b>2026</b> ")
    field.press("Enter")
    expect(block.locator(".tag .link")).to_have_text(["Ferien <b>2026</b>", "Shapes"])
    block.get_by_role("button", name="Ferien").first.click()
    expect(page.locator(".column-recall .row")).to_have_count(1)
    stage(page, "done")
    block.get_by_role("button", name="Take its file out of Ferien").click()
    expect(block.locator(".tag .link")).to_have_text(["Shapes"])
    field.fill("x" * 80)
    field.press("Enter")
    expect(block.locator(".tag")).to_have_count(2)
    block.get_by_role("button", name=f"Take its file out of {'x' * 80}").click()
    expect(block.locator(".tag")).to_have_count(1)


def test_tags__are_given_and_taken_away(page):
    searched(page)
    block = page.locator(".panel [data-names=tags]")
    block.locator("input").fill("harbour")
    block.locator("input").press("Enter")
    expect(block.locator(".tag .link")).to_have_text(["harbour"])
    page.reload()
    expect(block.locator(".tag .link")).to_have_text(["harbour"])
    block.get_by_role("button", name="Remove the tag harbour").click()
    expect(block.locator(".tag")).to_have_count(0)


def test_removed__says_that_the_file_stays_and_comes_back(page):
    name = searched(page)
    item = re.search(r"item=(\d+)", page.url)[1]
    rows = page.locator(".row[data-id]:visible")
    order = rows.evaluate_all("(all) => all.map((one) => one.dataset.id)")
    path = Path(page.locator(".panel .path").inner_text().replace("\n", ""))
    page.get_by_role("button", name="Remove from the library").click()
    expect(page.locator(".panel")).to_have_count(0)
    expect(page.locator(f".row[data-id='{item}']")).to_have_count(0)
    said = page.locator(".toast", has_text=name)
    expect(said).to_contain_text("stays")
    assert path.exists()
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".panel-title h2")).to_have_text(name)
    expect(rows).to_have_count(len(order))
    assert rows.evaluate_all("(all) => all.map((one) => one.dataset.id)") == order


def test_failure__is_said_and_can_be_tried_again(page, desk):
    searched(page)
    page.route("**/api/items/*", lambda route: route.abort())
    page.keyboard.press("]")
    expect(page.locator(".panel-gone")).to_contain_text("The program does not answer")
    expect(page.locator(".panel [role=tablist]")).to_be_hidden()
    page.unroute("**/api/items/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".panel-actions")).to_be_visible()
    expect(page.locator(".panel-instead")).to_be_hidden()


def test_loading__what_was_there_stays_and_the_panel_says_that_it_is_busy(page):
    searched(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/items/*", hold)
    page.keyboard.press("]")
    expect(page.locator(".panel")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".panel-actions")).to_be_visible()
    page.wait_for_timeout(100)
    for route in held:
        route.continue_()
    expect(page.locator(".panel")).not_to_have_attribute("aria-busy", "true")


def test_demo__offers_nothing_that_writes_or_tells_a_folder(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(tmp_path_factory.mktemp("demo"), "read-only") as demo:
        context: BrowserContext
        with another(browser, locale="en-US") as context, opened(context, demo.url) as page:
            searched(page)
            for name in ("Show in folder", "Copy path", "Remove from the library"):
                expect(page.get_by_role("button", name=name)).to_have_count(0)
            expect(page.locator(".panel input")).to_have_count(0)
            expect(page.locator(".panel [data-names=collections] .tag")).to_have_text("Shapes")
            page.get_by_role("tab", name="Why").click()
            expect(page.locator("#panel-why .scores")).to_have_count(2)
