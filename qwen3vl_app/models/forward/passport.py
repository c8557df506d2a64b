"""Does a loaded checkpoint see and answer as the reference does? Ten checks that run on it.

Scores of these models differ between programs, nearly always for one of these reasons
(TIGER-AI-Lab/VLM2Vec, docs/mmebv2_reproduction, has what each costs). A line names where the
reference does it: QwenLM/Qwen3-VL-Embedding, commit 8ce3aab, ``src/models``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import orjson
import torch
from PIL import Image

from qwen3vl_app.budget import Budget, load_budget
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.prompt.conversation import JUDGE, embed_messages, rerank_messages
from qwen3vl_app.models.prompt.layout import (
    EMBEDDER_TOKENS,
    RERANKER_TOKENS,
    Row,
    embed_row,
    rerank_rows,
)
from qwen3vl_app.models.prompt.tokenizer import KEPT_TAIL
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, Clip, ModelInput, Picture
from qwen3vl_app.types.fidelity import Check

if TYPE_CHECKING:
    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
    from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer

TURN_END = "<|im_end|>"
ODD = "two  spaces,\n\n\ta tab and a line"
"""A text whose white space must reach the model as it is."""


class Examined:
    """One loaded model, with what the checks ask of it.

    Args:
        model: Its runner is used, so nothing else may use the model meanwhile.
        role: Whose prompts it takes.
    """

    def __init__(self, model: Qwen3VLEmbedder | Qwen3VLReranker, role: Role) -> None:
        self.model: Any = model
        self.folder = model.checkpoint.folder
        self.tokenizer: PromptTokenizer = model.tokenizer
        self.role = role
        self.limit = model.budget.max_input_tokens or (
            EMBEDDER_TOKENS if role is Role.EMBEDDER else RERANKER_TOKENS
        )

    def row(self, item: ModelInput, instruction: str = "") -> Row:
        """The prompt of an input: embedded, or as the document of a short query."""
        tokenizer, budget = self.tokenizer, self.model.budget
        if self.role is Role.EMBEDDER:
            return embed_row(tokenizer, budget, item, instruction)
        query = ModelInput(texts=("a query",))
        return rerank_rows(tokenizer, budget, query, [item], instruction).rows[0]

    def prompt(self, item: ModelInput, instruction: str = "") -> str:
        """The same as text, before pads are repeated."""
        if self.role is Role.EMBEDDER:
            return self.tokenizer.render(embed_messages(item, instruction))
        query = ModelInput(texts=("a query",))
        return self.tokenizer.render(rerank_messages(query, item, instruction))

    def state(self, row: Row) -> torch.Tensor:
        """What the runner gives for one row."""
        ((_, state),) = self.model._runner.last_states([row])  # noqa: SLF001  of this package
        return torch.as_tensor(state)


def passport(model: Qwen3VLEmbedder | Qwen3VLReranker, role: Role) -> tuple[Check, ...]:
    """Every check, in a fixed order; a check that raises does not hold, and says what it met.

    Cost: ten short passes, and one of the longest text that the model takes is only planned.
    """
    examined = Examined(model, role)
    return tuple(_checked(examined, *line) for line in LINES)


def _checked(
    examined: Examined, code: str, places: tuple[str, str], check: Callable[[Examined], str]
) -> Check:
    reference = places[0 if examined.role is Role.EMBEDDER else 1]
    try:
        found = check(examined)
    except Exception as error:  # whatever a strange checkpoint does is a finding
        found = repr(error)
    return Check(code=code, reference=reference, holds=not found, found=found)


# ---------------------------------------------------------------- the checks
# Each returns what is wrong, or nothing.


def pooling(examined: Examined) -> str:
    """The state is that of the last real token, after the final norm."""
    text_model = examined.model._runner._model.language_model  # noqa: SLF001  of this package
    seen: list[torch.Tensor] = []
    handle = text_model.norm.register_forward_hook(lambda _m, _i, out: seen.append(out))
    try:
        row = examined.row(ModelInput(texts=("A fox.",)))
        state = examined.state(row)
    finally:
        handle.remove()
    expected = seen[-1][0, -1].float().cpu()  # one row, so no padding behind it
    distance = float((state - expected).norm() / expected.norm())
    return "" if distance < 1e-3 else f"{distance:.2g} away"


def instruction_place(examined: Examined) -> str:
    """Embedder: in the system turn. Reranker: in the user turn, after the fixed system turn."""
    prompt = examined.prompt(ModelInput(texts=("A fox.",)), "Find the animal.")
    system, _, user = prompt.partition(TURN_END)
    if examined.role is Role.EMBEDDER:
        right = "Find the animal." in system and "A fox." in user and "Find" not in user
    else:
        right = JUDGE in system and "<Instruct>: Find the animal." in user
    return "" if right else prompt[:200]


def documents_plain(examined: Examined) -> str:
    """Without being asked, a document has the reference's default and nothing else."""
    item = ModelInput(texts=("A fox.",))
    if examined.role is Role.RERANKER:
        user = examined.prompt(item).partition("<Document>:")[2]
        return "" if user.startswith("A fox." + TURN_END) else user[:200]
    system = examined.prompt(item).partition(TURN_END)[0]
    return "" if system.endswith(DOCUMENT_INSTRUCTION) else system[-200:]


