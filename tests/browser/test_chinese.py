"""The page in Chinese: nothing on it is English but names of files, models and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from qwen3vl_app.messages import Message
from tests.browser.conftest import another, ask, opened
from tests.ui.serve_world import Served

pytestmark = pytest.mark.browser

WALK = """() => {
  const found = [];
  const skip = 'script, style, code, pre, kbd, [data-language], .facts, .panel-view, ' +
    'select option:not([value=""]), .storage-line';
  const names = '.row-title, .row-snippet, .tile-title, .question, .link, .outcome, ' +
    '.model-card h3, .known-name, .model, .folder, .group-path, .tag, [data-content]';
  for (const node of document.querySelectorAll('body *, title')) {
    if (node.closest(skip)) continue;
    if (node.tagName !== 'TITLE' && node.offsetParent === null) continue;
    const read = ['aria-label', 'placeholder', 'alt'];
    if (!node.closest(names)) {
      const own = [...node.childNodes].filter((one) => one.nodeType === 3);
      found.push(...own.map((one) => ['text', one.data.trim()]));
      read.push('title');
    }
    for (const name of read) found.push([name, node.getAttribute(name) ?? '']);
  }
  return found.filter(([, text]) => text);
}"""
"""Every text that is shown or read out, with where it stands."""

NAMES = re.compile(
    r"Qwen3-VL Search|Qwen3-VL-(Embedding|Reranker)-\dB|Apache-2.0|Hugging Face|ModelScope|"
    r"LoRA|/home/you/my-\w+|"
    r"Qwen/Qwen3-VL-Embedding-\dB：|demo：|"
    r"Qwen3-VL(-2B)?|2B|8B|PDF|GPU|CPU|Esc|Space|Enter|Recall@10|Demo (embedder|reranker)"
    r"|(float|bfloat|int|binary)\d*|\b\d+[\d.,]*\s?(ms|kB|MB|GB|B|s)\b|\.gitignore|\.searchignore"
    r"|\*\.tmp|/private/|keep\.tmp|MB|API|MCP|CPU|/home/you/Pictures"
    r"|--no-history|Apache License 2\.0|[Ll]ogit|[Tt]oken|\bms\b|JSON|CSV|TREC|README|Embedding-2B"
    r"|budget\.json|nDCG(@k)?|MRR|RBO|log2|Krippendorff|MMEB-v2"
    r"|[\w .-]+\.(png|txt|pdf|webm|jpg|gif)"
)
"""What has no other name in Chinese."""


def english(page: Page, served: Served) -> list[tuple[str, str]]:
    """Texts in which words of two Latin letters or more are left when all names are taken out."""
    items = page.request.get(f"{served.url}/api/items?limit=200").json()["items"]
    known = {item["title"] for item in items} | {item["folder"] for item in items}
    known |= {item["place"].get("section", "") for item in items}
    collections = page.request.get(f"{served.url}/api/collections").json()
    known |= {one["name"] for one in collections}
    known |= {one["path"] for one in page.request.get(f"{served.url}/api/folders").json()}
    clusters = page.request.get(f"{served.url}/api/map").json()["clusters"]
    known |= {word for one in clusters for word in one["words"]}
    found = []
    for place, text in page.evaluate(WALK):
        rest = text
        for name in sorted(known, key=len, reverse=True):
            rest = rest.replace(name, "") if name else rest
        if re.search(r"[A-Za-z]{2,}", NAMES.sub("", rest)):
            found.append((place, text))
    return found


@pytest.fixture
def chinese(browser, unhurried) -> Iterator[Page]:
    with (
        another(browser, viewport={"width": 1440, "height": 900}, locale="zh-CN") as context,
        opened(context, unhurried.url, expected=".") as page,
    ):
        yield page


def test_every_screen__has_no_english(chinese, unhurried):
    page, found = chinese, {}

    def look(name: str) -> None:
        if left := english(page, unhurried):
            found[name] = left

    look("start")
    for button in page.locator(".fold-button").all():
        button.click()
    look("filters")
    ask(page, "红色圆形")
    page.wait_for_selector(".board-root[data-stage=done]")
    look("results")
    page.locator(".board-views [data-view=table]").click()
    look("table")
    page.locator(".board-views [data-view=grid]").click()
    look("wall")
    page.locator(".board-grid .tile").first.click()
    expect(page.locator(".panel-actions")).to_be_visible()
    look("detail")
    page.get_by_role("tab", name="原因").click()
    look("why")
    page.get_by_role("tab", name="内容").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    for number, tab in ((1, "library"), (2, "lab"), (3, "settings")):
        page.locator("#tabs button[role=tab]").nth(number).click()
        page.wait_for_timeout(500)
        look(tab)
    page.locator("#tabs button[role=tab]").nth(2).click()
    for part in ("compare", "sets", "balance"):
        page.locator(f".lab-tabs [data-part={part}]").click()
        page.wait_for_timeout(500)
        look(f"lab, {part}")
    page.locator("#tabs button[role=tab]").nth(1).click()
    for part in ("map", "files", "folders", "duplicates"):
        page.locator(f".library-tabs [data-view={part}]").click()
        page.wait_for_timeout(500)
        look(part)
    assert found == {}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("?top=301&q=x", "要求显示 301 个结果"),
        ("?depth=301&q=x", "要求的深度为 301"),
        ("?taken_from=soon&q=x", "不是日期"),
        ("?kinds=song&q=x", "不在可选项之中"),
        ("?orientation=round&q=x", "不在可选项之中"),
        ("?words=maybe&q=x", "不在可选项之中"),
        ("?unlike=a&unlike_weight=7&q=x", "权重为 7"),
        ("?min_bytes=9&max_bytes=2&q=x", "对调"),
    ],
)
def test_address__what_cannot_be_is_said_in_chinese(browser, unhurried, address, words):
    with (
        another(browser, viewport={"width": 1440, "height": 900}, locale="zh-CN") as context,
        opened(
            context,
            f"{unhurried.url}/{address}",
            expected=".",
            origin=unhurried.url,
            ready=".board-root[data-stage=error]",
        ) as page,
    ):
        expect(page.locator(".board-note")).to_contain_text(words)


def test_remarks__are_shown_until_put_away(browser, unhurried):
    begun = Message.of("notice.begun", path="/a/b", kept="left-1")
    backup = Message.of("notice.backup", said="No space left on device")
    told = [begun.to_json(), backup.to_json()]
    words = {"en-US": str(begun), "zh-CN": "资料库 /a/b 的 library.db 不见了"}
    unhurried.set(notices=told)
    try:
        for locale, said in words.items():
            with (
                another(browser, viewport={"width": 390, "height": 844}, locale=locale) as context,
                opened(context, unhurried.url) as page,
            ):
                remarks = page.locator(".remark")
                expect(remarks).to_have_count(2)
                expect(remarks.first).to_contain_text(said)
                assert page.evaluate("document.documentElement.scrollWidth") <= 390
                remarks.first.locator("button").click()
                expect(remarks).to_have_count(1)
                page.reload()
                expect(remarks).to_have_count(1)
                unhurried.set(notices=[*told, Message.free("Something else was found.").to_json()])
                expect(remarks).to_have_count(2)
                unhurried.set(notices=told)
    finally:
        unhurried.set(notices=[])
