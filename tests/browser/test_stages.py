"""The board as somebody at a demo sees it: what moved, what ties, what is probably unrelated."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from qwen3vl_app.evaluation.formats.trec import RunRow, read_run
from tests.browser.conftest import ask, opened, stage, unfold, without_reranking

pytestmark = pytest.mark.browser

SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
  }).observe({ type: 'layout-shift', buffered: false });
}"""

STANDING = """side => [...document.querySelectorAll(`#board .column-${side} .row`)].map((row) => ({
  id: row.dataset.id,
  top: row.getBoundingClientRect().top,
  score: row.querySelector('.row-score b').textContent,
  tie: row.dataset.tie ?? '',
  moved: row.dataset.moved,
}))"""


@pytest.fixture
def found(desktop, samples) -> Iterator[Page]:
    """The sample collection."""
    with opened(desktop, samples.url) as page:
        yield page


def ids(page: Page, selector: str) -> list[str]:
    return page.locator(selector).evaluate_all("all => all.map(one => one.dataset.id)")


def exported(page: Page, name: str) -> str:
    page.locator(".menu-button").click()
    with page.expect_download() as arriving:
        page.get_by_role("menuitem", name=name).click()
    path = arriving.value.path()
    return Path(path).read_text("utf-8-sig")


def test_moves__counts_show_the_hits_that_moved_so(page, unhurried):
    ask(page, "red circle")
    stage(page, "done")
    counts = {
        button.get_attribute("data-moved"): int("".join(filter(str.isdigit, button.inner_text())))
        for button in page.locator(".moves button:visible").all()
    }
    assert {"promoted", "demoted"} <= counts.keys()
    for moved, number in counts.items():
        button = page.locator(f".moves [data-moved={moved}]")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        for side in ("recall", "rerank"):
            shown = page.evaluate(STANDING, side)
            assert [row["moved"] for row in shown] == [moved] * number
        button.click()
    expect(page.locator("#board .column-rerank .row")).to_have_count(20)


def test_moves__hold_for_the_wall_and_the_table_and_end_with_the_search(page, unhurried):
    ask(page, "red circle")
    stage(page, "done")
    button = page.locator(".moves [data-moved=demoted]")
    number = int("".join(filter(str.isdigit, button.inner_text())))
    button.click()
    page.get_by_role("button", name="Wall").click()
    expect(page.locator(".board-grid .tile")).to_have_count(number)
    page.get_by_role("button", name="Table").click()
    expect(page.locator(".board-table tbody tr")).to_have_count(number)
    ask(page, "green star")
    stage(page, "done")
    expect(page.locator(".board-table tbody tr")).to_have_count(20)


def test_rescued__is_said_only_of_what_matters(found):
    ask(found, "a red circle left of a blue square")
    stage(found, "done")
    value = json.loads(exported(found, "Export as JSON"))
    for hit in value["hits"]:
        if hit["moved"] == "rescued":
            assert hit["relevance"] > 0.5 or hit["percentile"] > 50
    above = [hit for hit in value["hits"] if hit["recall_rank"] > 20 >= hit["rerank_rank"]]
    assert any(hit["moved"] == "promoted" for hit in above)
    faint = found.locator(".line.up.faint")
    assert faint.count() >= 1
    assert faint.first.evaluate("node => getComputedStyle(node).stroke") == found.locator(
        ".line.same"
    ).first.evaluate("node => getComputedStyle(node).stroke")


def test_scores__have_as_many_digits_as_tell_neighbours_apart(found):
    ask(found, "a red circle left of a blue square")
    stage(found, "done")
    for side in ("recall", "rerank"):
        shown = found.evaluate(STANDING, side)
        for one, next_ in pairwise(shown):
            assert (
                next_["tie"] in {"inside", "end"}
                or one["score"] != next_["score"]
                or len(one["score"]) >= 8
            )
            assert len(one["score"].partition(".")[2]) >= 3
    digits = {len(row["score"]) for row in found.evaluate(STANDING, "rerank")}
    assert len(digits) > 1  # no more than it takes


