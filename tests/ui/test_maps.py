"""The map's routes: its points as the page reads them, and what strangers may."""

from __future__ import annotations

from time import monotonic, sleep

import numpy as np
import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.types import Kind
from qwen3vl_app.ui.routes.maps import UNKNOWN_DAY, day_number
from qwen3vl_app.ui.server import build_server

OURS = {"x-qwen3vl-page": "1"}


@pytest.fixture
def ours(own):
    with TestClient(build_server(own), base_url="http://127.0.0.1:7860") as http:
        own.indexer.wait(60)
        yield http


def settled(http):
    end = monotonic() + 60
    while (state := http.get("/api/map").json())["stage"] in ("waiting", "running"):
        assert monotonic() < end
        sleep(0.1)
    return state


def unpacked(packed: bytes):
    count = int(np.frombuffer(packed, "<u4", 1)[0])
    wide = np.frombuffer(packed, "<u4", 4 * count, 4).reshape(4, count)
    narrow = np.frombuffer(packed, np.uint8, 3 * count, 4 + 16 * count).reshape(3, count)
    assert len(packed) == 4 + 19 * count
    return {
        "ids": wide[0],
        "x": wide[1].view("<f4"),
        "days": wide[3].view("<i4"),
        "kinds": narrow[0],
        "clusters": narrow[1],
    }


def test_map__is_begun_and_its_points_are_the_items_of_the_library(ours, own):
    assert ours.get("/api/map").json()["stage"] == "none"
    begun = ours.post("/api/map/begin", json={}, headers=OURS)
    assert begun.status_code == 200
    state = settled(ours)
    assert (state["stage"], state["newer"]) == ("done", 0)
    points = unpacked(ours.get("/m/map").content)
    items = {int(one.id): one for one in own.library.list_items(limit=1000)}
    assert {*points["ids"].tolist()} == {*items}
    kinds = [*Kind]
    for item, kind in zip(points["ids"].tolist(), points["kinds"].tolist(), strict=True):
        assert items[item].kind is kinds[kind]
    assert (points["clusters"] < len(state["clusters"])).all()
    assert (points["days"] > day_number("2000-01-01")).all()
    assert all(one["items"] for one in state["clusters"])


def test_map__of_an_unknown_collection_is_empty(ours):
    assert ours.get("/api/map", params={"collection": "none"}).json()["stage"] == "empty"
    assert unpacked(ours.get("/m/map", params={"collection": "none"}).content)["ids"].size == 0


def test_map__stops_and_says_so(ours):
    ours.post("/api/map/begin", json={}, headers=OURS)
    assert ours.post("/api/map/stop", json={}, headers=OURS).status_code == 200
    state = settled(ours)
    assert state["stage"] in ("stopped", "done")  # it may have been faster
    assert (state["message"] is None) == (state["stage"] == "done")


def test_day_number__counts_from_1970():
    assert (day_number("1970-01-02"), day_number(""), day_number("2026")) == (
        1,
        UNKNOWN_DAY,
        UNKNOWN_DAY,
    )
