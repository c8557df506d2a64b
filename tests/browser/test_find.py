"""Somebody who looks for a photo: what they see first, and how little is in their way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from qwen3vl_app.settings import SAMPLES
from tests.browser.conftest import another, ask, opened, stage, unfold, without_reranking

pytestmark = pytest.mark.browser

SCREENS = {
    # width, height, and where the first result must begin at the latest
    "desktop": (1440, 900, 250),
    "phone": (390, 844, 300),
    "at 200 %": (720, 450, 450 - 92),  # a whole row of a phone's height
}

LAYOUT = """() => ({
  result: document.querySelector('#board .column-rerank .row').getBoundingClientRect().top,
  bar: document.querySelector('.bar-row').getBoundingClientRect().height,
})"""


@pytest.fixture
def found(desktop, samples) -> Iterator[Page]:
    """The sample collection."""
    with opened(desktop, samples.url) as page:
        yield page


def choose(page: Page, name: str, *, on: bool) -> None:
    """Change an option that the browser remembers."""
    unfold(page, "Options")
    page.locator(f"[data-preference={name}]").set_checked(on)
    page.locator(".fold-button", has_text="Options").click()


@pytest.mark.parametrize("screen", SCREENS)
def test_first_result__stands_high_on_every_screen(browser, samples, screen):
    width, height, latest = SCREENS[screen]
    viewport = {"width": width, "height": height}
    with another(browser, viewport=viewport) as context, opened(context, samples.url) as page:
        expect(page.locator(".notice")).to_be_visible()  # with all that a newcomer sees
        ask(page, "two birds")
        stage(page, "done")
        measured = page.evaluate(LAYOUT)
        assert measured["result"] <= latest
        assert measured["bar"] <= 48


def test_first_hit__is_eight_tabs_from_the_query(found):
    ask(found, "two birds")
    stage(found, "done")
    found.locator("#query textarea").focus()
    on_hit = "document.activeElement.matches('#board .column-rerank .row')"
    presses = 0
    while not found.evaluate(on_hit):
        found.keyboard.press("Tab")
        presses += 1
        assert presses <= 8
    assert found.evaluate("document.activeElement.querySelector('.row-rank').textContent") == "1"


def test_toolbars__are_walked_by_arrow_keys(found):
    ask(found, "two birds")
    stage(found, "done")
    found.locator(".asking-kinds [data-kind=picture]").focus()
    for _ in range(4):
        found.keyboard.press("ArrowRight")
    expect(found.locator(".fold-button", has_text="Filters")).to_be_focused()
    found.keyboard.press("Home")
    expect(found.locator(".asking-kinds [data-kind=picture]")).to_be_focused()
    found.locator(".board-views [data-view=board]").focus()
    found.keyboard.press("ArrowRight")
    expect(found.locator(".board-views [data-view=grid]")).to_be_focused()


def test_query_line__stays_in_sight(found):
    ask(found, "two birds")
    stage(found, "done")
    found.mouse.move(700, 600)
    found.mouse.wheel(0, 1500)
    found.wait_for_function("scrollY > 300")
    top = found.locator("#query").evaluate("node => node.getBoundingClientRect().top")
    assert 0 <= top <= 8
    heads = found.locator("#board .column-rerank .column-head")
    assert heads.evaluate("node => node.getBoundingClientRect().top") >= 40  # below the query


def test_chips__appear_for_all_that_differs_and_take_it_back(found):
    without_reranking(found)
    found.get_by_label("Results shown").select_option("5")
    found.get_by_label("Instruction").fill("Retrieve charts.")
    found.get_by_label("Show nearly equal pictures as one").uncheck()
    ask(found, "two birds")
    stage(found, "done")
    chips = found.locator(".asking-chip:visible")
    expect(chips).to_have_text(
        ["Not reranked", "Top 5", "Instruction: Retrieve charts.", "Near copies apart"]
    )
    chips.nth(1).get_by_role("button").click()
    expect(found.locator("#board .column-recall .row")).to_have_count(20)
    found.get_by_role("button", name="Clear all").click()
    expect(chips).to_have_count(0)
    expect(found.locator("#board .column-rerank .row")).to_have_count(20)


def test_days__are_filled_in_by_name(found):
    unfold(found, "Filters")
    group = found.get_by_role("group", name="Changed")
    today = datetime.now().astimezone().date()
    group.get_by_role("button", name="Last 7 days").click()
    expect(found.get_by_label("Changed: from")).to_have_value(
        (today - timedelta(days=6)).isoformat()
    )
    expect(found.get_by_label("Changed: to")).to_have_value(today.isoformat())
    stage(found, "listing")  # a filter alone lists what passes it
    expect(found.locator(".listing .tile").first).to_be_visible()
    group.get_by_role("button", name="Last year").click()
    expect(found.get_by_label("Changed: to")).to_have_value(f"{today.year - 1}-12-31")
    expect(found.locator(".listing-none")).to_be_visible()
    group.get_by_role("button", name="Last year").click()  # again: no longer
    expect(found.get_by_label("Changed: from")).to_have_value("")


def test_empty_query__lists_everything_and_stays_after_a_reload(found):
    ask(found, "")
    stage(found, "listing")
    expect(found.locator(".board-status")).to_contain_text("248 items")
    newest = found.locator(".listing .tile").first.get_attribute("data-id")
    found.reload()
    stage(found, "listing")
    assert found.locator(".listing .tile").first.get_attribute("data-id") == newest


def test_typing__shows_recall_and_keeps_no_history(found):
    choose(found, "as-you-type", on=True)
    box = found.locator("#query textarea")
    box.press_sequentially("two birds")
    expect(found.locator(".board-status")).to_have_text(re.compile("by recall alone$"))
    expect(found.locator("#board .column-recall .row")).to_have_count(20)
    expect(found.locator("#board .column-rerank")).to_be_visible()
    expect(found.locator("#board .column-rerank .row")).to_have_count(0)
    expect(found.locator(".column-rerank .column-waiting")).to_contain_text("Press Enter")
    assert "q=" not in found.url
    before = found.locator("#board .column-recall .row").first.get_attribute("data-id")
    box.press("Enter")
    stage(found, "done")
    assert found.locator("#board .column-recall .row").first.get_attribute("data-id") == before
    expect(found.locator("#board .column-rerank .row")).to_have_count(20)
    expect(found.locator(".board-status")).to_contain_text("rerank ")  # until then it is not kept
    found.get_by_role("button", name="History").click()
    asked = found.locator(".history-list li")
    expect(asked.first).to_contain_text("two birds")
    assert not any(text.startswith("“two b”") for text in asked.all_inner_texts())
    box.fill("three red circles")
    box.press("Enter")  # sooner than recall answers by itself, which must not come on top
    expect(found.locator(".board-root .question")).to_contain_text("three red circles")
    stage(found, "done")
    expect(found.locator(".board-status")).to_contain_text("rerank ")
    expect(found.locator("#board .column-rerank .row").first).to_be_visible()


def test_document__of_a_pdf_its_first_page_is_asked(found):
    path = next(SAMPLES.rglob("animals-of-the-forest.pdf"))
    found.locator("#query input[type=file]").set_input_files(path)
    expect(found.locator("#query .thumbnail-item")).to_have_count(1)
    found.locator("#query .submit-button").click()
    stage(found, "done")
    first = found.locator("#board .column-recall .row").first
    expect(first.locator(".row-title")).to_have_text(path.name)
    expect(first.locator(".row-place")).to_have_text("page 1")
    assert float(first.locator(".row-score b").inner_text()) > 0.999


def test_document__a_text_is_asked_by_what_it_says(found, tmp_path: Path):
    path = tmp_path / "note.txt"
    path.write_text("Take the umbrella. It will rain all week.")
    found.locator("#query input[type=file]").set_input_files(path)
    expect(found.locator("#query .thumbnail-item")).to_have_count(1)
    found.locator("#query .submit-button").click()
    stage(found, "done")
    expect(found.locator("#board .column-recall .row .row-title").first).to_have_text(
        re.compile("umbrella")
    )


def test_view__the_last_one_used_is_remembered(desktop, samples):
    with opened(desktop, samples.url) as page:
        ask(page, "two birds")
        stage(page, "done")
        names = page.locator(".board-views button").all_inner_texts()
        assert names == ["Stages", "Wall", "Table"]
        page.get_by_role("button", name="Wall").click()
        page.goto(samples.url)
        page.wait_for_selector("#query textarea")
        page.wait_for_selector(".welcome > *")
        ask(page, "a lantern")
        stage(page, "done")
        expect(page.locator(".board-grid .tile")).to_have_count(20)
        assert json.loads(page.evaluate("localStorage.getItem('qwen3vl.view')")) == "grid"
