"""The Lab: judging by the keyboard, what comes of it, two settings side by side."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opened, stage
from tests.browser.test_help import UNEXPLAINED, entries

pytestmark = pytest.mark.browser


def test_judge__by_keyboard_blind_and_undone(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        page.goto(f"{samples.url}?q=fox")
        stage(page, "done")
        page.locator(".board-root .menu-button").click()
        page.get_by_role("menuitem", name="Judge these hits").click()
        card = page.locator(".judge-card")
        expect(card).to_be_visible()
        expect(page.locator(".judge-head h2").first).to_have_text("fox")
        for telling in ("fox.jpg", "similarity", "relevance", "recall"):
            assert telling not in page.locator(".judge-one").inner_html().lower()
        progress = page.locator(".judge-head [role=status]").first
        for number, key in enumerate("310", start=1):
            page.keyboard.press(key)
            expect(progress).to_contain_text(f"{number} of")
        page.keyboard.press("u")
        expect(progress).to_contain_text("2 of")
        expect(card.locator("[data-grade='0']")).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowRight")
        card.get_by_label("Note").fill("0")  # a letter in a field is no grade
        expect(progress).to_contain_text("2 of")
        assert page.evaluate(UNEXPLAINED, keys) == []
        page.get_by_role("button", name="Results", exact=True).press("Enter")
        expect(page.locator(".answer[data-group=all]")).to_contain_text("Too few questions")
        expect(page.locator(".published li")).to_have_count(12)
        expect(page.locator(".results-table").first).to_contain_text("nDCG@10")
        assert page.evaluate(UNEXPLAINED, keys) == []
        page.get_by_role("button", name="Back to judging").click()
        page.locator(".judge-way").click()
        page.keyboard.press("u")
        expect(progress).to_contain_text("1 of")
        page.keyboard.press("u")
        expect(progress).to_contain_text("0 of")
        page.set_viewport_size({"width": 390, "height": 844})
        expect(page.locator(".lab-closed")).to_contain_text("needs a wider window")
        expect(page.get_by_role("tab", name="Lab")).to_be_hidden()
        page.set_viewport_size({"width": 1440, "height": 900})
        expect(card).to_be_visible()


def test_compare__two_settings_side_by_side_and_several_questions(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        page.goto(f"{samples.url}?q=red+car&tab=lab&lab=compare")
        right = page.locator(".compare-side").nth(1)
        expect(page.locator(".compare h2")).to_have_text("red car")
        right.get_by_label("Rerank", exact=True).uncheck()
        page.get_by_role("button", name="Compare", exact=True).last.click()
        said = page.locator(".compare-say")
        expect(said).to_contain_text("in common")
        for side in page.locator(".compare-rows").all():
            expect(side.locator(".row")).to_have_count(20)
        assert page.evaluate(UNEXPLAINED, keys) == []
        page.locator(".several summary").click()
        page.get_by_role("textbox", name="Several questions").fill("fox\nred car")
        page.get_by_role("button", name="Compare all").click()
        expect(page.locator(".several tbody tr")).to_have_count(2)
        differences = page.locator(".several tbody td:nth-of-type(1)").all_inner_texts()
        assert differences == sorted(differences, reverse=True)
        assert "rerank=false" not in page.url
        right.get_by_role("button", name="Use this").click()
        expect(page).to_have_url(re.compile("rerank=false"))
