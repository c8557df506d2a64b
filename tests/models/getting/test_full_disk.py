"""A disk that fills up while a model comes; needs one of its own, which only root may mount."""

from __future__ import annotations

import pytest

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.getting import room
from qwen3vl_app.models.getting.places import folder_of
from tests.models.getting.hub import MODEL, model_files
from tests.models.getting.test_download import contents, get, wanted
from tests.survival import conftest as survival

disk = survival.disk


def test_get_model__a_disk_that_fills_up(hub, disk, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(disk.path))
    monkeypatch.setattr(room, "SPARE", 0)
    hub.files = model_files(3_000_000)

    def report(amount):
        if amount.done > 1_000_000 and disk.free():
            disk.fill(leave=0)

    with pytest.raises(DownloadError, match=f"is full; free some space and get .*{MODEL}"):
        get(report=report)
    assert disk.path in folder_of(MODEL).parents
    assert not folder_of(MODEL).exists()
    disk.empty()
    assert contents(get()) == wanted(hub)
    resumed = [headers["range"] for _, headers in hub.asked if "range" in headers]
    assert len(resumed) == 1
    assert 1_000_000 < int(resumed[0].removeprefix("bytes=").rstrip("-")) < 3_000_000
