"""Lab › Test sets by the keyboard: sets are brought and asked, hits are pinned."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opened, stage
from tests.browser.test_help import UNEXPLAINED, entries
from tests.evaluation.mteb_folders import SAMPLES

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


def test_sets__one_is_brought_asked_taken_along_and_removed(desktop, samples, tmp_path):
    table = tmp_path / "things.csv"
    asked = {"a fox": "animals/fox-closer.jpg", "a bicycle": "vehicles/bicycle.webp"}
    lines = (f"{text},{one},{SAMPLES / one},1\n" for text, one in asked.items())
    table.write_text("question,document,path,grade\n" + "".join(lines))
    with opened(desktop, samples.url, expected="400") as page:
        keys = entries(page)
        page.goto(f"{samples.url}?tab=lab&lab=sets")
        page.locator(".sets-bring > summary").press("Enter")
        form = page.locator(".sets-bring-form")
        form.get_by_label("Folder or file", exact=True).fill(str(tmp_path / "absent"))
        form.get_by_role("button", name="Bring it").press("Enter")
        expect(form.get_by_role("alert")).to_contain_text("is not there")
        form.get_by_label("Folder or file", exact=True).fill(str(table))
        form.locator("summary").press("Enter")
        form.get_by_label("Index its files").uncheck()
        form.get_by_role("button", name="Bring it").press("Enter")
        expect(page.locator(".sets-list button")).to_have_text(re.compile("^things.*2 questions"))
        expect(form).to_be_hidden()
        one = page.locator(".sets-one")
        expect(one).to_contain_text("This set was not evaluated yet.")
        one.get_by_role("button", name="Evaluate").press("Enter")
        expect(one.locator(".sets-history tbody tr")).to_have_count(1)
        expect(one).not_to_contain_text("not in the library")
        assert page.evaluate(UNEXPLAINED, keys) == []
        with page.expect_download() as saved:
            one.get_by_role("link", name="CSV").press("Enter")
        assert saved.value.suggested_filename == "things.csv"
        one.get_by_role("button", name="Remove").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Remove").press("Enter")
        expect(page.locator(".sets")).to_contain_text("There is no test set yet.")
