import json
import logging
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelLoadError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.fingerprint import fingerprint
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker, place
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.types import ModelInput


@pytest.fixture
def folder(parity, tmp_path):
    return shutil.copytree(parity / "checkpoint", tmp_path / "copy")


def load(folder, kind=load_embedder, device="cpu"):
    return kind(Checkpoint(folder=folder, name="copy", reason=Message.free("a test")), device)


def change(file, **values):
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_load__float32_on_a_cpu_says_why_once(folder, caplog):
    with caplog.at_level(logging.INFO, "qwen3vl_app.models.checkpoint.load"):
        loaded = load(folder)
    assert loaded.placement.dtype is torch.float32
    assert str(loaded.detail) == "cpu, float32: asked for; a test"
    assert [r.getMessage() for r in caplog.records] == [f"copy on {loaded.detail}"]
    assert not loaded.model.training


def test_load__the_checkpoints_own_budget(folder):
    (folder / "budget.json").write_text('{"max_picture_tokens": 16}')
    assert load(folder).budget == Budget(max_picture_tokens=16)


def test_load__embedder_without_and_reranker_with_output_layer(folder):
    assert not hasattr(load(folder), "lm_head")
    assert load(folder, load_reranker).model.lm_head.weight.shape == (407, 64)


def test_load__an_embedder_saved_without_the_outer_prefix(folder):
    file = folder / "model.safetensors"
    expected = Qwen3VLEmbedder(load(folder)).embed([ModelInput(texts=("a",))], "").vectors
    inner = {k.removeprefix("model."): v for k, v in load_file(file).items() if "lm_head" not in k}
    save_file(inner, file, metadata={"format": "pt"})
    found = Qwen3VLEmbedder(load(folder)).embed([ModelInput(texts=("a",))], "").vectors
    assert (found == expected).all()


def test_load__no_checkpoint(tmp_path):
    with pytest.raises(ModelLoadError, match=r"no config\.json"):
        load(tmp_path)


def test_load__another_kind_of_model(folder):
    change(folder / "config.json", model_type="bert")
    with pytest.raises(ModelLoadError, match="type “bert”; this program runs “qwen3_vl”"):
        load(folder)


def test_load__pickled_weights_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelLoadError, match=r"only pytorch_model\.bin, which can run code"):
        load(folder)


@pytest.mark.parametrize("method", ["awq", "gptq", "bitsandbytes"])
def test_load__quantized_weights(folder, method):
    change(folder / "config.json", quantization_config={"quant_method": method})
    with pytest.raises(ModelLoadError, match=f"holds {method.upper()} weights"):
        load(folder)


@pytest.mark.parametrize("with_config", [True, False])
def test_load__gguf(folder, with_config):
    (folder / "model.safetensors").rename(folder / "model-Q4_K_M.gguf")
    if not with_config:
        (folder / "config.json").unlink()
    with pytest.raises(ModelLoadError, match="holds GGUF weights"):
        load(folder)


def test_load__a_reranker_without_its_answers_is_known_before_its_weights(folder, monkeypatch):
    file = folder / "tokenizer.json"
    model = (tokenizer := json.loads(file.read_text()))["model"]
    model["vocab"]["oui"] = model["vocab"].pop("yes")
    model["merges"] = [
        pair for pair in model["merges"] if "yes" not in pair and "".join(pair) != "yes"
    ]
    file.write_text(json.dumps(tokenizer))
    monkeypatch.setattr("qwen3vl_app.models.checkpoint.load._read_weights", None)
    with pytest.raises(ModelLoadError, match="no token “yes”"):
        load(folder, load_reranker)


def test_load__no_weights(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelLoadError, match="has no weights"):
        load(folder)


@pytest.mark.parametrize("keep", [0, 6, 5000, 1_000_000])
def test_load__truncated_weights(folder, keep):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ModelLoadError, match=r"model\.safetensors is damaged \(.+\); copy the"):
        load(folder)


def test_load__a_missing_tensor_is_not_filled_with_random_numbers(folder):
    file = folder / "model.safetensors"
    tensors = load_file(file)
    del tensors["model.language_model.norm.weight"]
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(ModelLoadError, match=r"lacks 1 of the model's tensors.*norm"):
        load(folder)


def test_load__an_embedder_is_no_reranker_without_output_layer(folder):
    file = folder / "model.safetensors"
    tensors = load_file(file)
    del tensors["lm_head.weight"]
    save_file(tensors, file, metadata={"format": "pt"})
    load(folder)
    with pytest.raises(ModelLoadError, match="lm_head"):
        load(folder, load_reranker)


def test_load__weights_of_another_shape(folder):
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 96
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelLoadError, match="cannot be loaded"):
        load(folder)


@pytest.mark.parametrize(
    ("layers", "said"), [("four", "num_hidden_layers"), (1, "more layers"), (9, "lacks")]
)
def test_load__a_config_that_says_something_else_than_the_weights(folder, layers, said):
    text = json.loads((folder / "config.json").read_text())["text_config"]
    change(folder / "config.json", text_config=text | {"num_hidden_layers": layers})
    with pytest.raises(ModelLoadError, match=said):
        load(folder)


def test_load__whole_numbers_are_no_weights_without_their_scales(folder):
    file = folder / "model.safetensors"
    packed = {name: one.to(torch.int8) for name, one in load_file(file).items()}
    save_file(packed, file, metadata={"format": "pt"})
    with pytest.raises(ModelLoadError, match="weights as I8"):
        load(folder)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ 'always the same' }}", "leaves out"),
        ("{% for n in range(10**9) %}x{% endfor %}", "Range too big"),
        ("{{ messages[5].content + 1 }}", "template fails"),
        ("{{ 1 // 0 }}", "template fails"),
    ],
)
def test_load__a_template_that_cannot_be_used(folder, template, said):
    (folder / "chat_template.jinja").write_text(template)
    with pytest.raises(ModelLoadError, match=said):
        load(folder)


def test_load__too_large_for_this_machine(folder, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.models.checkpoint.load.total_memory", lambda: 1)
    with pytest.raises(ModelLoadError, match="GiB of memory on cpu, and this machine has 0"):
        load(folder)


@pytest.mark.parametrize("device", ["gpu", "cuda:9", ""])
def test_place__no_device_of_that_name(device):
    with pytest.raises(UsageError, match="choose auto, cpu, cuda or mps"):
        place(device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_place__no_such_device_here():
    with pytest.raises(UsageError, match="no cuda device"):
        place("cuda")
    if not torch.backends.mps.is_available():
        assert place("auto").device == "cpu"


# ------------------------------------------------------------ fingerprints


def mark(folder, budget=None, dtype="torch.float32"):
    return fingerprint(folder, budget or Budget(), dtype)


def test_fingerprint__the_same_for_a_copy(folder, parity):
    assert mark(folder) == mark(parity / "checkpoint")
    assert len(mark(folder)) == 32


def test_fingerprint__changes_with_what_changes_vectors(folder):
    found = {
        mark(folder),
        mark(folder, Budget(max_picture_tokens=900)),
        mark(folder, dtype="torch.bfloat16"),
    }
    weights = folder / "model.safetensors"
    tensors = load_file(weights)
    save_file({k: v * 1.001 for k, v in tensors.items()}, weights, metadata={"format": "pt"})
    found.add(mark(folder))
    change(folder / "config.json", vision_start_token_id=4)
    found.add(mark(folder))
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    found.add(mark(folder))
    assert len(found) == 6


def test_fingerprint__of_a_file_shorter_than_a_sample(folder):
    (folder / "model.safetensors").write_bytes(b"")
    assert len(mark(folder)) == 32
