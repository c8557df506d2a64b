"""A finished search to take along, by its route."""

from __future__ import annotations

from dataclasses import replace

import orjson
from starlette.testclient import TestClient

from qwen3vl_app.types.run import Owner
from qwen3vl_app.ui.server import build_server
from tests.ui.test_inspecting import client, run, services  # noqa: F401  # fixtures


def test_bundle__is_a_page_to_save_or_json(client, run, services):  # noqa: F811
    page = client.get(f"/api/runs/{run}/bundle?language=zh")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-disposition"] == f'attachment; filename="search-{run}.html"'
    assert page.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert '<html lang="zh">' in page.text
    found = orjson.loads(client.get(f"/api/runs/{run}/bundle?format=json").content)
    kept = services.library.runs.find(run).run
    assert [(hit["item"], hit["recall_rank"], hit["rerank_rank"]) for hit in found["hits"]] == [
        (hit.item, hit.recall_rank, hit.rank) for hit in kept.hits
    ]
    assert [hit["similarity"] for hit in found["hits"]] == [hit.similarity for hit in kept.hits]
    assert [hit["logit"] for hit in found["hits"]] == [hit.logit for hit in kept.hits]
    assert found["hits"][0]["name"]


def test_bundle__is_of_ones_own_runs_alone(client, run, services):  # noqa: F811
    another = services.library.runs.add(
        services.library.runs.find(run).run, owner=Owner("somebody")
    )
    # by ones own computer everybody's are one's own; who is somebody else has nothing
    assert client.get("/api/runs/999/bundle").json()["code"] == "history.gone"
    shared = replace(services, settings=replace(services.settings, auth=("anna", "x")))
    with TestClient(build_server(shared), base_url="http://127.0.0.1") as other:
        assert other.get(f"/api/runs/{run}/bundle").status_code == 401
        answer = other.get(f"/api/runs/{run}/bundle", auth=("anna", "x"))
        assert answer.json()["code"] == "history.gone"
    assert client.get(f"/api/runs/{another}/bundle").json()["code"] == "history.gone"
    public = replace(services, settings=replace(services.settings, read_only=True))
    with TestClient(build_server(public), base_url="http://127.0.0.1") as other:
        assert other.get(f"/api/runs/{run}/bundle").status_code == 403
    silent = replace(services, history=None)
    with TestClient(build_server(silent), base_url="http://127.0.0.1") as other:
        assert other.get(f"/api/runs/{run}/bundle").json()["code"] == "history.off"
