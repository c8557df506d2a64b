"""Help, and that no number on the page is without an explanation in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import another, ask, opened, stage

pytestmark = pytest.mark.browser

UNEXPLAINED = """(keys) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement;
    if (!/\\d/.test(node.data) || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest('script, style, .toasts, dialog, [data-content]')) continue;
    const explained = parent.closest('[data-explain]');
    if (explained && keys.includes(explained.dataset.explain)) continue;
    const titled = [parent, parent.parentElement].some((one) => {
      const said = one.title || one.getAttribute('aria-description');
      return said && said.trim() !== parent.textContent.trim();
    });
    if (!explained && titled) continue;
    const where = explained ? explained.dataset.explain : parent.className || parent.tagName;
    found.push(`${node.data.trim().slice(0, 60)} (${where})`);
  }
  return found;
}"""
"""Visible texts with digits, apart from names, snippets and the like, that neither name an entry
of Help nor have a title that says more than they do."""


def helped(page: Page) -> None:
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()


def entries(page: Page) -> list[str]:
    """What Help explains, by the names that elements give."""
    helped(page)
    keys = page.locator("dialog.help [data-key]").evaluate_all(
        "all => all.map((one) => one.dataset.key)"
    )
    page.keyboard.press("Escape")
    expect(page.locator("dialog.help")).to_have_count(0)
    return keys


def detail(page: Page, words: str, kind: str) -> None:
    page.goto(f"{page.url.split('?', maxsplit=1)[0]}?q={words}&kinds={kind}")
    stage(page, "done")
    page.locator(".column-recall .row").first.click()
    expect(page.locator(".panel h2")).to_be_visible()
    page.wait_for_timeout(300)  # what stands in it comes later


def parts(page: Page) -> Iterator[str]:
    """Show one part of the page after the other."""
    expect(page.locator(".welcome .recent .tile").first).to_be_visible()
    yield "start page"
    for button in page.locator(".fold-button").all():
        button.click()
        yield f"panel of {button.inner_text()}"
        button.click()
    ask(page, "red circle")
    stage(page, "done")
    for view in ("board", "grid", "table"):
        page.locator(f".board-views [data-view={view}]").click()
        yield view
    page.locator(".board-views [data-view=board]").click()
    for kind, words in (("picture", "star"), ("page", "blue"), ("passage", "a"), ("video", "red")):
        detail(page, words, kind)
        yield f"detail of a {kind}"
    root = page.url.split("?")[0]
    page.goto(f"{root}?kinds=picture")
    stage(page, "listing")
    expect(page.locator(".listing .tile").first).to_be_visible()
    yield "listing"
    page.goto(f"{root}?tab=library")
    expect(page.locator(".grid .tile").first).to_be_visible()
    yield "library"
    for view, shown in (
        ("map", ".map-cluster"),
        ("files", ".outcome"),
        ("folders", ".ignore"),
        ("duplicates", ".group"),
    ):
        page.locator(f".library-tabs [data-view={view}]").click()
        expect(page.locator(shown).first).to_be_visible()
        yield view
    page.goto(f"{root}?tab=settings")
    expect(page.locator(".known-row").first).to_be_visible()
    page.get_by_role("button", name="Measure on this library").click()
    expect(page.locator(".storage tbody tr").first).to_be_visible()
    yield "settings"


def test_numbers__are_explained_wherever_they_stand(page):
    keys = entries(page)
    found = {part: page.evaluate(UNEXPLAINED, keys) for part in parts(page)}
    assert {part: numbers for part, numbers in found.items() if numbers} == {}


def inside(page: Page, url: str) -> Iterator[str]:
    """Show one after the other what looks into a finished search."""
    page.goto(f"{url}?q=fox")
    stage(page, "done")
    page.locator(".column-rerank .row[data-kind=picture] >> nth=0").click()
    page.get_by_role("tab", name="Model saw").click()
    expect(page.locator("#panel-seen .seen-stage")).to_have_count(2)
    yield "what the models saw"
    page.get_by_role("tab", name="Evidence").click()
    bar = page.locator("#panel-evidence .evidence-bar")
    ended = re.compile("passes of each model|From before")  # what is kept is shown unasked
    expect(bar.locator(".primary").or_(bar.get_by_text(ended))).to_be_visible()
    if bar.locator(".primary").is_visible():
        bar.locator(".primary").click()
    expect(bar).to_contain_text(ended)
    expect(page.locator("#panel-evidence .heat-said")).to_contain_text("row")
    yield "evidence"
    page.locator(".board-root .menu-button").click()
    page.get_by_role("menuitem", name="Judge these hits").click()
    expect(page.locator(".judge-card")).to_be_visible()
    yield "judging"
    page.goto(f"{url}?q=fox&tab=lab&lab=compare")
    expect(page.locator(".compare h2")).to_have_text("fox")
    page.locator(".compare .judge-head .primary").first.click()
    expect(page.locator(".compare-say")).to_contain_text("in common")
    yield "comparison"
    page.locator(".lab-tabs [data-part=sets]").click()
    expect(page.locator(".sets")).to_contain_text("There is no test set yet.")
    yield "test sets"
    page.locator(".lab-tabs [data-part=balance]").click()
    expect(page.locator(".balances .inspect-state")).to_be_hidden()
    expect(page.locator(".balances-kinds section").first).to_be_visible()
    yield "balance"
    page.goto(f"{url}?tab=library&part=map")
    expect(page.locator(".map[data-stage=done] .map-cluster").first).to_be_visible()
    yield "map"


def test_numbers__of_what_looks_into_a_search_are_explained(desktop, samples):
    with opened(desktop, samples.url) as page:
        keys = entries(page)
        found = {part: page.evaluate(UNEXPLAINED, keys) for part in inside(page, samples.url)}
        assert {part: numbers for part, numbers in found.items() if numbers} == {}


def test_numbers__one_without_a_word_is_noticed(page):
    keys = entries(page)
    page.locator(".summary").evaluate("node => node.removeAttribute('data-explain')")
    (found,) = page.evaluate(UNEXPLAINED, keys)
    assert "summary" in found
    page.locator(".summary").evaluate("node => (node.dataset.explain = 'nonsense')")
    (found,) = page.evaluate(UNEXPLAINED, keys)
    assert "nonsense" in found


def test_help__has_five_groups_and_is_reached_by_the_keyboard(page):
    helped(page)
    dialog = page.locator("dialog.help")
    groups = ["Find", "Stages", "Numbers", "Lab", "Keys"]
    expect(dialog.locator("h3")).to_have_text(groups)
    for name, key in (("Numbers", "numbers"), ("Keys", "keys")):
        dialog.get_by_role("button", name=name, exact=True).press("Enter")
        expect(dialog.locator(f"[data-key={key}]")).to_be_focused()
        expect(dialog.locator(f"[data-key={key}] h3")).to_be_in_viewport()
    for entry in dialog.locator("dt").all():
        assert "help." not in entry.inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Help (?)").press("Enter")
    expect(dialog).to_be_visible()


def test_help__opens_at_what_has_the_focus_and_a_pointer_is_told(page):
    page.get_by_role("tab", name="Settings").click()
    line = page.locator(".storage-line")
    expect(line).to_contain_text("dimensions")
    line.hover()
    expect(line).to_have_attribute("title", re.compile("^How many vectors"))
    line.evaluate("node => { node.tabIndex = 0; node.focus(); }")
    page.keyboard.press("?")
    expect(page.locator("dialog.help [data-key=vectors]")).to_be_focused()
    expect(page.locator("dialog.help [data-key=vectors]")).to_be_in_viewport()


def test_help__speaks_chinese(browser, unhurried):
    with another(browser, locale="zh-CN") as context, opened(context, unhurried.url) as page:
        helped(page)
        expect(page.locator("dialog.help h3")).to_have_text(
            ["查找", "两个阶段", "数字", "实验室", "按键"]
        )
        titles = page.locator("dialog.help dt").all_inner_texts()
        assert [one for one in titles if one.isascii()] == ["Logit"]


def test_help__takes_the_tour_again(desktop, samples):
    with opened(desktop, samples.url) as page:
        page.get_by_role("tab", name="Settings").click()
        helped(page)
        page.get_by_role("button", name="Take the tour again").click()
        expect(page.locator("dialog.help")).to_have_count(0)
        expect(page.locator(".tour")).to_be_visible()
        stage(page, "done")
        assert "tour=" in page.url
