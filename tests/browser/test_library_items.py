"""The Library: items found, sorted, grouped and several at once; collections, adding, removals."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import another, opened
from tests.ui.drawings import draw
from tests.ui.serve_world import Served, serve

pytestmark = pytest.mark.browser

OWN = {"x-qwen3vl-page": "1"}
RIGHT_TO_LEFT = "صورة قديمة.png"


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A library that these tests change, and put back."""
    with serve(tmp_path_factory.mktemp("items")) as one:
        yield one


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[BrowserContext]:
    with another(browser, viewport={"width": 1440, "height": 900}, locale="en-US") as one:
        yield one


@contextmanager
def library(context: BrowserContext, url: str, expected: str | None = None) -> Iterator[Page]:
    """The Library of a page, whose tiles are there."""
    with opened(context, url, expected=expected) as page:
        page.get_by_role("tab", name="Library").click()
        page.wait_for_selector(".tile-frame")
        yield page


@pytest.fixture
def items(context: BrowserContext, mine: Served) -> Iterator[Page]:
    with library(context, mine.url) as one:
        yield one
    mine.set(tidy=True)


def listed(mine: Served, **asked: object) -> list[dict[str, Any]]:
    """What the program lists."""
    given: Any = {"limit": 200, **asked}
    return httpx.get(f"{mine.url}/api/listing", params=given).json()["items"]


def post(mine: Served, path: str, **body: object) -> Any:
    answer = httpx.post(f"{mine.url}/api/{path}", json=body, headers=OWN)
    answer.raise_for_status()
    return answer.json()


def add(mine: Served, folder: Path) -> None:
    """Add a folder, and wait until it is indexed."""
    body = {"path": str(folder)}
    httpx.post(f"{mine.url}/api/index/add", json=body, headers=OWN).raise_for_status()
    mine.set(idle=True)


def tiles(page: Page) -> Locator:
    return page.locator(".grid .tile-frame:not([hidden])")


def titles(page: Page) -> list[str]:
    return page.locator(".grid .tile-title").all_text_contents()


def chosen(page: Page) -> list[str]:
    return page.locator(".tile-frame.chosen .tile-title").all_text_contents()


def count(page: Page) -> Locator:
    return page.locator(".bulk-count")


# ------------------------------------------------------------ find, sort, group


def test_find__by_name_without_case_or_accents_and_back(items, mine):
    everything = len(listed(mine))
    field = items.get_by_label("Find by name or folder")
    field.fill("RED círcle")
    expect(items.locator(".found")).to_have_text(re.compile(r"^\d+ items$"))
    found = listed(mine, name="red circle")
    expect(tiles(items)).to_have_count(len(found))
    assert all("red circle" in title for title in titles(items))
    assert "find=RED" in items.url
    items.reload()
    items.wait_for_selector(".tile-frame")
    expect(field).to_have_value("RED círcle")
    expect(tiles(items)).to_have_count(len(found))
    field.fill("no such thing")
    expect(items.locator(".grid .empty")).to_contain_text("Nothing has “no such thing”")
    items.get_by_role("button", name="Show everything").click()
    expect(tiles(items)).to_have_count(everything)
    assert field.input_value() == ""
    assert "find=" not in items.url


@pytest.mark.parametrize("order", ["name", "date", "size", "kind"])
def test_sort__as_the_program_does_both_ways(items, mine, order):
    items.get_by_label("Sort by").select_option(order)
    wanted = [one["title"] for one in listed(mine, order=order)]
    expect(items.locator(".grid .tile-title").first).to_have_text(wanted[0])
    assert titles(items) == wanted
    items.get_by_role("button", name="The other way round").click()
    expect(items.locator(".grid .tile-title").first).to_have_text(wanted[-1])
    assert titles(items) == wanted[::-1]
    items.reload()
    items.wait_for_selector(".tile-frame")
    expect(items.locator(".grid .tile-title").first).to_have_text(wanted[-1])


