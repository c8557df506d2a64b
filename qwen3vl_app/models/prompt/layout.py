"""The words around the content: messages, chat template, tokens, truncation. No torch.

Template, tokenizer and its post-processor are the checkpoint's own files; nothing here knows
what the prompt looks like once rendered. Sources: ``format_model_input`` and
``format_mm_instruction`` of the reference (``src/models/qwen3_vl_embedding.py``,
``qwen3_vl_reranker.py``) and ``Qwen3VLProcessor`` of transformers 4.57.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import orjson
from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION, ModelInput

Turn: TypeAlias = dict[str, Any]
"""One turn in the form chat templates take: ``{"role": …, "content": [{"type": …}, …]}``."""

EMBEDDER_TOKENS = 8192
"""Longest prompt of the embedder (``MAX_LENGTH`` of the reference)."""

RERANKER_TOKENS = 10240
"""Longest prompt of the reranker, its last five tokens not counted."""

KEPT_TAIL = 5
"""Ids at the end of a reranker prompt that are never dropped: they open the answer."""

JUDGE = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".'
)


# ---------------------------------------------------------------- messages


def embed_messages(item: ModelInput, instruction: str) -> list[Turn]:
    """The conversation whose last token becomes the vector of ``item``."""
    return [
        {"role": "system", "content": [_text(finish_sentence(instruction))]},
        {"role": "user", "content": _content(item)},
    ]


def rerank_messages(query: ModelInput, document: ModelInput, instruction: str) -> list[Turn]:
    """The conversation that asks whether ``document`` answers ``query``."""
    content = [
        _text("<Instruct>: " + (instruction if instruction.strip() else RERANK_INSTRUCTION))
    ]
    content += [_text("<Query>:"), *_content(query)]
    content += [_text("\n<Document>:"), *_content(document)]
    return [
        {"role": "system", "content": [_text(JUDGE)]},
        {"role": "user", "content": content},
    ]


def finish_sentence(instruction: str) -> str:
    """The instruction with a full stop if it does not end in punctuation; default if empty."""
    instruction = instruction.strip() or DOCUMENT_INSTRUCTION
    if unicodedata.category(instruction[-1]).startswith("P"):
        return instruction
    return instruction + "."


def _content(item: ModelInput) -> list[Turn]:
    """Clips, then pictures, then texts; ``NULL`` where there is nothing."""
    content: list[Turn] = [{"type": "video"} for _ in item.clips]
    content += [{"type": "image"} for _ in item.pictures]
    content += [_text(text) for text in item.texts if text]
    return content or [_text("NULL")]


def _text(text: str) -> Turn:
    return {"type": "text", "text": text}


# ---------------------------------------------------------------- tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Room a prompt must leave for what is not text, in the order of the content."""

    pictures: tuple[int, ...] = ()
    """Tokens of each picture."""

    clips: tuple[tuple[tuple[float, ...], int], ...] = ()
    """Of each clip: the seconds stamped on its frame pairs, and the tokens of one pair."""


