"""What the models saw of a hit, and by which parts it was found: on request, stoppable."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ask, stage

pytestmark = pytest.mark.browser

SEEN, EVIDENCE = "#panel-seen", "#panel-evidence"


def test_model_saw__pictures_tokens_and_prompts_of_the_search_on_the_board(page):
    ask(page, "red circle")
    stage(page, "done")
    page.locator(".column-recall .row[data-kind=picture] >> nth=0").click()
    page.get_by_role("tab", name="Model saw").click()
    stages = page.locator(f"{SEEN} .seen-stage")
    expect(stages).to_have_count(2)
    image = stages.nth(0).locator("img").first
    expect(image).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
    size = image.evaluate("image => [image.naturalWidth, image.naturalHeight].join(' × ')")
    expect(stages.nth(0).locator("figcaption").first).to_contain_text(
        re.compile(rf"{size}(?: pixels)?: \d+ token")
    )
    expect(stages.nth(1).locator("h4")).to_have_text(["The query and the item in one prompt"])
    prompt = stages.nth(1).locator("details").last
    prompt.locator("summary").press("Enter")
    expect(prompt.locator("pre")).to_contain_text("red circle")
    expect(page.locator(f"{SEEN} .seen-whole").first).to_have_text("Nothing was cut.")
    page.goto(re.sub(r"q=[^&]*", "q=", page.url).replace("q=&", ""))
    expect(page.locator(SEEN)).to_contain_text("Nothing is being searched for")


def test_evidence__says_what_it_costs_is_stopped_and_is_shown(page, unhurried):
    ask(page, "red circle")
    stage(page, "done")
    row = page.locator(".column-rerank .row[data-kind=picture] >> nth=0")
    row.click()
    page.get_by_role("tab", name="Evidence").press("Enter")
    find = page.locator(f"{EVIDENCE} .evidence-bar button")
    expect(find).to_have_text(re.compile(r"^Find the evidence \((about \d|\d+ passes)"))
    unhurried.set(score_delay=0.4)
    find.press("Enter")
    stop = page.get_by_role("button", name="Stop", exact=True).and_(find)
    expect(page.locator(f"{EVIDENCE} .evidence-progress")).to_contain_text(
        re.compile(r"of at most \d+ passes")
    )
    expect(page.locator(f"{EVIDENCE} .heat-cell").first).to_be_attached()
    expect(stop).to_be_focused()
    stop.press("Enter")
    expect(page.locator(EVIDENCE)).to_contain_text("Stopped; what was found so far stays.")
    unhurried.set(score_delay=0)
    find.press("Enter")
    expect(page.locator(f"{EVIDENCE} .evidence-bar")).to_contain_text("passes of each model in")
    assert page.locator(f"{EVIDENCE} .heat-cell").count() >= 16
    peak = page.locator(f"{EVIDENCE} .heat-cell[data-peak]")
    expect(peak).to_have_attribute(
        "title", re.compile(r"^row [\d–]+, column [\d–]+ of 4: relevance")
    )
    line = page.locator(f"{EVIDENCE} .heat-said")
    expect(line).to_have_text(peak.get_attribute("title") or "")
    stop_at = page.locator(f"{EVIDENCE} .heat-cell[tabindex='0']")
    expect(stop_at).to_have_count(1)
    stop_at.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        expect(stop_at).to_be_focused()
        expect(line).to_have_text(stop_at.get_attribute("title") or "")
        expect(stop_at).to_have_attribute("aria-label", stop_at.get_attribute("title") or "")
    expect(page.locator(".walk-place")).to_contain_text(" of ")  # the item is the same
    listed = page.locator(f"{EVIDENCE} tbody tr")
    logits = [
        float(one.replace("−", "-"))
        for one in listed.locator("td:nth-of-type(2)").all_inner_texts()
    ]
    assert logits == sorted(logits)
    assert len(logits) >= 9
    page.get_by_role("button", name="similarity", exact=True).press("Enter")
    pressed = page.locator(f"{EVIDENCE} [data-reading=similarity]")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    expect(page.locator(EVIDENCE)).to_contain_text("Red loses similarity")
    page.get_by_role("tab", name="Item", exact=True).click()
    page.get_by_role("tab", name="Evidence").click()
    expect(listed.first).to_be_visible()
    ask(page, "blue")
    page.wait_for_function("document.querySelector('.question')?.textContent === '“blue”'")
    stage(page, "done")
    expect(page.locator(EVIDENCE)).to_contain_text(
        re.compile("Find the evidence|Not among these results")
    )
    ask(page, "red circle")
    expect(page.locator(f"{EVIDENCE} .evidence-bar")).to_contain_text("From before")
