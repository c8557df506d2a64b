"""Lab › Test sets: a hit is pinned, checked and taken away, by the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opened, stage
from tests.browser.test_help import UNEXPLAINED, entries

pytestmark = pytest.mark.browser


def test_pins__a_hit_of_the_board_is_pinned_and_checked(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        page.goto(f"{samples.url}?q=fox")
        stage(page, "done")
        page.get_by_role("tab", name="Lab").click()
        page.get_by_role("button", name="Test sets", exact=True).press("Enter")
        expect(page.locator(".sets")).to_contain_text("There is no test set yet.")
        form = page.locator(".pins-form")
        expect(form).to_contain_text("fox")
        form.get_by_label("How many").select_option("1")
        form.get_by_role("button", name="Pin", exact=True).press("Enter")
        pin = page.locator(".pin")
        expect(pin).to_have_attribute("data-state", "holds")
        form.get_by_label("Rule").select_option("")
        form.get_by_role("button", name="Pin", exact=True).press("Enter")
        expect(page.locator(".pin[data-state=breaks]")).to_have_count(1)
        assert page.evaluate(UNEXPLAINED, keys) == []
        for left in (1, 0):
            page.get_by_role("button", name="Take the pin away").first.press("Enter")
            expect(pin).to_have_count(left)
        expect(page.locator(".sets")).to_contain_text("Nothing is pinned yet")
