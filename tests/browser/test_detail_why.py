"""Why an item is where it is, or why it is not among the results: of the search on the board."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, stage

pytestmark = pytest.mark.browser

WHY = "#panel-why"


def why(page: Page, row: str) -> None:
    """Open a row of the board at the tab that explains it."""
    page.locator(row).click()
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(f"{WHY} h3").first).to_be_visible()


def hits(page: Page, column: str, score: str) -> dict[str, tuple[int, float]]:
    """Rank and number of every row of a column, by item."""
    rows = page.locator(f".column-{column} .row").evaluate_all(
        """all => all.map((one) => [one.dataset.id, one.querySelector('.row-rank').textContent,
                                    one.querySelector('.row-score b').textContent])"""
    )
    assert score in page.locator(f".column-{column} .column-sub").inner_text()
    return {item: (int(rank), float(number)) for item, rank, number in rows}


def shown(page: Page) -> str:
    """The item in the panel."""
    return re.search(r"item=(\d+)", page.url)[1]


def test_scores__are_those_of_both_columns_with_their_neighbours(page):
    ask(page, "red circle")
    stage(page, "done")
    recall, rerank = hits(page, "recall", "similarity"), hits(page, "rerank", "relevance")
    item = next(
        one
        for one, (rank, _) in rerank.items()
        if one in recall and rank > 1 and 1 < recall[one][0] < 19
    )
    why(page, f".column-rerank .row[data-id='{item}']")
    for column, known, name in (("recall", recall, "similarity"), ("rerank", rerank, "relevance")):
        block = page.locator(f"{WHY} .scores[data-side={column}]")
        rank, number = known[item]
        expect(block.locator(".score-rank")).to_have_text(re.compile(rf"^#{rank} of \d+$"))
        expect(block.locator(".score-measure")).to_have_text(re.compile(rf"^{name}{number}0*$"))
        expect(block.locator(".score-measure")).to_have_attribute("title", re.compile("1"))
        for way, step in (("above", -1), ("below", 1)):
            near = block.locator(f".neighbour[data-way={way}]")
            found = near.get_attribute("data-id")
            assert known[found][0] == rank + step
            apart = near.locator(".neighbour-apart").inner_text()
            difference = float(apart.replace("−", "-")) if apart != "＝" else 0.0
            assert difference == pytest.approx(known[found][1] - number, abs=0.0011)
    up, down = rerank[item][0] < recall[item][0], rerank[item][0] > recall[item][0]
    said = page.locator(f"{WHY} .why-verdict")
    expect(said).to_contain_text("up from" if up else "down from" if down else "left it at")
    expect(page.locator(WHY)).to_contain_text(
        re.compile(r"More similar to the query than [\d.]+ %")
    )
    expect(page.locator(WHY)).to_contain_text(re.compile(r"Logit −?\d"))
    expect(page.locator(".why-times")).to_have_text(re.compile(r"^Query .+, recall .+, rerank .+"))
    below = page.locator(f"{WHY} .scores[data-side=rerank] .neighbour[data-way=below]")
    target = below.get_attribute("data-id")
    below.press("Enter")
    expect(page.locator(f".column-rerank .row[data-id='{target}']")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator(f"{WHY} .scores[data-side=rerank] .score-rank")).to_contain_text(
        f"#{rerank[item][0] + 1} "
    )
    assert page.evaluate("document.querySelector('.panel').contains(document.activeElement)")


def test_why__recomputes_while_scores_stream_in(page, unhurried):
    unhurried.set(score_delay=0.5)
    ask(page, "red circle")
    stage(page, "recall")
    why(page, ".column-recall .row >> nth=19")
    said = page.locator(f"{WHY} .why-verdict")
    expect(said).to_contain_text("the reranker has not come to it yet")
    item = shown(page)
    unhurried.set(score_delay=0)
    stage(page, "done")
    expect(said).to_contain_text(re.compile(r"Rescued|moved it|left it|dropped it"))
    row = page.locator(f".column-rerank .row[data-id='{item}'] .row-rank")
    rank = row.inner_text() if row.count() else r"\d+"
    expect(page.locator(f"{WHY} .scores[data-side=rerank] .score-rank")).to_have_text(
        re.compile(rf"^#{rank} of ")
    )


def test_why__speaks_of_the_next_search_and_after_a_reload(page):
    ask(page, "red circle")
    stage(page, "done")
    why(page, ".column-recall .row >> nth=0")
    expect(page.locator(f"{WHY} [data-side=recall] .score-rank")).to_contain_text("#1 ")
    item = shown(page)
    ask(page, "lighthouse")
    page.wait_for_function("document.querySelector('.question')?.textContent === '“lighthouse”'")
    stage(page, "done")
    row = page.locator(f".column-recall .row[data-id='{item}'] .row-rank")
    if row.count():
        expected = re.compile(rf"#{row.inner_text()} of ")
    else:
        expected = re.compile(r"Not among these results|#(2[1-9]|3\d|40) of ")
    expect(page.locator(WHY)).to_contain_text(expected)
    assert shown(page) == item
    page.reload()
    stage(page, "done")
    expect(page.locator(WHY)).to_contain_text(expected)
    page.goto(re.sub(r"q=[^&]*&?", "", page.url))
    expect(page.locator(f"{WHY} .why-none")).to_contain_text("Nothing is being searched for")


def test_why__an_example_is_not_its_own_answer(page):
    ask(page, "red circle")
    stage(page, "done")
    why(page, ".column-recall .row >> nth=1")
    expect(page.locator(f"{WHY} [data-side=recall] .score-rank")).to_contain_text("#2 ")
    page.get_by_role("tab", name="Item").click()
    page.get_by_role("button", name="More like this").click()
    expect(page.locator(".question")).to_have_text(re.compile("^like “"))
    stage(page, "done")
    page.get_by_role("tab", name="Why").click()
    said = page.locator(f"{WHY} .why-elsewhere")
    expect(said).to_contain_text("Not among these results")
    expect(said).to_contain_text("It is an example that was asked with")
    page.reload()
    stage(page, "done")
    expect(said).to_contain_text("It is an example that was asked with")


def test_elsewhere__says_which_filter_hides_it(page):
    ask(page, "red circle")
    stage(page, "done")
    why(page, ".column-recall .row[data-kind=picture] >> nth=0")
    item = shown(page)
    page.get_by_role("button", name="PDF pages").click()
    stage(page, "done")
    said = page.locator(f"{WHY} .why-elsewhere")
    expect(said).to_contain_text("Hidden by a filter: Kinds.")
    said.get_by_role("button", name="Search without filters").click()
    expect(page.locator(f"{WHY} .scores").first).to_be_visible()
    assert shown(page) == item


def test_elsewhere__says_how_far_recall_looked(page):
    page.goto(page.url + "?q=red+circle&top=5&depth=5&rerank=false")
    stage(page, "done")
    page.locator("#query textarea").evaluate("box => box.blur()")
    page.get_by_role("tab", name="Library").click()
    page.locator(".grid .chips [data-kind=passage]").click()
    page.locator(".grid .tile").first.click()
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(f"{WHY} .why-elsewhere")).to_contain_text(
        re.compile(r"No filter hides it; .* 5 candidates of recall.* similarity -?\d\.\d{3}")
    )


def test_elsewhere__a_near_copy_stands_behind_its_best(page):
    ask(page, "red circle")
    stage(page, "done")
    row = page.locator(".column-recall .row:has(.flag-copies)").first
    best = row.locator(".row-title").inner_text()
    row.locator(".row-title").click()
    page.get_by_role("tab", name="Why").click()
    strip = page.locator(f"{WHY} .moments .moment")
    name = strip.first.get_attribute("aria-label")
    strip.first.click()
    expect(page.locator(".panel-title h2")).to_have_text(name)
    link = page.locator(f"{WHY} .why-elsewhere .link")
    expect(link).to_have_text(re.compile(rf"It stands behind number \d+, {re.escape(best)}, as"))
    link.press("Enter")
    expect(page.locator(".panel-title h2")).to_have_text(best)
    expect(page.locator(f"{WHY} .scores").first).to_be_visible()


def test_words__which_of_them_and_where(page):
    page.goto(page.url + "?q=lighthouse+quarter&words=on")
    stage(page, "done")
    why(page, ".column-recall .row[data-kind=page] >> nth=0")
    words = page.locator(f"{WHY} .why-words")
    line = words.locator("li", has_text="lighthouse")
    expect(line).to_contain_text("in its text")
    expect(line).to_contain_text("in its name")
    expect(words.locator("li", has_text="quarter")).to_have_text("quarterin its text")
    expect(words).to_contain_text(re.compile(r"Contains the words; number \d+ of those that do"))
    why(page, ".column-recall .row[data-kind=picture] >> nth=0")
    expect(words.locator("li[data-found=false]")).to_have_count(2)
    page.goto(page.url.replace("words=on", "words=only"))
    stage(page, "done")
    expect(page.locator(f"{WHY} .why-elsewhere")).to_contain_text(
        "It does not contain “lighthouse”, “quarter”."
    )
    page.goto(page.url.replace("&words=only", ""))
    stage(page, "done")
    expect(words).to_contain_text("This search went by meaning")


def test_words__in_folders_and_in_pictures(page, unhurried):
    unhurried.set(read={"Zeppelin timetable": [0.1, 0.1, 0.9, 0.1, 0.9, 0.3, 0.1, 0.3]})
    page.goto(page.url + "?q=zeppelin+shapes&words=on")
    stage(page, "done")
    row = page.locator(".column-recall .row", has_text="Zeppelin").first
    row.click()
    page.get_by_role("tab", name="Why").click()
    words = page.locator(f"{WHY} .why-words")
    expect(words.locator("li", has_text="zeppelin")).to_have_text("zeppelinin the picture")
    expect(words.locator("li", has_text="shapes")).to_have_text("shapesin its folder")
    unhurried.set(read={})


def test_queries__which_of_several_has_found_it(page):
    page.goto(page.url + '?q=red+circle&also={"text":"blue square","files":[]}')
    stage(page, "done")
    why(page, ".column-recall .row >> nth=0")
    lines = page.locator(f"{WHY} .why-queries li")
    expect(lines).to_have_count(2)
    for line, text in zip(lines.all_inner_texts(), ("red circle", "blue square"), strict=True):
        assert f"“{text}”" in line
        assert re.search(r"Query \d: (number \d+|not among its candidates)", line)
    expect(page.locator(WHY)).to_contain_text("Several rankings were put together by their ranks")


def test_ties__are_told_apart_or_called_equal(page):
    found = page.evaluate(
        """async () => {
          const style = document.querySelector('link[href*="/page/"]').href;
          const root = style.replace('styles.css', '');
          const { difference } = await import(`${root}detail/neighbours.js`);
          return [[.5, .4], [.4, .5], [.50001, .5], [.5, .5], [null, .5]].map(
            ([a, b]) => difference(a, b).apart);
        }"""
    )
    assert found == ["+0.100", "−0.100", "+0.00001", "＝", ""]


def test_help__explains_the_numbers_of_the_panel_and_its_keys(page):
    page.keyboard.press("Escape")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.locator("dialog.help")
    for name in ("rank", "similarity", "relevance", "logit", "percentile", "apart", "ms"):
        assert len(dialog.locator(f"[data-key={name}]").inner_text()) > 20
    for keys in ("[", "]"):
        expect(dialog.locator("kbd", has_text=keys).first).to_be_visible()
    box = dialog.bounding_box()
    assert box is not None
    assert box["height"] <= 900
