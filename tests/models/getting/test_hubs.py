"""Addresses, tokens, redirects and lists: what a hub may make us do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.getting.download import get_model
from qwen3vl_app.models.getting.listing import list_files
from qwen3vl_app.models.getting.patience import Patience, Trying, asked_to_wait
from qwen3vl_app.models.getting.places import folder_of
from qwen3vl_app.models.getting.sources import Source, hub_of
from qwen3vl_app.models.getting.web import Web
from tests.models.getting.hub import MODEL, serving
from tests.models.getting.test_download import GOT, QUICK, WEIGHTS, contents, get, wanted

both = pytest.mark.parametrize("source", list(Source))


def listing(source=Source.HUGGING_FACE):
    web = Web(hub_of(source), Trying(QUICK, lambda: False, lambda note: None))
    try:
        return list_files(web, MODEL)
    finally:
        web.close()


# ------------------------------------------------------------ addresses and tokens


def test_hub_of__the_published_addresses():
    assert hub_of(Source.HUGGING_FACE).endpoint == "https://huggingface.co"
    assert hub_of(Source.MODELSCOPE).endpoint == "https://www.modelscope.cn"


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("https://hf-mirror.com/", "https://hf-mirror.com"),
        ("https://mirror.example:8443/hf", "https://mirror.example:8443/hf"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_hub_of__a_mirror(monkeypatch, written, endpoint):
    monkeypatch.setenv("HF_ENDPOINT", written)
    assert hub_of(Source.HUGGING_FACE).endpoint == endpoint


@pytest.mark.parametrize(
    "written",
    [
        *("http://hf-mirror.com", "ftp://127.0.0.1", "hf-mirror.com", "https://", "file:///etc"),
        *(
            "https://a:b@mirror.example",
            "https://mirror.example/?x=1",
            "http://[::1",
            "http://127.1.example",
        ),
    ],
)
def test_hub_of__no_address(monkeypatch, written):
    monkeypatch.setenv("HF_ENDPOINT", written)
    with pytest.raises(DownloadError, match=r"HF_ENDPOINT is .*, which is no address"):
        hub_of(Source.HUGGING_FACE)


def test_hub_of__modelscope_has_a_host_alone(monkeypatch):
    monkeypatch.setenv("MODELSCOPE_DOMAIN", "www.modelscope.ai")
    assert hub_of(Source.MODELSCOPE).endpoint == "https://www.modelscope.ai"
    monkeypatch.setenv("MODELSCOPE_DOMAIN", "http://modelscope.example")
    with pytest.raises(DownloadError, match="MODELSCOPE_DOMAIN is http://modelscope"):
        hub_of(Source.MODELSCOPE)


def test_hub_of__offline(monkeypatch):
    monkeypatch.setattr("qwen3vl_app.models.getting.sources.ASKED_OFFLINE", True)
    with pytest.raises(DownloadError, match=r"HF_HUB_OFFLINE .* is set, .*--from modelscope"):
        hub_of(Source.HUGGING_FACE)
    assert hub_of(Source.MODELSCOPE).endpoint == "https://www.modelscope.cn"


@pytest.mark.parametrize(("value", "offline"), [("1", True), ("true", True), ("0", False)])
def test_settings__offline_is_what_the_program_was_started_with(monkeypatch, value, offline):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    code = "import os, qwen3vl_app.settings as s; os.environ.clear(); print(s.ASKED_OFFLINE)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(offline)


def tokens(hub) -> set[str | None]:
    return {headers.get("authorization") for _, headers in hub.asked}


@pytest.mark.parametrize("variable", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_token__of_hugging_face_by_its_variables(hub, monkeypatch, variable):
    monkeypatch.setenv(variable, " hf_secret\n")
    get()
    assert tokens(hub) == {"Bearer hf_secret"}


@pytest.mark.parametrize("variable", [None, "HF_HOME", "HF_TOKEN_PATH"])
def test_token__of_hugging_face_by_its_file(hub, home, monkeypatch, variable):
    file = home / ".cache/huggingface/token" if variable is None else home / "elsewhere" / "token"
    file.parent.mkdir(parents=True)
    file.write_text("hf_filed\n")
    if variable:
        monkeypatch.setenv(variable, str(file if variable == "HF_TOKEN_PATH" else file.parent))
    listing()
    assert tokens(hub) == {"Bearer hf_filed"}
    hub.asked.clear()
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    listing()
    assert tokens(hub) == {None}


def test_token__of_modelscope(hub, monkeypatch):
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-secret")
    get(Source.MODELSCOPE)
    assert tokens(hub) == {"Bearer ms-secret"}
    assert {headers.get("cookie") for _, headers in hub.asked} == {"m_session_id=ms-secret"}


def test_token__stays_out_of_what_is_written(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-secret")
    assert "secret" not in repr([hub_of(source) for source in Source])


# ------------------------------------------------------------ redirects


def leading(hub, place):
    """Weights lie elsewhere."""
    hub.before = lambda handler, name: name == WEIGHTS and handler.answer(b"", 302, Location=place)


def test_redirect__to_the_same_host(hub):
    def before(handler, name):
        if name == WEIGHTS and "signed" not in handler.path:
            return handler.answer(b"", 307, Location=f"{handler.path}?signed=1")
        return False

    hub.before = before
    assert contents(get()) == wanted(hub)


@both
def test_redirect__to_another_host_goes_without_the_token(hub, monkeypatch, source):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-secret")
    with serving() as other:
        other.files = hub.files
        leading(hub, f"{other.endpoint}/{MODEL}/resolve/c0ffee/{WEIGHTS}")
        assert contents(get(source)) == wanted(hub)
        assert other.counts == {WEIGHTS: 1}
        (_, headers), *_ = other.asked
        assert not {"authorization", "cookie"} & set(headers)
    assert None not in tokens(hub)


def test_redirect__in_a_circle(hub):
    hub.before = lambda handler, name: (
        name == WEIGHTS and handler.answer(b"", 302, Location=handler.path)
    )
    with pytest.raises(DownloadError, match="leads round in a circle"):
        get()
    assert hub.counts[WEIGHTS] == 10


@pytest.mark.parametrize(
    "place",
    [
        "http://example.com/weights",
        "http://169.254.169.254/latest/meta-data",
        "ftp://127.0.0.1/weights",
        "file:///etc/passwd",
        "https://user:password@example.com/",
        "//example.com/weights",
    ],
)
def test_redirect__to_where_nothing_is_got_from(hub, place):
    leading(hub, place)
    with pytest.raises(DownloadError, match=r"leads to .*, where nothing is got from"):
        get()
    assert hub.counts[WEIGHTS] == 1


def test_redirect__to_no_address_at_all(hub):
    leading(hub, "http://[::1")
    with pytest.raises(DownloadError, match="Invalid URL in location header"):
        get()


def test_redirect__from_https_to_this_computer(hub, monkeypatch):
    """A hub elsewhere has no say in what is asked of programs on this computer."""
    monkeypatch.setenv("HF_ENDPOINT", "https://huggingface.co")
    web = Web(hub_of(Source.HUGGING_FACE), Trying(QUICK, bool, lambda note: None))
    with pytest.raises(DownloadError, match=r"leads to http://127\.0\.0\.1"):
        web._led_to(_answer(f"{hub.endpoint}/x"))
    web.close()


def _answer(location):
    import httpx

    request = httpx.Request("GET", "https://huggingface.co/x")
    return httpx.Response(302, headers={"location": location}, request=request)


# ------------------------------------------------------------ lists


@both
def test_list_files__sizes_and_checksums_small_files_first(hub, source):
    found = listing(source)
    assert {file.name for file in found.files} == GOT
    assert found.files[-1].name == WEIGHTS
    assert all(file.content for file in found.files)
    assert found.size == sum(map(len, wanted(hub).values()))


@both
@pytest.mark.parametrize(
    "name",
    [
        *("../config.json", "/etc/x.json", "a/../../x.json", "..\\x.json", "x\n.json", "C:x.json"),
        *("./x.json", "x//y.json", "nul\0.json", "a?.json", "x" * 300 + ".json", "\u202etxt.json"),
    ],
)
def test_list_files__a_name_that_leaves_the_folder(hub, source, home, name):
    hub.files[name] = b"{}"
    before = sorted(home.rglob("*"))
    with pytest.raises(DownloadError, match="which is no name for a file of a model"):
        get(source)
    assert hub.counts == {}
    made = set(home.rglob("*")) - set(before)
    assert {path.suffix for path in made if path.is_file()} <= {".lock"}
    assert not folder_of(MODEL).exists()


def test_list_files__names_that_some_disks_take_for_one(hub):
    hub.files["Config.json"] = b"{}"
    with pytest.raises(DownloadError, match="two files of one name"):
        listing()


@both
@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", WEIGHTS])
def test_list_files__no_checkpoint(hub, source, missing):
    del hub.files[missing]
    with pytest.raises(DownloadError, match=r"so it is no model that this program runs"):
        listing(source)


@pytest.mark.parametrize(
    "wrong",
    [{"size": -1}, {"size": "9"}, {"size": True}, {"size": None}, {"size": 2**41}, {"blobId": "0"},
     {"blobId": "g" * 40}, {"rfilename": None}, {"lfs": 7}],
)  # fmt: skip
def test_list_files__entries_that_make_no_sense(hub, wrong):
    hub.listed["config.json"] = wrong
    with pytest.raises(DownloadError, match="cannot be read"):
        listing()


@both
@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"{}", b"null", b'"x"', b"<html>", b"\xff"])
def test_list_files__no_list(hub, source, body):
    hub.before = lambda handler, name: handler.answer(body)
    with pytest.raises(DownloadError, match="cannot be read"):
        listing(source)


def test_list_files__a_list_without_end(hub):
    def before(handler, name):
        hub.counts["cut off"] += not handler.pour(b" " * 2**20, 1000)
        return handler.hang_up()

    hub.before = before
    with pytest.raises(DownloadError, match="cannot be read"):
        listing()
    hub.wait_until(lambda: hub.counts["cut off"] == 1)


def test_patience__is_about_two_minutes():
    plain = Patience()
    pauses = [min(plain.first * 2**n, plain.longest) for n in range(plain.tries - 1)]
    assert 100 < sum(pauses) < 200


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [
        ("0", 0, 0), ("120", 120, 120), (" 7 ", 7, 7), ("9" * 400, 1e8, 1e9),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9, 1e12),
        ("", 0, 0), ("-5", 0, 0), ("soon", 0, 0), ("٣", 0, 0), ("1.5", 0, 0),
    ],
)  # fmt: skip
def test_asked_to_wait__numbers_and_dates(written, least, most):
    assert least <= asked_to_wait(written) <= most


def test_imports__getting_leaves_torch_and_gradio_alone():
    code = (
        "import sys; from qwen3vl_app.models.getting import download;"
        "print(sorted({'torch', 'transformers', 'gradio', 'huggingface_hub'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_imports__nothing_of_it_at_start_up():
    code = (
        "import sys; from qwen3vl_app.cli.main import main; import qwen3vl_app.services;"
        "print([name for name in sys.modules if 'getting' in name or name == 'httpx'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_get_model__a_hub_of_its_own_name_is_no_part_of_ours(hub):
    """Files that a hub calls as we call our own record are not taken."""
    hub.files[".download.json"] = b'{"repository": "evil"}'
    folder = get_model(MODEL, patience=QUICK)
    assert b"evil" not in (folder / ".download.json").read_bytes()
