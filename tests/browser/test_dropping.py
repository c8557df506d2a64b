"""What is dropped: near the query line a query, elsewhere one frame with two halves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import another, drag, opened, stage, unfold_adding
from tests.ui.drawings import draw
from tests.ui.serve_world import serve

pytestmark = pytest.mark.browser

OVER = ("dragEnter", "dragOver")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "query.png"
    draw("red", "circle", (200, 150)).save(path)
    return path


def half(page: Page, name: str) -> tuple[float, float]:
    """The middle of a half, while something is dragged."""
    box = page.locator(f".drop-half[data-half={name}]").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def let_fall(page: Page, name: str, paths: list[Path]) -> None:
    drag(page, (700, 700), paths, OVER)
    drag(page, half(page, name), paths, ("dragOver", "drop"))


def give_up(page: Page) -> None:
    """Leave the window as Esc does; the protocol's own end of a drag tells the page nothing."""
    page.evaluate(
        """() => document.querySelectorAll('*').forEach((node) =>
             node.dispatchEvent(new DragEvent('dragleave', { bubbles: true })))"""
    )


def chosen(page: Page) -> Locator:
    return page.locator(".drop-half[data-chosen]")


def added(world) -> list[str]:
    jobs = world.seen()["added"]
    return sorted(path.split("/uploads/")[-1] for job in jobs for path in job["paths"])