def test_ties__are_what_batches_may_swap(found):
    ask(found, "two birds")
    stage(found, "done")
    standings = """async (logits) => {
      const scripts = performance.getEntriesByType('resource').map((one) => one.name);
      const { standings } = await import(scripts.find((one) => one.endsWith('board/scores.js')));
      const hits = logits.map((logit, id) => ({ id, logit, rel: 1 / (1 + Math.exp(-logit)) }));
      return standings(hits, 'rerank', new Map()).map(({ tie, score }) => [tie, score]);
    }"""
    assert found.evaluate(standings, [2.0, 1.99995, 1.9999, 1.0, 1.0, -1.0]) == [
        ["start", "0.881"],
        ["inside", "0.881"],
        ["end", "0.881"],
        ["start", "0.731"],
        ["end", "0.731"],
        [None, "0.269"],
    ]
    # 0.88080 and 0.88059 are no tie, and are told apart
    assert found.evaluate(standings, [2.0, 1.998]) == [[None, "0.8808"], [None, "0.8806"]]


def test_ties__have_a_bracket(found):
    ask(found, "two birds")
    stage(found, "done")
    row = found.locator("#board .column-recall .row").nth(1)
    score = row.locator(".row-score b")
    width = "node => getComputedStyle(node, '::after').borderRightWidth"
    assert score.evaluate(width) == "0px"
    row.evaluate("node => node.dataset.tie = 'inside'")
    assert score.evaluate(width) == "2px"


def test_divider__stands_before_what_is_probably_unrelated(found):
    ask(found, "two birds")
    stage(found, "done")
    divider = found.locator("#board .column-rerank .divider")
    expect(divider).to_be_visible()
    y = divider.evaluate("node => node.getBoundingClientRect().top")
    rows = found.evaluate(STANDING, "rerank")
    assert [float(row["score"]) > 0.5 for row in rows] == [row["top"] < y for row in rows]
    found.get_by_role("button", name="Wall").click()
    tiles = ids(found, ".board-grid > *")
    above = sum(row["top"] < y for row in rows)
    assert tiles.index(None) == above  # it has no item
    expect(found.locator(".board-grid .divider")).to_have_text("Probably unrelated below")


def test_files__fold_beyond_their_third_hit(found):
    found.locator(".asking-kinds [data-kind=page]").click()
    unfold(found, "Options")
    found.get_by_label("Results shown").select_option("50")  # every page, so all of every file
    ask(found, "weather in the year, sunny days, rain")
    stage(found, "done")
    rows = found.locator("#board .column-recall .row")
    flags = found.locator("#board .column-recall .flag-file")
    expect(flags.first).to_be_visible()
    before = rows.count()
    folded = [int(text.strip().lstrip("+")) for text in flags.all_inner_texts()]
    flags.first.click()
    expect(rows).to_have_count(before + folded[0])
    found.locator("[data-preference=grouped]").uncheck()
    expect(rows).to_have_count(before + sum(folded))
    expect(flags).to_have_count(0)


def test_mixed_bar__says_how_kinds_are_mixed(found):
    ask(found, "weather in the year, sunny days, rain")
    stage(found, "done")
    unfold(found, "Options")
    found.locator("[data-preference=grouped]").uncheck()
    for side in ("recall", "rerank"):
        kinds = found.locator(f"#board .column-{side} .row").evaluate_all(
            "all => all.map(row => row.dataset.kind)"
        )
        bar = found.locator(f"#board .column-{side} .mixed")
        parts = bar.locator("i").evaluate_all(
            "all => Object.fromEntries(all.map(i => [i.dataset.kind, Number(i.style.flexGrow)]))"
        )
        assert parts == {kind: kinds.count(kind) for kind in parts}
        assert f"Images {kinds.count('picture')}" in (bar.get_attribute("aria-label") or "")


def test_bars__of_one_column_share_a_track(found):
    ask(found, "weather in the year, sunny days, rain")
    stage(found, "done")
    for side in ("recall", "rerank"):
        widths = found.locator(f"#board .column-{side} .bar").evaluate_all(
            "all => all.map(bar => bar.getBoundingClientRect().width)"
        )
        assert max(widths) - min(widths) < 0.5


