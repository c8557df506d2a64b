"""From a conversation to token ids: template, tokenizer, truncation. No torch.

Template, tokenizer and its post-processor are the checkpoint's own files; nothing here knows
what the prompt looks like once rendered. Source: ``Qwen3VLProcessor`` of transformers 4.57.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
from jinja2 import TemplateError
from tokenizers import Tokenizer

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.prompt.conversation import Turn
from qwen3vl_app.models.prompt.template import load_template

KEPT_TAIL = 5
"""Ids at the end of a reranker prompt that are never dropped: they open the answer."""


_PROBE = "red bicycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Room a prompt must leave for what is not text, in the order of the content."""

    pictures: tuple[int, ...] = ()
    """Tokens of each picture."""

    clips: tuple[tuple[tuple[float, ...], int], ...] = ()
    """Of each clip: the seconds stamped on its frame pairs, and the tokens of one pair."""

    @property
    def pads(self) -> int:
        """Tokens of all of them."""
        return sum(self.pictures) + sum(len(times) * tokens for times, tokens in self.clips)


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
        self._template = load_template(folder)
        marks = [self._tokenizer.id_to_token(i) for i in (start, end, self.clip_id)]
        if None in marks:
            raise ModelLoadError(Message.of("load.tokens", path=str(folder)))
        self._start, self._end, self._clip_mark = marks
        texts = {"system": "Find.", "user": _PROBE}  # some take any first turn for the system's
        probe: list[Turn] = [
            {"role": role, "content": [{"type": "text", "text": text}]}
            for role, text in texts.items()
        ]
        if _PROBE not in self.render(probe):  # every prompt would be the same
            raise ModelLoadError(Message.of("load.template_lacks", path=str(folder)))

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

    def has(self, token: str) -> bool:
        """Whether the vocabulary has it as one token."""
        return self._tokenizer.token_to_id(token) is not None

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids, control tokens included."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=False))

    @property
    def appended(self) -> tuple[int, ...]:
        """Ids that the post-processor puts behind every prompt."""
        return tuple(self._around[1])

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
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
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
