"""A hostile page in the same Chromium: on another port of this computer, and on another site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import FLAGS, PATIENCE, another, chromium, opened, stage
from tests.ui.serve_world import Served, serve

pytestmark = pytest.mark.browser

HOSTILE = """<!doctype html><title>hostile</title>
<img src="{app}/m/full/1"><img src="{app}/m/thumb/0"><script src="{app}/config"></script>
<link rel=stylesheet href="{app}/theme.css"><iframe src="{app}/?q=fox"></iframe>
<video src="{app}/m/preview/1"></video><object data="{app}/api/items"></object>
<form method=post action="{app}/api/index/cancel" target=sink><input name=a></form>
<iframe name=sink></iframe>
<a href="{app}/?q=red+circle">a link</a>
<script>
const ask = (path, how) => fetch('{app}' + path, how).then(() => 'answered', () => 'refused');
document.forms[0].submit();
window.asked = Promise.all([
  ask('/api/items', {{ mode: 'no-cors' }}), ask('/api/items'), ask('/gradio_api/info'),
  ask('/gradio_api/queue/join', {{ method: 'POST', mode: 'no-cors', body: '{{}}' }}),
  ask('/api/index/cancel', {{ method: 'POST', headers: {{ 'x-qwen3vl-page': '1' }} }}),
]);
</script>"""

AT_LEAST = 9
"""Requests of the hostile page that reach the program; the browser holds some back itself."""


@pytest.fixture(scope="module")
def elsewhere(browser: Browser) -> Iterator[Browser]:
    """A browser that finds ``localhost``, too, which is another site than 127.0.0.1."""
    flags = [flag.replace("EXCLUDE 127", "EXCLUDE localhost, EXCLUDE 127") for flag in FLAGS]
    one = browser.browser_type.launch(executable_path=chromium(), args=flags)
    yield one
    one.close()


@pytest.fixture
def hostile(unhurried: Served) -> Iterator[int]:
    """The port of a server with the hostile page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(HOSTILE.format(app=unhurried.url).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def watched(page: Page, url: str) -> list[tuple[str, int]]:
    """Path and status of every answer from ``url`` from now on, as they came over the wire."""
    session, asked, found = page.context.new_cdp_session(page), {}, []

    def sent(event: dict) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def came(event: dict) -> None:
        if (address := asked.get(event["requestId"], "")).startswith(url):
            found.append((address.removeprefix(url), event["statusCode"]))

    session.on("Network.requestWillBeSent", sent)
    session.on("Network.responseReceivedExtraInfo", came)
    session.send("Network.enable")
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_hostile_page__uses_nothing_and_may_link(elsewhere, unhurried, hostile, host):
    before = unhurried.seen()
    with another(elsewhere) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        answers = watched(page, unhurried.url)
        page.goto(f"http://{host}:{hostile}/")
        page.evaluate("window.asked")
        for _ in range(100):
            if len(answers) >= AT_LEAST:
                break
            page.wait_for_timeout(100)
        assert len(answers) >= AT_LEAST, answers
        assert {status for _, status in answers} == {403}, answers
        assert unhurried.seen() == before
        page.get_by_role("link", name="a link").click()
        expect(page.locator("#query textarea")).to_have_value("red circle")
        stage(page, "done")
        assert unhurried.seen()["queries"][-1] == "red circle"
        page.evaluate("localStorage.clear()")


def test_another_program__in_the_same_process_of_the_browser_has_its_own_scripts(
    desktop: BrowserContext, page: Page, tmp_path: Path
):
    """Its page took the compiled lines that start the scripts, and with them the other address."""
    expect(page.locator(".board-root .welcome")).to_be_visible()
    with serve(tmp_path, "read-only") as other, opened(desktop, other.url) as second:
        asked = second.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
        assert len([one for one in asked if one.endswith("/search/board/board.js")]) == 1
        assert all(one.startswith((other.url, "data:", "blob:")) for one in asked)
