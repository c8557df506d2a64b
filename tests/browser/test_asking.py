"""What stands around the query box: filters, words, examples, regions, addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    another,
    ask,
    opened,
    stage,
    unfold,
    without_reranking,
)
from tests.ui.drawings import draw

pytestmark = pytest.mark.browser

ROWS = ".column-recall .row"


def settled(page: Page, question: str) -> None:
    """Wait until the search with this question above its results is over."""
    expect(page.locator(".question")).to_have_text(question)
    stage(page, "done")


def test_filters__combine_and_are_taken_away_one_by_one(page):
    page.locator(".asking-kinds [data-kind=page]").click()
    ask(page, "lighthouse")
    stage(page, "done")
    kinds = page.locator(ROWS).evaluate_all("all => all.map(r => r.dataset.kind)")
    assert kinds == ["page"] * 4
    unfold(page, "Filters")
    page.locator("select[data-name=collection]").select_option("Shapes")  # searches again
    expect(page.locator(".board-nothing h2")).to_have_text("Nothing found")
    expect(page.locator(".board-nothing p")).to_contain_text("passes the filters; take one")
    expect(page.locator(".board-left")).to_be_hidden()
    page.get_by_role("button", name="Search without filters").last.click()
    expect(page.locator(".column-recall .row")).to_have_count(20)
    expect(page.locator(".asking-kinds [data-kind=page]")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_filters__show_as_chips_and_say_what_they_hide(page):
    ask(page, "green star")
    stage(page, "done")
    before = page.locator(".board-left").inner_text()
    assert "hidden" not in before
    unfold(page, "Filters")
    page.get_by_label("Shape").select_option("portrait")
    chip = page.locator(".asking-chip[data-name=orientation]")
    expect(chip).to_have_text("Portrait")
    expect(page.locator(".board-left")).to_contain_text("hidden by filters")
    page.get_by_label("Length of the clip, seconds: from").fill("90.5")
    page.get_by_label("Size of the file, MB: to").fill("0")
    page.get_by_label("Size of the file, MB: to").press("Tab")
    exact = page.locator(".asking-chip:is([data-name=length], [data-name=size])")
    expect(exact).to_have_text(["Size: ≤ 0 MB", "Length: ≥ 90.5 s"])  # as exact as the filter
    for _ in range(2):  # the one before it, and the one after it
        exact.first.get_by_role("button").press("Enter")
        expect(chip.get_by_role("button")).to_be_focused()  # the next one, in its place
    expect(exact).to_have_count(0)
    chip.get_by_role("button", name="Remove: Portrait").click()
    expect(page.locator(".board-left")).to_contain_text(before)
    expect(page.locator(".asking-chips")).to_be_hidden()


def test_filters__what_cannot_be_is_one_sentence(page):
    unfold(page, "Filters")
    page.get_by_label("Folder").fill("../Pictures")
    ask(page, "red")
    stage(page, "error")
    expect(page.locator(".board-note")).to_contain_text("give its full path")
    expect(page.locator(".board-tools")).to_be_hidden()  # there is nothing to look at


def test_filters__an_error_after_nothing_found_names_no_results_before(page):
    page.locator(".asking-kinds [data-kind=page]").click()
    unfold(page, "Filters")
    page.locator("select[data-name=collection]").select_option("Shapes")
    ask(page, "lighthouse")
    expect(page.locator(".board-nothing h2")).to_have_text("Nothing found")
    unfold(page, "Filters")
    page.get_by_label("Folder").fill("../Pictures")
    page.get_by_label("Folder").press("Tab")  # searches again
    stage(page, "error")
    expect(page.locator(".board-status")).to_have_text("")


def test_panels__what_is_chosen_can_be_seen(page):
    unfold(page, "Options")
    check = page.get_by_label("Show nearly equal pictures as one")
    expect(check).to_be_checked()
    expect(check).to_have_css("appearance", "auto")  # gradio's own tick is white on nothing
    unfold(page, "Filters")
    expect(page.get_by_label("Shape")).to_have_css("background-image", re.compile("gradient"))


def test_more_results__doubles_what_is_shown(page, unhurried):
    without_reranking(page)
    page.get_by_label("Results shown").select_option("5")
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(ROWS)).to_have_count(5)
    page.get_by_role("button", name="Look further: up to 10 results").press("Enter")
    expect(page.locator(ROWS)).to_have_count(10)
    further = page.get_by_role("button", name="Look further: up to 20 results")
    expect(further).to_be_focused()
    expect(page.get_by_label("Results shown")).to_have_value("10")
    further.press("Enter")
    page.get_by_role("button", name="Look further: up to 40 results").press("Enter")
    expect(page.locator(ROWS)).to_have_count(38)
    expect(page.locator("select[data-name=top] :checked")).to_have_text("Top 40")
    expect(page.locator(".board-more")).to_be_hidden()  # 38 and two near copies are all there is
    expect(page.locator(ROWS).first).to_be_focused()


def test_more_results__in_the_wall_unfold_what_was_judged(page):
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".board-more")).to_be_hidden()  # the columns have their own
    page.get_by_role("button", name="Wall").click()
    page.get_by_role("button", name="18 more results").click()
    expect(page.locator(".board-grid .tile")).to_have_count(38)


def test_words__rows_that_contain_them_have_a_badge(page, unhurried):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("only")
    ask(page, '"keeper.txt"')
    stage(page, "done")
    assert unhurried.seen()["words"][-1] == "only"
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator(f"{ROWS} .flag").first).to_have_text("Words #1")
    expect(page.locator(".board-left")).to_contain_text("that contain the words")


def test_words__that_nothing_contains_lead_back_to_meaning(page):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("only")
    ask(page, "zeppelin")
    expect(page.locator(".board-nothing p")).to_have_text("No item contains these words.")
    expect(page.locator(".board-note")).to_be_hidden()
    page.get_by_role("button", name="Search by meaning").click()
    expect(page.locator(ROWS)).to_have_count(20)
    expect(page.get_by_label("Exact words", exact=True)).to_have_value("off")


def test_address__brings_everything_back(desktop, unhurried, page):
    unfold(page, "Options")
    page.get_by_label("Exact words", exact=True).select_option("on")
    unfold(page, "Options")
    page.get_by_label("Not like this", exact=True).fill("a blue one")
    page.locator(".asking-kinds [data-kind=picture]").click()
    ask(page, "red 圆")
    stage(page, "done")
    address = page.url
    assert "q=red+%E5%9C%86" in address
    ask(page, "lighthouse")
    settled(page, "“lighthouse”, not like “a blue one”")
    page.go_back()
    settled(page, "“red 圆”, not like “a blue one”")
    expect(page.locator("#query textarea")).to_have_value("red 圆")
    page.go_forward()
    settled(page, "“lighthouse”, not like “a blue one”")
    with opened(desktop, address, origin=unhurried.url, ready=".row") as shared:
        stage(shared, "done")
        expect(shared.locator("#query textarea")).to_have_value("red 圆")
        expect(shared.get_by_label("Exact words", exact=True)).to_have_value("on")
        expect(shared.locator(".asking-chip[data-name=unlike]")).to_be_visible()
    assert unhurried.seen()["unlike"][-1] == ["a blue one", 0.5]


def test_address__back_to_the_beginning(page):
    ask(page, "red circle")
    stage(page, "done")
    page.go_back()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#query textarea")).to_have_value("")


def test_examples__more_and_less_like_a_result(page, unhurried):
    ask(page, "star")
    stage(page, "done")
    rows = page.locator(ROWS)
    first, second = (int(rows.nth(n).get_attribute("data-id") or 0) for n in (0, 1))
    page.locator(ROWS).nth(1).drag_to(page.locator("#query textarea"))
    expect(page.locator(".asking-chip[data-name=like]")).to_have_count(1)
    page.locator(f"{ROWS}[data-id='{first}']").focus()
    page.keyboard.press("-")
    expect(page.locator(".asking-chip[data-name=not_like]")).to_have_count(1)
    page.wait_for_function("location.search.includes('not_like')")
    stage(page, "done")
    seen = unhurried.seen()
    assert (seen["like"][-1], seen["not_like"][-1]) == ([second], [first])
    assert page.locator(f"{ROWS}[data-id='{first}']").count() == 0


def test_examples__more_like_this_asks_for_nothing_else(page, unhurried):
    ask(page, "red")
    stage(page, "done")
    page.get_by_role("tab", name="Library").click()
    page.locator(".grid .tile", has_text="green star").first.click()
    page.get_by_role("button", name="More like this").click()
    expect(page.locator(".question")).to_have_text(re.compile("^like “green star"))
    stage(page, "done")
    expect(page.locator("#query textarea")).to_have_value("")
    seen = unhurried.seen()
    assert (seen["queries"][-1], len(seen["like"][-1])) == ("", 1)


def test_crop__the_marked_part_is_searched_with(page, unhurried, tmp_path: Path):
    picture = tmp_path / "query.png"
    draw("red", "star", (200, 100)).save(picture)
    page.locator("#query input[type=file]").set_input_files(picture)
    page.get_by_role("button", name="Crop query.png").click()
    dialog = page.locator("dialog.crop")
    expect(dialog).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    stage(page, "done")
    expect(page.get_by_role("button", name="Part of query.png")).to_be_focused()
    assert unhurried.seen()["sizes"][-1] == [[120, 62]]
    page.reload()
    stage(page, "done")
    assert unhurried.seen()["sizes"][-1] == [[120, 62]]


def test_crop__is_offered_in_a_box_that_came_later(page):
    page.evaluate(
        """() => {
          const later = document.querySelector('#query').cloneNode(false);
          const thumbnail = document.createElement('div');
          thumbnail.className = 'thumbnail-item';
          thumbnail.append(document.createElement('img'));
          document.querySelector('#query').replaceWith(later);
          later.append(thumbnail);
          thumbnail.firstChild.src = `data:,/${'a'.repeat(64)}/late.png`;
        }"""
    )
    expect(page.get_by_role("button", name="Crop late.png")).to_be_visible()


def test_near_copies__unfold_below_their_hit(page):
    ask(page, "red circle")
    stage(page, "done")
    count = page.locator(".column-rerank .flag-copies")
    expect(count).to_have_text("+2")
    row = page.locator(".column-rerank .row", has=page.locator(".flag-copies"))
    row.focus()
    page.keyboard.press("e")
    expect(page.locator(".column-rerank .row-copy")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".panel-title h2")).to_have_text(re.compile(r"^red circle \d+\.png$"))
    count.click()
    expect(page.locator(".row-copy")).to_have_count(0)


def test_phone__filters_fold_and_chips_stay(browser, unhurried):
    options = {"viewport": {"width": 390, "height": 844}}
    with another(browser, **options) as context, opened(context, unhurried.url) as page:
        page.locator(".asking-kinds [data-kind=page]").click()
        unfold(page, "Filters")
        page.get_by_label("Folder").fill("/" + "long-folder-name/" * 12)
        page.locator(".fold-button", has_text="Filters").click()
        expect(page.locator(".asking-chip:visible")).to_have_count(1)
        expect(page.locator(".asking-panel").first).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_grid__shows_the_same_results_as_a_wall(page):
    ask(page, "red circle")
    stage(page, "done")
    page.get_by_role("button", name="Wall").click()
    tiles = page.locator(".board-grid .tile")
    expect(tiles).to_have_count(20)
    expect(page.locator(".board")).to_be_hidden()
    expect(page.locator(".board-grid .tile-place").first).to_be_visible()  # a page, a second
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".panel-title h2")).to_have_text(
        tiles.nth(1).locator(".tile-title").inner_text()
    )
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".panel-scores")).to_contain_text("Reranked")
    page.get_by_role("tab", name="Item").click()
    page.get_by_role("button", name="Stages").click()
    expect(page.locator(".column-rerank .row")).to_have_count(20)


def test_table__sorts_by_any_column_and_is_walked_by_keys(page):
    ask(page, "red circle")
    stage(page, "done")
    page.get_by_role("button", name="Table").click()
    rows = page.locator(".board-table tbody tr")
    expect(rows).to_have_count(20)

    def column(name: str) -> list[str]:
        return page.locator(f".board-table td[data-column={name}]").all_inner_texts()

    assert column("r1") == [str(n) for n in range(1, 21)]
    width = rows.first.locator("td").first.evaluate("cell => cell.offsetWidth")
    assert width < 100, "the column of thumbnails takes room that names need"
    head = page.get_by_role("columnheader", name="Recall")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    recall = [int(text) for text in column("r0")]
    assert recall == sorted(recall) != list(range(1, 21))
    moved = [sign for sign in column("moved") if sign not in ("–", "")]
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [int(text) for text in column("r0")] == recall[::-1]
    assert {sign[0] for sign in moved} <= {"▲", "▼", "＝"}
    names = rows.locator("th .link")
    names.first.focus()
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".panel-title h2")).to_have_text(names.nth(1).inner_text())
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name=re.compile("more results")).locator("visible=true").click()
    assert rows.count() > 20
    page.reload()
    expect(page.locator(".board-table tbody tr")).to_have_count(20)


def test_several_queries__each_says_at_which_rank_it_found_a_hit(page, unhurried, tmp_path: Path):
    picture = tmp_path / "second.png"
    draw("blue", "star", (200, 100)).save(picture)
    unfold(page, "Options")
    page.get_by_role("button", name="Another query").click()
    second = page.get_by_label("Query 2", exact=True)
    expect(second).to_be_focused()
    second.fill("blue star")
    page.locator(".asking-also input[type=file]").set_input_files(picture)
    file = page.get_by_role("button", name="Remove: second.png")
    expect(file).to_be_visible()
    ask(page, "red circle")
    settled(page, "“red circle” and “blue star” + 1 file")
    assert unhurried.seen()["also"][-1] == [["blue star", 1]]
    flag = page.locator(f"{ROWS} .flag-by").first
    expect(flag).to_have_text(re.compile(r"^(#\d+|–) · (#\d+|–)$"))
    page.reload()
    settled(page, "“red circle” and “blue star” + 1 file")
    assert unhurried.seen()["also"][-1] == [["blue star", 1]]
    page.get_by_role("button", name="Remove query 2").click()
    settled(page, "“red circle”")
    expect(page.locator(".flag-by")).to_have_count(0)


def test_several_queries__let_go_of_a_picture_that_was_taken_away(page, tmp_path: Path):
    picture = tmp_path / "second.png"
    draw("blue", "star", (200, 100)).save(picture)
    page.evaluate("window.gone = []; URL.revokeObjectURL = (address) => window.gone.push(address)")
    unfold(page, "Options")
    page.get_by_role("button", name="Another query").click()
    page.locator(".asking-also input[type=file]").set_input_files(picture)
    file = page.get_by_role("button", name="Remove: second.png")
    shown = file.locator("img").get_attribute("src")
    page.get_by_label("Query 2", exact=True).press("Tab")
    assert shown not in page.evaluate("window.gone")  # gradio lets go of others
    file.click()
    expect(file).to_have_count(0)
    assert shown in page.evaluate("window.gone")


def test_several_queries__one_alone_is_a_question_too(page, unhurried):
    unfold(page, "Options")
    page.get_by_role("button", name="Another query").click()
    second = page.get_by_label("Query 2", exact=True)
    second.fill("blue star")
    second.press("Enter")
    settled(page, "“blue star”")
    page.reload()
    settled(page, "“blue star”")
    assert unhurried.seen()["queries"][-2:] == ["blue star"] * 2


def test_not_like_this__on_the_only_example_asks_nothing(page):
    """It pushed an address in which nothing was asked for, and which failed when reloaded."""
    ask(page, "red circle")
    stage(page, "done")
    title = page.locator(f"{ROWS} .row-title").first.inner_text()
    page.locator(ROWS).first.click()
    page.get_by_role("button", name="More like this").click()
    settled(page, f"like “{title}”")
    expect(page.locator(".asking-chip")).to_have_count(1)
    address = page.url
    page.get_by_role("button", name="Not like this").click()
    expect(page.locator(".toast")).to_contain_text("nothing would be asked for")
    expect(page.locator(".asking-chip")).to_have_count(1)
    assert page.url == address


def test_more_results__up_to_three_hundred_and_then_says_that_there_are_more(page, unhurried):
    unhurried.set(more=320)
    try:
        without_reranking(page)
        page.get_by_label("Results shown").select_option("100")
        ask(page, "red circle")
        stage(page, "done")
        status = page.locator(".board-status")
        expect(status).to_have_text(re.compile("^100 results"))
        page.get_by_role("button", name="Look further: up to 200 results").press("Enter")
        expect(page.locator(ROWS)).to_have_count(200)
        expect(status).to_have_text(re.compile("^200 results"))
        further = page.get_by_role("button", name="Look further: up to 300 results")
        expect(further).to_be_focused()
        expect(page.locator(".board-end")).to_be_hidden()
        further.press("Enter")
        expect(page.locator(ROWS)).to_have_count(300)
        expect(status).to_have_text(re.compile("^300 results"))
        expect(page.locator(".board-end")).to_have_text(
            re.compile("^These are the first 300, and")
        )
        expect(further).to_be_hidden()
        expect(page.locator(ROWS).first).to_be_focused()
    finally:
        unhurried.set(more=0)


def test_more_results__what_unfolds_is_counted_aloud(page):
    ask(page, "red circle")
    stage(page, "done")
    expect(page.locator(".board-status")).to_have_text(re.compile(r"^20 results\."))
    more = page.locator(".column-rerank .more")
    more.press("Enter")
    expect(page.locator(".board-status")).to_have_text(re.compile(r"^38 results\."))
    expect(more).to_be_focused()


def test_wall__plus_and_minus_change_the_size_which_stays(page):
    ask(page, "red circle")
    stage(page, "done")
    expect(page.get_by_role("button", name="Larger tiles (+)").first).to_be_hidden()
    page.get_by_role("button", name="Wall").click()
    tile = page.locator(".board-grid .tile").first
    width = "tile => tile.getBoundingClientRect().width"
    usual = tile.evaluate(width)
    tile.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    size = page.locator(".board-tools .tile-percent")
    expect(size).to_have_text("170 %")
    assert tile.evaluate(width) > 1.4 * usual
    expect(tile).to_be_focused()
    page.reload()
    stage(page, "done")
    expect(size).to_have_text("170 %")
    for _ in range(4):
        page.get_by_role("button", name="Smaller tiles (-)").first.click()
    expect(size).to_have_text("60 %")
    expect(page.get_by_role("button", name="Smaller tiles (-)").first).to_be_disabled()
    assert page.locator(".board-grid .tile").first.evaluate(width) < 0.8 * usual
    page.locator("#query textarea").press("+")  # which is a sign there
    expect(size).to_have_text("60 %")
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".grid-head .tile-percent")).to_have_text("60 %")
    page.keyboard.press("+")
    expect(page.locator(".grid-head .tile-percent")).to_have_text("80 %")


def test_rows__plus_still_means_like_this(page, unhurried):
    ask(page, "red circle")
    stage(page, "done")
    row = page.locator(ROWS).nth(2)
    row.focus()
    page.keyboard.press("+")
    expect(page.locator(".asking-chip[data-name=like]")).to_have_count(1)
    assert page.evaluate("localStorage.getItem('qwen3vl.tiles')") is None
