"""Which models answer, changed over HTTP, with real checkpoints and a real library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.services import Services, build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.drawn import draw_picture
from tests.models.checkpoint.adapters import factors, write
from tests.models.conftest import PARITY

OURS = {PAGE_HEADER: "1"}
FIRST, SECOND = str(PARITY / "checkpoint"), str(PARITY / "checkpoint-eos")
WAIT = 60


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Three pictures, indexed with the first checkpoint."""
    services = build_services(
        Settings(
            library=tmp_path / "library", model=FIRST, reranker=FIRST, device="cpu",
            threads=1, readers=1, backup=False, ocr=False,
        )
    )  # fmt: skip
    for number in range(3):
        draw_picture(tmp_path / f"{number}.png", f"rgb({80 * number}, 9, 90)")
    services.indexer.add([tmp_path / f"{number}.png" for number in range(3)])
    services.start()
    assert services.indexer.wait(WAIT).items == 3
    assert services.models.wait(WAIT)
    yield services
    services.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(build_server(services), base_url="http://127.0.0.1", headers=OURS) as client:
        yield client


def until(condition) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def stage(client: TestClient, role: str = "embedder") -> dict:
    found = client.get("/api/models/stages").json()["stages"]
    return next(one for one in found if one["role"] == role)


def test_models__both_stages_with_memory_fingerprint_and_what_is_embedded(client, services):
    found = client.get("/api/models/stages").json()
    assert (len(found["stages"]), found["coming"]) == (2, [])
    embedder, reranker = found["stages"]
    assert embedder["fingerprint"] == services.models.space().fingerprint
    assert reranker["fingerprint"] == services.models.reranker_fingerprint()
    for one in (embedder, reranker):
        assert (one["wanted"], one["adapter"], one["state"]) == (FIRST, "", "ready")
        assert one["former"] is None
        assert one["memory"] > 100_000
    assert (embedder["embedded"], embedder["items"]) == (3, 3)
    assert "embedded" not in reranker


def test_use__takes_over_fills_its_space_and_back(client, services):
    before = stage(client)["fingerprint"]
    answer = client.post("/api/models/use", json={"role": "embedder", "wanted": SECOND})
    assert answer.status_code == 200
    until(lambda: stage(client)["wanted"] == SECOND)
    until(lambda: stage(client)["embedded"] == 3)
    now = stage(client)
    assert now["former"] == {"wanted": FIRST, "adapter": ""}
    assert now["fingerprint"] != before
    assert client.get("/api/index/status").json()["coming"] == []
    client.post("/api/models/back", json={"role": "embedder"}).raise_for_status()
    until(lambda: stage(client)["fingerprint"] == before)
    assert stage(client)["embedded"] == 3  # already, nothing was embedded again
    until(lambda: stage(client)["former"] == {"wanted": SECOND, "adapter": ""})
    kept = services.library.choices.of("embedder")
    assert (kept.wanted, kept.adapter) == (FIRST, "")


