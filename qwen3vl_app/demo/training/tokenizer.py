"""The demo checkpoints' tokenizer: byte-level BPE of 12,288 tokens with Qwen's special tokens."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

from qwen3vl_app.models.prompt.conversation import JUDGE
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, RERANK_INSTRUCTION

VOCABULARY = 12_288
END = "<|endoftext|>"
SPECIAL = (
    END,
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
VISION_START, VISION_END, IMAGE_PAD, VIDEO_PAD = 3, 4, 5, 6

QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2's tokenizer cuts text into words."""

PROMPT_WORDS = (
    f"system\n{DOCUMENT_INSTRUCTION}",
    "user\nassistant\nyes no yes\nno",
    QUERY_INSTRUCTION,
    JUDGE,
    f"<Instruct>: {RERANK_INSTRUCTION}<Query>:\n<Document>: NULL",
    *(f"<{tenths / 10:.1f} seconds>" for tenths in range(0, 100, 5)),
)
"""Text of the prompts, so that they cost few tokens and "yes" and "no" are one token each."""


def blank() -> Tokenizer:
    """An untrained tokenizer with Qwen's cutting of words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer for `texts` and the prompts; takes a few seconds."""
    tokenizer = blank()
    trainer = BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*texts, *PROMPT_WORDS * 2000], trainer)
    return tokenizer


def append_end(tokenizer: Tokenizer) -> Tokenizer:
    """A copy that ends every text with `<|endoftext|>`, as the embedding checkpoint's does."""
    ending = Tokenizer.from_str(tokenizer.to_str())
    ending.post_processor = TemplateProcessing(
        single=f"$A {END}", pair=f"$A $B {END}", special_tokens=[(END, 0)]
    )
    return ending


def id_of(tokenizer: Tokenizer, token: str) -> int:
    """The id of a token that the tokenizer has."""
    found: int | None = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no token {token!r}")
    return found