def test_sort__further_pages_come_as_one_scrolls(items, mine):
    mine.set(more=90)
    items.get_by_label("Sort by").select_option("name")
    expect(items.locator(".grid .tile-title").first).to_be_visible()
    wanted = [one["title"] for one in listed(mine, order="name")]
    for _ in range(5):
        items.mouse.wheel(0, 20_000)
        items.wait_for_timeout(150)
    expect(tiles(items)).to_have_count(len(wanted))
    assert titles(items) == wanted
    mine.set(more=0)


def test_group__a_file_is_one_tile_that_unfolds(items, mine):
    items.get_by_role("button", name="Group by file").click()
    heads = listed(mine, grouped="true")
    expect(tiles(items)).to_have_count(len(heads))
    expect(items.locator(".found")).to_have_text(f"{len(heads)} files")
    many = next(one for one in heads if one["members"] > 2 and one["kind"] == "page")
    frame = items.locator(f'.tile-frame[data-id="{many["id"]}"]')
    fold = frame.locator(".tile-fold")
    expect(fold).to_have_text(f"{many['members']} in this file")
    fold.click()
    inside = items.locator(f'.inside[data-of="{many["id"]}"]')
    expect(inside).to_have_count(many["members"] - 1)
    expect(inside.first.locator(".badge")).to_contain_text("p. 2")
    fold.click()
    expect(inside).to_have_count(0)
    assert "grouped=true" in items.url


def test_filters__stay_over_a_reload_and_another_language(items, mine):
    items.locator(".narrowing [data-kind=page]").click()
    items.locator(".grid").get_by_label("Collection", exact=True).select_option("Work")
    items.get_by_label("Sort by").select_option("size")
    wanted = [one["id"] for one in listed(mine, kind="page", collection="Work", order="size")]
    items.get_by_role("tab", name="Settings").click()
    items.locator("[data-language=zh]").click()
    items.get_by_role("tab", name="资料库").click()
    expect(items.get_by_label("排序方式")).to_have_value("size")
    expect(items.locator(".narrowing [data-kind=page]")).to_have_attribute("aria-pressed", "true")
    expect(items.locator(".found")).to_have_text(f"{len(wanted)} 个条目")
    assert [int(one.get_attribute("data-id") or 0) for one in tiles(items).all()] == wanted


# ------------------------------------------------------------ choosing


def test_choose__by_mouse_one_by_one_and_in_ranges(items):
    frames = tiles(items)
    expect(items.locator(".bulk")).to_be_hidden()
    frames.nth(1).locator(".tile").click(modifiers=["Control"])
    expect(count(items)).to_have_text("1 item selected")
    frames.nth(4).locator(".tile").click(modifiers=["Shift"])
    expect(count(items)).to_have_text("4 items selected")
    frames.nth(2).locator(".tile").click(modifiers=["Shift"])  # the range begins where it began
    expect(count(items)).to_have_text("2 items selected")
    frames.nth(9).locator(".tile-check").click()
    expect(count(items)).to_have_text("3 items selected")
    expect(items.locator(".panel")).to_have_count(0)  # nothing was opened
    items.get_by_role("button", name="Clear the selection").click()
    expect(items.locator(".bulk")).to_be_hidden()
    frames.nth(1).locator(".tile").click()
    expect(items.locator(".panel-title")).to_be_visible()


def test_choose__by_a_button_first(items):
    items.get_by_role("button", name="Select", exact=True).click()
    expect(count(items)).to_have_text("Nothing selected")
    expect(items.locator("[data-action=remove]")).to_be_disabled()
    tiles(items).nth(0).locator(".tile").click()
    tiles(items).nth(2).locator(".tile").click()
    expect(count(items)).to_have_text("2 items selected")
    items.keyboard.press("Escape")
    expect(items.locator(".bulk")).to_be_hidden()
    assert chosen(items) == []


