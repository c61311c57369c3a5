"""Whether the server is up, and what it is."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.responses import Response

from vedette import __version__
from vedette.schema import AccessRole
from vedette.server.access import Principal
from vedette.server.desk import Desk
from vedette.server.turnstile import asked_desk, caller
from vedette.server.wire import View, reply

router = APIRouter(tags=["health"])


class Health(View):
    """That the server answers."""

    status: Literal["ok"] = "ok"
    version: str


class Slots(View):
    """How full the server is."""

    n_slots: int
    running: int
    waiting: int


class Status(View):
    """What the server is, and who asks."""

    version: str
    model: str
    """What words the answers; empty where they are composed without a model."""
    tools: list[str]
    asking: Slots
    reading: Slots
    you: str
    role: AccessRole


@router.get("/health", response_model=Health, operation_id="health")
async def health() -> Response:
    """Say that the server is up; needs no token."""
    return reply(Health(version=__version__))


@router.get("/status", response_model=Status, operation_id="status")
async def status(
    principal: Annotated[Principal, Depends(caller)], desk: Annotated[Desk, Depends(asked_desk)]
) -> Response:
    """Say which model and tools answer, how many wait, and in which role you ask."""
    asking, reading = desk.asking.load, desk.reading.load
    return reply(
        Status(
            version=__version__,
            model=desk.parts.model,
            tools=sorted(desk.parts.tools),
            asking=Slots(n_slots=asking.n_slots, running=asking.running, waiting=asking.waiting),
            reading=Slots(n_slots=reading.n_slots, running=reading.running, waiting=reading.waiting),
            you=principal.name,
            role=principal.role,
        )
    )
