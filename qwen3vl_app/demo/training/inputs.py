"""Prompts and pixels as the program feeds them, in the trainer's batched form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training.network import Rows, Vision
from qwen3vl_app.demo.training.tokenizer import IMAGE_PAD, VIDEO_PAD, VISION_START
from qwen3vl_app.models.prompt.conversation import Turn, embed_messages, rerank_messages
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    ModelInput,
)

DOCUMENT = DOCUMENT_INSTRUCTION
RETRIEVE = QUERY_INSTRUCTION

CHAT_TEMPLATE = """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.content is string %}
        {{- message.content }}
    {%- else %}
        {%- for part in message.content %}
            {%- if part.type == 'image' %}
                {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
            {%- elif part.type == 'video' %}
                {{- '<|vision_start|><|video_pad|><|vision_end|>' }}
            {%- elif 'text' in part %}
                {{- part.text }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
"""The checkpoints' chat template: Qwen's, for the contents that this program sends."""

Grid = tuple[int, int]
"""Rows and columns of patches of 16 pixels."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or clip in a prompt: its grid and, for a clip, the seconds of its pairs."""

    grid: Grid
    stamps: tuple[float, ...] = ()

    def text(self) -> str:
        """The vision blocks with one pad per token."""
        pads = self.grid[0] * self.grid[1] // 4
        if not self.stamps:
            return f"<|vision_start|>{'<|image_pad|>' * pads}<|vision_end|>"
        block = f"<|vision_start|>{'<|video_pad|>' * pads}<|vision_end|>"
        return "".join(f"<{stamp:.1f} seconds>{block}" for stamp in self.stamps)


@lru_cache(maxsize=1)
def template() -> Template:
    """The chat template, compiled as the program compiles it."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(CHAT_TEMPLATE)


def render(messages: Sequence[Turn]) -> str:
    """The conversation up to where the answer would start."""
    return template().render(messages=messages, add_generation_prompt=True)


def embed_prompt(content: str, instruction: str) -> str:
    """The embedder's prompt for a content in text form, vision blocks included."""
    return render(embed_messages(ModelInput(texts=(content,)), instruction))


def judge_prompt(query: str, document: str) -> str:
    """The reranker's prompt for two contents in text form."""
    asked, judged = ModelInput(texts=(query,)), ModelInput(texts=(document,))
    return render(rerank_messages(asked, judged, RERANK_INSTRUCTION))


def stamps(frames: int, seconds: float) -> tuple[float, ...]:
    """One time per pair of `frames` frames spread evenly over `seconds`, both ends included."""
    times = [seconds * index / max(1, frames - 1) for index in range(frames)]
    return tuple((times[index] + times[index + 1]) / 2 for index in range(0, frames - 1, 2))


def positions_of(ids: Sequence[int], grid: Grid | None) -> list[tuple[int, int, int]]:
    """Rotary positions (time, row, column) of every token, as `Qwen3VLModel.get_rope_index`."""
    found: list[tuple[int, int, int]] = []
    following, place = 0, 0
    while place < len(ids):
        if grid and ids[place] in (IMAGE_PAD, VIDEO_PAD) and ids[place - 1] == VISION_START:
            rows, columns = grid[0] // 2, grid[1] // 2
            found += [
                (following, following + r, following + c)
                for r in range(rows)
                for c in range(columns)
            ]
            place += rows * columns
            following += max(rows, columns)
        else:
            found.append((following, following, following))
            following += 1
            place += 1
    return found


def rows_of(tokenizer: Tokenizer, prompts: Sequence[str], grid: Grid | None = None) -> Rows:
    """Tokenized prompts, their shared beginning cut off; all vision in them has `grid`."""
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(list(prompts))]
    shared = 0
    shortest = min(map(len, encoded)) - 1
    while shared < shortest and encoded[0][shared] not in (IMAGE_PAD, VIDEO_PAD):
        if any(ids[shared] != encoded[0][shared] for ids in encoded):
            break
        shared += 1
    longest = max(map(len, encoded)) - shared
    ids = torch.zeros(len(encoded), longest, dtype=torch.long)
    positions = torch.zeros(3, len(encoded), longest, dtype=torch.long)
    for row, whole in enumerate(encoded):
        kept = len(whole) - shared
        ids[row, :kept] = torch.tensor(whole[shared:])
        positions[:, row, :kept] = torch.tensor(positions_of(whole, grid)[shared:]).T
    last = torch.tensor([len(whole) - shared - 1 for whole in encoded])
    visual = (ids == IMAGE_PAD) | (ids == VIDEO_PAD)
    spots = visual.flatten().nonzero().squeeze(1) + shared
    return Rows(torch.tensor(encoded[0][:shared]), ids, positions, last, visual, spots)


def pixels(image: Image.Image, shown: tuple[int, int]) -> np.ndarray:
    """The picture at the size the model sees, (height, width, 3) uint8."""
    return np.asarray(image.convert("RGB").resize(shown, Image.Resampling.BICUBIC))


def patches_of(frames: np.ndarray | Tensor) -> Vision:
    """Pixels (S, T, height, width, 3) uint8, T = 1 (picture, doubled) or 2 (pair of frames)."""
    x = torch.as_tensor(frames).float().div_(127.5).sub_(1).permute(0, 1, 4, 2, 3)
    count, _, _, height, width = x.shape
    rows, columns = height // 16, width // 16
    x = x.expand(count, 2, 3, height, width)
    x = x.reshape(count, 2, 3, rows // 2, 2, 16, columns // 2, 2, 16)
    x = x.permute(0, 3, 6, 4, 7, 2, 1, 5, 8)  # (S, R/2, C/2, 2, 2, 3, T, 16, 16)
    return Vision(x.reshape(count * rows * columns, -1), (rows, columns))


def stack_pairs(clips: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Clips of equal even length -> (clips · pairs, 2, height, width, 3)."""
    whole = np.stack([np.stack(list(clip)) for clip in clips])
    count, frames = whole.shape[:2]
    return whole.reshape(count * frames // 2, 2, *whole.shape[2:])