def test_choose__by_keyboard_alone(items, mine):
    first = tiles(items).first.locator(".tile")
    first.focus()
    items.keyboard.press("ArrowRight")
    items.keyboard.press(" ")
    expect(count(items)).to_have_text("1 item selected")
    items.keyboard.press("Shift+ArrowRight")
    items.keyboard.press("Shift+ArrowRight")
    expect(count(items)).to_have_text("3 items selected")
    items.keyboard.press("Shift+ArrowLeft")
    expect(count(items)).to_have_text("2 items selected")
    items.keyboard.press("Shift+ArrowDown")
    columns = items.evaluate(
        "getComputedStyle(document.querySelector('.grid .tiles'))"
        ".gridTemplateColumns.split(' ').length"
    )
    expect(count(items)).to_have_text(f"{columns + 2} items selected")
    items.keyboard.press("Control+a")
    expect(count(items)).to_have_text(f"{len(listed(mine))} items selected")
    items.keyboard.press("Escape")
    expect(items.locator(".bulk")).to_be_hidden()
    focused = "document.activeElement.closest('.tile-frame')?.dataset.id"
    before = items.evaluate(focused)
    items.keyboard.press("Enter")
    expect(items.locator(".panel-title")).to_be_visible()
    assert items.evaluate(focused) == before


def test_choose__the_grid_is_one_tab_stop(items):
    reachable = items.locator('.grid .tiles .tile[tabindex="0"]')
    expect(reachable).to_have_count(1)
    tiles(items).nth(3).locator(".tile").focus()
    expect(reachable).to_have_count(1)
    items.keyboard.press("End")
    expect(reachable).to_have_count(1)
    items.keyboard.press("Home")
    focused = items.evaluate("document.activeElement.closest('.tile-frame').dataset.id")
    assert focused == tiles(items).first.get_attribute("data-id")


def test_choose__another_filter_lets_go_what_is_out_of_sight(items):
    items.locator(".grid .tile").first.click(modifiers=["Control"])
    expect(count(items)).to_have_text("1 item selected")
    items.get_by_label("Sort by").select_option("name")
    expect(count(items)).to_have_text("1 item selected")
    items.locator(".narrowing [data-kind=passage]").click()
    expect(items.locator(".bulk")).to_be_hidden()


def test_choose__by_a_finger_that_rests(browser, mine):
    with (
        another(browser, viewport={"width": 390, "height": 844}, has_touch=True) as phone,
        library(phone, mine.url) as page,
    ):
        box = tiles(page).nth(2).locator(".tile-thumb").bounding_box()
        assert box is not None
        point = {"x": box["x"] + 20, "y": box["y"] + 60}
        session = phone.new_cdp_session(page)
        touch = "Input.dispatchTouchEvent"
        session.send(touch, {"type": "touchStart", "touchPoints": [point]})
        expect(count(page)).to_have_text("1 item selected")
        session.send(touch, {"type": "touchEnd", "touchPoints": []})
        expect(count(page)).to_have_text("1 item selected")
        tiles(page).nth(3).locator(".tile").tap()
        expect(count(page)).to_have_text("2 items selected")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390


# ------------------------------------------------------------ what is done to several


def choose_three(page: Page) -> None:
    page.locator(".narrowing [data-kind=picture]").click()
    expect(page.locator(".found")).to_contain_text("items")
    tiles(page).nth(0).locator(".tile").click(modifiers=["Control"])
    tiles(page).nth(2).locator(".tile").click(modifiers=["Shift"])
    expect(count(page)).to_have_text("3 items selected")


def test_bulk__tags_and_takes_the_tag_away(items, mine):
    choose_three(items)
    items.locator("[data-action=tag]").click()
    field = items.get_by_label("Name of the tag")
    expect(field).to_be_focused()
    field.fill("to print")
    field.press("Enter")
    expect(items.locator(".toast").last).to_have_text("3 items have the tag “to print” now.")
    expect(items.locator(".bulk [data-action=tag]")).to_be_focused()  # the form has gone
    assert len(listed(mine, tag="to print")) == 3
    tag = items.locator(".grid").get_by_label("Tags", exact=True)
    expect(tag.locator("option")).to_have_text(["All tags", "to print"])
    items.locator("[data-action=tag]").click()
    field.fill("to print")
    items.get_by_role("button", name="Take away").click()
    expect(items.locator(".toast").last).to_contain_text("was taken from 3 items")
    assert listed(mine, tag="to print") == []


