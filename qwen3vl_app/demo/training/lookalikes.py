"""What the embedder makes of the things of the world, and which it takes for one another."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.batches import PairBatch
from qwen3vl_app.demo.training.embedding import embed_documents, embed_words
from qwen3vl_app.demo.training.network import Model
from qwen3vl_app.demo.training.tokenizer import append_end
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.demo.world.render import draw
from qwen3vl_app.demo.world.scenes import Alike, Scene
from qwen3vl_app.demo.world.sizes import Frame

ALIKE = 10
"""So many things count as easily taken for a thing by its picture, and as many by its names."""


def picture_vectors(model: Model, tokenizer: Tokenizer, things: Sequence[Thing]) -> Tensor:
    """(things, H) the embedder's vectors of one drawing each."""
    frame = Frame((240, 180), (160, 96))
    place, instruction = inputs.Shown(frame.grid).text(), inputs.DOCUMENT
    ending, rng, found = append_end(tokenizer), Random(1), []
    with torch.no_grad():
        for start in range(0, len(things), 50):
            scenes = tuple(Scene("thing", (thing,)) for thing in things[start : start + 50])
            drawn = [inputs.pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
            texts = (place,) * len(scenes)
            batch = PairBatch(
                scenes, np.stack(drawn)[:, None], frame.grid, texts, (), (instruction, "")
            )
            found.append(embed_documents(model, ending, batch))
    return torch.cat(found)


def name_vectors(model: Model, tokenizer: Tokenizer, things: Sequence[Thing]) -> Tensor:
    """(languages, things, H) the embedder's vectors of the main names."""
    words = [thing.name(language) for language in LANGUAGES for thing in things]
    vectors = embed_words(model, append_end(tokenizer), words)
    return vectors.view(len(LANGUAGES), len(things), -1)


def look_alikes(pictures: Tensor, names: Tensor, things: Sequence[Thing]) -> Alike:
    """For each thing the others that recall finds for its picture, or for its names."""
    found: list[list[int]] = [[] for _ in things]
    count = min(ALIKE, len(things) - 1)
    for asking in (pictures, names.mean(0)):
        nearest = (asking @ pictures.T).fill_diagonal_(-torch.inf).topk(count).indices
        for places, row in zip(found, nearest.tolist(), strict=True):
            places += [place for place in row if place not in places]
    return dict(zip((thing.glyph for thing in things), found, strict=True))
