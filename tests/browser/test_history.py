"""What was asked before, on the real program: asked again, pinned, deleted, cleared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from qwen3vl_app.store.library import Library
from tests.browser.conftest import ask, opened, stage
from tests.browser.program import Program, started
from tests.store.build import content, put_file, unit

pytestmark = pytest.mark.browser


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with Library.open(tmp_path / "library") as library:
        for n, text in enumerate(("a red fox", "a grey fox", "a bear")):
            put_file(
                library, tmp_path / f"{n}.txt", str(n), [(content(text=text), unit(1, n, 0, 0))]
            )
    with started(tmp_path, "--reranker", "none") as one:
        yield one


def unfolded(page: Page) -> None:
    page.get_by_role("button", name="History").click()
    expect(page.locator(".history")).to_be_visible()


def test_history__ask_again_pin_delete_clear(desktop: BrowserContext, program: Program):
    with opened(desktop, f"{program.url}/?words=only", origin=program.url) as page:
        for text in ("fox", "bear", "red"):
            ask(page, text)
            expect(page.locator(".board-legend")).to_contain_text(f"“{text}”")
            stage(page, "done")
        unfolded(page)
        rows = page.locator(".history-row")
        expect(rows.locator("b")).to_have_text(["“red”", "“bear”", "“fox”"])
        rows.nth(2).locator(".history-ask").click()
        expect(page.locator(".board-legend")).to_contain_text("“fox”")
        stage(page, "done")
        expect(page.locator(".history")).to_be_hidden()
        assert "q=fox" in page.url
        unfolded(page)
        expect(rows.locator("b")).to_have_text(["“fox”", "“red”", "“bear”", "“fox”"])
        rows.nth(2).get_by_role("button", name="Keep for good").click()
        expect(rows.nth(2).get_by_role("button", name="Keep for good")).to_have_attribute(
            "aria-pressed", "true"
        )
        rows.nth(0).get_by_role("button", name="Delete from the history").click()
        expect(rows.locator("b")).to_have_text(["“red”", "“bear”", "“fox”"])
        page.locator(".history-head button").click()
        page.locator(".toast button", has_text="Clear").click()
        expect(rows.locator("b")).to_have_text(["“bear”"])
        expect(page.locator(".toast", has_text="2 searches deleted")).to_be_visible()


def test_history__off_has_no_button(desktop: BrowserContext, tmp_path: Path):
    with (
        started(tmp_path, "--no-history", "--reranker", "none") as program,
        opened(desktop, program.url) as page,
    ):
        expect(page.locator(".summary")).to_be_visible()
        expect(page.locator(".fold-button").nth(1)).to_be_visible()
        expect(page.get_by_role("button", name="History")).to_have_count(0)
