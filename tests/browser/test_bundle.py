"""A search taken along: exported from the board, opened from the disk, dropped on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import another, ask, drop, opened, stage
from tests.browser.program import Program

pytestmark = pytest.mark.browser


@pytest.fixture
def found(desktop: BrowserContext, samples: Program) -> Iterator[Page]:
    """The sample collection, whose searches are kept."""
    with opened(desktop, samples.url) as page:
        yield page


def exported(page: Page, folder: Path, entry: str = "page") -> Path:
    """Ask, and save what the menu exports."""
    ask(page, "two birds")
    stage(page, "done")
    page.get_by_role("button", name="More about this search").click()
    with page.expect_download() as saving:
        page.locator(f".menu [data-name={entry}]").click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    return path


def test_export__opens_from_the_disk_without_a_network(
    browser: Browser, found: Page, tmp_path: Path
) -> None:
    path = exported(found, tmp_path)
    assert path.name == "search-two-birds-bundle.html"
    foreign: list[str] = []
    problems: list[str] = []
    options: dict[str, Any] = {"offline": True, "color_scheme": "dark", "locale": "zh-CN"}
    narrow = {"width": 390, "height": 844}
    with another(browser, viewport=narrow, **options) as context:
        alone = context.new_page()
        alone.on("request", lambda request: foreign.append(request.url))
        alone.on("console", lambda said: problems.append(said.text))
        alone.on("pageerror", lambda error: problems.append(str(error)))
        alone.goto(path.as_uri())
        expect(alone.locator("h1")).to_have_text("two birds")
        # the words are those of the page that it was exported from, not of this browser
        expect(alone.locator("h2")).to_have_text(["Recall", "Reranked"])
        expect(alone).to_have_title("two birds – Qwen3-VL Search")
        first, second = alone.locator("ol").all()
        expect(second.locator(".bundle-number").first).to_be_visible()
        loaded = "image => image.complete && image.naturalWidth > 0"
        assert alone.locator("img").first.evaluate(loaded)
        # keys: down the column, across to the same item of the other one
        first.locator("li").first.focus()
        alone.keyboard.press("ArrowDown")
        row = first.locator("li").nth(1)
        expect(row).to_be_focused()
        item = row.get_attribute("data-item")
        alone.keyboard.press("ArrowRight")
        expect(second.locator(f"li[data-item='{item}']")).to_be_focused()
        expect(row).to_have_attribute("data-hot", "")
        alone.get_by_text("Fingerprints and versions").click()
        expect(alone.get_by_text("Fingerprint of the space")).to_be_visible()
        expect(alone.locator("html")).to_have_class("dark")
        fits = "document.documentElement.scrollWidth <= innerWidth"
        assert alone.evaluate(fits)
    assert [url for url in foreign if not url.startswith(("file:", "data:"))] == []
    assert problems == []


def test_drop__an_exported_search_opens_read_only(found: Page, tmp_path: Path) -> None:
    page = found
    path = exported(page, tmp_path)
    board = page.locator("#board .column-rerank").inner_text()
    for where in ("#query", ".top-bar-root"):
        drop(page, where, [path])
        bar = page.locator(".bundle-bar")
        expect(bar).to_contain_text("Read-only: a bundle of")
        expect(page.locator(".bundle-dialog h2")).to_have_text(["Recall", "Reranked"])
        expect(page.get_by_label("Close the bundle")).to_be_focused()
        page.keyboard.press("Enter")
        expect(bar).to_have_count(0)
    assert page.locator("#board .column-rerank").inner_text() == board
    # by keyboard, and from its JSON
    page.get_by_role("button", name="More about this search").click()
    with page.expect_file_chooser() as choosing:
        page.locator(".menu [data-name=open]").click()
    value = json.loads(path.read_text().split('id="qwen3vl-bundle">')[1].split("</script>")[0])
    value["hits"][0]["name"] = "<img src=x onerror=alert(1)> قلب"
    value["hits"][0]["picture"] = "x"
    value["pictures"]["x"] = "https://example.org/x.png"
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(value))
    choosing.value.set_files(file)
    name = page.locator(".bundle-dialog .bundle-name").filter(has_text="onerror").first
    expect(name).to_have_text("<img src=x onerror=alert(1)> قلب")
    expect(page.locator(".bundle-dialog img[src^=http]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(name).to_have_count(0)
    for change, sentence in (
        ({"schema": 2}, "newer version"),
        ({"hits": [{"item": "1"}]}, "is damaged"),
        ({"format": "another"}, "no search that was exported"),
    ):
        file.write_text(json.dumps(value | change))
        page.get_by_role("button", name="More about this search").click()
        with page.expect_file_chooser() as choosing:
            page.locator(".menu [data-name=open]").click()
        choosing.value.set_files(file)
        expect(page.locator(".toast").filter(has_text=sentence)).to_be_visible()
    expect(page.locator(".bundle-dialog")).to_have_count(0)


def test_drop__another_html_is_a_file_as_ever(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "another.html"
    file.write_text("<p>a red page</p>")
    with page.expect_request("**/api/upload**"):
        page.get_by_role("tab", name="Library").click()
        drop(page, "#library", [file])
    expect(page.locator(".bundle-dialog")).to_have_count(0)
