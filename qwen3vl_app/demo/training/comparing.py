"""The reranker's beginning: the embedder, with layers on top whose attention compares meanings.

Behind the embedder's last layer a token of the reranker's prompt knows most of what the embedder
would say: before any training, one linear map from the token behind a query to the embedder's
vector tells 0.95 of 400 queries apart. So the layers above begin with such maps as projections:
keys for what was asked, queries for what the document shows. From the first step on a token then
attends to what means the same, and all else that these layers do begins near nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from qwen3vl_app.demo.training.network import (
    COMPARING_LAYERS,
    HEAD,
    TEXT_LAYERS,
    WIDTH,
    Model,
    build_model,
)

RIDGE = 10.0
"""Keeps the maps small where states hardly differ; sums over all examples are compared with it."""

SMALL = 0.1
"""Share of their usual size that the outputs of new layers begin with."""


def comparing_model(embedder: Model, seed: int, *, gathering: tuple[int, int]) -> Model:
    """A model of `TEXT_LAYERS + COMPARING_LAYERS` layers that begins as the embedder.

    gathering: Id of the token that gathers the meaning of the query, and of the one that does so
    in the embedder, as which it begins.
    """
    model = build_model(seed, TEXT_LAYERS + COMPARING_LAYERS)
    missing, unknown = model.load_state_dict(embedder.state_dict(), strict=False)
    new = range(TEXT_LAYERS, TEXT_LAYERS + COMPARING_LAYERS)
    above = tuple(f"model.language_model.layers.{at}." for at in new)
    if unknown or not all(name.startswith(above) for name in missing):
        raise ValueError("the embedder has another shape")
    text = model.model.language_model
    with torch.no_grad():
        text.embed_tokens.weight[gathering[0]] = text.embed_tokens.weight[gathering[1]]
        for layer in text.layers[TEXT_LAYERS:]:
            layer.input_layernorm.weight.copy_(text.norm.weight)
            layer.post_attention_layernorm.weight.copy_(text.norm.weight)
            layer.self_attn.o_proj.weight.mul_(SMALL)
            layer.mlp.down_proj.weight.mul_(SMALL)
    return model


def compare_by(model: Model, vectors: Tensor, asked: Tensor, shown: Tensor) -> None:
    """Let the new layers attend by meaning.

    vectors: (N, WIDTH) what has to be told apart. asked, shown: (WIDTH, WIDTH) the maps from
    states to vectors of queries and of documents.
    """
    projection = comparison(vectors).to(asked.device)
    with torch.no_grad():
        for place, layer in enumerate(model.model.language_model.layers[TEXT_LAYERS:]):
            heads = projection.roll(place * HEAD, dims=0)
            layer.self_attn.q_proj.weight.copy_(heads @ shown)
            layer.self_attn.k_proj.weight.copy_(heads @ asked)


def linear_map(states: Tensor, vectors: Tensor) -> Tensor:
    """(WIDTH, WIDTH) that takes states (N, WIDTH) nearest to vectors (N, WIDTH)."""
    gram = states.T @ states + RIDGE * torch.eye(states.shape[1], device=states.device)
    found: Tensor = torch.linalg.solve(gram, states.T @ vectors).T
    return found


def comparison(vectors: Tensor) -> Tensor:
    """(WIDTH, WIDTH) orthogonal rows, three heads one below the other, for queries and keys alike.

    Rotary positions turn the dimensions of a head, some fast and some slowly with the distance of
    two tokens. What tells `vectors` apart best goes to the slow ones, where it can be compared
    across a prompt.
    """
    centred = vectors - vectors.mean(0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=True)  # rows: strongest first
    found = torch.zeros(WIDTH, WIDTH)
    half = HEAD // 2  # dimensions i and i + half of a head turn together, slower with i
    strongest = iter(directions)
    for pair in reversed(range(half)):
        for dimension in (pair, pair + half):
            for head in range(WIDTH // HEAD):
                found[head * HEAD + dimension] = next(strongest)
    return found
