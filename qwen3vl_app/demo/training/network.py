"""The demo model: Qwen3-VL's architecture at 7 million parameters, and a faster way to train it.

`encode_rows` computes what `Qwen3VLModel` computes, for batches as the trainer makes them: every
row starts with the same prompt (computed once), pictures share one grid (vision attention runs
batched instead of picture by picture), only the last position is wanted. On processors attention
runs in float32 also under autocast: its backward pass in bfloat16 took four times as long. A test
holds it to the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration
from transformers.models.qwen3_vl import modeling_qwen3_vl as reference
from transformers.vision_utils import (
    get_vision_interpolation_indices_and_weights,
    get_vision_position_ids,
)

from qwen3vl_app.demo.training.tokenizer import (
    IMAGE_PAD,
    VIDEO_PAD,
    VISION_END,
    VISION_START,
    VOCABULARY,
)

Model: TypeAlias = Any
"""A `Qwen3VLForConditionalGeneration`; its attributes are not typed."""

Layer: TypeAlias = Any
"""One of its modules."""

Whole = TypeVar("Whole")
"""Whatever holds tensors."""

WIDTH = 192
HEAD = 64
TEXT_LAYERS = 6
"""Of the embedder."""

COMPARING_LAYERS = 3
"""Further text layers of the reranker: the embedder's say what things mean, these compare."""

VISION_LAYERS = 4


def demo_config(layers: int = TEXT_LAYERS, vocabulary: int = VOCABULARY) -> Qwen3VLConfig:
    """The configuration of a demo checkpoint with so many text layers."""
    rope = {
        "rope_type": "default",
        "rope_theta": 10000.0,
        "mrope_section": [12, 10, 10],
        "mrope_interleaved": True,
    }
    text = {
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "intermediate_size": 512,
        "num_hidden_layers": layers,
        "num_attention_heads": WIDTH // HEAD,
        "num_key_value_heads": WIDTH // HEAD,
        "head_dim": HEAD,
        "max_position_embeddings": 8192,
        "rope_parameters": rope,
        "tie_word_embeddings": True,
        "initializer_range": 0.02,
        "use_cache": False,
    }
    vision = {
        "depth": VISION_LAYERS,
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH * 3,
        "num_heads": WIDTH // HEAD,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": WIDTH,
        "num_position_embeddings": 256,
        "deepstack_visual_indexes": [2],
        "initializer_range": 0.02,
    }
    config = Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=IMAGE_PAD,
        video_token_id=VIDEO_PAD,
        vision_start_token_id=VISION_START,
        vision_end_token_id=VISION_END,
        tie_word_embeddings=True,
    )
    config.architectures = ["Qwen3VLForConditionalGeneration"]
    return config


def build_model(seed: int, layers: int = TEXT_LAYERS) -> Model:
    """A demo model with random weights."""
    torch.manual_seed(seed)
    return Qwen3VLForConditionalGeneration(demo_config(layers))


@dataclass(frozen=True, slots=True)
class Vision:
    """S segments of one grid: a segment is a picture or a pair of frames.

    patches: (S · rows · columns, 1536). grid: rows and columns, in patches.
    """

    patches: Tensor
    grid: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of N inputs that share a prompt.

    prompt: (P,) ids. ids: (N, L), right padded. positions: (3, N, L) rotary positions, counted
    from the start of the prompt. last: (N,) place of the final real token. visual: (N, L), true
    where a vision token goes. spots: where these lie among the flat tokens (P + N · L). Padding
    needs no mask: it lies behind the last real token of a causal model.
    """

    prompt: Tensor
    ids: Tensor
    positions: Tensor
    last: Tensor
    visual: Tensor
    spots: Tensor


@dataclass(frozen=True, slots=True)
class Seen:
    """What the vision tower makes of a batch: (tokens, H), and the deepstack features likewise.

    patches: (patches, H) states before they are merged into tokens.
    """

    tokens: Tensor
    deepstack: list[Tensor]
    patches: Tensor


def moved(whole: Whole, device: torch.device) -> Whole:
    """The tensor, or the dataclass with all tensors in it at any depth, on the device."""
    found: Any = whole
    if isinstance(whole, Tensor):
        found = whole.to(device)
    elif is_dataclass(whole) and not isinstance(whole, type):
        parts = {each.name: moved(getattr(whole, each.name), device) for each in fields(whole)}
        found = replace(whole, **parts)
    return found  # type: ignore[no-any-return]


@lru_cache(maxsize=256)
def patch_places(
    grid: tuple[int, int], side: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Of the patches of one segment: learned places and their weights, and rotary positions.

    side: Of the square of learned places. The same for every segment of a grid, so kept.
    """
    one = torch.tensor([[1, *grid]])
    indices, weights = get_vision_interpolation_indices_and_weights(
        one, num_grid_per_side=side, mode="bilinear", align_corners=True, spatial_merge_size=2
    )
    positions = get_vision_position_ids(one, 2)
    return indices.to(device), weights.to(device), positions.to(device)