def test_bulk__collects_and_takes_out(items, mine):
    choose_three(items)
    items.locator(".bulk [data-action=collect]").click()
    field = items.get_by_label("Name of the collection", exact=True)
    field.fill("Wall")
    field.press("Enter")
    expect(items.locator(".toast").last).to_contain_text("“Wall”")
    assert len(listed(mine, collection="Wall")) == 3
    items.locator(".bulk [data-action=collect]").click()
    field.fill("Wall")
    items.get_by_role("button", name="Take out").click()
    expect(items.locator(".toast").last).to_contain_text("taken out of “Wall”")
    assert listed(mine, collection="Wall") == []
    post(mine, "collections/delete", name="Wall")


def test_bulk__removes_in_one_request_and_undo_brings_all_back(items, mine):
    before = {one["id"] for one in listed(mine)}
    choose_three(items)
    asked: list[str] = []
    items.on("request", lambda one: asked.extend([one.url] if one.method != "GET" else []))
    gone = chosen(items)
    items.locator(".bulk [data-action=remove]").click()
    said = items.locator(".toast").last
    expect(said).to_contain_text("were removed from the library. They stay where they are.")
    assert [url.removeprefix(mine.url) for url in asked] == ["/api/chosen/remove"]
    for title in gone:
        expect(tiles(items).filter(has_text=title)).to_have_count(0)
    expect(items.locator(".bulk")).to_be_hidden()
    said.get_by_role("button", name="Undo").press("Enter")
    for title in gone:
        expect(tiles(items).filter(has_text=title).first).to_be_visible()
    expect(items.locator(".grid .tile:focus")).to_have_count(1)  # where it came from
    mine.set(idle=True)
    assert {one["id"] for one in listed(mine)} == before


def test_bulk__a_grouped_tile_stands_for_its_whole_file(items, mine):
    heads = listed(mine, grouped="true", kind="page")
    many = next(one for one in heads if one["members"] > 2)
    items.get_by_role("button", name="Group by file").click()
    items.locator(f'.tile-frame[data-id="{many["id"]}"] .tile').click(modifiers=["Control"])
    expect(count(items)).to_have_text("1 file selected")
    items.locator("[data-action=tag]").click()
    items.get_by_label("Name of the tag").fill("whole")
    items.keyboard.press("Enter")
    expect(items.locator(".toast").last).to_contain_text(f"{many['members']} items have the tag")
    post(mine, "chosen/tag", ids=[many["id"]], whole=True, name="whole", on=False)


@pytest.mark.parametrize("kind", ["csv", "json", "zip"])
def test_bulk__exports_what_was_chosen(items, kind):
    choose_three(items)
    names = chosen(items)
    items.locator(".bulk [data-action=export]").click()
    with items.expect_download() as waiting:
        items.locator(f".bulk [data-format={kind}]").click()
    assert waiting.value.suggested_filename == f"library.{kind}"
    saved = Path(waiting.value.path()).read_bytes()
    if kind == "json":
        found = [Path(one["path"]).name for one in json.loads(saved)["items"]]
    elif kind == "csv":
        table = csv.DictReader(io.StringIO(saved.decode("utf-8-sig")))
        found = [Path(one["path"]).name for one in table]
    else:
        archive = zipfile.ZipFile(io.BytesIO(saved))
        assert archive.testzip() is None
        found = archive.namelist()
        # signs that some disks refuse are replaced
        names = [re.sub(r'[\\/:*?"<>|]', "_", name) for name in names]
    assert sorted(found) == sorted(names)
    expect(items.locator(".toast").last).to_contain_text(
        f"3 items are being saved as library.{kind}"
    )


def test_bulk__what_the_program_refuses_is_said_and_stays_chosen(context, mine):
    with library(context, mine.url, "400") as page:
        page.locator(".grid .tile").first.click(modifiers=["Control"])
        page.locator(".bulk [data-action=collect]").click()
        page.get_by_label("Name of the collection", exact=True).fill("never made")
        page.get_by_role("button", name="Take out").click()
        expect(page.locator(".toast").last).to_contain_text("There is no collection never made")
        expect(count(page)).to_have_text("1 item selected")
        expect(page.get_by_label("Name of the collection", exact=True)).to_have_value("never made")


