"""The Lab where it is closed, the program refuses or is out of reach, and nothing is to move."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import another, opened
from tests.browser.test_help import UNEXPLAINED, entries
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser

ASKED_FOR = "Failed to load resource"
"""What Chromium says in its console of an answer that a test has spoilt."""

HEBREW = "שועל אדום"

MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().duration > 1)
  .map((one) => one.effect.target?.className)"""
"""Classes of what moves for longer than a millisecond."""


def test_lab__of_a_public_demonstration_says_why_it_is_closed(browser: Browser, tmp_path: Path):
    with (
        serve(tmp_path, "read-only") as demo,
        another(browser, viewport={"width": 1440, "height": 900}, locale="en-US") as context,
        opened(context, demo.url) as page,
    ):
        for part in ("judge", "compare", "sets", "balance"):
            page.goto(f"{demo.url}?q=red+circle&tab=lab&lab={part}")
            expect(page.locator(".lab-closed")).to_contain_text("no grades are written here")
            expect(page.locator(".lab-tabs")).to_be_hidden()
        job = {"item": 1, "judge": "Ann", "grade": 3, "run": 1}
        headers = {"x-qwen3vl-page": "1"}
        refused = page.request.put(f"{demo.url}/api/judging/grade", data=job, headers=headers)
        assert refused.status == 403


def test_lab__failed_offline_and_stopped_it_says_so_and_goes_on(desktop, samples):
    with opened(desktop, samples.url, expected=ASKED_FOR) as page:
        page.goto(f"{samples.url}?q={HEBREW}&tab=lab&lab=compare")
        heading = page.locator(".compare h2")
        expect(heading).to_have_text(HEBREW)
        assert heading.evaluate("node => getComputedStyle(node).direction") == "rtl"
        said = page.locator(".compare-say")
        go = page.locator(".compare .judge-head .primary").first
        stop = page.locator(".compare").get_by_role("button", name="Stop").first

        def offline(route: Route) -> None:
            route.abort("internetdisconnected")

        page.route("**/api/comparison", offline)
        go.press("Enter")
        expect(said).to_contain_text("does not answer")
        expect(go).to_be_enabled()
        page.unroute("**/api/comparison", offline)
        page.route("**/api/comparison", lambda _: None)  # an answer that does not come
        go.press("Enter")
        expect(said).to_contain_text("Asking both sides")
        expect(go).to_be_disabled()
        stop.press("Enter")
        expect(said).to_have_text("Stopped.")
        expect(stop).to_be_hidden()
        page.unroute("**/api/comparison")
        go.press("Enter")
        expect(said).to_contain_text("in common")
        page.route("**/api/balance*", lambda route: route.fulfill(status=500, body="no"))
        page.locator(".lab-tabs [data-part=balance]").press("Enter")
        state = page.locator(".balances .inspect-state")
        expect(state).to_have_attribute("data-failed", "")
        page.unroute("**/api/balance*")
        state.get_by_role("button").press("Enter")
        expect(state).to_be_hidden()
        page.route("**/api/balance", offline)
        page.locator(".pasted summary").press("Enter")
        box = page.get_by_role("textbox", name="Ask questions for it")
        box.fill("\n".join(f"question {n}" for n in range(102)))
        with page.expect_request("**/api/balance") as asked:
            page.get_by_role("button", name="Ask all").press("Enter")
        assert len(asked.value.post_data_json["questions"]) == 100
        expect(page.locator(".toast")).to_have_text(re.compile("2 more were left out"))
        expect(page.locator(".pasted [role=status]")).to_contain_text("does not answer")


def test_balance__asks_pasted_questions(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        page.goto(f"{samples.url}?q=fox&tab=lab&lab=balance")
        page.locator(".pasted summary").press("Enter")
        page.get_by_role("textbox", name="Ask questions for it").fill("fox\n\nred car\nfox")
        page.get_by_role("button", name="Ask all").press("Enter")
        expect(page.locator(".pasted [role=status]")).to_have_text("2 of 2")
        expect(page.locator(".balances")).to_contain_text("2 questions, 2 of them reranked")
        expect(page.locator(".balances-kinds section").first).to_be_visible()
        expect(page.locator(".balances-texts li")).to_have_text(["fox", "red car"])
        assert page.evaluate(UNEXPLAINED, keys) == []


def test_compare__fewer_dimensions_and_smaller_pictures_say_what_they_cost(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        page.goto(f"{samples.url}?q=red+car&tab=lab&lab=compare")
        expect(page.locator(".compare h2")).to_have_text("red car")
        right = page.locator(".compare-side").nth(1)
        space, dimension, form, judge, pixels = right.locator(".compare-answering select").all()
        for one in (space, judge):
            expect(one).to_be_hidden()  # there is one model for each stage
        expect(dimension).to_be_visible()
        fewest = dimension.locator("option").last.get_attribute("value")
        dimension.select_option(fewest)
        form.select_option("int8")
        costs = right.locator("p[data-explain=memory]")
        expect(costs).to_contain_text(re.compile(r"vectors are read first, about .* an item"))
        pixels.select_option("4")
        expect(costs).to_contain_text("judged anew, in a quarter of the time")
        expect(
            page.locator(".compare-side").first.locator("p[data-explain=memory]")
        ).to_be_hidden()
        with page.expect_request("**/api/comparison") as asked:
            page.locator(".compare .judge-head .primary").first.press("Enter")
        job = asked.value.post_data_json
        usual = {"space": "", "dimension": None, "format": None, "reranker": "", "pixels": 1}
        assert job["answered"][0] == usual
        assert job["answered"][1]["dimension"] == int(fewest or 0)
        expect(page.locator(".compare-say")).to_contain_text("in common")
        expect(right.locator(".compare-rows .row")).to_have_count(20)
        assert page.evaluate(UNEXPLAINED, keys) == []
        page.locator(".compare-missing summary").press("Enter")
        expect(page.locator(".compare-missing")).to_contain_text("Another picture size for recall")


def test_lab__with_less_movement_nothing_moves(browser: Browser, samples):
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
    with (
        another(browser, reduced_motion="reduce", **options) as context,
        opened(context, samples.url) as page,
    ):
        for part in ("judge", "compare", "sets", "balance"):
            page.goto(f"{samples.url}?q=fox&tab=lab&lab={part}")
            expect(page.locator(".lab-tabs [aria-pressed=true]")).to_have_attribute(
                "data-part", part
            )
            assert page.evaluate(MOVING) == []
