"""Where the panel of an item opens: at its top, with the passage that was found in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import another, ask, opened, stage, with_whole_files
from tests.ui.serve_world import Served

PASSAGES = ".column-recall .row[data-kind=passage]"

NEW = "#detail .panel-view:not([data-old]) .text-line.inside"

STANDS = """() => {
  const panel = document.querySelector("#detail .panel");
  const box = panel.querySelector(".text-lines");
  const first = box.querySelector(".inside");
  const below = first.getBoundingClientRect().top - box.getBoundingClientRect().top;
  return { panel: panel.scrollTop, below, room: box.clientHeight };
}"""
"""How far the panel is scrolled, and how far below the upper edge of its box a passage begins."""

TO_THE_END = """() => {
  const panel = document.querySelector("#detail .panel");
  panel.querySelector(".panel-view").dataset.old = "";
  for (const one of [panel.querySelector(".text-lines"), panel])
    one.scrollTop = one.scrollHeight;
}"""
"""Scrolls to the end, and marks the view as that of an earlier item, which stays until the next
one has arrived."""


def check_beginning_is_in_sight(page: Page) -> None:
    """Two lines of context stand above, or less where the file begins with the passage."""
    found = page.evaluate(STANDS)
    assert found["panel"] == 0, found
    assert 0 <= found["below"] < 60 < found["room"], found


@pytest.mark.parametrize("size", [(1440, 900), (1440, 500), (1000, 800)])
def test_passage__opens_where_it_begins_whatever_was_scrolled_before(
    browser: Browser, unhurried: Served, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    with another(browser, viewport=viewport) as context, opened(context, unhurried.url) as page:
        with_whole_files(page)
        ask(page, "lighthouse keeper")
        stage(page, "done")
        page.locator(".more").first.click()
        rows = page.locator(PASSAGES)
        assert rows.count() == 4
        for n in range(4):
            rows.nth(n).focus()
            page.keyboard.press("Enter")
            expect(page.locator(NEW)).not_to_have_count(0)
            check_beginning_is_in_sight(page)
            page.evaluate(TO_THE_END)
        page.reload()
        expect(page.locator(NEW)).not_to_have_count(0)
        check_beginning_is_in_sight(page)