def test_rows__snippets_stay_when_they_are_low_and_nothing_lies_over_pictures(found):
    ask(found, "weather in the year, sunny days, rain")
    stage(found, "done")
    assert found.locator(".board-root").get_attribute("data-compact") == "true"
    snippet = found.locator("#board .column-recall .row[data-kind=page] .row-snippet").first
    expect(snippet).to_be_visible()
    assert snippet.inner_text().strip()
    inside = found.locator("#board .row-thumb").evaluate_all(
        "all => all.flatMap(thumb => [...thumb.children].map(one => one.tagName))"
    )
    assert set(inside) == {"IMG"}


def test_stream__shifts_nothing(page, unhurried):
    unhurried.set(score_delay=0.05)
    ask(page, "green star")
    stage(page, "done")
    page.evaluate(SHIFTS)
    unhurried.set(recall_delay=0.8)  # what follows a key within half a second does not count
    ask(page, "red circle")
    stage(page, "rerank")
    stage(page, "done")
    page.wait_for_timeout(600)
    assert sum(page.evaluate("window.shifts")) <= 0.02


def test_scrolling__of_two_hundred_rows_needs_no_work_of_scripts(page, unhurried):
    unhurried.set(more=120)
    try:
        without_reranking(page)
        page.get_by_label("Results shown").select_option("100")
        page.get_by_label("Rerank what recall found").check()
        ask(page, "red circle")
        stage(page, "done")
        for side in ("recall", "rerank"):
            expect(page.locator(f"#board .column-{side} .row")).to_have_count(100)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            found = session.send("Performance.getMetrics")["metrics"]
            named = {one["name"]: one["value"] for one in found}
            parts = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
            return sum(named[part] for part in parts)

        before = spent()
        frames = page.evaluate(
            """() => new Promise((yes) => {
              let frames = 0;
              const step = () => {
                scrollBy(0, 80);
                frames += 1;
                if (frames < 90) requestAnimationFrame(step);
                else yes(frames);
              };
              requestAnimationFrame(step);
            })"""
        )
        # Time of the processor, not of the clock: of the 16.7 ms of a frame at 60 a second, half
        # is left for painting.
        assert (spent() - before) / frames < 0.008
        assert page.evaluate("scrollY") > 2000
    finally:
        unhurried.set(more=0)


def test_menu__exports_what_is_on_the_board(found):
    ask(found, "two birds")
    stage(found, "done")
    value = json.loads(exported(found, "Export as JSON"))
    assert value["question"]["text"] == "two birds"
    assert value["top"] == 20
    shown = ids(found, "#board .column-rerank .row")
    order = [str(hit["item"]) for hit in value["hits"]]
    assert [one for one in order if one in shown] == shown
    table = list(csv.DictReader(io.StringIO(exported(found, "Export as CSV"))))
    assert [row["item"] for row in table] == order
    assert float(table[0]["relevance"]) == value["hits"][0]["relevance"]
    run = read_run(exported(found, "Export as a run of TREC"))
    stages: dict[str, list[RunRow]] = {"recall": [], "rerank": []}
    for row in run:
        stages[row.tag.rpartition("-")[2]].append(row)
    assert [row.document for row in stages["rerank"]] == order
    recalled = sorted(value["hits"], key=lambda hit: hit["recall_rank"])
    assert [row.document for row in stages["recall"]] == [str(hit["item"]) for hit in recalled]
    for rows in stages.values():  # as readers sort them, ties broken otherwise than here
        scores = np.array([row.score for row in rows], np.float32)
        assert np.all(np.diff(scores) < 0)
    assert stages["recall"][0].score == pytest.approx(recalled[0]["similarity"], abs=1e-4)


def test_menu__saves_the_search_and_copies_its_link(found, samples):
    found.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=samples.url)
    ask(found, "two birds")
    stage(found, "done")
    found.locator(".menu-button").focus()
    found.keyboard.press("ArrowDown")
    expect(found.get_by_role("menuitem", name="Copy link")).to_be_focused()
    found.keyboard.press("Enter")
    expect(found.locator(".toast")).to_contain_text("copied")
    assert found.evaluate("navigator.clipboard.readText()") == f"{samples.url}/?q=two+birds"
    found.locator(".menu-button").click()
    found.get_by_role("menuitem", name="Save this search").click()
    expect(found.locator(".toast").last).to_contain_text("Saved")
    found.locator(".menu-button").click()
    found.keyboard.press("Escape")
    expect(found.locator(".menu")).to_be_hidden()
    expect(found.locator(".menu-button")).to_be_focused()