# ------------------------------------------------------------ collections


def test_collections__are_made_renamed_and_deleted(items, mine):
    everything = len(listed(mine))
    button = items.get_by_role("button", name="Edit collections")
    button.click()
    panel = items.locator(".collections")
    expect(panel.locator(".collection")).to_have_count(3)
    panel.get_by_label("Name of a new collection").fill("  Late  summer ")
    items.keyboard.press("Enter")
    row = panel.locator(".collection", has_text="Late summer")
    expect(row).to_contain_text("0 items")
    chooser = items.locator(".grid").get_by_label("Collection", exact=True)
    chooser.select_option("Work")
    work = panel.locator('.collection[data-name="Work"]')
    work.get_by_role("button", name="Rename").click()
    field = panel.get_by_label("Rename", exact=True)
    expect(field).to_have_value("Work")
    field.fill("Papers")
    field.press("Enter")
    expect(panel.locator('.collection[data-name="Papers"]')).to_be_visible()
    expect(chooser).to_have_value("Papers")  # what is shown goes by its new name
    assert listed(mine, collection="Papers")
    row.get_by_role("button", name="Delete the collection").click()
    items.locator(".toast").get_by_role("button", name="Delete the collection").click()
    expect(row).to_have_count(0)
    items.keyboard.press("Escape")
    post(mine, "collections/rename", name="Papers", new="Work")
    assert len(listed(mine)) == everything


def test_collections__a_name_that_is_taken_stays_to_be_mended(context, mine):
    with library(context, mine.url, "400") as page:
        page.get_by_role("button", name="Edit collections").click()
        field = page.get_by_label("Name of a new collection")
        field.fill("Clips")
        field.press("Enter")
        expect(page.locator(".collections .problem")).to_contain_text("a collection Clips already")
        assert field.input_value() == "Clips"


# ------------------------------------------------------------ folders, disk, what was removed


def test_folders__say_what_they_hold_and_lead_there(items, mine, tmp_path: Path):
    folder = tmp_path / "albums"
    folder.mkdir()
    for n in range(3):
        draw("red", "star", (64, 48), n).save(folder / f"{n}.png")
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")
    add(mine, folder)
    items.locator(".library-tabs [data-view=folders]").click()
    row = items.locator(".folder-row", has_text=str(folder))
    expect(row.locator(".folder-counts")).to_contain_text("3 items4 files1 failed")
    row.get_by_role("button", name="3 items").click()
    expect(items.locator(".folder-chip")).to_contain_text("albums")
    expect(tiles(items)).to_have_count(3)
    items.reload()
    items.wait_for_selector(".tile-frame")
    expect(tiles(items)).to_have_count(3)
    items.locator(".folder-chip").click()
    expect(items.locator(".folder-chip")).to_be_hidden()
    items.locator(".library-tabs [data-view=folders]").click()
    row.get_by_role("button", name="1 failed").click()
    expect(items.locator(".outcome", has_text="torn.jpg")).to_be_visible()
    expect(items.locator(".outcome:not([data-outcome=failed])")).to_have_count(0)
    assert "ended=failed" in items.url


def test_disk__says_what_the_library_takes(items):
    items.locator(".library-tabs [data-view=folders]").click()
    disk = items.locator(".disk")
    expect(disk.locator("p").first).to_have_text(re.compile(r"^[\d.]+ [kM]B together; .* free\.$"))
    parts = disk.locator("dt").all_inner_texts()
    assert {"Thumbnails", "Database with all vectors"} <= {part.strip() for part in parts}


