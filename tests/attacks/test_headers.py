"""What a client says of itself is not taken over: other origins, other hosts, other schemes."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.attacks.program import Program, draw_library, serving

ORIGINS = (
    *("http://localhost:9999", "http://127.0.0.1:9999", "http://0.0.0.0", "null"),
    *("https://localhost", "http://evil.example", "http://localhost.evil.example"),
)
PATHS = ("/", "/config", "/theme.css", "/gradio_api/queue/data?session_hash=x", "/api/items")
FORWARDED = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-prefix": "/evil",
    "x-forwarded-server": "evil.example",
    "x-original-host": "evil.example",
    "x-gradio-server": "http://evil.example",
    "forwarded": "host=evil.example;proto=https",
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", [*PATHS, "/gradio_api/queue/join", "/gradio_api/upload"])
def test_preflight_of_another_origin__allows_nothing(
    path: str, origin: str, visitor: httpx.Client
) -> None:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, x-qwen3vl-page",
        "access-control-request-private-network": "true",
    }
    answer = visitor.options(path, headers=headers)
    assert answer.status_code >= 400
    assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", PATHS[:3])
def test_request_of_another_origin__is_not_readable_by_it(
    path: str, origin: str, visitor: httpx.Client
) -> None:
    answer = visitor.get(path, headers={"origin": origin})
    assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize("name", FORWARDED)
@pytest.mark.parametrize("path", ["/", "/config"])
def test_forwarding_header__is_not_reflected(path: str, name: str, visitor: httpx.Client) -> None:
    answer = visitor.get(path, headers={name: FORWARDED[name]})
    assert answer.status_code == 200
    assert "evil" not in answer.text + str(answer.headers)
    assert f"https://127.0.0.1:{visitor.base_url.port}" not in answer.text
    assert visitor.get("/config", headers=FORWARDED).json()["root"] == str(visitor.base_url)


def test_config__names_the_host_that_was_asked_for(own: Program) -> None:
    with own.client() as http:
        for host in (f"127.0.0.1:{own.port}", f"localhost:{own.port}"):
            assert http.get("/config", headers={"host": host}).json()["root"] == f"http://{host}"


def test_proxy_in_front__says_that_it_was_asked_securely_under_its_own_name_only(
    tmp_path: Path,
) -> None:
    draw_library(tmp_path)
    with serving(tmp_path, "--allow-host", "demo.example") as program, program.client() as http:
        said = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
        for host, root in (
            ("demo.example", "https://demo.example"),
            (f"127.0.0.1:{program.port}", f"http://127.0.0.1:{program.port}"),
        ):
            config = http.get("/config", headers={"host": host, **said}).json()
            assert config["root"] == root
        plain = http.get("/config", headers={"host": "demo.example"}).json()
        assert plain["root"] == "http://demo.example"
        said["x-forwarded-proto"] = "javascript"
        config = http.get("/config", headers={"host": "demo.example", **said}).json()
        assert config["root"] == "http://demo.example"


def test_answers_of_gradio__carry_the_headers_of_ours(visitor: httpx.Client) -> None:
    for path in ("/", "/config", "/theme.css", "/nowhere", "/gradio_api/file=x"):
        headers = visitor.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
