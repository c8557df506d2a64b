"""Words that were read from a picture, in the detail panel and in Settings."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ask, stage, unfold

pytestmark = pytest.mark.browser

LINES = {
    "Total 4711": (0.1, 0.2, 0.5, 0.2, 0.5, 0.3, 0.1, 0.3),
    "Thank you": (0.1, 0.6, 0.9, 0.6, 0.9, 0.7, 0.1, 0.7),
}


@pytest.fixture
def read(unhurried):
    """A picture in which these lines were read."""
    unhurried.set(read=LINES)
    yield
    unhurried.set(read={})


def test_detail__shows_the_words_of_a_picture_where_they_stand(page, read):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("only")
    ask(page, "4711")
    stage(page, "done")
    row = page.locator(".column-recall .row")
    expect(row).to_have_count(1)
    expect(row.locator(".flag-in")).to_have_text("in the picture")
    expect(row.locator(".row-snippet")).to_have_text("Total 4711 Thank you")
    row.click()
    boxes = page.locator(".read-box")
    expect(boxes).to_have_count(2)
    expect(page.locator(".read-box.hit")).to_have_count(1)
    page.locator(".view-frame img.loaded").wait_for()
    picture = page.locator(".view-frame img").bounding_box()
    line = page.locator(".read-box.hit").bounding_box()
    assert picture is not None
    assert line is not None
    assert (line["x"] - picture["x"]) / picture["width"] == pytest.approx(0.1, abs=0.02)
    assert (line["y"] - picture["y"]) / picture["height"] == pytest.approx(0.2, abs=0.02)
    assert line["width"] / picture["width"] == pytest.approx(0.4, abs=0.03)


def test_detail__words_can_be_selected_copied_and_hidden(page, read):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("only")
    ask(page, "4711")
    stage(page, "done")
    page.locator(".column-recall .row").click()
    line = page.locator(".read-line").first
    line.wait_for()
    line.dblclick()
    assert page.evaluate("String(getSelection()).trim()") in ("Total", "4711")
    expect(page.locator(".read-text p")).to_have_text(["Total 4711", "Thank you"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the words").press("Enter")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).length > 0")
    assert page.evaluate("navigator.clipboard.readText()") == "Total 4711\nThank you"
    toggle = page.get_by_role("button", name="Words on the picture")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.press("Enter")
    expect(page.locator(".read-layer")).to_be_hidden()
    page.reload()  # which is remembered
    expect(page.get_by_role("button", name="Words on the picture")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.get_by_role("button", name="Words on the picture").press("Enter")
    expect(page.locator(".read-layer")).to_be_visible()


def test_settings__say_whether_words_are_read(page):
    page.get_by_role("tab", name="Settings").click()
    section = page.locator(".settings-root section", has_text="Words in pictures")
    expect(section.locator(".strip-head")).to_have_text("Not read")
