"""Evidence of the demo pair lies on what was asked for. `demo point` measures more cases."""

from __future__ import annotations

from qwen3vl_app.demo.measuring.pointing import Pointing
from qwen3vl_app.demo.world.names import load_things
from tests.demo.test_checkpoints import embedder, reranker

__all__ = ["embedder", "reranker"]

CASES = 8


def test_peak__lies_on_the_thing_asked_for(sources, embedder, reranker):
    lines = Pointing(embedder, reranker, load_things(), 2_700_001).run(CASES)
    assert {line.name: line.share >= 0.85 for line in lines} == {
        "similarity": True,
        "relevance": True,
    }
