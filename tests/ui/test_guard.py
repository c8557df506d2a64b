"""Other web pages in the same browser are kept away."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from qwen3vl_app.messages import NOTHING
from qwen3vl_app.ui.guard import PAGE_HEADER, refusal
from qwen3vl_app.ui.hosts import allowed_hosts

OWN = {PAGE_HEADER: "1"}


def test_host__unknown_names_are_refused(client):
    assert client.get("/api/models", headers={"host": "evil.example"}).status_code == 400
    refused = client.get("/", headers={"host": "evil.example:7860"})
    assert refused.status_code == 400
    assert refused.json() == {
        "error": "This program does not answer to the host name evil.example:7860; open the page "
        "under the address that it prints at its start, or allow the name with --allow-host.",
        "code": "access.host",
        "values": {"name": "evil.example:7860"},
    }
    assert client.get("/api/models", headers={"host": "localhost:7860"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OWN, "origin": "http://evil.example"},
        {**OWN, "origin": "null"},
        {**OWN, "origin": "http://127.0.0.1:9999"},
        {**OWN, "sec-fetch-site": "cross-site"},
        {**OWN, "sec-fetch-site": "same-site"},
    ],
)
def test_commands__of_foreign_pages_are_refused(client, drawn, headers):
    before = list(drawn.indexer.commands)
    answer = client.post("/api/index/cancel", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"].startswith("access.")
    assert drawn.indexer.commands == before


def test_commands__of_our_page_pass(client, drawn):
    headers = {**OWN, "origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    # a command that leaves the files of this world as they are: others read them
    assert client.post("/api/index/resume", headers=headers).status_code == 200
    assert drawn.indexer.commands[-1] == "resume"


def test_gradio__foreign_origins_are_refused_there_too(web):
    answer = web.post("/gradio_api/queue/join", headers={"origin": "http://evil.example"}, json={})
    assert answer.status_code == 403


def test_responses__are_marked(client):
    headers = client.get("/api/models").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://[evil"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"referer": "http://evil.example/page"},
        {"referer": "http://127.0.0.1:9999/"},
        {"referer": "http://[evil"},
    ],
)
def test_refusal__reading_is_for_our_page_too(headers):
    given = Headers({"host": "127.0.0.1:7860", **headers})
    assert refusal("GET", "/api/items", given).code in {"access.foreign", "access.origin"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "referer": "http://127.0.0.1:7860/"},
        {"referer": "http://127.0.0.1:7860/?q=fox"},
        {"origin": "http://127.0.0.1:7860"},
    ],
)
def test_refusal__our_page_and_programs_read(headers):
    given = Headers({"host": "127.0.0.1:7860", **headers})
    assert refusal("GET", "/api/items", given) == NOTHING


def test_allowed_hosts__bound_address():
    assert allowed_hosts("192.168.1.7")[-1] == "192.168.1.7"
    assert set(allowed_hosts("127.0.0.1")) == {"127.0.0.1", "localhost", "[::1]"}
    assert len(allowed_hosts("0.0.0.0")) >= 4  # noqa: S104 - the meaning of it is tested
