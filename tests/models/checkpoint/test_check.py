"""What a folder holds is known by its names and small files, before anything is loaded."""

from __future__ import annotations

import json
import re

import pytest

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import LANGUAGES, Message, worded
from qwen3vl_app.models.checkpoint.cards import front_matter
from qwen3vl_app.models.checkpoint.check import check_checkpoint, check_folder, role_of
from qwen3vl_app.models.checkpoint.resolve import Checkpoint, Role
from qwen3vl_app.settings import DEMO_EMBEDDER, DEMO_RERANKER


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "mine"
    made.mkdir()
    write(made, "config.json", model_type="qwen3_vl")
    (made / "model.safetensors").write_bytes(b"")
    return made


def write(folder, name, **values):
    (folder / name).write_text(json.dumps(values))


def card(folder, matter):
    (folder / "README.md").write_text(f"---\n{matter}\n---\n# A model\n")


def refused(folder):
    with pytest.raises(ModelLoadError) as caught:
        check_folder(folder)
    return str(caught.value)


def check(folder, role, name="mine"):
    check_checkpoint(Checkpoint(folder=folder, name=name, reason=Message.free("a test")), role)


# ------------------------------------------------------------ formats that cannot run


@pytest.mark.parametrize("kind", ["qwen3", "qwen3_moe", "qwen2", "qwen3_vl_text"])
def test_check_folder__text_alone(folder, kind):
    write(folder, "config.json", model_type=kind)
    assert f"for text alone (type “{kind}”); this program needs one that sees" in refused(folder)


@pytest.mark.parametrize("kind", ["bert", "qwen2_5_vl", "qwen3_vl_moe", None])
def test_check_folder__another_kind(folder, kind):
    write(folder, "config.json", model_type=kind)
    assert f"a model of type “{kind}”" in refused(folder)


@pytest.mark.parametrize(
    ("entry", "value", "name"),
    [
        ("quantization_config", {"quant_method": "awq"}, "AWQ"),
        ("quantization_config", {"quant_method": "gptq"}, "GPTQ"),
        ("quantization_config", {"quant_method": "fp8"}, "FP8"),
        ("compression_config", {"format": "int-quantized"}, "QUANTIZED"),
        ("quantization", {"bits": 4, "group_size": 64}, "QUANTIZED"),
    ],
)
def test_check_folder__quantized(folder, entry, value, name):
    write(folder, "config.json", model_type="qwen3_vl", **{entry: value})
    assert f"holds {name} weights, which this program cannot run; get the" in refused(folder)


@pytest.mark.parametrize(
    ("file", "name"),
    [("m-Q4_K_M.gguf", "GGUF"), ("model.onnx", "ONNX"), ("openvino_model.xml", "OpenVINO")],
)
@pytest.mark.parametrize("configured", [True, False])
def test_check_folder__other_formats(folder, file, name, configured):
    (folder / "model.safetensors").rename(folder / file)
    if not configured:
        (folder / "config.json").unlink()
    assert f"holds {name} weights" in refused(folder)


@pytest.mark.parametrize(
    ("base", "option"),
    [
        ("Qwen/Qwen3-VL-Embedding-8B", "--adapter"),
        ("Qwen/Qwen3-VL-Reranker-2B", "--reranker-adapter"),
    ],
)
def test_check_folder__an_adapter(folder, base, option):
    (folder / "config.json").unlink()
    write(folder, "adapter_config.json", peft_type="LORA", base_model_name_or_path=base)
    found = refused(folder)
    assert f"choose the model that it was made for, {base}, and add {option} {folder}" in found


def test_check_folder__an_adapter_without_a_base(folder):
    (folder / "config.json").unlink()
    write(folder, "adapter_config.json", peft_type="LORA")
    assert "made for, Qwen/Qwen3-VL-Embedding-2B" in refused(folder)


@pytest.mark.parametrize("body", ["[]", "7", "null", "", "{"])
def test_check_folder__a_config_that_is_none(folder, body):
    (folder / "config.json").write_text(body)
    assert "config.json is damaged" in refused(folder)


def test_check_folder__parts_that_are_not_there(folder):
    write(folder, "config.json", model_type="qwen3_vl")
    (folder / "model-00001-of-00002.safetensors").write_bytes(b"")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "../model-00002-of-00002.safetensors"}
    write(folder, "model.safetensors.index.json", weight_map=parts)
    assert "model-00002-of-00002.safetensors is not there" in refused(folder)
    (folder / "model.safetensors.index.json").unlink()
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to("nowhere")
    assert "model.safetensors is not there" in refused(folder)


@pytest.mark.parametrize(
    ("values", "said"),
    [({"model_type": ["qwen3_vl"]}, "of type"), ({"quantization_config": "bnb"}, "BNB")],
)
def test_check_folder__values_of_another_type(folder, values, said):
    write(folder, "config.json", **{"model_type": "qwen3_vl", **values})
    assert said in refused(folder)


@pytest.mark.parametrize("code", ["load.adapter", "load.is_embedder", "load.is_reranker",
    "load.text_alone", "load.no_answer", "load.no_template", "load.packed"])  # fmt: skip
def test_sentences__name_the_way_out_in_both_languages(code):
    values = {"path": "/x", "model": "a/b", "value": "v", "option": "--o"}
    sentences = [worded(Message(code, values), language) for language in LANGUAGES]
    assert len(set(sentences)) == 2
    for sentence in sentences:
        assert re.search(r"[;:；：]", sentence)
        assert "/x" in sentence


# ------------------------------------------------------------ which of the two


