"""Downloads in the background: one at a time, paused, gone on with, cancelled, also later on."""

from __future__ import annotations

import threading

import pytest

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.getting.jobs import Downloads
from qwen3vl_app.models.getting.places import begun_models, folder_of, staging_of
from qwen3vl_app.models.getting.progress import Amount, Stage
from qwen3vl_app.models.getting.sources import Source
from tests.models.getting.hub import MODEL, model_files
from tests.models.getting.test_download import QUICK, WEIGHTS, contents, half_got, ranges, wanted


@pytest.fixture
def downloads():
    made = Downloads(QUICK)
    yield made
    made.close()


def status(downloads, repository=MODEL):
    return next(one for one in downloads.statuses() if one.repository == repository)


def held(hub) -> threading.Event:
    """Half of the weights come, and the rest once the event is set."""
    go_on = threading.Event()

    def before(handler, name):
        if name != WEIGHTS or go_on.is_set():
            return False
        content = hub.files[name]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.send_header("ETag", '"held"')
        handler.end_headers()
        handler.wfile.write(content[:100_000])
        handler.wfile.flush()
        while not go_on.wait(0.05):
            # a byte now and then, as slow lines do; pausing is noticed with the next one
            handler.wfile.write(content[100_000:100_001])
            handler.wfile.flush()
        return handler.hang_up()

    hub.before = before
    return go_on


def halfway(hub, downloads):
    hub.wait_until(lambda: status(downloads).amount.file == WEIGHTS)


def test_downloads__get_a_model(hub, downloads):
    assert downloads.statuses() == ()
    assert downloads.start(MODEL).stage is Stage.WAITING
    assert downloads.wait(20)
    done = status(downloads)
    assert (done.stage, done.folder, done.source) == (
        Stage.DONE, folder_of(MODEL), Source.HUGGING_FACE
    )  # fmt: skip
    assert done.amount.done == done.amount.total == sum(map(len, wanted(hub).values()))
    assert done.amount.speed == 0


def test_downloads__one_after_the_other(hub, downloads):
    go_on = held(hub)
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.start("Qwen/Qwen3-VL-Reranker-2B")
    assert [one.stage for one in downloads.statuses()] == [Stage.GETTING, Stage.WAITING]
    assert not downloads.wait(0)
    go_on.set()
    assert downloads.wait(20)
    assert status(downloads).stage is Stage.DONE
    failed = status(downloads, "Qwen/Qwen3-VL-Reranker-2B")
    assert failed.stage is Stage.FAILED
    assert "has no model Qwen/Qwen3-VL-Reranker-2B" in str(failed.message)


def test_downloads__pause_and_go_on(hub, downloads):
    go_on = held(hub)
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.pause(MODEL)
    assert downloads.wait(20)
    paused = status(downloads)
    assert (paused.stage, paused.amount.speed) == (Stage.PAUSED, 0)
    assert paused.amount.done > 100_000
    go_on.set()
    downloads.start(MODEL)
    assert downloads.wait(20)
    assert contents(status(downloads).folder) == wanted(hub)


def test_downloads__start_again_at_once_after_pausing(hub, downloads):
    go_on = held(hub)
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.pause(MODEL)
    assert downloads.start(MODEL).stage is Stage.WAITING
    go_on.set()
    assert downloads.wait(20)
    assert status(downloads).stage is Stage.DONE


def test_downloads__start_twice_is_once(hub, downloads):
    go_on = held(hub)
    downloads.start(MODEL)
    halfway(hub, downloads)
    assert downloads.start(MODEL).stage is Stage.GETTING
    go_on.set()
    assert downloads.wait(20)
    assert len(downloads.statuses()) == 1


def test_downloads__cancel_deletes_what_came(hub, downloads):
    held(hub)
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.cancel(MODEL)
    assert downloads.wait(20)
    cancelled = status(downloads)
    assert (cancelled.stage, cancelled.amount) == (Stage.CANCELLED, Amount())
    assert not staging_of(folder_of(MODEL)).exists()


def test_downloads__cancel_what_waits(hub, downloads):
    held(hub)
    other = "Qwen/Qwen3-VL-Embedding-8B"
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.start(other)
    downloads.cancel(other)
    assert status(downloads, other).stage is Stage.CANCELLED
    assert status(downloads).stage is Stage.GETTING


def test_downloads__cancel_what_is_done_changes_nothing(hub, downloads):
    downloads.start(MODEL)
    assert downloads.wait(20)
    downloads.cancel(MODEL)
    downloads.pause(MODEL)
    assert status(downloads).stage is Stage.DONE
    assert folder_of(MODEL).is_dir()


def test_downloads__go_on_after_a_restart(hub):
    half_got(hub)
    downloads = Downloads(QUICK)
    left = status(downloads)
    assert (left.stage, left.source) == (Stage.PAUSED, Source.HUGGING_FACE)
    assert left.amount.total == sum(map(len, wanted(hub).values()))
    assert left.amount.done == left.amount.total - 200_000
    downloads.start(MODEL)
    assert downloads.wait(20)
    assert status(downloads).stage is Stage.DONE
    assert ranges(hub)[-1] == "bytes=100000-"
    downloads.close()


def test_downloads__go_on_where_it_was_begun_from(hub, downloads):
    downloads.start(MODEL, Source.MODELSCOPE)
    held(hub)
    downloads.wait(20)
    assert status(downloads).source is Source.MODELSCOPE


def test_downloads__cancel_what_an_earlier_run_left(hub, downloads):
    half_got(hub)
    downloads.cancel(MODEL)
    assert status(downloads).stage is Stage.CANCELLED
    assert list(begun_models()) == []
    assert not staging_of(folder_of(MODEL)).exists()


def test_downloads__closing_pauses(hub):
    hub.files = model_files(400_000)
    held(hub)
    downloads = Downloads(QUICK)
    downloads.start(MODEL)
    halfway(hub, downloads)
    downloads.close()
    assert [one.repository for one in begun_models()] == [MODEL]
    assert status(downloads).stage is Stage.PAUSED


def test_downloads__a_name_that_is_none(downloads):
    with pytest.raises(DownloadError, match="is no id of a model"):
        downloads.start("2b")
    assert downloads.statuses() == ()
