"""What the person asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from qwen3vl_app.errors import EmptyQueryError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.content import Clip, ModelInput, Picture
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.library import EVERYTHING, ItemFilter
from qwen3vl_app.types.words import ExactWords, WordsMode, plain_text

QUERY_INSTRUCTION = "Retrieve images or text relevant to the user's query."
"""Given to the embedder with a query (Qwen3-VL-Embedding, README)."""

DOCUMENT_INSTRUCTION = "Represent the user's input."
"""Given to the embedder with everything stored (default of the reference)."""

RERANK_INSTRUCTION = "Given a search query, retrieve relevant candidates that answer the query."
"""Default of the reference's reranker."""


MOST_QUERIES = 8
"""Asked at once: each costs a search, and the reranker judges every candidate once for each."""

MOST_RESULTS = 300
"""Shown, and judged by the reranker; the demo pair needs 10 s for them on two cores."""

LONGEST_TEXT = 8000
"""Characters of each text of a query. The embedder sees 8,192 tokens, so of a longer one it would
judge the beginning alone; a page of a book has 2,000."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """One more query beside the first, as one model input.

    Raises:
        UsageError: The text is longer than ``LONGEST_TEXT``.
    """

    text: str = ""
    pictures: tuple[Picture, ...] = ()
    clips: tuple[Clip, ...] = ()
    passages: tuple[str, ...] = ()
    """As those of ``Query``."""

    def __post_init__(self) -> None:
        _check_length(self.text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Query:
    """What the person asked: text, pictures, clips or a mixture, as one model input.

    Beside it, items of the library can be named that the results should be like or not like.
    Several queries can be asked at once; all else then holds for each of them.

    Raises:
        EmptyQueryError: Nothing was given to look for, in one of the queries.
        UsageError: ``top_k``, ``depth``, ``unlike_weight`` or a quota is out of range, more than
            ``MOST_QUERIES`` queries were given, or a text is longer than ``LONGEST_TEXT``.
    """

    text: str = ""
    pictures: tuple[Picture, ...] = ()
    clips: tuple[Clip, ...] = ()
    passages: tuple[str, ...] = ()
    """Texts of files, for the models to see; exact words are those of ``text`` alone."""

    also: tuple[Ask, ...] = ()
    """Further queries: each has a ranking of its own, and the rankings become one."""

    like: tuple[ItemId, ...] = ()
    """Items that the results should resemble; they are left out themselves."""

    unlike: str = ""
    """A text that the results should not resemble."""

    not_like: tuple[ItemId, ...] = ()
    """Items that the results should not resemble; they are left out, too."""

    unlike_weight: float = 0.5
    """What is not wanted against what is, 0 to 1."""

    words: WordsMode = WordsMode.OFF
    filter: ItemFilter = EVERYTHING
    instruction: str | None = None
    """For both stages; None for each stage's default."""

    top_k: int = 20
    """Hits shown, 1 to ``MOST_RESULTS``."""

    depth: int = 20
    """Recall candidates the reranker sees, 1 to ``MOST_RESULTS``; never fewer than are shown."""

    rerank: bool = True
    picture_words: bool = False
    """The reranker gets what was read from a picture as a text beside it."""

    collapse: bool = True
    """Nearly equal pictures stand behind the best of them."""

    quota: Mapping[Kind, int] = field(default_factory=dict)
    """Most hits of a kind in the final list, 1 to ``MOST_RESULTS``; other kinds have no limit.

    It applies to the last order that there is, after reranking: so the reranker, not recall,
    chooses which hits of a kind stay. Recall only looks further, until the rest fills the list.
    """

    def __post_init__(self) -> None:
        for text in (self.text, self.unlike, self.instruction or ""):
            _check_length(text)
        if not self._asks_for_something():
            raise EmptyQueryError(
                only_unlike=self._leaves_something_out(), wordless=self._has_more_than_words()
            )
        check_results(self.top_k)
        if not 1 <= self.depth <= MOST_RESULTS:
            raise UsageError(Message.of("depth.range", found=self.depth, most=MOST_RESULTS))
        if not 0 <= self.unlike_weight <= 1:
            raise UsageError(Message.of("weight.range", found=self.unlike_weight))
        for kind, most in self.quota.items():
            if not 1 <= most <= MOST_RESULTS:
                raise UsageError(
                    Message.of("quota.range", kind=kind.value, found=most, most=MOST_RESULTS)
                )
        check_number(len(self.also) + 1)
        _ = self.each  # raises where one of them is empty

    @property
    def each(self) -> tuple[Query, ...]:
        """Every query by itself, in the order in which they were asked."""
        if not self.also:
            return (self,)
        first = replace(self, also=())
        others = (
            replace(
                first,
                text=one.text,
                pictures=one.pictures,
                clips=one.clips,
                passages=one.passages,
            )
            for one in self.also
        )
        return (first, *others)

    @property
    def exact_words(self) -> ExactWords:
        """What is to be looked for word by word; nothing with ``WordsMode.OFF``."""
        return ExactWords() if self.words is WordsMode.OFF else ExactWords.read(self.text)

    @property
    def model_input(self) -> ModelInput:
        """The query as both models see it; the signs of exact words are not for them."""
        text = self.text.strip() if self.words is WordsMode.OFF else plain_text(self.text)
        texts = (text, *self.passages) if text else self.passages
        return ModelInput(texts=texts, pictures=self.pictures, clips=self.clips)

    @property
    def has_model_input(self) -> bool:
        """Whether there is anything for the models to see, beside items of the library."""
        seen = self.model_input
        return bool(seen.texts or seen.pictures or seen.clips)

    def _leaves_something_out(self) -> bool:
        return bool(self.unlike.strip() or self.not_like or self.exact_words.unwanted)

    def _has_more_than_words(self) -> bool:
        return bool(self.text.strip()) or self.has_model_input or bool(self.like)

    def _asks_for_something(self) -> bool:
        if self.words is WordsMode.ONLY:
            return bool(self.exact_words.wanted)
        return self.has_model_input or bool(self.like)


def check_results(number: int) -> None:
    """That so many results may be asked for at once.

    Raises:
        UsageError: They are none, or more than ``MOST_RESULTS``.
    """
    if not 1 <= number <= MOST_RESULTS:
        raise UsageError(Message.of("results.range", found=number, most=MOST_RESULTS))


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise UsageError(Message.of("query.long", found=len(text), most=LONGEST_TEXT))


def check_number(queries: int) -> None:
    """See that no more are asked at once than there may be.

    Raises:
        UsageError: There are more than ``MOST_QUERIES``.
    """
    if queries > MOST_QUERIES:
        raise UsageError(Message.of("queries.many", found=queries, most=MOST_QUERIES))
