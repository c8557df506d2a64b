"""The Library and Settings screens: outcomes, folders, duplicates, tags, storage, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import another, ask, opened, stage, unfold_adding
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that is served for searching only."""
    with serve(tmp_path_factory.mktemp("demo"), "read-only") as one:
        yield one.url


def library(page: Page, view: str) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator(f".library-tabs [data-view={view}]").click()


def test_folders__are_watched_scanned_again_and_taken_out(page, unhurried, tmp_path: Path):
    before = unhurried.seen()["watched"]  # what other tests have added to the same library
    unfold_adding(page)
    form = page.locator(".library-root .folder-form")
    form.locator("input").fill(str(tmp_path))
    form.get_by_role("button", name="Add").click()
    expect(form.locator("input")).to_have_value("")
    library(page, "folders")
    row = page.locator(".folder-row", has_text=str(tmp_path))
    watch = row.get_by_role("switch", name="Watch")
    watch.check()
    (tmp_path / "later.txt").write_text("what came later")
    row.get_by_role("button", name="Look for changes").click()
    expect(page.locator(".toast").last).to_have_text("Looking for changes.")
    unhurried.set(idle=True)
    newest = httpx.get(f"{unhurried.url}/api/items", params={"limit": 1}).json()["items"]
    assert [one["title"] for one in newest] == ["later.txt"]
    expect(watch).to_be_checked()
    row.get_by_role("button", name="Take out").click()
    page.locator(".toast").get_by_role("button", name="Take out").click()
    expect(row).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Take out").click()
    page.locator(".toast").get_by_role("button", name="Take out").click()
    expect(row).to_have_count(0)
    assert unhurried.seen()["watched"] == before


def test_folders__patterns_that_mean_nothing_stay_to_be_mended(desktop, unhurried):
    with opened(desktop, unhurried.url, expected="400") as page:
        library(page, "folders")
        patterns = page.get_by_label("What every scan leaves out")
        ink = "n => [getComputedStyle(n, '::placeholder').color, getComputedStyle(n).color]"
        example, own = patterns.evaluate(ink)
        assert example != own  # an example must not look like a pattern in force
        patterns.fill("*.tmp\n!")
        page.get_by_role("button", name="Save patterns").click()
        expect(page.locator(".ignore .problem")).to_contain_text("is no pattern")
        assert patterns.input_value() == "*.tmp\n!"
        patterns.fill("*.tmp\n\n /private/ ")
        page.get_by_role("button", name="Save patterns").click()
        expect(patterns).to_have_value("*.tmp\n/private/")


def test_outcomes__a_failure_can_be_forgotten(page, unhurried):
    unhurried.set(failed=["<img src=x onerror=alert(1)>.jpg"])
    library(page, "files")
    page.locator(".chip[data-outcome=failed]").click()
    row = page.locator(".outcome", has_text="onerror")
    row.get_by_role("button", name="Remove <img src=x").click()
    expect(row).to_have_count(0)
    expect(page.locator(".outcome", has_text="broken.png")).to_have_count(1)


def test_duplicates__say_which_to_keep_and_why(page):
    library(page, "duplicates")
    groups = page.locator(".group")
    group = groups.filter(has_text="red circle 00.png")
    expect(group.locator(".group-reason")).to_have_text(
        "Keep this one. It has the most pixels: 640 × 480."
    )
    expect(group.locator(".tile")).to_have_count(3)
    group.locator(".tile").nth(1).click()
    expect(page.locator(".panel-title h2")).to_have_text("red circle 320.png")
    assert page.locator(".duplicates .tile-bin").count() == 0


def test_tags__are_given_and_searched_by(page):
    ask(page, "green star")
    stage(page, "done")
    page.locator(".column-recall .row").first.click()
    field = page.locator(".panel [data-names=tags] input")
    field.fill("  holiday <b>1</b> ")
    field.press("Enter")
    tag = page.locator(".panel [data-names=tags] .tag")
    expect(tag).to_have_text("holiday <b>1</b>")
    tag.get_by_role("button", name="holiday", exact=False).first.click()
    expect(page.locator(".asking-chip[data-name=tag]")).to_have_text("Tag: holiday <b>1</b>")
    expect(page.locator(".column-recall .row")).to_have_count(1)
    stage(page, "done")
    page.get_by_role("button", name="Remove the tag").click()
    expect(tag).to_have_count(0)


def test_storage__is_measured_before_it_is_changed(page, unhurried):
    unhurried.set(old_space=True)
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".storage-line")).to_have_text(
        re.compile(r"^\d+ items, 128 dimensions as float32; search over every vector, exact$")
    )
    assert page.locator(".storage").get_by_role("button", name="Use", exact=True).count() == 0
    page.get_by_role("button", name="Measure on this library").click()
    row = page.locator(".storage tbody tr", has_text="128 × int8")
    expect(row).to_contain_text(re.compile(r"(9\d\.\d|100) %"))
    row.get_by_role("button", name="Use").click()
    expect(page.locator(".storage-line")).to_have_text(
        re.compile(r"^\d+ items, 128 dimensions as int8; search over every vector, exact$")
    )
    expect(row).to_contain_text("in use")
    page.get_by_role("button", name="Delete old vectors").click()
    page.locator(".toast").get_by_role("button", name="Delete old vectors").click()
    expect(page.locator(".toast").last).to_have_text(re.compile(r"^16 B.* free now\.$"))


def test_language__is_chosen_and_kept(page):
    ask(page, "red circle")
    stage(page, "done")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("tab", name="设置")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="搜索").click()
    expect(page.locator(".column-recall .column-head")).to_contain_text("召回")
    stage(page, "done")
    page.get_by_role("tab", name="设置").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("tab", name="Settings")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Search").click()
    stage(page, "done")


def test_public_demo__searches_and_offers_nothing_else(browser, demo):
    with another(browser) as context, opened(context, demo) as page:
        page.get_by_role("tab", name="Library").click()
        expect(page.locator(".closed")).to_contain_text("This is a demonstration")
        expect(page.locator(".adding")).to_be_hidden()
        views = page.locator(".library-tabs button:visible")
        expect(views).to_have_count(3)  # items, map, duplicates
        assert page.locator(".tile-bin:visible").count() == 0
        page.get_by_role("tab", name="Settings").click()
        expect(page.locator(".model-card")).to_have_count(2)
        expect(page.locator(".settings-root .block:visible")).to_have_count(4)
        page.get_by_role("tab", name="Search").click()
        ask(page, "red circle")
        stage(page, "done")
        page.locator(".column-recall .row").first.click()
        expect(page.locator(".panel .path")).not_to_contain_text("/")
        expect(page.locator(".panel .field-row")).to_have_count(0)
