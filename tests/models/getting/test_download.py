"""Getting a model from a hub that does everything that hubs and networks do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from qwen3vl_app.errors import DownloadError, DownloadStoppedError
from qwen3vl_app.models.checkpoint.caches import find_cached, is_complete
from qwen3vl_app.models.getting.download import get_model
from qwen3vl_app.models.getting.patience import Patience
from qwen3vl_app.models.getting.places import folder_of, staging_of
from qwen3vl_app.models.getting.progress import Amount
from qwen3vl_app.models.getting.record import read_record
from qwen3vl_app.models.getting.sources import Source
from tests.models.getting.hub import MODEL, model_files

QUICK = Patience(tries=4, first=0.01, longest=0.02, after=0.5, silence=2)
WEIGHTS = "model.safetensors"
GOT = {"README.md", "config.json", "tokenizer.json", "chat_template.jinja", WEIGHTS}

both = pytest.mark.parametrize("source", list(Source))


def get(source=Source.HUGGING_FACE, **given):
    return get_model(MODEL, source, patience=QUICK, **given)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name[0] != "."}


def wanted(hub) -> dict[str, bytes]:
    return {name: hub.files[name] for name in GOT}


def assert_not_there() -> None:
    assert find_cached(MODEL) is None
    assert not folder_of(MODEL).exists()


# ------------------------------------------------------------ all goes well


@both
def test_get_model__only_what_a_checkpoint_needs(hub, source, home):
    folder = get(source)
    assert contents(folder) == wanted(hub)
    assert find_cached(MODEL) == folder
    assert folder == folder_of(MODEL)
    assert home in folder.parents
    assert set(hub.counts) == GOT
    record = read_record(folder)
    assert (record.repository, record.source) == (MODEL, source.value)
    assert record.size == sum(map(len, wanted(hub).values()))


def test_get_model__what_is_there_is_not_got_again(hub):
    folder = get()
    hub.asked.clear()
    assert get() == folder
    assert hub.asked == []


def test_get_model__tells_how_far_it_is(hub):
    told: list[Amount] = []
    get(report=told.append)
    size = sum(map(len, wanted(hub).values()))
    assert (told[0].done, told[0].total) == (0, size)
    assert (told[-1].done, told[-1].total, told[-1].file) == (size, size, WEIGHTS)
    assert [one.done for one in told] == sorted(one.done for one in told)


# ------------------------------------------------------------ broken connections


def breaking(hub, *cuts):
    """The weights break off after these many bytes, one connection after the other."""
    left = list(cuts)

    def before(handler, name):
        if name != WEIGHTS or not left:
            return False
        handler.send_file(hub.files[name], cut=left.pop(0))
        return True

    hub.before = before


def ranges(hub) -> list[str | None]:
    return [headers.get("range") for path, headers in hub.asked if WEIGHTS in path]


@both
def test_get_model__goes_on_where_a_connection_broke(hub, source):
    breaking(hub, 100_000, 50_000)
    assert contents(get(source)) == wanted(hub)
    assert ranges(hub) == [None, "bytes=100000-", "bytes=150000-"]


def test_get_model__says_that_it_tries_again(hub):
    breaking(hub, 100_000)
    told: list[Amount] = []
    get(report=told.append)
    notes = [str(one.note) for one in told if one.note]
    assert len(notes) == 1
    assert notes[0].startswith("The connection to 127.0.0.1 broke off")
    assert not told[-1].note


def test_get_model__gives_up_where_nothing_comes_and_keeps_what_came(hub):
    breaking(hub, 100_000, *[0] * 20)
    with pytest.raises(DownloadError, match=r"broke off.*again and again; what is there is kept"):
        get()
    assert_not_there()
    assert hub.counts[WEIGHTS] == QUICK.tries
    hub.asked.clear()
    hub.before = lambda handler, name: False
    assert contents(get()) == wanted(hub)
    assert ranges(hub) == ["bytes=100000-"]
    assert not any("config.json" in path for path, _ in hub.asked)


def test_get_model__a_part_longer_than_the_file_begins_anew(hub):
    staging = half_got(hub)
    (staging / f"{WEIGHTS}.part").write_bytes(bytes(400_000))
    assert contents(get()) == wanted(hub)
    assert ranges(hub)[-1] is None


def half_got(hub) -> Path:
    """Break off in the middle of the weights, for good; 100,000 bytes of them are there."""
    breaking(hub, 100_000, *[0] * 20)
    with pytest.raises(DownloadError):
        get()
    hub.before = lambda handler, name: False
    return staging_of(folder_of(MODEL))


def test_get_model__a_server_that_ignores_ranges_begins_anew(hub):
    hub.ranges = False
    breaking(hub, 100_000)
    assert contents(get()) == wanted(hub)
    assert hub.counts[WEIGHTS] == 2


def test_get_model__a_server_that_always_breaks_off_at_the_same_place_ends(hub):
    hub.ranges = False
    hub.files = model_files(3_000_000)
    breaking(hub, *[2_000_000] * 50)
    with pytest.raises(DownloadError, match="again and again"):
        get()
    assert hub.counts[WEIGHTS] <= QUICK.tries + 1


def test_get_model__the_wrong_range_is_not_joined(hub):
    breaking(hub, 100_000)
    first = hub.before

    def before(handler, name):
        if "Range" not in handler.headers:
            return first(handler, name)
        body = hub.files[name][50_000:]
        return handler.answer(body, 206, Content_Range=f"bytes 50000-{len(body)}/300000")

    hub.before = before
    assert contents(get()) == wanted(hub)
    assert ranges(hub) == [None, "bytes=100000-", None]


# ------------------------------------------------------------ wrong lengths and contents


@both
def test_get_model__wrong_content_once(hub, source):
    def before(handler, name):
        if name != WEIGHTS or hub.counts[name] > 1:
            return False
        handler.send_file(bytes(300_000))
        return True

    hub.before = before
    assert contents(get(source)) == wanted(hub)
    assert hub.counts[WEIGHTS] == 2


@both
@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_get_model__wrong_content_always(hub, source, name):
    right = hub.files[name]

    def before(handler, asked):
        if asked != name:
            return False
        handler.send_file(bytes(len(right)))
        return True

    hub.before = before
    with pytest.raises(DownloadError, match=f"{name} of {MODEL} came twice with other content"):
        get(source)
    assert hub.counts[name] == 2
    assert_not_there()
    assert name not in {file.name.removesuffix(".part") for file in staging().iterdir()}


def staging() -> Path:
    return staging_of(folder_of(MODEL))


@pytest.mark.parametrize("length", [299_999, 300_001, 10**15])
def test_get_model__a_length_that_is_not_that_of_the_list(hub, length):
    hub.listed[WEIGHTS] = {"size": length} if length < 10**12 else {}
    sent = bytes(300_000) if length < 10**12 else hub.files[WEIGHTS]

    def before(handler, name):
        if name != WEIGHTS:
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(length + 7))
        handler.end_headers()
        handler.wfile.write(sent)
        return handler.hang_up()

    hub.before = before
    with pytest.raises(DownloadError, match="came twice with other content"):
        get()
    assert hub.counts[WEIGHTS] == 2
    assert_not_there()


@pytest.mark.parametrize(("encoding", "is_taken"), [("identity", True), ("gzip", False)])
def test_get_model__a_packed_body_is_not_what_was_asked_for(hub, encoding, is_taken):
    hub.before = lambda handler, name: (
        name == WEIGHTS and handler.answer(hub.files[name], Content_Encoding=encoding)
    )
    if is_taken:
        assert contents(get()) == wanted(hub)
    else:
        with pytest.raises(DownloadError, match="came twice with other content"):
            get()


def test_get_model__a_body_without_end_is_cut_off(hub):
    def before(handler, name):
        if name != WEIGHTS:
            return False
        hub.counts["cut off"] += not handler.pour(bytes(100_000), 10_000)
        return handler.hang_up()

    hub.before = before
    with pytest.raises(DownloadError, match="came twice"):
        get()
    hub.wait_until(lambda: hub.counts["cut off"] == 2)
    assert not (staging() / f"{WEIGHTS}.part").exists()


@pytest.mark.parametrize("tags", [True, False])
def test_get_model__a_file_that_changes_between_two_parts(hub, tags):
    hub.tags = tags
    before, after = model_files(), model_files()
    before[WEIGHTS] = bytes(300_000)
    listed_after = after[WEIGHTS]
    hub.files = after

    def send(handler, name):
        if name != WEIGHTS or hub.counts[name] > 1:
            return False
        handler.send_file(before[WEIGHTS], cut=100_000)
        return True

    hub.before = send
    assert (get() / WEIGHTS).read_bytes() == listed_after
    # with a tag the server itself sends the whole; without one the checksum tells
    assert hub.counts[WEIGHTS] == (2 if tags else 3)


def test_get_model__a_newer_list_throws_away_what_was_of_the_older(hub):
    left = half_got(hub)
    assert (left / "config.json").is_file()
    hub.files |= {
        WEIGHTS: bytes(range(256)) * 100,
        "config.json": b'{"model_type": "qwen3_vl", "new": 1}',
    }
    assert contents(get()) == wanted(hub)
    assert ranges(hub)[-1] is None


def test_get_model__weights_of_the_index_that_the_hub_does_not_have(hub):
    index = {"weight_map": {"a": WEIGHTS, "b": "model-2.safetensors"}}
    hub.files["model.safetensors.index.json"] = json.dumps(index).encode()
    with pytest.raises(DownloadError, match=r"has no \*\.safetensors, so it is no model"):
        get()
    assert_not_there()


# ------------------------------------------------------------ statuses


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("of_the_list", [True, False])
def test_get_model__busy_for_a_while(hub, status, of_the_list):
    left = [status, status]

    def before(handler, name):
        return bool(left) and (not name) is of_the_list and handler.answer(b"", left.pop())

    hub.before = before
    assert contents(get()) == wanted(hub)


def test_get_model__busy_for_good(hub):
    hub.before = lambda handler, name: bool(name) and handler.answer(b"", 503)
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 is busy \(status 503\), again and"):
        get()


def test_get_model__waits_as_long_as_it_is_asked_to(hub):
    left = ["1"]
    hub.before = lambda handler, name: (
        bool(left) and handler.answer(b"", 429, Retry_After=left.pop())
    )
    patience = Patience(tries=4, first=0.01, longest=0.02, after=5)
    start = time.monotonic()
    get_model(MODEL, patience=patience)
    assert 1 <= time.monotonic() - start < 5


def test_get_model__does_not_wait_for_an_hour(hub):
    hub.before = lambda handler, name: handler.answer(b"", 429, Retry_After="3600")
    with pytest.raises(DownloadError, match="status 429"):
        get()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "or give a token in HF_TOKEN"),
        (403, f"accept its terms on http.*/{MODEL}, and give a token .* in HF_TOKEN"),
        (404, f"Hugging Face has no model {MODEL}; look for a slip in the name"),
        (418, "answers with status 418"),
    ],
)
def test_get_model__refused_is_said_at_once(hub, status, sentence):
    hub.before = lambda handler, name: handler.answer(b"", status)
    with pytest.raises(DownloadError, match=sentence):
        get()
    assert len(hub.asked) == 1


def test_get_model__modelscope_says_in_its_answer_that_there_is_no_model(hub):
    body = json.dumps({"Code": 10010205001, "Success": False, "Data": None}).encode()
    hub.before = lambda handler, name: handler.answer(body)
    with pytest.raises(DownloadError, match=f"ModelScope has no model {MODEL}"):
        get(Source.MODELSCOPE)


def test_get_model__nobody_listens(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"^127\.0\.0\.1 cannot be reached"):
        get()


# ------------------------------------------------------------ the disk


def test_get_model__too_little_room_is_said_before_anything_is_got(hub, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(10**12, 0, 10**8))
    with pytest.raises(DownloadError, match=r"still needs 0\.3 GB, and the disk of .* has 0\.1"):
        get()
    assert not hub.counts


def test_get_model__gigabytes_that_the_list_promises_do_not_fit(hub):
    hub.listed[WEIGHTS] = {"size": 2**40}
    with pytest.raises(DownloadError, match=r"still needs 1099\.8 GB"):
        get()


@pytest.mark.parametrize("name", [f"{WEIGHTS}.part", "config.json.part", ".download.json.new"])
def test_get_model__nothing_is_written_through_a_link(hub, tmp_path, name):
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    staging().mkdir(parents=True)
    (staging() / name).symlink_to(outside)
    get()
    assert outside.read_bytes() == b"mine"


@pytest.mark.parametrize("level", ["org", "staging", "model"])
def test_get_model__a_folder_that_is_a_link_is_refused(hub, tmp_path, level):
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = folder_of(MODEL)
    link = {"org": folder.parent, "staging": staging(), "model": folder}[level]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside, target_is_directory=True)
    with pytest.raises(DownloadError, match=r"is a link|is there and is no complete model"):
        get()
    assert list(outside.iterdir()) == []


def test_get_model__what_somebody_put_there_is_left_alone(hub):
    folder = folder_of(MODEL)
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(DownloadError, match="is there and is no complete model"):
        get()
    assert contents(folder) == {"notes.txt": b"mine"}


# ------------------------------------------------------------ stopping and going on


def test_get_model__stops_when_asked_and_goes_on(hub):
    told: list[Amount] = []
    with pytest.raises(DownloadStoppedError):
        get(stop=lambda: bool(told) and told[-1].done > 0, report=told.append)
    assert_not_there()
    there = told[-1].done
    more: list[Amount] = []
    assert contents(get(report=more.append)) == wanted(hub)
    assert more[0].done == there


def test_get_model__stops_while_it_waits(hub):
    hub.before = lambda handler, name: handler.answer(b"", 503)
    patience = Patience(first=60, longest=60)
    start = time.monotonic()
    with pytest.raises(DownloadStoppedError):
        get_model(MODEL, patience=patience, stop=lambda: time.monotonic() - start > 0.3)
    assert time.monotonic() - start < 3


def test_get_model__goes_on_from_the_other_hub(hub):
    """The weights are known by their checksum there as well; small files come once more."""
    half_got(hub)
    hub.counts.clear()
    assert contents(get(Source.MODELSCOPE)) == wanted(hub)
    (headers,) = [headers for path, headers in hub.asked if "FilePath=model" in path]
    assert headers["range"] == "bytes=100000-"
    assert "if-range" not in headers


@pytest.mark.parametrize("tags", [True, False])
def test_get_model__a_file_without_a_checksum_goes_on_by_its_tag_alone(hub, tags):
    hub.listed[WEIGHTS] = {"lfs": None, "blobId": None}
    hub.tags = tags
    breaking(hub, 100_000)
    assert contents(get()) == wanted(hub)
    assert ranges(hub) == [None, "bytes=100000-" if tags else None]


KILLED = """
import os
from qwen3vl_app.models.getting.download import get_model

def report(amount):
    if amount.done > 150_000:
        os.kill(os.getpid(), 9)

get_model("Qwen/Qwen3-VL-Embedding-2B", report=report)
"""


def test_get_model__goes_on_after_it_was_killed(hub):
    hub.files = model_files(5_000_000)
    command = [sys.executable, "-c", KILLED]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == -9, ran.stderr
    assert_not_there()
    part = staging() / f"{WEIGHTS}.part"
    there = part.stat().st_size
    assert 0 < there < 5_000_000
    assert contents(get()) == wanted(hub)
    assert ranges(hub) == [None, f"bytes={there}-"]


def test_get_model__two_at_once_are_one_too_many(hub):
    seen: list[object] = []

    def report(amount):
        if not seen:
            with pytest.raises(DownloadError, match="by another process already") as caught:
                get()
            seen.append(caught)

    get(report=report)
    assert len(seen) == 1
    assert is_complete(folder_of(MODEL))


@pytest.mark.parametrize("name", ["2b", "a/b/c", "../x", "a/..", "/a/b", "a/b\n"])
def test_get_model__no_id(name):
    with pytest.raises(DownloadError, match="is no id of a model"):
        get_model(name)
