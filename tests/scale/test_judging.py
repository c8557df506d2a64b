"""Judging by workers: documents that one cannot read are sent, and those nobody can are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.placed import Placed
from qwen3vl_app.messages import Message
from qwen3vl_app.scale.judging import judged
from qwen3vl_app.scale.tools import Unseen
from qwen3vl_app.types import Kind, ModelInput, Part, Score, ScoreBatch

QUERY = ModelInput(texts=("what",))
GONE = Message.of("reason.gone")
LONG = Message.free("It is too long.")


def placed(name: str) -> Placed:
    """Stands for a file of this name, which is what is read from it as well."""
    part = Part(ordinal=0, kind=Kind.PICTURE)
    return Placed(texts=(name,), known=(), part=part, budget=Budget())


def text(name: str) -> ModelInput:
    return ModelInput(texts=(name,))


@dataclass
class Judges:
    """Judge by the length of names; each in turn sees some of the files."""

    sees: Sequence[set[str]]
    asked: list[list[str]] = field(default_factory=list)

    def do(self, work: Any) -> Any:
        return work(self)

    def score(self, query, documents, instruction, *, other):
        assert (query, instruction, other) == (QUERY, "judge", False)
        seen = self.sees[len(self.asked)]
        names = [one.texts[0] for one in documents]
        self.asked.append(names)
        unseen = [
            n
            for n, one in enumerate(documents)
            if isinstance(one, Placed) and names[n] not in seen
        ]
        if unseen:
            return Unseen(tuple(unseen))
        return ScoreBatch(
            scores=tuple(
                None if len(name) > 5 else Score(relevance=0.5, logit=float(len(name)))
                for name in names
            ),
            rejected=tuple((n, LONG) for n, name in enumerate(names) if len(name) > 5),
            seconds=0.25,
        )


def read_here(*there: str):
    def decoded(one: ModelInput) -> ModelInput:
        (name,) = one.texts
        if name not in there:
            raise UnreadableMediaError(Path(name), GONE)
        return text(name)

    return decoded


def logits(batch: ScoreBatch) -> list[float | None]:
    return [None if score is None else score.logit for score in batch.scores]


def test_judged__what_the_worker_sees_is_judged_at_once():
    judges = Judges([{"a", "bb"}])
    documents = [placed("a"), text("note"), placed("bb"), text("longer")]
    batch = judged(judges.do, QUERY, documents, "judge", read_here())
    assert logits(batch) == [1, 4, 2, None]
    assert (batch.rejected, batch.seconds) == (((3, LONG),), 0.25)
    assert len(judges.asked) == 1


def test_judged__what_it_does_not_see_is_read_here_and_sent():
    judges = Judges([{"a"}, {"a"}])
    documents = [placed("bb"), placed("a"), placed("ccc")]
    batch = judged(judges.do, QUERY, documents, "judge", read_here("bb", "ccc"))
    assert logits(batch) == [2, 1, 3]
    assert judges.asked == [["bb", "a", "ccc"]] * 2


def test_judged__what_nobody_sees_is_named_in_its_place():
    judges = Judges([{"a"}, set(), {"a"}])  # the second one sees less than the first
    documents = [placed("gone"), placed("a"), text("longer"), placed("bb")]
    batch = judged(judges.do, QUERY, documents, "judge", read_here("a", "bb"))
    assert logits(batch) == [None, 1, None, 2]
    assert batch.rejected == ((0, GONE), (2, LONG))
    assert judges.asked[1:] == [["a", "longer", "bb"]] * 2


def test_judged__nothing_of_which_is_left_is_no_error():
    judges = Judges([set(), set()])
    batch = judged(judges.do, QUERY, [placed("gone")], "judge", read_here())
    assert (logits(batch), batch.rejected) == ([None], ((0, GONE),))


def test_placed__keeps_its_place_beside_other_texts():
    one = placed("a")
    beside = replace(one, texts=(*one.texts, "words in it"))
    assert isinstance(beside, Placed)
    assert (beside.texts, beside.part) == (("a", "words in it"), one.part)
