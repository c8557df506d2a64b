"""Which models answer: told, loaded again where one failed, and changed while the program runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import ModelStatus
from qwen3vl_app.services import Services
from qwen3vl_app.types.fidelity import Check
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.types.paths import LONGEST, encodable
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json, model_row

AT_ONCE, MOST_WAITING = 2, 8
"""Requests answered at once, and waiting: counting what a space covers reads the library."""

EXAMINED_AT_ONCE, MOST_EXAMINED = 1, 2
"""The same for passports, which take minutes of a slow computer, and are the same every time."""

Name = Annotated[str, Field(max_length=LONGEST)]


class Use(BaseModel):
    """A model to have in a role; see ``Services.use_model``."""

    role: Role
    wanted: Name
    adapter: Name = ""

    @property
    def choice(self) -> ModelChoice:
        """What is meant.

        Raises:
            UsageError: No file can be called so.
        """
        return ModelChoice(wanted=encodable(self.wanted), adapter=encodable(self.adapter))


class Back(BaseModel):
    """A role that the model before is to have again."""

    role: Role


class Examine(BaseModel):
    """A role whose model is to be held to the reference."""

    role: Role


def model_routes(services: Services) -> APIRouter:
    """``/stages`` to be asked; ``/use``, ``/back``, ``/retry`` and ``/passport`` to be told.

    All but the last answer at once with the models as they are, also while another is loaded.
    """
    router = APIRouter(prefix="/api/models")
    lane = Lane(AT_ONCE, MOST_WAITING)
    examining = Lane(EXAMINED_AT_ONCE, MOST_EXAMINED)

    @router.get("/stages")
    async def now(request: Request) -> Response:
        return await lane.answer(request, stages, services)

    @router.post("/use")
    async def use(job: Use) -> Response:
        return await lane.change(changed, job.role, job)

    @router.post("/back")
    async def back(job: Back) -> Response:
        return await lane.change(changed, job.role, None)

    @router.post("/passport")
    async def passport(request: Request, job: Examine) -> Response:
        return await examining.answer(request, examined, job.role)

    @router.post("/retry")
    def retry() -> list[Json]:
        services.models.retry()
        return [model_row(status) for status in services.models.status()]

    def examined(role: Role) -> Json:
        return {"checks": [check_row(check) for check in services.models.examine(role)]}

    def changed(role: Role, job: Use | None) -> Json:
        choice = services.library.choices.former(role) if job is None else job.choice
        if choice is None:
            raise UsageError(Message.of("models.no_former"))
        services.use_model(role, choice)
        return stages(services)

    return router


def stages(services: Services) -> Json:
    """Both stages: what has each role, what had it before, and what is on its way.

    Beside the embedder stands how many items are embedded with it, and beside the one before how
    many were: those need not be embedded again.
    """
    library = services.library
    covered = {space.fingerprint: items for space, items in library.coverage()}
    total = sum(library.counts().items.values())
    rows = []
    for role, status in zip(Role, services.models.status(), strict=True):
        former = library.choices.former(role)
        row = stage_row(status) | {"former": None if former is None else choice_row(former)}
        if role is Role.EMBEDDER:
            row |= {"embedded": covered.get(status.fingerprint, 0), "items": total}
        rows.append(row)
    return {"stages": rows, "coming": [stage_row(one) for one in services.models.coming()]}


def stage_row(status: ModelStatus) -> Json:
    """One model with what it was asked for by, which may be a folder of this computer."""
    asked = ModelChoice(wanted=status.wanted, adapter=status.adapter)
    return model_row(status) | choice_row(asked) | {"fingerprint": status.fingerprint}


def choice_row(choice: ModelChoice) -> Json:
    """What to send to ``/api/models/use`` to have it."""
    return {"wanted": choice.wanted, "adapter": choice.adapter}


def check_row(check: Check) -> Json:
    """One line of a passport, with what it checks in words."""
    what = Message.of(f"passport.{check.code}")
    return asdict(check) | {"what": message_row(what)}
