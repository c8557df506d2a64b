"""``docs/DID_RERANKING_HELP.md``, step by step: what it says to press is there, and so the answer.

The samples are there already, so the first step is held to the words of the page alone; loading
them is tested where the whole job is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from qwen3vl_app.ui.guard import PAGE_HEADER
from tests.browser.conftest import found_all, opened
from tests.browser.test_help import UNEXPLAINED, entries
from tests.started import ROOT

pytestmark = pytest.mark.browser

GUIDE = (ROOT / "docs" / "DID_RERANKING_HELP.md").read_text("utf-8")

RIGHT = {
    "a bus to the left of a car": "bus-left-of-car.jpg",
    "a car to the left of a bus": "car-left-of-bus.jpg",
    "a balloon above a house": "balloon-above-house.jpg",
    "a dog to the left of a cat": "dog-left-of-cat.jpg",
    "three red circles": "three-red-circles.jpg",
}
"""What a person sees in the picture."""


def steps() -> dict[int, str]:
    """The numbered sections."""
    parts = GUIDE.split("\n## ")[1:]
    numbered = (part.partition(". ") for part in parts)
    return {int(number): text for number, _, text in numbered if number.isdigit()}


def quoted(text: str) -> list[str]:
    """What the page says, in italics."""
    return [" ".join(one.split()) for one in text.split("*")[1::2]]


@pytest.fixture
def found(desktop, samples) -> Iterator[Page]:
    with opened(desktop, samples.url) as page:
        yield page


def graded(page: Page, url: str, query: str) -> None:
    """Grade all hits of a question, as who looks at them would."""
    progress = page.locator(".judge-head [role=status]").first
    expect(progress).to_contain_text("0 of")
    total = int(progress.inner_text().split()[2])
    for number in range(1, total + 1):
        item = page.locator(".judge-card").get_attribute("data-item")
        path = httpx.get(f"{url}/api/items/{item}").json()["title"]
        page.keyboard.press("3" if Path(path).name == RIGHT[query] else "0")
        expect(progress).to_contain_text(f"{number} of")


def graded_to_the_end(found: Page, url: str, further: str, done: str) -> None:
    """Grade one question after another."""
    title = found.locator(".judge-head h2").first
    following = found.get_by_role("button", name=further)
    for number in range(1, 6):
        expect(title).to_have_text(re.compile("|".join(RIGHT)))  # once the question is there
        query = title.inner_text()
        graded(found, url, query)
        expect(found.locator(".judge-say")).to_have_text(done)
        if number < 5:
            expect(following).to_be_visible()
            found.keyboard.press("n")
            expect(title).not_to_have_text(query)
    expect(following).to_be_hidden()


def taken_along(found: Page, url: str, helped: str) -> None:
    """Export, delete, undo, delete, import."""
    grades = httpx.get(f"{url}/api/judging/export/json").text
    found.get_by_role("button", name="Delete all grades").click()
    expect(found.locator(".results")).to_contain_text("Nothing was graded yet")
    found.get_by_role("button", name="Undo").last.click()
    expect(found.locator(".answer[data-group=all]")).to_contain_text(helped)
    found.get_by_role("button", name="Delete all grades").click()
    expect(found.locator(".results")).to_contain_text("Nothing was graded yet")
    file = FilePayload(name="grades.json", mimeType="application/json", buffer=grades.encode())
    found.locator(".judge-taking input[type=file]").set_input_files(file)
    expect(found.locator(".answer[data-group=all]")).to_contain_text(helped)


def balanced(found: Page) -> None:
    """The same questions by kind."""
    found.get_by_role("button", name="Balance", exact=True).click()
    kinds = found.locator(".balances .inspect-kind")
    expect(kinds.first).to_contain_text("% of what is shown")
    expect(found.locator(".balances-texts li", has_text="three red circles")).to_have_count(1)
    expect(found.locator(".balances-quota")).to_be_visible()
    assert found.evaluate(UNEXPLAINED, entries(found)) == []


def test_guide__leads_to_an_answer(found, samples):
    said = steps()
    assert [*said] == [1, 2, 3, 4, 5]
    words = " ".join(path.read_text("utf-8") for path in ROOT.glob("assets/page/i18n/en*.js"))
    (load,) = quoted(said[1])
    assert json.dumps(load) in words

    headers = {PAGE_HEADER: "1"}  # others have asked this program before
    httpx.delete(f"{samples.url}/api/history", headers=headers).raise_for_status()
    for query in re.findall("- `(.+)`", said[2]):
        found_all(found, query)
        assert query in RIGHT
    for heading in quoted(said[2]):
        expect(found.locator("#board h2", has_text=heading)).to_be_visible()

    entry, field, first, worst, best = quoted(said[3])
    found.locator(".board-root .menu-button").click()
    found.get_by_role("menuitem", name=entry).click()
    found.get_by_label(field).select_option(first)
    for grade in (worst, best):
        expect(found.locator(".judge-grades").get_by_text(grade)).to_be_visible()
    expect(found.locator(".judge-question", has_text="0 / ")).to_have_count(5)

    graded_to_the_end(found, samples.url, *quoted(said[4]))

    results, question, all_, images, helped, *_ = quoted(said[5])
    found.get_by_role("button", name=results, exact=True).click()
    expect(found.get_by_role("heading", name=question)).to_be_visible()
    for name in (all_, images):
        answer = found.locator(".answer", has=found.get_by_text(name, exact=True))
        expect(answer).to_contain_text(helped)
        expect(answer).to_contain_text("5 questions")
    assert found.evaluate(UNEXPLAINED, entries(found)) == []

    taken_along(found, samples.url, helped)
    balanced(found)
    found.get_by_role("button", name="Judge", exact=True).click()
    found.get_by_role("button", name="Delete all grades").click()
    expect(found.locator(".results")).to_contain_text("Nothing was graded yet")
