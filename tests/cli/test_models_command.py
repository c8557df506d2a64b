"""``models``: list, get and remove, in both languages."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import orjson
import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.main import main
from qwen3vl_app.models.checkpoint.caches import find_cached
from qwen3vl_app.models.getting.places import folder_of
from tests.cli.conftest import ROOT
from tests.models.getting import conftest as getting
from tests.models.getting.hub import MODEL, model_files
from tests.models.getting.test_download import WEIGHTS, contents, half_got, ranges, wanted

home, hub = getting.home, getting.hub


def run(*words, exit_code=0):
    result = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def answer(*words) -> dict:
    return orjson.loads(run(*words, "--json").stdout)


def test_list__without_a_network(monkeypatch):
    def refused(*given):
        raise AssertionError("the network was asked")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    lines = run("models", "list").stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("demo  embedder  0.0")
    assert lines[2].startswith("2b  embedder  4.3 GB  apache-2.0  not here")
    chinese = run("models", "list", "--lang", "zh").stdout.splitlines()
    assert chinese[3].startswith("2b  重排模型  4.3 GB  apache-2.0  不在本机")
    found = answer("models", "list")
    assert [one["name"] for one in found["models"]] == ["demo", "demo", "2b", "2b", "8b", "8b"]
    assert found["memory"] > 0
    assert found["free"] > 0


def test_list__loads_no_torch(home):
    code = (
        "import sys; from click.testing import CliRunner; from qwen3vl_app.cli.main import main;"
        "assert not CliRunner().invoke(main, ['models', 'list']).exit_code;"
        "print(sorted({'torch', 'transformers', 'gradio', 'httpx'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("source", ["hugging-face", "modelscope"])
def test_get__says_where_it_is(hub, source):
    folder = folder_of(MODEL)
    said = run("models", "get", "2b", "--role", "embedder", "--from", source).stdout
    assert said == f"{MODEL} is in {folder}.\n"
    assert contents(folder) == wanted(hub)
    again = answer("models", "get", MODEL)
    assert again == {"models": [{"repository": MODEL, "folder": str(folder)}]}
    listed = run("models", "list").stdout.splitlines()[2]
    assert listed.endswith(f"in {folder}")


def test_get__both_and_one_is_not_there(hub):
    result = run("models", "get", "2b", exit_code=1)
    assert "error: Hugging Face has no model Qwen/Qwen3-VL-Reranker-2B" in result.stderr
    assert find_cached(MODEL) == folder_of(MODEL), "what could be got is there"


def test_get__of_something_that_cannot_run_says_so(hub):
    hub.files["config.json"] = b'{"model_type": "qwen3"}'
    result = run("models", "get", MODEL, exit_code=1)
    assert "is a Qwen3 model for text alone" in result.stderr


def test_get__no_name(home):
    assert "“3b” is no id of a model" in run("models", "get", "3b", exit_code=1).stderr


def test_get__a_half_one_is_listed_and_gone_on_with(hub):
    half_got(hub)
    assert "33 % here; `models get` goes on" in run("models", "list").stdout.splitlines()[2]
    run("models", "get", MODEL)
    assert ranges(hub)[-1] == "bytes=100000-"


def test_list__what_a_program_of_the_hub_has_left(home):
    blobs = home / ".cache/huggingface/hub" / f"models--{MODEL.replace('/', '--')}" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc.incomplete").write_bytes(bytes(2_000_000))
    expected = "not here, but 0.002 GB of it in the cache of Hugging Face, whose own program"
    assert expected in run("models", "list").stdout.splitlines()[2]


def test_get__interrupted_says_how_to_go_on(hub):
    hub.files = model_files(3_000_000)
    asked: list[str] = []

    def before(handler, name):
        if name != WEIGHTS or asked:
            return False
        asked.append(name)
        handler.send_response(200)
        handler.send_header("Content-Length", "3000000")
        handler.end_headers()
        content = hub.files[name]
        for start in range(0, 3_000_000, 10_000):
            handler.wfile.write(content[start : start + 10_000])
            time.sleep(0.05)
        return True

    hub.before = before
    code = (  # a shell that runs the tests in the background has the signal ignored
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('qwen3vl_app', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", code, "models", "get", MODEL]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    hub.wait_until(lambda: bool(asked))
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=30)
    assert running.returncode == 1
    assert stdout == b""
    assert stderr.decode().strip().endswith("the same command goes on from there.")
    assert find_cached(MODEL) is None
    run("models", "get", MODEL)
    assert contents(folder_of(MODEL)) == wanted(hub)
    assert ranges(hub)[-1].startswith("bytes=")


def test_remove__says_what_is_free_again(hub):
    run("models", "get", MODEL)
    assert run("models", "remove", "2b").stdout == "0.000 GB are free again.\n"
    assert not folder_of(MODEL).exists()
    result = run("models", "remove", "2b", exit_code=1)
    assert f"{MODEL} is not in this program's folder" in result.stderr


def test_remove__of_what_the_library_is_searched_with_has_to_be_meant(hub, tmp_path):
    run("models", "get", MODEL)
    here = ("--library", str(tmp_path / "library"))
    run("models", "use", "2b", "--role", "embedder", *here)
    result = run("models", "remove", "2b", *here, exit_code=2)
    assert f"{MODEL} is what the library" in result.stderr
    assert "--yes" in result.stderr
    assert folder_of(MODEL).exists()
    run("models", "remove", "2b", "--yes", *here)
    assert not folder_of(MODEL).exists()


def test_remove__json(hub):
    run("models", "get", MODEL)
    freed = answer("models", "remove", MODEL)["freed_bytes"]
    assert freed > sum(map(len, wanted(hub).values()))
