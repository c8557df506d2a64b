"""A shortcut that is made wrong on purpose is found and switched off, and scores stay right."""

import pytest
import torch

from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.forward import batching, passes, prefix, rows
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.forward.selftest import EXACT, examples
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.models.vision import tower
from qwen3vl_app.types import Picture
from tests.models.conftest import checkpoint


def logits(reranker):
    return [score.logit for score in reranker.score(*examples(), "").scores]


@pytest.fixture(scope="module")
def right():
    reranker = Qwen3VLReranker(load_reranker(checkpoint("checkpoint"), "cpu"))
    assert reranker.self_test.failed == frozenset()
    assert set(reranker.self_test.distances) == set(Shortcut)
    assert max(reranker.self_test.distances.values()) < EXACT / 100
    return logits(reranker)


def the_prefix_is_not_seen(monkeypatch):
    real = passes.seen_behind

    def seen_behind(begin, length):
        seen = real(begin, length)
        seen[..., :begin] = False
        return seen

    monkeypatch.setattr(passes, "seen_behind", seen_behind)


def later_tokens_are_seen(monkeypatch):
    real = passes.seen_behind
    monkeypatch.setattr(passes, "seen_behind", lambda *given: torch.ones_like(real(*given)))


def places_begin_anew(monkeypatch):
    real = passes.positions

    def positions(model, batch):
        found = real(model, batch)
        return None if found is None else found - batch.begin

    monkeypatch.setattr(passes, "positions", positions)


def layers_are_mixed_up(monkeypatch):
    real = prefix.KnownPrefix.update

    def update(self, keys, values, layer):
        return real(self, keys, values, len(self._layers) - 1 - layer)

    monkeypatch.setattr(prefix.KnownPrefix, "update", update)


def pictures_are_taken_for_each_other(monkeypatch):
    monkeypatch.setattr(Picture, "key", b"the same for all")


def kept_features_decay(monkeypatch):
    real = tower.Tower._see

    def see(self, shown):
        found = real(self, shown)
        if self._room and self.keeps:
            for each in found:
                self._kept[b"", (len(self._kept), 0)] = each
                each.tokens.mul_(1.1)
        return found

    monkeypatch.setattr(tower.Tower, "_see", see)


def rows_of_a_pass_change_places(monkeypatch):
    real = rows.collate

    def collate(some, *given):
        batch = real(some, *given)
        if len(some) > 1:
            batch.ids.copy_(batch.ids.roll(1, 0))
        return batch

    monkeypatch.setattr(batching, "collate", collate)


@pytest.mark.parametrize(
    ("wrong", "off"),
    [
        (the_prefix_is_not_seen, Shortcut.PREFIX),
        (later_tokens_are_seen, Shortcut.PREFIX),
        (places_begin_anew, Shortcut.PREFIX),
        (layers_are_mixed_up, Shortcut.PREFIX),
        (pictures_are_taken_for_each_other, Shortcut.KEPT),
        (kept_features_decay, Shortcut.KEPT),
        (rows_of_a_pass_change_places, Shortcut.TOGETHER),
    ],
)
def test_self_test__what_is_wrong_is_switched_off(wrong, off, right, monkeypatch):
    wrong(monkeypatch)
    reranker = Qwen3VLReranker(load_reranker(checkpoint("checkpoint"), "cpu"))
    assert off in reranker.self_test.failed
    assert logits(reranker) == pytest.approx(right, abs=1e-5)
    codes = str(reranker.detail)
    assert "switched off" in codes


def test_self_test__the_embedder_tries_many_in_one_pass(monkeypatch):
    loaded = load_embedder(checkpoint("checkpoint"), "cpu")
    texts = examples()[1]
    right = Qwen3VLEmbedder(loaded)
    assert right.self_test.failed == frozenset()
    assert "switched off" not in str(right.detail)
    rows_of_a_pass_change_places(monkeypatch)
    mended = Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint"), "cpu"))
    assert mended.self_test.failed == {Shortcut.TOGETHER}
    expected = right.embed(texts[:1], "").vectors
    assert mended.embed(texts, "").vectors[0] @ expected[0] == pytest.approx(1, abs=1e-5)


def test_self_test__nothing_else_goes_first_meanwhile():
    def between():
        raise AssertionError("called from the thread that loads")

    Qwen3VLReranker(load_reranker(checkpoint("checkpoint"), "cpu"), between)
    Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint"), "cpu"), between)
