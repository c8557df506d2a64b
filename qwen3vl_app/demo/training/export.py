"""Write a checkpoint folder as the real models have it: weights, tokenizer, template, sizes."""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import transformers
from tokenizers import Tokenizer

from qwen3vl_app.demo.training.inputs import CHAT_TEMPLATE
from qwen3vl_app.demo.training.network import Model
from qwen3vl_app.demo.training.tokenizer import END, SPECIAL
from qwen3vl_app.demo.world.sizes import BUDGET

NAMED_TOKENS = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "vision_start_token": "<|vision_start|>",
    "vision_end_token": "<|vision_end|>",
}
PIXELS = 32 * 32
"""Of one token."""


def export(model: Model, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `model` in float16 with everything that loading it needs; about 16 MB."""
    folder.mkdir(parents=True, exist_ok=True)
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    copy.deepcopy(model).half().save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # safetensors makes it readable by its owner only
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer.model.save(str(folder))
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")
    for name, content in side_files().items():
        (folder / name).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def side_files() -> dict[str, Any]:
    """File name -> content of the small JSON files."""
    return {
        "budget.json": asdict(BUDGET),
        "tokenizer_config.json": tokenizer_config(),
        "special_tokens_map.json": {
            "additional_special_tokens": list(SPECIAL[1:]),
            "eos_token": "<|im_end|>",
            "pad_token": END,
            "unk_token": END,
            **NAMED_TOKENS,
        },
        "preprocessor_config.json": {
            **pixel_values(BUDGET.min_picture_tokens, BUDGET.max_picture_tokens),
            "image_processor_type": "Qwen2VLImageProcessorFast",
        },
        "video_preprocessor_config.json": {
            **pixel_values(BUDGET.min_frame_tokens, BUDGET.max_clip_tokens),
            "do_sample_frames": True,
            "fps": BUDGET.fps,
            "min_frames": 2,
            "max_frames": BUDGET.max_frames,
            "video_processor_type": "Qwen3VLVideoProcessor",
        },
    }


def pixel_values(least: int, most: int) -> dict[str, Any]:
    """The part that picture and video processors share, for sizes in tokens."""
    return {
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "merge_size": 2,
        "patch_size": 16,
        "processor_class": "Qwen3VLProcessor",
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": {"longest_edge": most * PIXELS, "shortest_edge": least * PIXELS},
        "temporal_patch_size": 2,
    }


def tokenizer_config() -> dict[str, Any]:
    """What transformers' tokenizer classes read beside `tokenizer.json`."""
    flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    return {
        "added_tokens_decoder": {
            str(place): {"content": token, **flags, "special": True}
            for place, token in enumerate(SPECIAL)
        },
        "additional_special_tokens": list(SPECIAL[1:]),
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "extra_special_tokens": NAMED_TOKENS,
        "model_max_length": 8192,
        "pad_token": END,
        "processor_class": "Qwen3VLProcessor",
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": END,
        **NAMED_TOKENS,
    }