def test_back__from_what_auto_was_goes_to_that_very_model(tmp_path, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.models.checkpoint.resolve.find_cached", lambda _: None)
    settings = Settings(library=tmp_path / "library", device="cpu", backup=False, ocr=False)
    services = build_services(settings)
    try:
        services.start()
        assert services.models.wait(WAIT)
        for role in Role:
            assert services.models.status()[list(Role).index(role)].wanted == "auto"
            services.use_model(role, ModelChoice(wanted=SECOND)).result(WAIT)
            former = services.library.choices.former(role)
            assert former == ModelChoice(wanted="demo")  # "auto" would be what is got meanwhile
    finally:
        services.close()


def test_use__a_reranker_off_and_back(client, services):
    client.post("/api/models/use", json={"role": "reranker", "wanted": "none"})
    until(lambda: stage(client, "reranker")["state"] == "off")
    assert not services.models.has_reranker
    until(lambda: stage(client, "reranker")["former"] is not None)
    client.post("/api/models/back", json={"role": "reranker"}).raise_for_status()
    until(lambda: stage(client, "reranker")["state"] == "ready")


@pytest.mark.parametrize("role", ["embedder", "reranker"])
def test_passport__every_line_holds_for_a_model_in_use(client, role):
    checks = client.post("/api/models/passport", json={"role": role}).json()["checks"]
    assert (len(checks), [one["found"] for one in checks if not one["holds"]]) == (10, [])
    assert {one["what"]["code"] for one in checks} >= {"passport.pooling", "passport.tokens"}
    assert all(one["reference"] for one in checks)


def test_passport__of_a_reranker_that_is_off(client):
    client.post("/api/models/use", json={"role": "reranker", "wanted": "none"})
    until(lambda: stage(client, "reranker")["state"] == "off")
    answer = client.post("/api/models/passport", json={"role": "reranker"})
    assert (answer.status_code, answer.json()["code"]) == (503, "reranker.off")


def test_use__with_an_adapter(client, services, tmp_path):
    folder = str(write(tmp_path / "tuned", factors()))
    body = {"role": "embedder", "wanted": FIRST, "adapter": folder}
    client.post("/api/models/use", json=body).raise_for_status()
    until(lambda: stage(client)["name"] == "checkpoint + tuned")
    assert stage(client)["adapter"] == folder


def test_use__what_cannot_be_loaded_is_told_and_the_one_before_stays(client, services, tmp_path):
    body = {"role": "embedder", "wanted": str(tmp_path)}
    client.post("/api/models/use", json=body).raise_for_status()
    until(lambda: client.get("/api/models/stages").json()["coming"][0]["state"] == "failed")
    (failed,) = client.get("/api/models/stages").json()["coming"]
    assert failed["detail"]["code"] == "load.no_config"
    assert client.get("/api/index/status").json()["coming"][0]["detail"] == failed["detail"]
    assert stage(client)["wanted"] == FIRST
    assert services.library.choices.former("embedder") is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "judge", "wanted": "demo"}, 422),
        ({"role": "embedder"}, 422),
        ({"role": "embedder", "wanted": "x" * 5000}, 422),
        ({"role": "embedder", "wanted": "~nosuchuser/x"}, 400),
        ({"role": "embedder", "wanted": "/a\0b"}, 400),
        ({"role": "embedder", "wanted": "demo", "adapter": "/a\0b"}, 400),
    ],
)
def test_use__bodies_that_mean_nothing(client, body, status):
    answer = client.post("/api/models/use", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert client.get("/api/models/stages").json()["coming"] == []


def test_back__to_nothing(client):
    answer = client.post("/api/models/back", json={"role": "embedder"})
    assert (answer.status_code, answer.json()["code"]) == (400, "models.no_former")


def test_use__refused_without_the_header_of_the_page_and_in_a_demo(services, tmp_path):
    body = {"role": "reranker", "wanted": "none"}
    with TestClient(build_server(services), base_url="http://127.0.0.1") as stranger:
        for route in ("use", "back"):
            assert stranger.post(f"/api/models/{route}", json=body).status_code == 403
        foreign = OURS | {"origin": "http://evil.example"}
        answer = stranger.post("/api/models/use", json=body, headers=foreign)
        assert answer.status_code == 403
    settings = Settings(library=tmp_path / "library", read_only=True, device="cpu")
    demo = build_services(settings, writable=False)
    try:
        address = "http://127.0.0.1"
        with TestClient(build_server(demo), base_url=address, headers=OURS) as visitor:
            assert visitor.get("/api/models/stages").status_code == 403
            assert visitor.post("/api/models/use", json=body).status_code == 403
    finally:
        demo.close()
    assert services.models.has_reranker


def test_use__refused_where_another_program_writes_to_the_library(services):
    reading = build_services(services.settings, writable=False)
    try:
        with TestClient(
            build_server(reading), base_url="http://127.0.0.1", headers=OURS
        ) as client:
            body = {"role": "reranker", "wanted": "none"}
            answer = client.post("/api/models/use", json=body)
            assert answer.status_code >= 400
            assert "reading only" in answer.json()["error"]
            assert reading.models.has_reranker
    finally:
        reading.close()
