"""The reranker's beginning: the embedder, with layers on top whose attention compares meanings.

What a token means is known behind the embedder's last layer: there the vector of a text or picture
is read. The layers above begin with equal projections for queries and keys, so from the first step
on a token attends to those that mean the same: a picture to its name. All else that they do begins
at nothing, so the embedder's knowledge reaches them whole.
"""

from __future__ import annotations

import torch
from torch import Tensor

from qwen3vl_app.demo.network import (
    COMPARING_LAYERS,
    HEAD,
    TEXT_LAYERS,
    WIDTH,
    Model,
    build_model,
)

SMALL = 0.1
"""Share of their usual size that the outputs of new layers begin with."""


def comparing_model(
    embedder: Model, vectors: Tensor, seed: int, *, gathering: tuple[int, int]
) -> Model:
    """A model of `TEXT_LAYERS + COMPARING_LAYERS` layers that begins as the embedder.

    vectors: (N, WIDTH) what the embedder makes of things that have to be told apart. gathering:
    Id of the token that gathers the meaning of the query, and of the one that does so in the
    embedder, as which it begins.
    """
    model = build_model(seed, TEXT_LAYERS + COMPARING_LAYERS)
    missing, unknown = model.load_state_dict(embedder.state_dict(), strict=False)
    above = tuple(
        f"model.language_model.layers.{at}."
        for at in range(TEXT_LAYERS, TEXT_LAYERS + COMPARING_LAYERS)
    )
    if unknown or not all(name.startswith(above) for name in missing):
        raise ValueError("the embedder has another shape")
    text = model.model.language_model
    projection = comparison(vectors)
    with torch.no_grad():
        text.embed_tokens.weight[gathering[0]] = text.embed_tokens.weight[gathering[1]]
        for place, layer in enumerate(text.layers[TEXT_LAYERS:]):
            layer.input_layernorm.weight.copy_(text.norm.weight)
            layer.post_attention_layernorm.weight.copy_(text.norm.weight)
            mixed = projection.roll(place * HEAD, dims=0)
            layer.self_attn.q_proj.weight.copy_(mixed)
            layer.self_attn.k_proj.weight.copy_(mixed)
            layer.self_attn.o_proj.weight.mul_(SMALL)
            layer.mlp.down_proj.weight.mul_(SMALL)
    return model


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
