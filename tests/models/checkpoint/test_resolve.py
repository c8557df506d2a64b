import json
import subprocess
import sys

import pytest

from qwen3vl_app.errors import ModelNotFoundError
from qwen3vl_app.models.checkpoint.caches import find_cached, is_complete
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.checkpoint.speed import Speed, keep_speed
from qwen3vl_app.settings import models_folder

EMBEDDER = "Qwen/Qwen3-VL-Embedding-2B"


def no_gpu():
    return False


def gpu():
    return True


def not_asked(*_given):
    raise AssertionError("asking imports torch, and the answer does not matter here")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home directory without variables that point elsewhere."""
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MODELSCOPE_CACHE", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    folder = fill(tmp_path / "bundled")
    monkeypatch.setattr("qwen3vl_app.models.checkpoint.resolve.DEMO_EMBEDDER", folder)
    return folder


def fill(folder):
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_text("{}")
    return folder


def hub(home, repository=EMBEDDER, commit="abc"):
    organisation, name = repository.split("/")
    root = home / ".cache/huggingface/hub" / f"models--{organisation}--{name}"
    return fill(root / "snapshots" / commit)


@pytest.mark.parametrize("wanted", ["2b", "2B", EMBEDDER])
def test_resolve__published_in_the_hugging_face_cache(home, wanted):
    folder = hub(home)
    found = resolve(wanted, Role.EMBEDDER, gpu=not_asked)
    assert (found.folder, found.name, found.bundled) == (folder, "Qwen3-VL-Embedding-2B", False)


def test_resolve__the_snapshot_of_main_goes_first(home):
    old = hub(home, commit="old")
    hub(home, commit="new")
    refs = old.parent.parent / "refs"
    refs.mkdir()
    (refs / "main").write_text("old\n")
    assert find_cached(EMBEDDER) == old


@pytest.mark.parametrize(
    ("variable", "below"),
    [("HF_HOME", "hub"), ("HF_HUB_CACHE", ""), ("HUGGINGFACE_HUB_CACHE", "")],
)
def test_find_cached__variables_move_the_hugging_face_cache(home, monkeypatch, variable, below):
    monkeypatch.setenv(variable, str(home / "elsewhere"))
    root = home / "elsewhere" / below
    folder = fill(root / "models--Qwen--Qwen3-VL-Embedding-2B/snapshots/abc")
    assert find_cached(EMBEDDER) == folder


@pytest.mark.parametrize(
    "place",
    [
        ".cache/modelscope/hub/models/Qwen/Qwen3-VL-Embedding-2B",
        ".cache/modelscope/hub/Qwen/Qwen3-VL-Embedding-2B",
        ".cache/modelscope/models/Qwen/Qwen3-VL-Embedding-2B",
    ],
)
def test_find_cached__modelscope(home, place):
    folder = fill(home / place)
    assert find_cached(EMBEDDER) == folder


def test_find_cached__what_the_program_got_goes_first(home):
    hub(home)
    folder = fill(models_folder() / EMBEDDER)
    assert home in folder.parents
    assert find_cached(EMBEDDER) == folder
    (folder / "config.json").unlink()
    assert find_cached(EMBEDDER) != folder


def test_find_cached__modelscope_writes_dots_as_underscores(home):
    folder = fill(home / ".cache/modelscope/hub/models/a/model-v1___5")
    assert find_cached("a/model-v1.5") == folder


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_find_cached__an_interrupted_download_does_not_count(home, missing):
    (hub(home) / missing).unlink()
    assert find_cached(EMBEDDER) is None


def test_is_complete__every_file_of_the_index(tmp_path):
    folder = fill(tmp_path / "large")
    shards = {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    assert not is_complete(folder)
    for shard in shards.values():
        (folder / shard).write_text("")
    assert is_complete(folder)
    (folder / "model.safetensors.index.json").write_text("[")
    assert not is_complete(folder)


def test_resolve__absent_says_how_to_get_it():
    with pytest.raises(
        ModelNotFoundError, match="hf download Qwen/Qwen3-VL-Reranker-8B"
    ) as caught:
        resolve("8b", Role.RERANKER, gpu=not_asked)
    assert "modelscope download --model Qwen/Qwen3-VL-Reranker-8B" in str(caught.value)
    assert "`python -m qwen3vl_app models get Qwen/Qwen3-VL-Reranker-8B`" in str(caught.value)


def test_resolve__absent_is_fetched_where_that_is_allowed(tmp_path):
    asked = []

    def fetch(repository):
        asked.append(repository)
        return fill(tmp_path / "got")

    found = resolve("2b", Role.RERANKER, gpu=not_asked, fetch=fetch)
    assert (found.folder, found.name) == (tmp_path / "got", "Qwen3-VL-Reranker-2B")
    assert asked == ["Qwen/Qwen3-VL-Reranker-2B"]


def test_resolve__what_is_there_is_not_fetched(home):
    folder = hub(home)
    assert resolve("2b", Role.EMBEDDER, gpu=not_asked, fetch=not_asked).folder == folder


@pytest.mark.parametrize("wanted", ["3b", "", "./nowhere", "a/b/c", "../x", "Qwen/"])
def test_resolve__means_nothing(wanted):
    with pytest.raises(ModelNotFoundError, match="choose auto, demo, 2b, 8b, a folder"):
        resolve(wanted, Role.EMBEDDER, gpu=not_asked)


def test_resolve__a_folder(tmp_path):
    found = resolve(str(fill(tmp_path / "mine")), Role.EMBEDDER, gpu=not_asked)
    assert (found.folder, found.name) == (tmp_path / "mine", "mine")


def test_resolve__auto_without_a_cached_model_is_the_demo(bundled):
    found = resolve("auto", Role.EMBEDDER, gpu=not_asked)
    assert (found.folder, found.bundled) == (bundled, True)
    assert "not on this machine" in str(found.reason)


def test_resolve__auto_without_a_gpu_is_the_demo(bundled, home):
    hub(home)
    found = resolve("auto", Role.EMBEDDER, gpu=no_gpu)
    assert found.bundled
    assert "not measured yet" in str(found.reason)


def test_resolve__auto_without_a_gpu_by_the_speed_of_the_cpu(bundled, home):
    folder = hub(home)  # of half a parameter
    keep_speed(Speed(single=1e-3, half=1e-3))
    found = resolve("auto", Role.EMBEDDER, gpu=no_gpu)
    assert (found.bundled, str(found.reason)) == (
        True,
        "no GPU, where the 2B model is slow, so the bundled demo model",
    )
    keep_speed(Speed(single=1e12, half=1e12))
    found = resolve("auto", Role.EMBEDDER, gpu=no_gpu)
    assert (found.folder, found.bundled) == (folder, False)
    assert "fast enough" in str(found.reason)


def test_resolve__auto_with_model_and_gpu(bundled, home):
    found = resolve("auto", Role.EMBEDDER, gpu=gpu)
    assert found.bundled, "there is no cached model yet"
    folder = hub(home)
    found = resolve("auto", Role.EMBEDDER, gpu=gpu)
    assert (found.folder, found.bundled) == (folder, False)


def test_resolve__the_bundled_model_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.models.checkpoint.resolve.DEMO_RERANKER", tmp_path / "gone")
    with pytest.raises(ModelNotFoundError, match="bundled demo reranker is missing"):
        resolve("demo", Role.RERANKER, gpu=not_asked)


def test_imports__host_and_names_leave_torch_alone():
    code = (
        "import sys; from qwen3vl_app.models.service.host import ModelHost;"
        "from qwen3vl_app.settings import Settings; ModelHost(Settings()).status();"
        "print(sorted({'torch', 'transformers', 'tokenizers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
