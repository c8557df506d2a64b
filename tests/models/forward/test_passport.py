"""Green on the bundled pair and those of the reference; each way to be wrong turns a line red."""

from dataclasses import replace

import pytest
import torch

from qwen3vl_app.budget import Budget
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.forward import passes
from qwen3vl_app.models.forward import passport as module
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.passport import LINES, passport
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.prompt import conversation, layout, tokenizer
from tests.models.conftest import checkpoint


def examined(found, role):
    if role is Role.EMBEDDER:
        loaded = load_embedder(found, "cpu")
        return passport(Qwen3VLEmbedder(loaded), role)
    loaded = load_reranker(found, "cpu")
    return passport(Qwen3VLReranker(loaded), role)


def red(checks):
    return {check.code for check in checks if not check.holds}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", ["checkpoint", "checkpoint-eos"])
def test_passport__green(name, role):
    checks = examined(checkpoint(name), role)
    assert [(check.code, check.found) for check in checks] == [(line[0], "") for line in LINES]
    assert all(check.reference for check in checks)


@pytest.mark.parametrize("role", Role)
def test_passport__green_for_the_bundled_pair(role):
    assert red(examined(resolve("demo", role, gpu=lambda: False), role)) == set()


def before_the_norm(monkeypatch):
    real = passes.run

    def run(model, tower, batch, past=None, **given):
        inner = []
        norm = model.language_model.norm
        handle = norm.register_forward_hook(lambda _m, given, _out: inner.append(given[0]))
        real(model, tower, batch, past, **given)
        handle.remove()
        last = batch.mask.sum(1) - 1 - batch.begin
        if given["trimmed"]:
            last = torch.zeros_like(last)
        return inner[-1][torch.arange(len(last)), last].float()

    from qwen3vl_app.models.forward import batching

    monkeypatch.setattr(batching, "run", run)


def instruction_in_the_user_turn(monkeypatch):
    def embed_messages(item, instruction):
        system, user = conversation.embed_messages(item, instruction)
        user["content"] = [*system["content"], *user["content"]]
        return [{"role": "system", "content": []}, user]

    def rerank_messages(*given):
        system, user = conversation.rerank_messages(*given)
        system["content"].append(user["content"].pop(0))
        return [system, user]

    for place in (layout, module):
        monkeypatch.setattr(place, "embed_messages", embed_messages)
        monkeypatch.setattr(place, "rerank_messages", rerank_messages)


def another_default(monkeypatch):
    monkeypatch.setattr(conversation, "DOCUMENT_INSTRUCTION", "Retrieve what is relevant.")
    real = conversation._content

    def content(item):
        return [*real(item), {"type": "text", "text": " Judge it."}]

    monkeypatch.setattr(conversation, "_content", content)


def collapsed_spaces(monkeypatch):
    monkeypatch.setattr(
        conversation, "_text", lambda text: {"type": "text", "text": " ".join(text.split())}
    )


def texts_first(monkeypatch):
    real = conversation._content
    monkeypatch.setattr(conversation, "_content", lambda item: real(item)[::-1])


def no_full_stop(monkeypatch):
    monkeypatch.setattr(conversation, "finish_sentence", str)
    real = conversation.rerank_messages

    def rerank_messages(query, document, instruction):
        return real(query, document, instruction + ".")

    monkeypatch.setattr(module, "rerank_messages", rerank_messages)


def clips_filled_up(monkeypatch):
    real = layout.stamps
    monkeypatch.setattr(
        layout, "stamps", lambda clip: real(clip) + (99.0,) * (len(clip.frames) < 5)
    )


def another_budget(monkeypatch):
    real = Budget

    def load_budget(folder):
        return real(max_frames=8)

    from qwen3vl_app.models.checkpoint import load

    monkeypatch.setattr(load, "load_budget", load_budget)


def cut_at_the_end(monkeypatch):
    def cut(self, messages, blocks, limit):
        before, after = self._around
        ids = before + self._expand(self._encode(messages, blocks), blocks) + after
        return ids[: limit - 1]

    monkeypatch.setattr(tokenizer.PromptTokenizer, "embed_ids", cut)
    monkeypatch.setattr(tokenizer.PromptTokenizer, "rerank_ids", cut)


def rounded_states(monkeypatch):
    monkeypatch.setattr(
        Qwen3VLEmbedder,
        "_unit",
        lambda _self, states: (
            torch.nn.functional.normalize(torch.stack(list(states)).bfloat16(), dim=-1)
            .float()
            .numpy()
        ),
    )
    real = Qwen3VLReranker.score

    def score(*given):
        batch = real(*given)
        rounded = tuple(
            replace(one, logit=float(torch.tensor(one.logit).bfloat16())) for one in batch.scores
        )
        return replace(batch, scores=rounded)

    monkeypatch.setattr(Qwen3VLReranker, "score", score)


def other_ids(monkeypatch):
    real = tokenizer.PromptTokenizer.id_of
    monkeypatch.setattr(
        tokenizer.PromptTokenizer, "id_of", lambda self, token: real(self, token) + 1
    )


BROKEN = [
    ("pooling", before_the_norm),
    ("instruction", instruction_in_the_user_turn),
    ("documents", another_default),
    ("white_space", collapsed_spaces),
    ("order", texts_first),
    ("full_stop", no_full_stop),
    ("frames", clips_filled_up),
    ("frames", another_budget),
    ("cut", cut_at_the_end),
    ("float32", rounded_states),
    ("tokens", other_ids),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("code", "wrong"), BROKEN)
def test_passport__red(code, wrong, role, monkeypatch):
    wrong(monkeypatch)
    found = {check.code: check for check in examined(checkpoint("checkpoint"), role)}
    assert not found[code].holds
    assert found[code].found


def test_passport__every_line_is_broken_once():
    assert {code for code, _ in BROKEN} == {line[0] for line in LINES}
