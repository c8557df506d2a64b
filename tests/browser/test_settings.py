"""Settings: its cards and the way to each, what is chosen there, what is said when they fail."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import another, ask, opened, stage
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser

ANYTHING = "."
"""A browser has much to say in its console while a program is away."""

CARDS = ["Models", "Storage", "Connections", "Privacy", "Appearance", "About"]

WIDE = {"width": 1440, "height": 900}


def settings(page: Page) -> None:
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".settings-nav")).to_be_visible()


def card(page: Page, name: str) -> Locator:
    return page.locator(f"[data-card={name}].block")


def test_cards__stand_in_their_order_and_each_is_one_step_away(page):
    settings(page)
    expect(page.locator(".settings-cards .card h2")).to_have_text(CARDS)
    expect(page.locator(".settings-nav button")).to_have_text(CARDS)
    for name in reversed(CARDS):
        page.locator(".settings-nav").get_by_role("button", name=name).press("Enter")
        expect(card(page, name.lower()).locator("h2")).to_be_focused()
        expect(card(page, name.lower()).locator("h2")).to_be_in_viewport()
        assert f"card={name.lower()}" in page.url
    page.locator(".settings-nav").get_by_role("button", name="Privacy").click()
    page.reload()
    expect(card(page, "privacy").locator("h2")).to_be_in_viewport()
    expect(card(page, "privacy").locator("h2")).to_be_focused()


def test_address__of_a_card_that_is_not_there_is_the_first(desktop, unhurried):
    address = f"{unhurried.url}/?tab=settings&card=x"
    with opened(desktop, address, origin=unhurried.url, ready=".settings-root .card") as page:
        expect(card(page, "models").locator("h2")).to_be_in_viewport()


def test_cards__that_fail_say_so_and_load_by_themselves_or_when_asked(desktop, unhurried):
    with opened(desktop, unhurried.url, expected="status of 500") as page:
        settings(page)
        expect(card(page, "about")).to_contain_text("gradio")

        def refuse(route: Route) -> None:
            route.fulfill(status=500, body="{}", content_type="application/json")

        page.route("**/api/about", refuse)
        page.reload()
        about = card(page, "about")
        expect(about).to_contain_text("Something went wrong in the program")
        expect(about.get_by_role("button", name="Help")).to_be_visible()
        expect(card(page, "models").locator(".model-card").first).to_be_visible()
        page.unroute("**/api/about")
        again = about.get_by_role("button", name="Retry")
        if again.is_visible():  # it may have asked again by itself
            again.click()
        expect(about).to_contain_text("gradio")
        expect(about).not_to_contain_text("Something went wrong")


def test_cards__say_that_they_load(page):
    settings(page)
    page.route("**/api/about", lambda _: None)  # never answered
    page.reload()
    expect(card(page, "about")).to_contain_text("Loading…")
    page.unroute("**/api/about")


def test_appearance__is_taken_up_at_once_and_remembered(page):
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".board-root")).to_have_attribute("data-compact", "true")
    settings(page)
    looks = card(page, "appearance")
    for name in ("Always roomy", "Less", "Dark"):
        looks.get_by_role("button", name=name).click()
        expect(looks.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    looks.get_by_role("button", name="Larger tiles").click()
    expect(looks.locator(".tile-percent")).to_have_text("130 %")
    moving = "getComputedStyle(document.querySelector('.quiet')).transitionDuration"
    assert float(page.evaluate(moving).split(",")[0].rstrip("s")) < 0.001
    page.reload()
    for name in ("Always roomy", "Less", "Dark"):
        expect(looks.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    assert "dark" in page.evaluate("document.body.className")
    page.get_by_role("tab", name="Search").click()
    stage(page, "done")
    expect(page.locator(".board-root")).to_have_attribute("data-compact", "false")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("c")
    expect(page.locator(".board-root")).to_have_attribute("data-compact", "true")
    settings(page)
    expect(looks.get_by_role("button", name="Always compact")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_privacy__says_what_is_kept_and_why_there_is_no_history(page):
    settings(page)
    privacy = card(page, "privacy")
    for said in ("Everything stays on this computer", "trash for 30 days", "In the network"):
        expect(privacy).to_contain_text(said)
    expect(privacy).to_contain_text("started with --no-history")  # this world keeps none
    expect(privacy.get_by_role("button", name="Do not keep")).to_be_hidden()
    expect(privacy.get_by_role("button", name="Clear the history")).to_be_hidden()


def test_about__says_where_the_library_is_and_opens_help(page):
    settings(page)
    about = card(page, "about")
    expect(about).to_contain_text("Apache License 2.0")
    expect(about.locator("dd").first).to_contain_text("library")
    about.get_by_role("button", name="Keyboard").click()
    expect(page.locator("dialog.help [data-key=keys]")).to_be_focused()


def test_read_only__leaves_what_writes_and_what_tells_of_the_computer_out(
    browser: Browser, tmp_path: Path
):
    with (
        serve(tmp_path, "read-only") as demo,
        another(browser, viewport=WIDE, locale="en-US") as context,
        opened(context, demo.url) as page,
    ):
        settings(page)
        expect(page.locator(".settings-cards .card:visible h2")).to_have_text(
            [name for name in CARDS if name not in ("Storage", "Connections")]
        )
        expect(page.locator(".settings-nav button:visible")).to_have_count(4)
        expect(card(page, "privacy")).to_contain_text("Pictures and clips you search with")
        expect(card(page, "privacy").locator("button:visible")).to_have_count(0)
        expect(card(page, "about").locator("dd:visible")).to_have_count(0)
        expect(card(page, "about").get_by_role("button", name="Help")).to_be_visible()


LOADED = """performance.getEntriesByType('resource').some(
  (one) => one.name.endsWith('settings/settings.js'))"""
"""The scripts of the screen are there, although it was never opened."""


def test_restart__cards_keep_what_they_show_and_load_again(browser: Browser, tmp_path: Path):
    """Also what was never open before, and what is typed into a form."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    (tmp_path / "first").mkdir()
    (tmp_path / "again").mkdir()
    with another(browser, viewport=WIDE, locale="en-US") as context:
        with serve(tmp_path / "first", port=port) as first:
            waiting = opened(context, first.url, expected=ANYTHING)
            page = waiting.__enter__()
            expect(page.locator(".welcome .recent .tile").first).to_be_visible()
            page.wait_for_function(LOADED)
            page.wait_for_load_state("networkidle")
        expect(page.locator(".summary")).to_contain_text("The program has stopped")
        settings(page)
        for name in ("storage", "about"):
            expect(card(page, name)).to_contain_text("The program does not answer")
        folder = card(page, "models").locator(".model-folder input").first
        with serve(tmp_path / "again", port=port):
            expect(page.locator(".summary")).to_contain_text("items")
            expect(card(page, "about")).to_contain_text("gradio")
            expect(card(page, "about")).not_to_contain_text("does not answer")
            expect(card(page, "storage")).to_contain_text("dimensions")
            expect(card(page, "models").locator(".known-row").first).to_be_visible()
            folder.fill("/home/anna/my-model")
        expect(page.locator(".summary")).to_contain_text("The program has stopped")
        expect(card(page, "about")).to_contain_text("gradio")  # what is shown stays
        (tmp_path / "third").mkdir()
        with serve(tmp_path / "third", port=port):
            expect(page.locator(".summary")).to_contain_text("items")
            expect(folder).to_have_value("/home/anna/my-model")
            page.get_by_role("tab", name="Search").click()
            expect(page.locator(".welcome .recent .tile").first).to_be_visible()
            waiting.__exit__(None, None, None)
