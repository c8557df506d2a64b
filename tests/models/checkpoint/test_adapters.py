"""LoRA adapters: merged, held to weights and passes worked out by hand; what is refused."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.models.checkpoint.adapter_file import WEIGHTS, module_of, read_adapter
from qwen3vl_app.models.checkpoint.load import check_loadable, load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.merge import merge
from qwen3vl_app.models.checkpoint.resolve import Checkpoint, Role, resolve
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.types import ModelInput, Picture
from qwen3vl_app.types.model_choice import ModelChoice
from tests.models.checkpoint.adapters import LANGUAGE, MLP, PREFIX, VISUAL, factors, write
from tests.models.conftest import PARITY, checkpoint

TEXT = ModelInput(texts=("a red bicycle",))
PICTURES = ModelInput(
    texts=("two of them",),
    pictures=(
        Picture(Image.new("RGB", (96, 64), "red")),
        Picture(Image.linear_gradient("L").convert("RGB")),
    ),
)
INPUTS = [TEXT, PICTURES, ModelInput(texts=("a river in the rain",))]


def adapted(folder: Path, name: str = "checkpoint") -> Checkpoint:
    return checkpoint(name).with_adapter(str(folder))


def weights(loaded_model, name: str) -> torch.Tensor:
    return loaded_model.get_submodule(name.removeprefix("model.")).weight


class Beside(torch.nn.Module):
    """W x + s B (A x), the two matrices never multiplied."""

    def __init__(self, linear, down, up, scale):
        super().__init__()
        self.linear, self.down, self.up, self.scale = linear, down, up, scale
        self.weight, self.bias = linear.weight, linear.bias
        self.in_features, self.out_features = linear.in_features, linear.out_features

    def forward(self, given):
        return self.linear(given) + self.scale * ((given @ self.down.T) @ self.up.T)


def unmerged(model, made, scale):
    """The model with the adapter beside its weights, as PEFT runs it."""
    for name, (down, up) in made.items():
        at, _, last = name.removeprefix("model.").rpartition(".")
        parent = model.get_submodule(at)
        setattr(parent, last, Beside(getattr(parent, last), down, up, scale))


def test_load__merged_is_what_was_added_up_by_hand(tmp_path):
    made = factors()
    folder = write(tmp_path / "tuned", made)
    loaded = load_embedder(adapted(folder), "cpu")
    base = load_file(PARITY / "checkpoint" / "model.safetensors")
    for name, (down, up) in made.items():
        expected = base[f"{name}.weight"].double() + 2 * (up.double() @ down.double())
        found = weights(loaded.model, name).double()
        assert (found - expected).abs().max() < 1e-6
    untouched = LANGUAGE.format(1)
    assert torch.equal(weights(loaded.model, untouched), base[f"{untouched}.weight"])


def test_embed__merged_equals_unmerged(tmp_path, embedder):
    made = factors()
    merged = Qwen3VLEmbedder(load_embedder(adapted(write(tmp_path / "tuned", made)), "cpu"))
    plain = load_embedder(checkpoint("checkpoint"), "cpu")
    unmerged(plain.model, made, 2)
    found = merged.embed(INPUTS, "").vectors
    expected = Qwen3VLEmbedder(plain).embed(INPUTS, "").vectors
    assert np.abs(found - expected).max() < 1e-6
    assert np.abs(found - embedder.embed(INPUTS, "").vectors).max() > 0.01


def test_score__merged_equals_unmerged(tmp_path, reranker):
    made = factors()
    merged = Qwen3VLReranker(load_reranker(adapted(write(tmp_path / "tuned", made)), "cpu"))
    plain = load_reranker(checkpoint("checkpoint"), "cpu")
    unmerged(plain.model.model, made, 2)
    logits, expected, before = (
        [score.logit for score in model.score(TEXT, INPUTS, "").scores]
        for model in (merged, Qwen3VLReranker(plain), reranker)
    )
    assert logits == pytest.approx(expected, abs=1e-5)
    assert np.abs(np.subtract(logits, before)).max() > 0.01
    assert merged.fingerprint != reranker.fingerprint


def scales(folder: Path) -> dict[str, float]:
    return {name: factor.scale for name, factor in read_adapter(folder).factors.items()}


def test_read_adapter__alpha_over_r_or_over_its_root(tmp_path):
    q_proj = "language_model.layers.0.self_attn.q_proj"
    assert scales(write(tmp_path / "a", factors()))[q_proj] == 8 / 4
    stable = write(tmp_path / "b", factors(), use_rslora=True, lora_alpha=6)
    assert scales(stable)[q_proj] == 6 / math.sqrt(4)
    wide = write(tmp_path / "c", factors(rank=16), r=16, lora_alpha=8)
    assert scales(wide)[q_proj] == 0.5


def test_read_adapter__patterns_of_ranks_and_alphas(tmp_path):
    made = factors(ranks={VISUAL: 2, MLP.format(1): 8})
    folder = write(
        tmp_path / "patterned",
        made,
        rank_pattern={"qkv": 2, "model.language_model.layers.1.mlp.down_proj": 8},
        alpha_pattern={
            r"^model\.language_model\.layers\.0\.self_attn\.q_proj$": 12,
            "self_attn.q_proj": 20,
            "oj": 99,  # no whole name
        },
    )
    assert scales(folder) == {
        "language_model.layers.0.self_attn.q_proj": 12 / 4,
        "language_model.layers.2.self_attn.q_proj": 20 / 4,
        "language_model.layers.1.mlp.down_proj": 8 / 8,
        "visual.blocks.0.attn.qkv": 8 / 2,
    }
    assert check_loadable(adapted(folder), Role.EMBEDDER) is not None


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("base_model.model.model.language_model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
        ("base_model.model.language_model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
        ("base_model.model.model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
        ("base_model.model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
        ("base_model.model.language_model.model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
        ("model.language_model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"),
    ],
)
def test_module_of__however_versions_name_it(name, module):
    assert module_of(name) == f"language_model.{module}"


@pytest.mark.parametrize("prefix", [PREFIX, "", "base_model.model.model."])
@pytest.mark.parametrize("name", ["", ".default"])
def test_read_adapter__whatever_the_names_begin_with(tmp_path, prefix, name):
    made = factors()
    if prefix.endswith("model.model."):
        made = {module.removeprefix("model."): pair for module, pair in made.items()}
    folder = write(tmp_path / "tuned", made, prefix=prefix, name=name)
    adapter = check_loadable(adapted(folder), Role.EMBEDDER)
    assert adapter is not None
    assert set(adapter.factors) == {
        "language_model.layers.0.self_attn.q_proj",
        "language_model.layers.2.self_attn.q_proj",
        "language_model.layers.1.mlp.down_proj",
        "visual.blocks.0.attn.qkv",
    }


def test_read_adapter__targets_by_their_whole_names(tmp_path):
    folder = write(tmp_path / "tuned", factors(), target_modules=list(factors()))
    assert len(read_adapter(folder).factors) == 4
    old = {"model.layers.0.self_attn.q_proj": factors()[LANGUAGE.format(0)]}
    folder = write(tmp_path / "old", old, target_modules=list(old))
    assert list(read_adapter(folder).factors) == ["language_model.layers.0.self_attn.q_proj"]


def test_merge__in_float32_whatever_the_weights_are_in(tmp_path):
    made = factors()
    adapter = read_adapter(write(tmp_path / "tuned", made))
    model = load_embedder(checkpoint("checkpoint"), "cpu").model.to(torch.bfloat16)
    name = LANGUAGE.format(0)
    before = weights(model, name).clone()
    merge(model, adapter)
    down, up = made[name]
    expected = (before.float() + 2 * (up @ down)).to(torch.bfloat16)
    assert weights(model, name).dtype == torch.bfloat16
    assert torch.equal(weights(model, name), expected)


# ---------------------------------------------------------------- what is refused, in a sentence


def refused(folder: Path, name: str = "checkpoint") -> str:
    with pytest.raises(ModelLoadError) as caught:
        check_loadable(adapted(folder, name), Role.EMBEDDER)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"use_dora": True}, "use_dora"),
        ({"bias": "all"}, "bias all"),
        ({"bias": "lora_only"}, "bias lora_only"),
        ({"lora_bias": True}, "lora_bias"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out"),
        ({"layer_replication": [[0, 2]]}, "layer_replication"),
        ({"peft_type": "LOHA"}, "peft_type LOHA"),
        ({"init_lora_weights": "pissa_niter_16"}, "init_lora_weights pissa_niter_16"),
        ({"r": 8}, "r 8, 4"),
        ({"lora_alpha": "much"}, "alpha_pattern"),
        ({"lora_alpha": True}, "alpha_pattern"),
        ({"alpha_pattern": {"(a+)+$": 3}}, "alpha_pattern (a+)+$"),
        ({"alpha_pattern": ["q_proj"]}, "alpha_pattern"),
        ({"target_modules": ["q_proj", "down_proj"]}, "attn.qkv (target_modules)"),
        ({"target_modules": ["q_proj", "down_proj", "qkv", "up_proj"]}, "target_modules up_proj"),
    ],
)
def test_read_adapter__more_than_a_product_of_matrices(tmp_path, config, said):
    sentence = refused(write(tmp_path / "odd", factors(), **config))
    before, _, after = sentence.partition(said)
    assert before.startswith(f"The adapter {tmp_path / 'odd'} cannot be merged: ")
    assert after == "; this program takes plain LoRA on linear layers, as PEFT saves it."


def test_read_adapter__other_tensors(tmp_path):
    from safetensors.torch import save_file

    folder = write(tmp_path / "odd", factors())
    tensors = load_file(folder / WEIGHTS)
    for extra in (
        f"{PREFIX}lm_head.weight",
        f"{PREFIX}model.language_model.embed_tokens.lora_embedding_A",
        f"{PREFIX}{LANGUAGE.format(0)}.lora_magnitude_vector",
        f"{PREFIX}{LANGUAGE.format(1)}.lora_A.weight",
    ):
        save_file(tensors | {extra: torch.ones(4, 64)}, folder / WEIGHTS)
        assert "cannot be merged" in refused(folder)
    save_file({}, folder / WEIGHTS)
    assert "cannot be merged" in refused(folder)


def test_read_adapter__no_adapter_or_a_damaged_one(tmp_path):
    assert "it has no adapter_config.json" in refused(tmp_path / "nowhere")
    folder = write(tmp_path / "odd", factors())
    whole = (folder / WEIGHTS).read_bytes()
    for keep in (0, 7, len(whole) - 1):
        (folder / WEIGHTS).write_bytes(whole[:keep])
        assert "is damaged" in refused(folder)
    (folder / WEIGHTS).unlink()
    assert "it has no adapter_model.safetensors" in refused(folder)
    (folder / "adapter_config.json").write_bytes(b"[")
    assert "is damaged" in refused(folder)
    (folder / "adapter_config.json").write_bytes(b"[]")
    assert "is damaged" in refused(folder)


def test_check__made_for_another_model(tmp_path):
    made = factors()
    made[LANGUAGE.format(0)] = (torch.ones(4, 4096), torch.ones(4096, 4))
    sentence = refused(write(tmp_path / "large", made, base_model_name_or_path="a/Large-8B"))
    assert sentence == (
        f"The adapter {tmp_path / 'large'} was made for another model (Large-8B) and not for "
        "checkpoint; language_model.layers.0.self_attn.q_proj does not fit."
    )
    deep = {LANGUAGE.format(0).replace("0", "30"): factors()[LANGUAGE.format(0)]}
    assert "layers.30.self_attn.q_proj does not fit" in refused(
        write(tmp_path / "deep", deep, target_modules=["q_proj"])
    )
    head = {"lm_head": (torch.ones(4, 64), torch.ones(407, 4))}
    assert "lm_head does not fit" in refused(
        write(tmp_path / "head", head, target_modules=["lm_head"])
    )


def test_check__made_for_the_other_stage(tmp_path):
    """Embedder and reranker of one size have the same shapes."""
    folder = write(
        tmp_path / "tuned", factors(), base_model_name_or_path="Qwen/Qwen3-VL-Reranker-2B"
    )
    with pytest.raises(ModelLoadError, match=r"made for another model \(Qwen3-VL-Reranker-2B\)"):
        check_loadable(
            replace(adapted(folder), name="Qwen3-VL-Embedding-2B + tuned"), Role.EMBEDDER
        )
    assert check_loadable(
        replace(adapted(folder), name="Qwen3-VL-Reranker-2B + tuned"), Role.RERANKER
    )


def test_load__weights_that_are_not_finite(tmp_path):
    made = factors()
    made[MLP.format(1)][0][0, 0] = math.nan
    with pytest.raises(ModelLoadError, match=r"cannot be merged: .*down_proj"):
        load_embedder(adapted(write(tmp_path / "nan", made)), "cpu")


# ---------------------------------------------------------------- a space of its own


def test_space__of_an_adapter_is_another_and_says_so(tmp_path, embedder):
    folder = write(tmp_path / "tuned", factors())
    space = Qwen3VLEmbedder(load_embedder(adapted(folder), "cpu")).space
    assert space != embedder.space
    assert space.model == "checkpoint + tuned"
    assert ModelChoice.from_text(space.checkpoint) == ModelChoice(
        wanted=str(PARITY / "checkpoint"), adapter=str(folder)
    )
    copy = Path(shutil.copytree(folder, tmp_path / "copied"))
    assert load_embedder(adapted(copy), "cpu").fingerprint == space.fingerprint
    config = orjson.loads((copy / "adapter_config.json").read_bytes()) | {"lora_alpha": 9}
    (copy / "adapter_config.json").write_bytes(orjson.dumps(config))
    assert load_embedder(adapted(copy), "cpu").fingerprint != space.fingerprint


@pytest.mark.parametrize("choice", [("demo", ""), ("/a/b", "/c [d]"), ("[]", ""), ("2b", '"')])
def test_model_choice__comes_back_as_it_was(choice):
    known = ModelChoice(wanted=choice[0], adapter=choice[1])
    assert ModelChoice.from_text(known.to_text()) == known


def test_resolve__with_an_adapter(tmp_path):
    found = resolve("demo", Role.EMBEDDER, gpu=lambda: False)
    assert found.with_adapter("") is found
    tuned = found.with_adapter(str(tmp_path / "mine"))
    assert (tuned.name, tuned.adapter) == ("demo embedder + mine", tmp_path / "mine")
