"""Begin training from an earlier checkpoint, also when the tokenizer has changed since."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training.network import Model
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

WORDS = "model.language_model.embed_tokens.weight"
"""Token vectors; also the output layer, which is tied to them."""


def start_from(model: Model, tokenizer: Tokenizer, folder: Path | None) -> None:
    """Copy the weights of the checkpoint in `folder` into `model`; with None, change nothing.

    A token that the earlier tokenizer lacks begins as the mean of the tokens which that one cuts
    it into.

    Raises:
        UsageError: The folder holds no checkpoint of this shape.
    """
    if folder is None:
        return
    file = folder / "model.safetensors"
    if not file.is_file():
        raise UsageError(Message.of("demo.no_start", path=str(file)))
    weights = {name: value.float() for name, value in load_file(file).items()}
    earlier = Tokenizer.from_file(str(folder / "tokenizer.json"))
    weights[WORDS] = carried_over(weights[WORDS], earlier, tokenizer)
    weights.pop("lm_head.weight", None)
    missing, unknown = model.load_state_dict(weights, strict=False)
    if set(missing) - {"lm_head.weight"} or unknown:
        raise UsageError(Message.of("demo.shape", path=str(folder)))


def carried_over(vectors: Tensor, earlier: Tokenizer, tokenizer: Tokenizer) -> Tensor:
    """The token vectors in the order of the new vocabulary."""
    spread = vectors.std().item()
    found = torch.randn(tokenizer.get_vocab_size(), vectors.shape[1]) * spread
    for token, place in tokenizer.get_vocab().items():
        same = earlier.token_to_id(token)
        if same is not None:
            found[place] = vectors[same]
            continue
        pieces = earlier.encode(tokenizer.decode([place]), add_special_tokens=False).ids
        if pieces:
            found[place] = vectors[pieces].mean(0)
    return found
