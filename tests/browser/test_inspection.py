"""What a finished search shows when asked: depths, ties, kinds, all by the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, opened, stage, unfold

pytestmark = pytest.mark.browser


@pytest.fixture
def found(desktop, samples) -> Iterator[Page]:
    """The sample collection."""
    with opened(desktop, samples.url) as page:
        yield page


def opened_strip(page: Page) -> None:
    ask(page, "two birds")
    stage(page, "done")
    expect(page.locator(".board-head .board-agreement")).to_have_text(
        re.compile(r"^Stages agree: τ −?\d\.\d\d · \d+ of the first \d+ the same$")
    )
    page.locator(".board-tools .inspect-button").press("Enter")
    expect(page.locator(".inspect-depth .inspect-tile").first).to_be_visible()


def test_depth__a_slider_tells_list_time_and_what_would_come_in(found):
    opened_strip(found)
    slider = found.get_by_role("slider", name="Depth explorer")
    deepest = int(slider.input_value())
    tiles = found.get_by_role("toolbar", name="The final list at this depth").locator("button")
    shown = tiles.count()
    ranked = found.locator("#board .column-rerank .row-title").all_inner_texts()
    first = tiles.first.get_attribute("aria-label")
    assert ranked[0] in first
    height = found.locator(".inspect-depth").evaluate("node => node.offsetHeight")
    slider.press("Home")
    assert (int(slider.input_value()), deepest) == (20, 40)
    expect(found.locator(".inspect-cost")).to_contain_text("depth 20")
    count = found.locator(".inspect-depth .inspect-count").inner_text()
    entered = int(count.split()[0]) if count[0].isdigit() else 0
    below = found.get_by_role("toolbar", name="What would come in from below").locator("button")
    assert below.count() == entered
    assert tiles.count() == shown
    assert found.locator(".inspect-depth").evaluate("node => node.offsetHeight") == height
    found.locator(".inspect-depth").get_by_role("button", name="Search with depth").press("Enter")
    expect(found.locator(".asking-chip[data-name=depth]")).to_contain_text("Depth 20")
    expect(slider).to_have_attribute("max", "20")  # the strip speaks of the new run
    focused = found.locator(".inspect-button:focus, .inspect-slider input:focus")
    expect(focused).to_have_count(1)  # what asked is gone, and the focus is not
    slider.press("Escape")
    expect(found.locator("#inspection")).to_be_hidden()
    expect(found.locator(".inspect-button")).to_be_focused()


def test_kinds__compete_with_their_ranks(found):
    opened_strip(found)
    found.locator(".inspect-balance summary").press("Enter")
    kinds = found.locator(".inspect-kind")
    assert kinds.count() >= 2
    expect(kinds.first.locator(".inspect-strip svg")).to_have_count(2)
    first = found.locator(".inspect-balance li").first
    expect(first).to_contain_text(re.compile(r"1.* no\. 1$"))


def test_stability__says_its_cost_can_be_stopped_and_names_ties(found):
    opened_strip(found)
    found.locator(".inspect-stability summary").press("Enter")
    part = found.locator(".inspect-stability")
    expect(part.locator(".inspect-count")).to_contain_text(
        re.compile(r"^40 candidates in [23] ways: about \d+ s")
    )
    expect(part.get_by_text(re.compile("a second time|Not on this computer"))).to_be_visible()
    part.get_by_role("button", name="Judge again").press("Enter")
    expect(part.get_by_role("button", name="Stop")).to_be_focused()
    expect(part.locator("[role=status]", has_text=re.compile(r"^[1-9]\d* of"))).to_be_visible()
    part.get_by_role("button", name="Stop").press("Enter")
    expect(part.get_by_text(re.compile(r"^Stopped after \d+ of \d+"))).to_be_visible()
    part.get_by_label("Half the pixels").uncheck()
    part.get_by_role("button", name="Judge again").press("Enter")
    expect(part.get_by_text(re.compile(r"told apart\.$")).first).to_be_visible()
    expect(part.locator(".inspect-margins li").first).to_contain_text("±")
    margins = found.locator("#board .column-rerank .row-margin", has_text="±")
    expect(margins).to_have_count(20)
    expect(found.locator("#board .column-recall .row-margin", has_text="±")).to_have_count(0)
    for tie in part.locator(".inspect-ties li", has_text=re.compile(r"^Positions \d")).all():
        first = int(tie.inner_text().split()[1])
        row = found.locator("#board .column-rerank .row").nth(first - 1)
        if first <= 20:
            expect(row).to_have_attribute("data-tie", "start")
            expect(row.locator("b")).to_have_attribute("title", re.compile(tie.inner_text()))
    ask(found, "a fox")
    stage(found, "done")
    expect(margins).to_have_count(0)


def test_quota__bounds_a_kind_and_is_a_chip(found):
    unfold(found, "Options")
    found.get_by_label("At most of a kind: Images").fill("2")
    found.get_by_label("At most of a kind: Images").press("Tab")
    ask(found, "two birds")
    stage(found, "done")
    expect(found.locator(".asking-chip[data-name=quota]")).to_contain_text("Images 2")
    rows = found.locator("#board .column-rerank .row[data-kind=picture]")
    expect(rows).to_have_count(2)
    expect(
        found.locator("#board .column-recall .row", has_text="over quota").first
    ).to_be_visible()
    found.reload()
    stage(found, "done")
    expect(rows).to_have_count(2)
    unfold(found, "Options")
    for kind in ("PDF pages", "Texts", "Videos", "Moments"):
        field = found.get_by_label(f"At most of a kind: {kind}")
        field.fill("1")  # while the search for the one before begins
        field.press("Tab")
        expect(field).to_have_value("1")
    expect(found.locator("#board .column-rerank .row")).to_have_count(6)
    expect(found.locator(".board-status")).to_contain_text("6 results.")  # not those left out