class PromptTokenizer:
    """Chat template and tokenizer of one checkpoint folder. Thread-safe once built.

    Raises:
        ModelLoadError: ``config.json``, ``tokenizer.json`` or the chat template is missing or
            cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            config = orjson.loads((folder / "config.json").read_bytes())
            self.picture_id: int = config["image_token_id"]
            self.clip_id: int = config["video_token_id"]
            start, end = config["vision_start_token_id"], config["vision_end_token_id"]
        except (OSError, orjson.JSONDecodeError, KeyError) as error:
            raise ModelLoadError(
                Message.of("load.unusable", path=str(folder / "config.json"), said=str(error))
            ) from error
        self._tokenizer = _load_tokenizer(folder)
        self._template = _load_template(folder)
        marks = [self._tokenizer.id_to_token(i) for i in (start, end, self.clip_id)]
        if None in marks:
            raise ModelLoadError(Message.of("load.tokens", path=str(folder)))
        self._start, self._end, self._clip_mark = marks

    def id_of(self, token: str) -> int:
        """Id of a token of the vocabulary.

        Raises:
            ModelLoadError: The vocabulary does not have it.
        """
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ModelLoadError(
                Message.of("load.token", path=str(self._folder), value=str(token))
            )
        return int(found)

    @cached_property
    def special_ids(self) -> frozenset[int]:
        """Control tokens, which truncation of a reranker prompt keeps."""
        added = self._tokenizer.get_added_tokens_decoder()
        return frozenset(i for i, token in added.items() if token.special)

    @cached_property
    def _control(self) -> tuple[str, ...]:
        added = self._tokenizer.get_added_tokens_decoder()
        return tuple(token.content for token in added.values() if token.special)

    @cached_property
    def _around(self) -> tuple[list[int], list[int]]:
        """Ids that the post-processor puts before and after every text."""
        body = self._tokenizer.encode("a", add_special_tokens=False).ids
        full = self._tokenizer.encode("a", add_special_tokens=True).ids
        at = next(i for i in range(len(full)) if full[i : i + len(body)] == body)
        return full[:at], full[at + len(body) :]

    def embed_ids(self, messages: Sequence[Turn], blocks: Blocks, limit: int) -> list[int]:
        """Ids of an embedder prompt, at most ``limit``.

        Too long a prompt loses its end, but not what the post-processor appends.
        """
        before, after = self._around
        body = self._expand(self._encode(messages, blocks), blocks)
        return before + body[: limit - len(before) - len(after)] + after

    def rerank_ids(self, messages: Sequence[Turn], blocks: Blocks, limit: int) -> list[int]:
        """Ids of a reranker prompt, at most ``limit`` + 5.

        Too long a prompt loses its last ordinary tokens; control tokens and the last five ids
        stay.
        """
        before, after = self._around
        ids = before + self._expand(self._encode(messages, blocks), blocks) + after
        return self._drop_ordinary(ids[:-KEPT_TAIL], limit) + ids[-KEPT_TAIL:]

    def _drop_ordinary(self, ids: list[int], limit: int) -> list[int]:
        if len(ids) <= limit:
            return ids
        room = limit - sum(i in self.special_ids for i in ids)
        kept = []
        for i in ids:
            ordinary = i not in self.special_ids
            if not ordinary or room > 0:
                kept.append(i)
            room -= ordinary
        return kept

    def render(self, messages: Sequence[Turn]) -> str:
        """The conversation as the checkpoint's template writes it, ready for the answer.

        Control tokens inside a text are spaced apart ("<| image_pad |>"), so that a document
        about this very model cannot pretend to be a picture or end its turn.
        """
        harmless = [
            {**message, "content": [self._disarm(part) for part in message["content"]]}
            for message in messages
        ]
        try:
            return str(self._template.render(messages=harmless, add_generation_prompt=True))
        except TemplateError as error:
            raise ModelLoadError(
                Message.of("load.template_fails", path=str(self._folder), said=str(error))
            ) from error

    def _disarm(self, part: Turn) -> Turn:
        text = part.get("text")
        if text is None or "<" not in text:
            return part
        for token in self._control:
            if token in text:
                text = text.replace(token, f"{token[:2]} {token[2:-2]} {token[-2:]}")
        return {**part, "text": text}

    def _encode(self, messages: Sequence[Turn], blocks: Blocks) -> list[int]:
        """Ids with one pad per picture and per frame pair."""
        clip = self._clip_mark
        text = self.render(messages)
        wrapped = f"{self._start}{clip}{self._end}"
        mark = wrapped if wrapped in text else clip
        first, *rest = text.split(mark)
        pieces = [first]
        for (stamps, _), following in zip(blocks.clips, rest, strict=True):
            pieces += [f"<{s:.1f} seconds>{self._start}{clip}{self._end}" for s in stamps]
            pieces.append(following)
        return list(self._tokenizer.encode("".join(pieces), add_special_tokens=False).ids)

    def _expand(self, ids: list[int], blocks: Blocks) -> list[int]:
        """Repeat each pad as often as its picture or frame pair has tokens.

        Done on ids, not on text: pads are control tokens, so their neighbours cannot merge
        with them, and a clip's thousands of pads need not be tokenised.
        """
        pictures = iter(blocks.pictures)
        pairs = _each_pair(blocks)
        out: list[int] = []
        for i in ids:
            if i == self.picture_id:
                out += [i] * next(pictures)
            elif i == self.clip_id:
                out += [i] * next(pairs)
            else:
                out.append(i)
        return out


def _each_pair(blocks: Blocks) -> Iterator[int]:
    for stamps, tokens in blocks.clips:
        yield from [tokens] * len(stamps)


def _load_tokenizer(folder: Path) -> Tokenizer:
    file = folder / "tokenizer.json"
    if not file.is_file():
        raise ModelLoadError(Message.of("load.no_tokenizer", path=str(folder)))
    try:
        tokenizer = Tokenizer.from_str(file.read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises bare Exception for a damaged file
        raise ModelLoadError(
            Message.of("load.unusable", path=str(file), said=str(error))
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_template(folder: Path) -> Template:
    """The chat template, compiled in a sandbox: it comes from the checkpoint, not from us."""

    def refuse(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    try:
        return environment.from_string(_template_source(folder))
    except TemplateError as error:
        raise ModelLoadError(
            Message.of("load.template", path=str(folder), said=str(error))
        ) from error


def _template_source(folder: Path) -> str:
    """Where a template may be, in the order in which transformers looks."""
    plain = folder / "chat_template.jinja"
    if plain.is_file():
        return plain.read_text(encoding="utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        file = folder / name
        if file.is_file():
            source = orjson.loads(file.read_bytes()).get("chat_template")
            if isinstance(source, str):
                return source
    raise ModelLoadError(Message.of("load.no_template", path=str(folder)))