def white_space(examined: Examined) -> str:
    """Spaces, tabs and empty lines reach the tokens as they are."""
    said = examined.tokenizer.decode(examined.row(ModelInput(texts=(ODD,))).ids)
    return "" if ODD in said else said[-200:]


def content_order(examined: Examined) -> str:
    """Clips, then pictures, then texts."""
    picture = Image.new("RGB", (64, 64))
    clip = Clip(frames=(picture, picture), seconds=(0.0, 1.0))
    item = ModelInput(texts=("the text",), pictures=(Picture(picture),), clips=(clip,))
    ids = examined.row(item).ids
    places = [ids.index(examined.tokenizer.clip_id), ids.index(examined.tokenizer.picture_id)]
    behind = examined.tokenizer.decode(ids[places[1] :])
    return "" if places == sorted(places) and "the text" in behind else str(places)


def full_stop(examined: Examined) -> str:
    """An embedder's instruction ends in punctuation; a reranker's stays as it is."""
    prompt = examined.prompt(ModelInput(texts=("A fox.",)), "Find it")
    dotted = "Find it." in prompt and "Find it.." not in examined.prompt(
        ModelInput(texts=("A fox.",)), "Find it."
    )
    right = dotted if examined.role is Role.EMBEDDER else "<Instruct>: Find it<" in _joined(prompt)
    return "" if right else prompt[:200]


def _joined(prompt: str) -> str:
    return prompt.replace("\n", "")


def frames(examined: Examined) -> str:
    """As many frames as the checkpoint says, 64 of the real ones; short clips stay short."""
    budget = load_budget(examined.folder)
    if budget != examined.model.budget or (budget == Budget() and budget.max_frames != 64):
        return f"{budget.max_frames} frames"
    for count in (1, 3, budget.max_frames):
        frame = Image.new("RGB", (64, 64))
        clip = Clip(frames=(frame,) * count, seconds=tuple(map(float, range(count))))
        row = examined.row(ModelInput(clips=(clip,)))
        pads = row.ids.count(examined.tokenizer.clip_id)
        width, height = row.clips[0][1]
        pairs = pads // ((width // 32) * (height // 32))
        if pairs != (count + 1) // 2:
            return f"{pairs} pairs of {count} frames"
    return ""


def cut(examined: Examined) -> str:
    """Too long a text loses its end, and neither what closes the prompt nor control tokens."""
    short = examined.row(ModelInput(texts=("word",))).ids
    long = examined.row(ModelInput(texts=("word " * (examined.limit + 50),))).ids
    special = examined.tokenizer.special_ids
    if examined.role is Role.EMBEDDER:
        # what the post-processor appends stays; the end of the conversation goes with the text
        length, tail = examined.limit, examined.tokenizer.appended
        right = len(long) == length and list(long[len(long) - len(tail) :]) == list(tail)
    else:
        length = examined.limit + KEPT_TAIL
        kept = [sum(one in special for one in ids) for ids in (short, long)]
        right = len(long) == length and long[-KEPT_TAIL:] == short[-KEPT_TAIL:]
        right = right and kept[0] == kept[1]
    return "" if right else f"{len(long)} tokens of {length}, the last {long[-KEPT_TAIL:]}"