def test_removed__several_come_back_at_once(items, mine):
    before = {one["id"] for one in listed(mine)}
    choose_three(items)
    gone = chosen(items)
    items.locator(".bulk [data-action=remove]").click()
    expect(items.locator(".toast").last).to_contain_text("were removed")
    items.locator(".library-tabs [data-view=removed]").click()
    rows = items.locator(".removed .removed-row")
    expect(rows).to_have_count(len(listed_removed(mine)))
    rows.filter(has_text=gone[0]).get_by_role("checkbox").check()
    expect(items.locator(".removed-bar")).to_contain_text("1 selected")
    items.locator(".removed-bar").get_by_role("checkbox").check()
    items.get_by_role("button", name="Restore selected").click()
    expect(rows).to_have_count(0)
    mine.set(idle=True)
    assert {one["id"] for one in listed(mine)} == before


def listed_removed(mine: Served) -> list[dict[str, Any]]:
    """What can be brought back; paths that merely stay out are listed elsewhere."""
    return [one for one in httpx.get(f"{mine.url}/api/removed").json() if one["until"]]


# ------------------------------------------------------------ adding, states


def test_adding__is_one_button_once_there_is_something(items):
    ways = items.locator(".adding")
    expect(ways).to_be_hidden()
    button = items.locator(".add-button")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(ways).to_be_visible()
    expect(items.get_by_role("button", name="Choose files")).to_be_focused()
    for way in (".drop", "[data-pick=folder]", ".folder-form"):
        expect(ways.locator(way)).to_have_count(1)
    items.keyboard.press("Escape")
    expect(ways).to_be_hidden()
    expect(button).to_be_focused()


def test_adding__an_empty_library_shows_every_way(browser, tmp_path: Path):
    (tmp_path / "new").mkdir()
    draw("red", "star", (64, 48)).save(tmp_path / "new" / RIGHT_TO_LEFT)
    with (
        serve(tmp_path / "empty", "empty") as served,
        another(browser) as context,
        opened(context, served.url) as page,
    ):
        page.get_by_role("tab", name="Library").click()
        expect(page.locator(".library-root .adding")).to_be_visible()
        expect(page.locator(".add-button")).to_be_hidden()
        expect(page.locator(".grid .empty")).to_contain_text("Nothing here yet")
        form = page.locator(".library-root .folder-form")
        form.locator("input").fill(str(tmp_path / "new"))
        form.get_by_role("button", name="Add").click()
        expect(tiles(page)).to_have_count(1)
        expect(page.locator(".library-root .adding")).to_be_visible()  # it is being used
        expect(page.locator(".add-button")).to_be_visible()
        title = page.locator(".grid .tile-title")
        expect(title).to_have_text(RIGHT_TO_LEFT)
        assert title.evaluate("node => getComputedStyle(node).direction") == "rtl"
        page.reload()
        page.wait_for_selector(".tile-frame")
        expect(page.locator(".library-root .adding")).to_be_hidden()


def test_items__where_the_program_does_not_answer_there_is_another_try(context, mine):
    url = f"{mine.url}/?tab=library"
    with opened(context, mine.url, expected=".") as page:
        page.route("**/api/listing?**", lambda route: route.abort())
        page.route("**/api/listing", lambda route: route.abort())
        page.goto(url)
        expect(page.locator(".grid .empty")).to_contain_text("does not answer")
        expect(page.locator(".grid .ghost")).to_have_count(0)
        page.unroute("**/api/listing?**")
        page.unroute("**/api/listing")
        page.locator(".grid .empty").get_by_role("button", name="Try again").click()
        expect(tiles(page).first).to_be_visible()


def test_demo__finds_and_sorts_and_offers_nothing_else(browser, tmp_path: Path):
    with (
        serve(tmp_path / "demo", "read-only") as served,
        another(browser) as context,
        opened(
            context, f"{served.url}/?tab=library", origin=served.url, ready=".grid .tile"
        ) as page,
    ):
        page.get_by_label("Find by name or folder").fill("red circle")
        expect(page.locator(".found")).to_contain_text("items")
        expect(page.locator(".add-button")).to_be_hidden()
        for name in ("Select", "Edit collections"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
        page.locator(".grid .tile").first.focus()
        page.keyboard.press(" ")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        expect(page.locator(".bulk")).to_be_hidden()
        assert page.locator(".tile-check:visible, .tile-bin:visible").count() == 0
