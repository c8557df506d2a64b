"""What the list of models says, and what removing one leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.getting import known
from qwen3vl_app.models.getting.known import Place, ids_of, known_models
from qwen3vl_app.models.getting.places import folder_of, staging_of
from qwen3vl_app.models.getting.removing import discard_begun, remove_model
from tests.models.getting.hub import MODEL
from tests.models.getting.test_download import get, half_got, wanted

GIB = 2**30


def fill(folder: Path, kind: str = "qwen3_vl", **files: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind, "dtype": "bfloat16"}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(bytes(1000))
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def snapshot(home: Path, repository: str) -> Path:
    cache = home / ".cache/huggingface/hub" / f"models--{repository.replace('/', '--')}"
    return cache / "snapshots" / "abc"


def found(repository: str):
    return next(one for one in known_models() if one.repository == repository)


def test_known_models__on_a_new_computer():
    rows = [(one.name, one.role, one.place) for one in known_models()]
    assert rows == [
        ("demo", Role.EMBEDDER, Place.BUNDLED),
        ("demo", Role.RERANKER, Place.BUNDLED),
        ("2b", Role.EMBEDDER, Place.NOWHERE),
        ("2b", Role.RERANKER, Place.NOWHERE),
        ("8b", Role.EMBEDDER, Place.NOWHERE),
        ("8b", Role.RERANKER, Place.NOWHERE),
    ]
    assert {one.licence for one in known_models()} == {"apache-2.0"}


def test_known_models__what_it_takes_and_whether_it_fits(monkeypatch):
    monkeypatch.setattr(known, "total_memory", lambda: 16 * GIB)
    monkeypatch.setattr(known, "free_memory", lambda: 3 * GIB)
    monkeypatch.setattr("qwen3vl_app.models.getting.room.free_bytes", lambda: 6 * 10**9)
    small, large = found("Qwen/Qwen3-VL-Embedding-2B"), found("Qwen/Qwen3-VL-Embedding-8B")
    # 2,127,532,032 numbers of 2 bytes and a header, and 15 % beside them
    assert small.size == 4_255_140_312 + 16_000_000
    assert small.memory == int(4_255_140_312 * 1.15)
    assert (small.fits_memory, small.fits_now, small.fits_disk) == (True, False, True)
    assert (large.fits_memory, large.fits_now, large.fits_disk) == (False, False, False)
    monkeypatch.setattr(known, "free_memory", lambda: 6 * GIB)
    assert found("Qwen/Qwen3-VL-Embedding-2B").fits_now


def test_known_models__bundled_ones_are_measured():
    embedder, _, *_ = known_models()
    assert embedder.size == sum(f.stat().st_size for f in embedder.folder.iterdir())
    weights = (embedder.folder / "model.safetensors").stat().st_size
    assert 0 < embedder.memory <= 2.4 * weights
    assert not embedder.trouble


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (".cache/huggingface/hub/models--me--mine-v1.5/snapshots/abc", Place.HUGGING_FACE),
        (".cache/modelscope/hub/models/me/mine-v1___5", Place.MODELSCOPE),
        (".cache/modelscope/hub/me/mine-v1.5", Place.MODELSCOPE),
        (".local/share/qwen3vl-app/models/me/mine-v1.5", Place.HERE),
    ],
)
def test_known_models__what_lies_here(home, monkeypatch, place, expected):
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local/share"))
    card = "---\nlicense: mit\npipeline_tag: text-ranking\n---\n"
    folder = fill(home / place, README=card)
    mine = found("me/mine-v1.5")
    assert (mine.place, mine.folder, mine.name) == (expected, folder, "me/mine-v1.5")
    assert (mine.role, mine.licence) == (Role.RERANKER, "mit")
    assert mine.size == sum(f.stat().st_size for f in folder.iterdir())
    assert mine.memory == int(1000 * 1.15)
    assert (mine.fits_disk, str(mine.trouble)) == (None, "")
    assert [one.repository for one in known_models()].count("me/mine-v1.5") == 1


def test_known_models__a_published_one_that_lies_here(home):
    folder = fill(snapshot(home, MODEL))
    mine = found(MODEL)
    assert (mine.name, mine.role, mine.folder) == ("2b", Role.EMBEDDER, folder)
    assert (mine.place, mine.licence, mine.got) == (Place.HUGGING_FACE, "apache-2.0", 0)


def test_known_models__models_of_other_kinds_are_not_for_this_list(home):
    fill(snapshot(home, "google/bert"), "bert")
    (fill(snapshot(home, "me/broken")) / "config.json").write_text("[")
    fill(snapshot(home, "me/list"))
    (snapshot(home, "me/list") / "config.json").write_text("[]")
    assert len(known_models()) == 6


def test_known_models__one_that_cannot_run_says_why(home):
    folder = fill(snapshot(home, "me/packed"))
    config = {"model_type": "qwen3_vl", "quantization_config": {"quant_method": "awq"}}
    (folder / "config.json").write_text(json.dumps(config))
    assert "AWQ weights, which this program cannot run" in str(found("me/packed").trouble)


def test_known_models__half_got(hub):
    half_got(hub)
    half = found(MODEL)
    total = sum(map(len, wanted(hub).values()))
    assert (half.size, half.got, half.folder) == (total, total - 200_000, None)
    get()
    whole = found(MODEL)
    assert (whole.got, whole.place, whole.licence) == (0, Place.HERE, "apache-2.0")


@pytest.mark.parametrize(
    ("part", "place"),
    [
        (
            ".cache/huggingface/hub/models--Qwen--Qwen3-VL-Embedding-2B/blobs/abc.incomplete",
            Place.HUGGING_FACE,
        ),
        (".cache/modelscope/hub/models/Qwen/Qwen3-VL-Embedding-2B/a", Place.MODELSCOPE),
        (".cache/modelscope/hub/._____temp/Qwen/Qwen3-VL-Embedding-2B/a", Place.MODELSCOPE),
    ],
)
def test_known_models__half_got_by_a_program_of_the_hub(home, part, place):
    file = home / part
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(700))
    half = found(MODEL)
    assert (half.place, half.got, half.folder) == (place, 700, None)
    assert half.size == 4_255_140_312 + 16_000_000


@pytest.mark.parametrize(
    ("name", "roles", "expected"),
    [
        ("2b", [Role.EMBEDDER], ["Qwen/Qwen3-VL-Embedding-2B"]),
        ("8B", list(Role), ["Qwen/Qwen3-VL-Embedding-8B", "Qwen/Qwen3-VL-Reranker-8B"]),
        ("me/mine", list(Role), ["me/mine"]),
    ],
)
def test_ids_of__what_a_person_means(name, roles, expected):
    assert ids_of(name, roles) == expected


def test_ids_of__what_is_bundled():
    with pytest.raises(DownloadError, match="demo comes with the program"):
        ids_of("demo", list(Role))


@pytest.mark.parametrize("name", ["3b", "", "../x"])
def test_ids_of__nothing(name):
    with pytest.raises(DownloadError, match="is no id of a model"):
        ids_of(name, list(Role))


# ------------------------------------------------------------ removing


def test_remove_model__what_was_got(hub):
    folder = get()
    size = sum(f.stat().st_size for f in folder.iterdir())
    assert remove_model(MODEL) == size
    assert not folder.exists()
    assert not staging_of(folder).exists()


def test_remove_model__what_is_half_got(hub):
    half_got(hub)
    assert remove_model(MODEL) > 100_000
    assert not staging_of(folder_of(MODEL)).exists()


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (
            f".cache/huggingface/hub/models--{MODEL.replace('/', '--')}/snapshots/abc",
            f"in the cache of Hugging Face, .* `hf cache rm model/{MODEL}` removes it",
        ),
        (
            f".cache/modelscope/hub/models/{MODEL}",
            f"in the cache of ModelScope, .* `modelscope clear-cache --model {MODEL}`",
        ),
        (
            f".local/share/qwen3vl-app/models/{MODEL}",
            "was not got by this program; delete the folder yourself",
        ),
    ],
)
def test_remove_model__what_others_put_there_is_left_alone(home, monkeypatch, place, sentence):
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local/share"))
    folder = fill(home / place)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(DownloadError, match=sentence):
        remove_model(MODEL)
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_remove_model__nothing_there():
    with pytest.raises(DownloadError, match=f"{MODEL} is not in this program's folder of models"):
        remove_model(MODEL)
    assert discard_begun(MODEL) == 0


@pytest.mark.parametrize("linked", ["model", "org", "staging"])
def test_remove_model__nothing_is_deleted_through_a_link(hub, tmp_path, linked):
    outside = get().rename(tmp_path / "outside")
    folder = folder_of(MODEL)
    link = {"model": folder, "org": folder.parent, "staging": staging_of(folder)}[linked]
    if linked == "org":
        for left in link.iterdir():
            left.unlink()
        link.rmdir()
        outside = outside.rename(tmp_path / folder.name).parent
    link.symlink_to(outside, target_is_directory=True)
    before = sorted(str(file) for file in outside.rglob("*.safetensors"))
    with pytest.raises(DownloadError):
        remove_model(MODEL)
    assert discard_begun(MODEL) == 0
    assert sorted(str(file) for file in outside.rglob("*.safetensors")) == before
    assert len(before) == 1


def test_remove_model__while_it_is_being_got(hub):
    seen: list[object] = []

    def report(amount):
        if not seen:
            with pytest.raises(DownloadError, match="is being got; cancel or pause that first"):
                remove_model(MODEL)
            seen.append(amount)

    assert get(report=report).is_dir()
    assert len(seen) == 1