def look(model: Model, vision: Vision) -> Seen:
    """Run the vision tower on S segments of equal grid."""
    tower = model.model.visual
    patches = vision.patches.to(tower.pos_embed.weight.device)
    rows, columns = vision.grid
    count = rows * columns
    segments = patches.shape[0] // count
    indices, weights, positions = patch_places(
        vision.grid, tower.num_grid_per_side, patches.device
    )
    places = (tower.pos_embed(indices) * weights[:, :, None]).sum(1)
    x = F.linear(patches, tower.patch_embed.proj.weight.flatten(1), tower.patch_embed.proj.bias)
    x = (x.view(segments, count, -1) + places).float()
    cos, sin = tower.rotary_pos_emb(x, positions)
    deepstack = []
    for index, block in enumerate(tower.blocks):
        x = x + vision_attention(block.attn, block.norm1(x), cos, sin)
        x = x + block.mlp(block.norm2(x))
        if index in tower.deepstack_visual_indexes:
            merger = tower.deepstack_merger_list[tower.deepstack_visual_indexes.index(index)]
            deepstack.append(merger(x.reshape(segments * count, -1)))
    states = x.reshape(segments * count, -1)
    return Seen(tower.merger(states), deepstack, states)


def exact_attention(
    query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None
) -> Tensor:
    """Attention; on a processor in float32, also within autocast."""
    if query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value.to(query.dtype), allowed)
    with torch.autocast("cpu", enabled=False):
        return F.scaled_dot_product_attention(query.float(), key.float(), value.float(), allowed)


def allowed_before(length: int, ahead: int, device: torch.device) -> Tensor:
    """(length, ahead + length), true where a token may look: back, and to what is `ahead`."""
    return torch.ones(length, ahead + length, dtype=torch.bool, device=device).tril(ahead)