CROSS = {"model_type": "CrossEncoder"}
SENTENCES = {"model_type": "SentenceTransformer"}
POOLED = [{"type": "sentence_transformers.models.Transformer"},
          {"type": "sentence_transformers.models.Pooling"}]  # fmt: skip


def test_role_of__says_nothing_where_nothing_is_said(folder):
    assert role_of(folder) is None
    check(folder, Role.EMBEDDER)
    check(folder, Role.RERANKER)


@pytest.mark.parametrize(
    ("source", "role"),
    [
        ("Qwen/Qwen3-VL-Embedding-2B", Role.EMBEDDER),
        ("Qwen/Qwen3-VL-Reranker-8B", Role.RERANKER),
        ("tomaarsen/Qwen3-VL-Embedding-2B-vdr", Role.EMBEDDER),
        ("me/qwen3-vl-reranker-2b-from-qwen3-vl-embedding-2b", None),
        ("me/embedding", None),
    ],
)
def test_role_of__by_the_published_name(folder, source, role):
    assert role_of(folder, source) is role


def test_role_of__by_the_name_of_the_folder_and_not_of_those_above(folder):
    above = folder.parent / "qwen3-vl-embedding-tests"
    above.mkdir()
    inside = folder.rename(above / "mine")
    assert role_of(inside) is None
    named = inside.rename(above / "Qwen3-VL-Reranker-2B")
    assert role_of(named) is Role.RERANKER


def test_role_of__in_a_cache_of_hugging_face(folder):
    cached = folder.parent / "models--Qwen--Qwen3-VL-Reranker-2B" / "snapshots" / "abc"
    cached.parent.mkdir(parents=True)
    assert role_of(folder.rename(cached)) is Role.RERANKER


@pytest.mark.parametrize(
    ("file", "values", "role"),
    [
        ("config_sentence_transformers.json", CROSS, Role.RERANKER),
        ("config_sentence_transformers.json", SENTENCES, Role.EMBEDDER),
        ("modules.json", POOLED, Role.EMBEDDER),
        ("modules.json", POOLED[:1], None),
        ("modules.json", [], None),
        ("modules.json", {"a": 1}, None),
        ("config.json", {"architectures": ["Qwen3VLModel"]}, Role.EMBEDDER),
        ("config.json", {"architectures": ["Qwen3VLForConditionalGeneration"]}, None),
        ("config.json", {"architectures": None}, None),
    ],
)
def test_role_of__by_small_files(folder, file, values, role):
    (folder / file).write_text(json.dumps(values))
    assert role_of(folder) is role


@pytest.mark.parametrize(
    ("matter", "role"),
    [
        ("pipeline_tag: text-ranking", Role.RERANKER),
        ("pipeline_tag: sentence-similarity", Role.EMBEDDER),
        ("tags:\n- transformers\n- reranker", Role.RERANKER),
        ("tags: [embedding, 'multimodal']", Role.EMBEDDER),
        ("tags:\n- embedding\n- reranker", None),
        ("pipeline_tag: image-text-to-text", None),
    ],
)
def test_role_of__by_the_card(folder, matter, role):
    card(folder, matter)
    assert role_of(folder) is role


def test_role_of__what_lies_beside_the_weights_goes_before_the_name(folder):
    write(folder, "config_sentence_transformers.json", **CROSS)
    assert role_of(folder, "me/Qwen3-VL-Embedding-2B-tuned") is Role.RERANKER


def test_role_of__the_bundled_ones_can_be_either():
    assert {role_of(DEMO_EMBEDDER), role_of(DEMO_RERANKER)} == {None}


def test_check_checkpoint__an_embedder_is_no_reranker(folder):
    check(folder, Role.EMBEDDER, "Qwen3-VL-Embedding-2B")
    with pytest.raises(ModelLoadError, match=r"is an embedder .* such as Qwen/Qwen3-VL-Reranker"):
        check(folder, Role.RERANKER, "Qwen3-VL-Embedding-2B")


def test_check_checkpoint__a_reranker_is_no_embedder(folder):
    check(folder, Role.RERANKER, "Qwen3-VL-Reranker-2B")
    with pytest.raises(ModelLoadError, match=r"is a reranker .* such as Qwen/Qwen3-VL-Embedding"):
        check(folder, Role.EMBEDDER, "Qwen3-VL-Reranker-2B")


def test_check_checkpoint__the_name_of_an_adapter_says_nothing(folder):
    check(folder, Role.EMBEDDER, "mine + Qwen3-VL-Reranker-lora")
    with pytest.raises(ModelLoadError, match="is a reranker"):
        check(folder, Role.EMBEDDER, "Qwen3-VL-Reranker-2B + mine")


# ------------------------------------------------------------ cards


def test_front_matter__texts_and_lists(folder):
    card(
        folder, "license: 'apache-2.0'\ntags:\n- a\n  - b\nnested:\n  x: 1\nempty:\nc: [d, \"e\"]"
    )
    found = front_matter(folder)
    assert (found["license"], found["tags"], found["c"]) == ("apache-2.0", ["a", "b"], ["d", "e"])
    assert "x" not in found


@pytest.mark.parametrize("text", ["", "# no matter", "---\nlicense: mit\n", "a\n---\nb: c\n---"])
def test_front_matter__none(folder, text):
    (folder / "README.md").write_text(text)
    assert front_matter(folder) == {}


def test_front_matter__a_card_that_is_no_text(folder):
    assert front_matter(folder) == {}
    (folder / "README.md").write_bytes(b"---\nlicense: \xff\xfe\n---\n" + bytes(100_000))
    assert set(front_matter(folder)) == {"license"}
