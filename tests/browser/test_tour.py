"""The tour through the guided queries, on the real program and the sample collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import ask, opened, stage, without_reranking
from tests.browser.program import Program
from tests.started import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def tour(desktop: BrowserContext, samples: Program) -> Iterator[Page]:
    with opened(desktop, samples.url) as page:
        yield page


def at_stop(page: Page, number: int, *, ended: int = 2) -> None:
    """Wait until a stop is shown, its search is over and everything is said of it."""
    expect(page.locator(".tour")).to_be_visible()
    expect(page.locator(".tour-count")).to_have_text(f"Tour: {number} of 12")
    expect(page.locator(".tour-verdicts p")).to_have_count(ended)
    stage(page, "done")


def test_tour__says_of_every_stop_what_was_measured(tour, samples):
    stops = httpx.get(f"{samples.url}/api/tour").json()["stops"]
    assert len(stops) == 12
    assert tour.locator(".suggestions .chip[data-stop]").count() == 12
    tour.get_by_role("button", name="Take the tour").click()
    for number, stop in enumerate(stops, start=1):
        at_stop(tour, number)
        assert tour.locator(".tour-note").inner_text() == stop["note"]["text"]
        assert tour.locator("#query textarea").input_value() == stop["text"]
        assert tour.locator("#query .thumbnail-item").count() == (1 if stop["file"] else 0)
        right = {item["id"] for item in stop["right"]}
        assert right
        for n, side in enumerate(("recall", "rerank")):
            said = tour.locator(".tour-verdicts p").nth(n)
            first = tour.locator(f".column-{side} .row").first
            stands = int(first.get_attribute("data-id") or 0) in right
            expect(said).to_have_attribute("data-tone", "right" if stands else "wrong")
            expect(said).to_contain_text(first.locator(".row-title").inner_text())
        if number < 12:
            expect(tour.get_by_role("button", name="Next", exact=True)).to_be_focused()
            tour.keyboard.press("n" if number % 2 else "ArrowRight")
    expect(tour.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    expect(tour.get_by_role("button", name="Leave the tour")).to_be_focused()


def test_tour__goes_on_after_a_reload_and_back(tour):
    tour.locator(".suggestions .chip[data-stop=mixed]").click()
    at_stop(tour, 9)
    tour.keyboard.press("p")
    at_stop(tour, 8)
    tour.reload()
    at_stop(tour, 8)
    tour.go_back()
    at_stop(tour, 9)
    assert tour.locator("#query textarea").input_value() == "and a bus"


def test_tour__without_reranking_judges_recall_alone(tour):
    without_reranking(tour)
    tour.locator(".suggestions .chip[data-stop=motion]").click()
    at_stop(tour, 8)
    tones = tour.locator(".tour-verdicts p").evaluate_all("all => all.map(p => p.dataset.tone)")
    assert tones[1] == "info"
    assert tones[0] in {"right", "wrong"}
    expect(tour.locator(".tour-verdicts p").last).to_contain_text("Reranking is off")


def test_tour__is_left_by_button_key_and_by_a_question_of_ones_own(tour):
    def left() -> None:
        expect(tour.locator(".tour")).to_be_hidden()
        expect(tour.locator(".asking-chip[data-name=collection]")).to_have_count(0)
        tour.wait_for_function("!location.search.includes('tour=')")
        tour.wait_for_function("!location.search.includes('collection=')")

    tour.locator(".suggestions .chip[data-stop=moment]").click()
    at_stop(tour, 12)
    tour.get_by_role("button", name="Leave the tour").click()
    left()
    expect(tour.locator("#query textarea")).to_be_focused()
    tour.go_back()
    at_stop(tour, 12)
    tour.locator(".tour button").first.focus()
    tour.keyboard.press("Escape")
    left()
    tour.go_back()
    at_stop(tour, 12)
    ask(tour, "violin")
    left()


def test_tour__other_samples_are_not_there(desktop, unhurried):
    """A library without the sample collection offers no tour."""
    assert httpx.get(f"{unhurried.url}/api/tour").json()["stops"] == []
    with opened(desktop, unhurried.url) as page:
        expect(page.locator(".suggestions")).to_have_count(0)


def test_tour__every_file_and_answer_is_a_sample(samples):
    for stop in httpx.get(f"{samples.url}/api/tour").json()["stops"]:
        answer = httpx.get(f"{samples.url}/api/tour/{stop['name']}/file")
        if stop["file"] is None:
            assert answer.status_code == 404
        else:
            path = next(Path(ROOT, "assets/demo/samples").rglob(stop["file"]))
            assert answer.content == path.read_bytes()
            assert stop["thumb"]
