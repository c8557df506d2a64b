"""Another site in the same browser: it may link to the page, and neither use nor see the rest."""

from __future__ import annotations

import httpx
import pytest

from tests.attacks.program import PAGE, Program

SITES = ("cross-site", "same-site")

EMBEDDED = {
    "an image": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "a video": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "video"},
    "a script": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    "a module": {"sec-fetch-mode": "cors", "sec-fetch-dest": "script"},
    "a style": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "style"},
    "a fetch": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty"},
    "a fetch with cors": {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    "a frame": {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    "an object": {"sec-fetch-mode": "navigate", "sec-fetch-dest": "object"},
    "a prefetch": {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty", "purpose": "prefetch"},
    "an event source": {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    "a websocket": {"sec-fetch-mode": "websocket", "sec-fetch-dest": "websocket"},
    "a link": {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
}

PLACES = (
    *("/m/full/1", "/m/thumb/0", "/m/preview/1", "/m/page/1", "/api/items", "/api/items/1?q=fox"),
    *("/api/index/status", "/api/models", "/api/duplicates", "/api/collections", "/api/about"),
    *("/gradio_api/info", "/gradio_api/queue/data?session_hash=x", "/gradio_api/heartbeat/x"),
    *("/gradio_api/file=/etc/passwd", "/config", "/theme.css", "/page/1/shell/top.js", "/nowhere"),
    *("/gradio_api/startup-events", "/favicon.ico", "/openapi.json", "/static/x", "/assets/x"),
)


@pytest.fixture
def browser(own: Program):
    with own.client(headers={"accept": "*/*"}) as http:
        yield http


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("how", EMBEDDED)
def test_everything_but_the_page__is_refused_to_other_sites(
    browser: httpx.Client, site: str, how: str
) -> None:
    for place in PLACES:
        for method in ("GET", "HEAD"):
            headers = {"sec-fetch-site": site, **EMBEDDED[how]}
            answer = browser.request(method, place, headers=headers)
            assert answer.status_code == 403, (method, place)
            assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("how", [name for name in EMBEDDED if name != "a link"])
def test_the_page_in_another__is_refused(browser: httpx.Client, site: str, how: str) -> None:
    for place in ("/", "/?q=fox"):
        headers = {"sec-fetch-site": site, **EMBEDDED[how]}
        assert browser.get(place, headers=headers).status_code == 403


@pytest.mark.parametrize("site", [*SITES, "none", "same-origin"])
@pytest.mark.parametrize("place", ["/", "/?q=a+red+fox&kinds=picture", "/?file=x&item=1"])
def test_a_link_to_the_page__opens_it(browser: httpx.Client, site: str, place: str) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-user": "?1", **EMBEDDED["a link"]}
    answer = browser.get(place, headers={**headers, "referer": "https://elsewhere.example/"})
    assert answer.status_code == 200
    assert "<head>" in answer.text
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_changes_from_other_sites__are_refused_also_as_forms(
    browser: httpx.Client, site: str, method: str
) -> None:
    for place in ("/", "/api/index/cancel", "/gradio_api/queue/join", "/gradio_api/upload"):
        headers = {"sec-fetch-site": site, **EMBEDDED["a link"], **PAGE}
        assert browser.request(method, place, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "null", "http://localhost:3000", "http://[", "", "file://"),
        *("http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1.evil.example"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_origins_of_others__are_refused_also_for_reading(
    browser: httpx.Client, own: Program, origin: str, method: str
) -> None:
    for place in ("/api/items", "/m/full/1", "/gradio_api/info", "/"):
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = browser.request(method, place, headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "referer", ["http://evil.example/", "http://127.0.0.1:1/", "http://[", "about:blank"]
)
def test_old_browsers__the_referer_says_who_asks(browser: httpx.Client, referer: str) -> None:
    for place in ("/api/items", "/m/full/1", "/gradio_api/info", "/page/1/shell/top.js"):
        assert browser.get(place, headers={"referer": referer}).status_code == 403
    assert browser.get("/?q=fox", headers={"referer": referer}).status_code == 200


def test_the_page_and_programs__are_served(browser: httpx.Client, own: Program) -> None:
    said = {
        "curl": {},
        "the page": {"sec-fetch-site": "same-origin", "origin": own.url, "referer": own.url},
        "an old browser": {"referer": f"{own.url}/?q=fox"},
        "an address typed": {"sec-fetch-site": "none", **EMBEDDED["a link"]},
    }
    for headers in said.values():
        for place in ("/api/items", "/m/full/1", "/config", "/theme.css", "/"):
            assert browser.get(place, headers=headers).status_code == 200