def float_score(examined: Examined) -> str:
    """Products and lengths are taken in float32, whatever the model computes in."""
    row = examined.row(ModelInput(texts=("A fox.",)))
    state = examined.state(row).double()
    if examined.role is Role.EMBEDDER:
        vector = examined.model.embed([ModelInput(texts=("A fox.",))], "").vectors[0]
        expected = (state / state.norm()).numpy()
        apart = float(abs(vector - expected).max())
        return "" if vector.dtype == "float32" and apart < 1e-6 else f"{apart:.2g} apart"
    query = ModelInput(texts=("a query",))
    (score,) = examined.model.score(query, [ModelInput(texts=("A fox.",))], "").scores
    logit = float(state @ examined.model._direction.double())  # noqa: SLF001  of this package
    apart = abs(score.logit - logit) / max(1.0, abs(logit))
    apart += abs(score.relevance - float(torch.tensor(score.logit).double().sigmoid()))
    return "" if apart < 1e-5 else f"{apart:.2g} apart"


def control_tokens(examined: Examined) -> str:
    """Ids of ``config.json`` are those of the tokenizer, and "yes" and "no" are single tokens."""
    folder, tokenizer = examined.folder, examined.tokenizer
    config = orjson.loads((folder / "config.json").read_bytes())
    named = {
        "image_token_id": "<|image_pad|>",
        "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>",
        "vision_end_token_id": "<|vision_end|>",
    }
    wrong = [key for key, token in named.items() if config[key] != tokenizer.id_of(token)]
    if examined.role is Role.RERANKER:
        wrong += [w for w in ("yes", "no") if tokenizer.decode([tokenizer.id_of(w)]) != w]
    return ", ".join(wrong)


LINES: Sequence[tuple[str, tuple[str, str], Callable[[Examined], str]]] = (
    (
        "pooling",
        ("qwen3_vl_embedding.py:365 _pooling_last", "qwen3_vl_reranker.py:133 compute_scores"),
        pooling,
    ),
    (
        "instruction",
        (
            "qwen3_vl_embedding.py:220 format_model_input",
            "qwen3_vl_reranker.py:321 format_mm_instruction",
        ),
        instruction_place,
    ),
    (
        "documents",
        (
            "qwen3_vl_embedding.py:220 format_model_input",
            "qwen3_vl_reranker.py:321 format_mm_instruction",
        ),
        documents_plain,
    ),
    (
        "white_space",
        (
            "qwen3_vl_embedding.py:220 format_model_input",
            "qwen3_vl_reranker.py:225 format_mm_content",
        ),
        white_space,
    ),
    (
        "order",
        (
            "qwen3_vl_embedding.py:220 format_model_input",
            "qwen3_vl_reranker.py:225 format_mm_content",
        ),
        content_order,
    ),
    (
        "full_stop",
        ("qwen3_vl_embedding.py:230", "qwen3_vl_reranker.py:321 format_mm_instruction"),
        full_stop,
    ),
    ("frames", ("qwen3_vl_embedding.py:30 MAX_FRAMES", "qwen3_vl_reranker.py:23"), frames),
    (
        "cut",
        (
            "qwen3_vl_embedding.py:357 truncation",
            "qwen3_vl_reranker.py:139 truncate_tokens_optimized",
        ),
        cut,
    ),
    (
        "float32",
        ("qwen3_vl_embedding.py:391 normalize", "qwen3_vl_reranker.py:136 sigmoid"),
        float_score,
    ),
    ("tokens", ("config.json", "config.json, qwen3_vl_reranker.py:114"), control_tokens),
)
"""Code, where the reference's embedder and reranker do it, and the check."""