def test_frame__the_half_that_fits_is_chosen(page, picture, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("a note")
    clip = tmp_path / "clip.webm"
    clip.write_bytes(b"x")
    frame = page.locator(".drop-frame")
    # on the border of the frame neither half is under the pointer
    for paths, wanted in (
        ([picture], "search"),
        ([clip], "search"),
        ([note], "add"),
        ([picture, note], "add"),
        ([picture, clip], "add"),
        ([tmp_path], "add"),
    ):
        drag(page, (3, 880), paths, OVER)
        expect(frame).to_be_visible()
        expect(chosen(page)).to_have_attribute("data-half", wanted)
        give_up(page)
        expect(frame).to_be_hidden()
    drag(page, (3, 880), [picture], OVER)
    expect(page.locator(".drop-half")).to_have_text(
        [re.compile("^Search with it"), re.compile("^Add to the library")]
    )
    drag(page, half(page, "add"), [picture], OVER)
    expect(chosen(page)).to_have_attribute("data-half", "add")
    give_up(page)
    expect(frame).to_be_hidden()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_frame__lies_below_the_drop_zone_of_the_library(page, picture, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    unfold_adding(page)
    expect(page.locator(".drop:visible")).to_be_visible()
    drag(page, (3, size[1] - 20), [picture], OVER)
    zone, frame = (
        page.locator(f"{one}:visible").bounding_box() for one in (".drop", ".drop-frame")
    )
    assert frame["y"] >= zone["y"] + zone["height"]
    for name in ("search", "add"):
        assert half(page, name)[1] > frame["y"]
    give_up(page)


def test_search_with_it__asks_with_the_picture_alone(page, unhurried, picture):
    before = unhurried.seen()
    page.locator("#query textarea").fill("lighthouse")
    let_fall(page, "search", [picture])
    page.wait_for_function("document.querySelector('.question')?.textContent === '1 file'")
    stage(page, "done")
    seen = unhurried.seen()
    assert (seen["queries"][-1], seen["pictures"][-1]) == ("", 1)
    assert seen["added"] == before["added"]
    assert "file=" in page.url


def test_search_with_it__from_the_library_screen(page, unhurried, picture):
    page.get_by_role("tab", name="Library").click()
    let_fall(page, "search", [picture])
    expect(page.get_by_role("tab", name="Search")).to_have_attribute("aria-selected", "true")
    stage(page, "done")
    assert unhurried.seen()["pictures"][-1] == 1


def test_drop__outside_both_halves_does_what_is_chosen(page, unhurried, picture, tmp_path):
    before = added(unhurried)
    drag(page, (3, 880), [picture])
    stage(page, "done")
    assert unhurried.seen()["pictures"][-1] == 1
    note = tmp_path / "outside.txt"
    note.write_text("a note")
    drag(page, (3, 880), [note])
    expect(page.locator(".toast", has_text="1 file is in the library")).to_be_visible()
    assert [one for one in added(unhurried) if one not in before] == ["outside.txt"]


def test_drop__near_the_query_line_is_a_query(page, unhurried, picture):
    before = unhurried.seen()["added"]
    box = page.locator("#query").bounding_box()
    assert box is not None
    for at in ((box["x"] + 200, box["y"] - 12), (box["x"] + 200, box["y"] + box["height"] + 14)):
        drag(page, at, [picture])
    expect(page.locator("#query .thumbnail-item")).to_have_count(2)
    page.locator("#query .submit-button").click()
    stage(page, "done")
    assert unhurried.seen()["pictures"][-1] == 2
    assert unhurried.seen()["added"] == before


def test_add__can_be_undone(page, unhurried, tmp_path):
    note = tmp_path / "undone.txt"
    note.write_text("not this one")
    let_fall(page, "add", [note])
    toast = page.locator(".toast", has_text="1 file is in the library")
    toast.get_by_role("button", name="Undo").click()
    said = page.locator(".toast", has_text="Its copy is in the trash for 30 days")
    expect(said).to_contain_text("until then, Recently removed brings it back")
    page.reload()
    page.get_by_role("tab", name="Library").click()
    page.locator(".library-tabs [data-view=removed]").click()
    row = page.locator(".removed .removed-row", has_text="undone.txt")
    expect(row).to_contain_text("Copy in the trash")
    expect(row).to_contain_text("kept until")
    row.get_by_role("button", name="Restore").click()
    expect(row).to_have_count(0)


def test_add__a_drop_zone_stays_what_it_is_and_can_be_undone(page, unhurried, picture):
    unfold_adding(page)
    page.get_by_label("Collection for what you add").fill("Zone")
    box = page.locator(".library-root .drop").bounding_box()
    assert box is not None
    drag(page, (box["x"] + 30, box["y"] + 30), [picture])
    state = page.locator(".library-root .drop-state")
    expect(state).to_contain_text("1 file is in the library")
    assert unhurried.seen()["added"][-1]["collection"] == "Zone"
    page.get_by_role("button", name="Undo adding").click()
    expect(page.locator(".toast", has_text="in the trash")).to_be_visible()
    expect(page.get_by_role("button", name="Undo adding")).to_be_hidden()


@pytest.mark.parametrize("near", [False, True])
def test_drop__a_folder_is_no_query(page, unhurried, picture, tmp_path, near):
    """Browsers give it as a file that cannot be read, so that the program seemed to have gone."""
    folder = tmp_path / "trip"
    folder.mkdir()
    inside = picture.rename(folder / f"of the trip {near}.png")
    drag(page, (3, 880), [folder], OVER)
    box = page.locator("#query").bounding_box()
    at = (box["x"] + 300, box["y"] + 20) if near else half(page, "search")
    drag(page, at, [folder], ("dragOver", "drop"))
    expect(page.locator(".toast")).to_have_text("A query takes pictures, clips and documents.")
    expect(page.locator("#query .thumbnail-item")).to_have_count(0)
    assert inside.name not in added(unhurried)


def test_frame__an_archive_is_no_query(page, unhurried, tmp_path):
    archive = tmp_path / "no query.zip"
    archive.write_bytes(b"PK")
    drag(page, (3, 880), [archive], OVER)
    said = "A query takes pictures, clips and documents."
    expect(page.locator("[data-half=search] p")).to_have_text(said)
    before = len(unhurried.seen()["queries"])
    drag(page, half(page, "search"), [archive], ("dragOver", "drop"))
    expect(page.locator(".toast")).to_contain_text(said)
    assert len(unhurried.seen()["queries"]) == before
    assert "no query.zip" not in added(unhurried)


def test_search_with_it__asks_with_what_a_document_says(page, unhurried, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("A lighthouse on a rock.")
    drag(page, (3, 880), [note], OVER)
    expect(chosen(page)).to_have_attribute("data-half", "add")  # most documents are to be added
    drag(page, half(page, "search"), [note], ("dragOver", "drop"))
    stage(page, "done")
    assert unhurried.seen()["queries"][-1] == "A lighthouse on a rock."
    assert "note.txt" not in added(unhurried)


def test_public_demo__is_only_searched(browser, tmp_path, picture):
    with (
        serve(tmp_path / "demo", "read-only") as demo,
        another(browser, viewport={"width": 390, "height": 844}) as context,
        opened(context, demo.url) as page,
    ):
        drag(page, (200, 700), [picture], OVER)
        expect(page.locator(".drop-half[data-half=search]")).to_be_visible()
        expect(page.locator(".drop-half[data-half=add]")).to_be_hidden()
        drag(page, (200, 700), [picture], ("dragOver", "drop"))
        stage(page, "done")
        assert demo.seen()["pictures"] == [1]
        assert demo.seen()["added"] == []
