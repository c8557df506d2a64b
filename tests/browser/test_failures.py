"""Whatever fails, the page says it in its own words and language, and gradio says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.message_rows import answer_row
from tests.browser.conftest import another, ask, opened, stage
from tests.ui.drawings import draw

pytestmark = pytest.mark.browser

ANYTHING = "."
"""The console may say what it likes: these tests are about what a person sees."""


@pytest.fixture(params=["en-US", "zh-CN"])
def spoken(browser, unhurried, request) -> Iterator[tuple[Page, str]]:
    """The page in each language."""
    with (
        another(browser, viewport={"width": 1440, "height": 900}, locale=request.param) as context,
        opened(context, unhurried.url, expected=ANYTHING) as page,
    ):
        yield page, request.param[:2]


def said(page: Page) -> str:
    """The one sentence that is shown; gradio's cards are not."""
    expect(page.locator(".toast")).to_have_count(1)
    page.wait_for_timeout(600)  # time for gradio's card to come in
    expect(page.locator(".toast")).to_have_count(1)
    expect(page.locator(".toast-wrap:visible")).to_have_count(0)
    expect(page.get_by_text("Error", exact=True).locator("visible=true")).to_have_count(0)
    return page.locator(".toast > span").inner_text()


def answering(status: int, body: object) -> object:
    def answer(route: Route) -> None:
        route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    return answer


JOIN = "**/gradio_api/queue/join*"
REFUSALS = {
    "queue full": (
        503,
        {"detail": "Queue is full. Max size is 64 and size is 64."},
        {"en": "Too much is asked for at once", "zh": "同时的请求太多"},
    ),
    "a sentence with a code": (
        413,
        answer_row(Message.of("body.large", path="/x", size=10, limit=9)),
        {"en": "has 10 bytes, and its limit is 9", "zh": "请求的内容超过了 9 字节的上限"},
    ),
    "too slow": (
        408,
        answer_row(Message.of("body.slow", bytes=7, seconds="20", least=20480)),
        {"en": "stopped arriving: 7 bytes in 20 seconds", "zh": "请求的内容没有继续传来"},
    ),
    "a bug": (500, {"detail": "Internal"}, {"en": "Something went wrong", "zh": "程序出错"}),
    "no json": (502, "<html>", {"en": "Something went wrong", "zh": "程序出错"}),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_search__refused(spoken, kind):
    page, language = spoken
    status, body, words = REFUSALS[kind]
    page.route(JOIN, answering(status, body))
    ask(page, "red circle")
    assert words[language] in said(page)
    assert page.locator("#query textarea").input_value() == "red circle"
    page.unroute(JOIN)
    page.locator("#query textarea").press("Enter")
    stage(page, "done")


def test_search__the_program_is_gone(spoken):
    page, language = spoken
    page.route(JOIN, lambda route: route.abort("connectionrefused"))
    ask(page, "red circle")
    words = {"en": "The program does not answer", "zh": "程序没有响应"}
    assert words[language] in said(page)
    page.unroute(JOIN)
    page.locator("#query textarea").press("Enter")
    stage(page, "done")


def test_search__results_cannot_be_fetched(spoken):
    page, language = spoken
    stream = "**/gradio_api/queue/data*"
    page.route(stream, lambda route: route.abort("connectionreset"), times=1)
    ask(page, "red circle")
    words = {"en": "The program does not answer", "zh": "程序没有响应"}
    assert words[language] in said(page)
    page.locator("#query textarea").press("Enter")
    stage(page, "done")


def test_search__a_handler_that_fails_without_a_word(spoken):
    page, language = spoken
    ended = {
        "msg": "process_completed",
        "event_id": "e",
        "success": False,
        "output": {"error": None},
    }
    page.route(JOIN, answering(200, {"event_id": "e"}))
    page.route(
        "**/gradio_api/queue/data*",
        lambda route: route.fulfill(
            body=f"data: {json.dumps(ended)}\n\n", content_type="text/event-stream"
        ),
    )
    ask(page, "red circle")
    words = {"en": "Something went wrong in the program", "zh": "程序出错"}
    assert words[language] in said(page)


def test_upload__refused(spoken, tmp_path: Path):
    page, language = spoken
    picture = tmp_path / "query.png"
    draw("red", "star", (60, 60)).save(picture)
    refusal = answer_row(Message.of("upload.busy"))
    page.route("**/gradio_api/upload*", answering(503, refusal))
    page.locator("#query input[type=file]").set_input_files(picture)
    words = {"en": "Too many pictures and clips", "zh": "同时传来的图片和视频太多"}
    assert words[language] in said(page)


def test_upload__a_kind_that_is_no_query(spoken, tmp_path: Path):
    page, language = spoken
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"PK\x03\x04")
    page.locator("#query input[type=file]").set_input_files(archive)
    expect(page.locator("#query .thumbnail-item")).to_have_count(1)
    page.locator("#query .submit-button").click()
    stage(page, "error")
    words = {"en": "archive.zip: ", "zh": "archive.zip："}
    expect(page.locator(".board-note")).to_contain_text(words[language])


def test_script__one_that_fails_is_said_once(spoken):
    page, language = spoken
    page.evaluate(
        """() => {
          const filename = `${location.origin}/page/x/search/board/board.js`;
          const fail = () => dispatchEvent(new ErrorEvent('error', { filename }));
          fail();
          fail();
        }"""
    )
    words = {"en": "Something on this page went wrong", "zh": "页面出了问题"}
    assert words[language] in said(page)
    with page.expect_navigation():
        page.locator(".toast button.quiet").click()


def test_card__of_any_kind_is_never_seen(spoken):
    """What a later gradio may say is not known yet; that nobody sees it is."""
    page, language = spoken
    page.evaluate(
        """() => {
          const wrap = document.createElement('div');
          wrap.className = 'toast-wrap';
          wrap.innerHTML = '<div class="toast-body error"><b>Error</b> Brand new card</div>';
          document.body.append(wrap);
        }"""
    )
    words = {"en": "Something went wrong in the program", "zh": "程序出错"}
    assert words[language] in said(page)
    expect(page.get_by_text("Brand new")).to_be_hidden()
