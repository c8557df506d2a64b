"""Pinned questions are asked again, and a broken one says what moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qwen3vl_app.errors import AppError
from qwen3vl_app.evaluation.asking import SETTINGS, Parts, ask, ranked
from qwen3vl_app.evaluation.conditions import changed, conditions
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService, ModelState
from qwen3vl_app.search.engine import Cancelled, never
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.pin import Pin, PinState


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What is otherwise than when a pin last held."""

    before: int | None
    """The rank then."""

    above: tuple[ItemId, ...]
    """What stands among the first hits now and did not then, the best first."""

    changed: tuple[str, ...]
    """Names of ``conditions.NAMES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A pin, asked now."""

    pin: Pin
    state: PinState | None
    """None where the question could not be asked, or was broken off."""

    why: Message = NOTHING
    """Why it could not."""

    moved: Moved | None = None
    """Of a broken pin that has held before."""

    @property
    def holds(self) -> bool:
        """Whether it was asked and is as it must be."""
        return self.state is not None and self.state.holds


def check(parts: Parts, pin: Pin, *, cancelled: Cancelled = never) -> Checked:
    """Ask a pinned question, through the search that serves the page.

    What cannot be asked is broken, too: a pin that nobody can check holds nothing.
    """
    try:
        update = ask(parts, pin.question, cancelled=cancelled)
        if cancelled():
            return Checked(pin=pin, state=None)
        found = ranked(update)
        now = conditions_of(parts, pin)
    except AppError as error:
        return Checked(pin=pin, state=None, why=error.message)
    recalled = [item for item, _ in found[Stage.RECALL]]
    final = [item for item, _ in found.get(Stage.RERANK, found[Stage.RECALL])]
    rank = _rank(pin.item, final)
    state = PinState(
        asked=datetime.now(UTC).isoformat(timespec="seconds"),
        holds=(rank is not None and rank <= pin.first) == pin.must,
        rank=rank,
        recall_rank=_rank(pin.item, recalled),
        first=tuple(final[: pin.first]),
        conditions=now,
    )
    return Checked(pin=pin, state=state, moved=None if state.holds else moved(pin.held, state))


def is_stale(parts: Parts, pin: Pin) -> bool:
    """Whether model, index, items or settings are otherwise than when a pin was asked last.

    Waits for the models to load.

    Raises:
        ModelError: A model that takes part is not there.
    """
    return pin.latest is None or bool(changed(pin.latest.conditions, conditions_of(parts, pin)))


def are_settled(models: ModelService) -> bool:
    """Whether no model is about to load, so that what holds now will hold in a moment, too."""
    return {one.state for one in models.status()} <= {ModelState.READY, ModelState.OFF}


def conditions_of(parts: Parts, pin: Pin) -> dict[str, Any]:
    """Under which a pin would be asked now; waits and raises as ``is_stale`` does."""
    said = pin.question.written()
    settings = {name: said[name] for name in said if name in SETTINGS}
    return conditions(parts.library, parts.models, settings, rerank=pin.question.rerank)


def moved(held: PinState | None, now: PinState) -> Moved | None:
    """The difference to when the pin held; None where it never did."""
    if held is None:
        return None
    return Moved(
        before=held.rank,
        above=tuple(item for item in now.first if item not in held.first),
        changed=changed(held.conditions, now.conditions),
    )


def _rank(item: ItemId | None, ranking: list[ItemId]) -> int | None:
    return ranking.index(item) + 1 if item in ranking else None
