"""The whole job on the real program: drop, watch, search, look, and find out what failed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import ask, drop, opened, stage, stages, watch_stages, with_whole_files
from tests.browser.program import Program, started
from tests.drawn import draw_folder
from tests.ui.drawings import draw

pytestmark = pytest.mark.browser

INDEXED = 90_000
"""Milliseconds for six small files on a busy machine, loading the models included."""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with started(tmp_path) as one:
        yield one


def test_whole_job__from_a_dropped_folder_to_its_failure(
    desktop: BrowserContext, program: Program, tmp_path: Path
):
    folder = draw_folder(tmp_path / "things")
    with opened(desktop, program.url) as page:
        expect(page.locator(".hero")).to_contain_text("Load the sample collection")
        drop(page, ".welcome .drop", [folder])
        watch_progress(page)
        assert (program.library / "uploads/things/deep/blue disc.jpg").is_file()
        search_by_text(page)
        search_again(page)
        look_at_page_and_moment(page)
        search_by_picture(page, folder / "red disc.png")
        find_the_failure(page)
        good = draw("purple", "star", (320, 240), 7)
        good.save(tmp_path / "mended.png")
        mend_the_failure(
            page, program.library / "uploads/things/broken.png", tmp_path / "mended.png"
        )


def watch_progress(page: Page) -> None:
    """The strip appears, says how far it is, and how it ended when all is in."""
    expect(page.get_by_role("group", name="Indexing")).to_be_visible()
    expect(page.get_by_role("group", name="Indexing").locator(".strip-head")).to_have_text(
        re.compile(r"^\d( / \d| files? found)")
    )
    ended = re.compile(r"^\d+ indexed(, \d+ failed)?$")
    expect(page.get_by_role("group", name="Indexing").locator(".strip-head")).to_have_text(
        ended, timeout=INDEXED
    )
    expect(page.locator(".summary")).to_have_text(re.compile(r"^\d+ items$"))
    expect(page.locator(".recent .tile").nth(4)).to_be_visible()


def search_by_text(page: Page) -> None:
    watch_stages(page)
    with_whole_files(page)
    ask(page, "a red fox by the river")
    stage(page, "done")
    seen = stages(page)
    assert "recall" in seen
    assert seen.index("recall") < seen.index("done")
    for side in ("recall", "rerank"):
        titles = page.locator(f".column-{side} .row-title").all_inner_texts()
        assert {"note.txt", "red disc.png", "blue disc.jpg", "report.pdf", "clip.mp4"} == {*titles}
    assert page.locator(".line").count() == page.locator(".column-rerank .row").count()


def search_again(page: Page) -> None:
    """The address holds the query; nothing has to be judged a second time."""
    count = page.locator(".column-rerank .row").count()
    page.reload()
    stage(page, "done")
    expect(page.locator(".board-left")).to_contain_text(f"{count} scores kept from before.")
    expect(page.locator(".column-rerank .row")).to_have_count(count)


def look_at_page_and_moment(page: Page) -> None:
    page.locator(".column-recall .row[data-kind=page]", has_text="page 2").click()
    expect(page.locator(".turner span")).to_have_text("Page 2 of 2")
    expect(page.locator(".page-text")).to_have_text("Outlook")
    page.wait_for_function("document.querySelector('.view-frame img').naturalWidth > 800")
    moment = page.locator(".column-recall .row[data-kind=moment]").last
    start = int(re.search(r"0:(\d\d)–", moment.inner_text())[1])
    moment.click()
    page.wait_for_function(
        "second => { const video = document.querySelector('.panel video');"
        "return video?.readyState >= 2 && Math.abs(video.currentTime - second) < 0.5 }",
        arg=start,
    )
    assert page.locator(".moment").count() >= 2
    page.keyboard.press("Escape")


def search_by_picture(page: Page, picture: Path) -> None:
    page.locator("#query textarea").fill("")
    drop(page, "#query", [picture])
    page.wait_for_selector("#query .thumbnail-item, #query img")
    page.locator("#query .submit-button").click()
    page.wait_for_function("document.querySelector('.question')?.textContent === '1 file'")
    stage(page, "done")
    first = page.locator(".column-recall .row").first
    expect(first.locator(".row-title")).to_have_text("red disc.png")
    assert float(first.locator(".row-score b").inner_text()) > 0.5


def find_the_failure(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=files]").click()
    page.locator(".chip[data-outcome=failed]").click()
    failed = page.locator(".outcome")
    expect(failed).to_have_count(1)
    expect(failed.locator("b")).to_have_text("broken.png")
    expect(failed.locator(".outcome-reason")).to_have_text(re.compile(r"\w+.*\."))


def mend_the_failure(page: Page, file: Path, picture: Path) -> None:
    """The row follows another try, in vain and with success, without a reload."""
    row = page.locator(".outcome", has_text=file.name)
    page.evaluate(
        """() => {
          window.signs = [];
          const note = () => {
            const sign = [...document.querySelectorAll('.outcome')]
              .find((one) => one.textContent.includes('broken.png'))?.dataset.outcome;
            if (sign && window.signs.at(-1) !== sign) window.signs.push(sign);
          };
          new MutationObserver(note).observe(document.querySelector('.outcomes'),
            { childList: true, subtree: true });
        }"""
    )
    row.get_by_role("button", name="Retry").click()
    expect(row).to_have_attribute("data-outcome", re.compile("queued|reading"), timeout=500)
    expect(row).to_have_attribute("data-outcome", "failed", timeout=INDEXED)
    file.unlink()  # it has a second name, under its hash
    shutil.copyfile(picture, file)
    row.get_by_role("button", name="Retry").click()
    page.locator(".chip[data-outcome='']").click()
    expect(row).to_have_attribute(
        "data-outcome", re.compile("^(indexed|duplicate)$"), timeout=INDEXED
    )
    expect(row.get_by_role("button", name="Retry")).to_have_count(0)
    signs = page.evaluate("window.signs")
    assert signs[0] == "queued"
    assert signs[-1] in ("indexed", "duplicate")
    assert set(signs) <= {"queued", "reading", "failed", "indexed", "duplicate"}
