"""What a finished search shows when asked: depths, ties, kinds, all by the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, stage, unfold

pytestmark = pytest.mark.browser


def opened_strip(page: Page) -> None:
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".board-head .board-agreement")).to_have_text(
        re.compile(r"^Stages agree: τ −?\d\.\d\d · \d+ of the first \d+ the same$")
    )
    page.locator(".board-tools .inspect-button").press("Enter")
    expect(page.locator(".inspect-depth .inspect-tile").first).to_be_visible()


def test_depth__a_slider_tells_list_time_and_what_would_come_in(page):
    opened_strip(page)
    slider = page.get_by_role("slider", name="Depth explorer")
    deepest = int(slider.input_value())
    tiles = page.get_by_role("toolbar", name="The final list at this depth").locator("button")
    shown = tiles.count()
    ranked = page.locator("#board .column-rerank .row-title").all_inner_texts()
    first = tiles.first.get_attribute("aria-label")
    assert ranked[0] in first
    height = page.locator(".inspect-depth").evaluate("node => node.offsetHeight")
    slider.press("Home")
    least = int(slider.input_value())
    assert least == min(20, deepest)
    expect(page.locator(".inspect-cost")).to_contain_text(f"depth {least}")
    count = page.locator(".inspect-depth .inspect-count").inner_text()
    entered = int(count.split()[0]) if count[0].isdigit() else 0
    below = page.get_by_role("toolbar", name="What would come in from below").locator("button")
    assert below.count() == entered
    assert tiles.count() == shown
    assert page.locator(".inspect-depth").evaluate("node => node.offsetHeight") == height
    page.locator(".inspect-depth").get_by_role("button", name="Search with depth").press("Enter")
    stage(page, "done")
    expect(page.locator(".asking-chip[data-name=depth]")).to_contain_text(f"Depth {least}")
    expect(slider).to_have_attribute("max", str(least))  # the strip speaks of the new run
    slider.press("Escape")
    expect(page.locator("#inspection")).to_be_hidden()
    expect(page.locator(".inspect-button")).to_be_focused()


def test_kinds__compete_with_their_ranks(page):
    opened_strip(page)
    page.locator(".inspect-balance summary").press("Enter")
    kinds = page.locator(".inspect-kind")
    assert kinds.count() >= 2
    expect(kinds.first.locator(".inspect-strip svg")).to_have_count(2)
    first = page.locator(".inspect-balance li").first
    expect(first).to_contain_text(re.compile(r"1.* no\. 1$"))


def test_stability__says_its_cost_can_be_stopped_and_names_ties(page, unhurried):
    opened_strip(page)
    page.locator(".inspect-stability summary").press("Enter")
    part = page.locator(".inspect-stability")
    expect(part.locator(".inspect-count")).to_contain_text(re.compile(r"candidates in 3 ways"))
    expect(part.get_by_text("loads the model a second time")).to_be_visible()
    unhurried.set(score_delay=0.1)
    part.get_by_role("button", name="Judge again").press("Enter")
    expect(part.get_by_role("button", name="Stop")).to_be_focused()
    expect(part.locator("[role=status]", has_text=re.compile(r"^[1-9]\d* of"))).to_be_visible()
    part.get_by_role("button", name="Stop").press("Enter")
    expect(part.get_by_text(re.compile(r"^Stopped after \d+ of \d+"))).to_be_visible()
    unhurried.set(score_delay=0)
    part.get_by_role("button", name="Judge again").press("Enter")
    expect(part.get_by_text(re.compile(r"told apart\.$")).first).to_be_visible()
    expect(part.locator(".inspect-margins li").first).to_contain_text("±")


def test_quota__bounds_a_kind_and_is_a_chip(page):
    unfold(page, "Options")
    page.get_by_label("At most of a kind: Images").fill("2")
    page.get_by_label("At most of a kind: Images").press("Tab")
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".asking-chip[data-name=quota]")).to_contain_text("Images 2")
    rows = page.locator("#board .column-rerank .row[data-kind=picture]")
    expect(rows).to_have_count(2)
    expect(page.locator("#board .column-recall .row", has_text="over quota").first).to_be_visible()
    page.reload()
    stage(page, "done")
    expect(rows).to_have_count(2)