def vision_attention(attention: Layer, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Full attention within each of the S segments of `x` (S, T, H)."""
    segments, tokens, _ = x.shape
    query, key, value = (
        attention.qkv(x).view(segments, tokens, 3, attention.num_heads, -1).unbind(2)
    )
    query, key = reference.apply_rotary_pos_emb_vision(query, key, cos, sin)
    mixed = exact_attention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2))
    projected: Tensor = attention.proj(mixed.transpose(1, 2).reshape(segments, tokens, -1))
    return projected


def norm(layer: Layer, x: Tensor) -> Tensor:
    """RMS norm in float32, in one call."""
    return F.rms_norm(x.float(), (x.shape[-1],), layer.weight, layer.variance_epsilon)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding of `x` (…, tokens, heads, D) with cos, sin (…, tokens, 1, D)."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def vision_places(rows: Rows) -> Tensor:
    """Where the vision tokens of all rows lie among the flat tokens (P + N · L)."""
    return rows.spots


def segment_ends(rows: Rows) -> Tensor:
    """Where the token behind each vision segment lies among the flat tokens, row by row."""
    inside = rows.visual.flatten()
    after = F.pad(inside[:-1] & ~inside[1:], (1, 0))
    return after.nonzero().squeeze(1) + rows.prompt.shape[0]


def row_ends(rows: Rows) -> Tensor:
    """Where the final real token of each row lies among the flat tokens."""
    count, length = rows.ids.shape
    firsts = torch.arange(count, device=rows.last.device) * length
    return firsts + rows.last + rows.prompt.shape[0]


def encode_rows(
    model: Model,
    rows: Rows,
    seen: Seen | None = None,
    tapped: list[Tensor] | None = None,
    depth: int | None = None,
) -> Tensor:
    """The final hidden state (N, H) of every row, normed by the model's last norm.

    `tapped` receives the states of the flat tokens (P + N · L, H) behind each layer but the last.
    With `depth` only so many layers are computed, and `tapped` is all that is wanted of them.
    """
    text = model.model.language_model
    device = text.embed_tokens.weight.device
    rows = moved(rows, device)
    prompt, length = rows.prompt.shape[0], rows.ids.shape[1]
    x = text.embed_tokens(torch.cat([rows.prompt, rows.ids.flatten()])).float()
    spots = vision_places(rows)
    if seen is not None:
        x = x.index_copy(0, spots, seen.tokens.float())
    ahead = torch.arange(prompt, device=device).expand(3, 1, -1)
    flat = torch.cat([ahead, rows.positions.reshape(3, 1, -1)], dim=2)
    cos, sin = (part[0].unsqueeze(1) for part in text.rotary_emb(x, flat))
    allowed = allowed_before(length, prompt, device)
    for index, layer in enumerate(text.layers[:depth]):
        final = index == len(text.layers) - 1
        parts = STEPS.projected(x, *projections(layer), cos, sin)
        mixed = attend(parts, rows, allowed, final=final)
        x = STEPS.fed(x[row_ends(rows)] if final else x, mixed, *feeds(layer))
        if seen is not None and index < len(seen.deepstack):
            x = x.index_add(0, spots, seen.deepstack[index].float())
        if tapped is not None and not final:
            tapped.append(x)
    return norm(text.norm, x)


EPSILON = 1e-6
"""Of the text layers' norms."""


def projections(layer: Layer) -> tuple[Tensor, ...]:
    """The weights that `projected` takes."""
    own = layer.self_attn
    matrices = (own.q_proj.weight, own.k_proj.weight, own.v_proj.weight)
    return layer.input_layernorm.weight, *matrices, own.q_norm.weight, own.k_norm.weight


def feeds(layer: Layer) -> tuple[Tensor, ...]:
    """The weights that `fed` takes."""
    mlp = layer.mlp
    matrices = (mlp.gate_proj.weight, mlp.up_proj.weight, mlp.down_proj.weight)
    return layer.self_attn.o_proj.weight, layer.post_attention_layernorm.weight, *matrices


def projected(  # noqa: PLR0917 - weights in the order of `projections`
    x: Tensor,
    before: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    query_norm: Tensor,
    key_norm: Tensor,
    cos: Tensor,
    sin: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values (tokens, heads, D) of the flat tokens (tokens, H)."""
    heads = (-1, WIDTH // HEAD, HEAD)
    x = F.rms_norm(x.float(), before.shape, before, EPSILON)
    asking = F.linear(x, query).view(heads).float()
    asked = F.linear(x, key).view(heads).float()
    asking = F.rms_norm(asking, query_norm.shape, query_norm, EPSILON)
    asked = F.rms_norm(asked, key_norm.shape, key_norm, EPSILON)
    told = F.linear(x, value).view(heads).float()
    return rotate(asking, cos, sin), rotate(asked, cos, sin), told


def fed(  # noqa: PLR0917 - weights in the order of `feeds`
    x: Tensor, mixed: Tensor, out: Tensor, before: Tensor, gate: Tensor, up: Tensor, down: Tensor
) -> Tensor:
    """The tokens (N, H) with what attention found for them, and what the MLP makes of that."""
    x = x + F.linear(mixed, out)
    inner = F.rms_norm(x.float(), before.shape, before, EPSILON)
    return x + F.linear(F.silu(F.linear(inner, gate)) * F.linear(inner, up), down)


@dataclass(slots=True)
class Steps:
    """The two steps of a layer around attention, as they are or compiled."""

    projected: Callable[..., tuple[Tensor, Tensor, Tensor]] = projected
    fed: Callable[..., Tensor] = fed

    def compile(self) -> None:
        """Fuse them into kernels for training: a minute once, then 1.7 times as fast.

        Most of a step goes to reading and writing states of some thousand tokens, not to products.
        """
        self.projected = torch.compile(projected, dynamic=True)
        self.fed = torch.compile(fed, dynamic=True)


STEPS = Steps()


def attend(
    parts: tuple[Tensor, Tensor, Tensor], rows: Rows, allowed: Tensor, *, final: bool
) -> Tensor:
    """Causal attention: the prompt among itself, rows on top. (P + N · L, H) before `o_proj`.

    parts: as `projected` gives them. With `final` only the rows' last tokens are computed: (N, H).
    """
    prompt, (count, length) = rows.prompt.shape[0], rows.ids.shape
    sizes = [prompt, count * length]
    first, own = zip(*(torch.split(part, sizes) for part in parts), strict=True)

    def grouped(shared: Tensor, each: Tensor) -> Tensor:  # (N, heads, P + L, D)
        each = each.view(count, length, *each.shape[1:])
        return torch.cat([shared.expand(count, -1, -1, -1), each], dim=1).transpose(1, 2)

    keys, values = grouped(first[1], own[1]), grouped(first[2], own[2])
    query = own[0].view(count, length, *own[0].shape[1:]).transpose(1, 2)
    if final:
        each = torch.arange(count, device=query.device)
        picked = query[each, :, rows.last].unsqueeze(2)
        mixed = exact_attention(picked, keys, values, allowed[rows.last][:, None, None])
        return mixed.reshape(count, -1)
    mixed = exact_attention(query, keys, values, allowed)
    asked = [part.transpose(0, 1)[None] for part in first]
    before = allowed_before(prompt, 0, query.device)
    head = exact_attention(asked[0], asked[1], asked[2], before)[0]
    return torch.cat(
        [
            head.transpose(0, 1).reshape(prompt, -1),
            mixed.transpose(1, 2).reshape(count * length, -1),
        ]
    )
