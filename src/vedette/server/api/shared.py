"""Shared sessions, read-only, for whoever has an account here and the share's token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from vedette.schema import Session
from vedette.server.api.sessions import Caller, FileName, Inside, SessionView, TurnNumber, file_of, whole
from vedette.server.desk import Desk
from vedette.server.refusals import found
from vedette.server.wire import reply

router = APIRouter(tags=["sessions"])

ShareToken = Annotated[str, Path(pattern=r"^vds_[A-Za-z0-9_-]{20,200}$")]


@router.get("/shared/{token}", response_model=SessionView, operation_id="get_shared")
async def get_shared(token: ShareToken, principal: Caller, desk: Inside) -> Response:
    """Return a session that was shared."""

    def read() -> SessionView:
        session = _opened(desk, token)
        desk.record(principal, "share.read", session.session_id)
        return whole(desk, session, place=f"/api/shared/{token}")

    return reply(await desk.read(principal, read))


@router.get("/shared/{token}/turns/{turn}/files/{name}", operation_id="get_shared_file", response_class=Response)
async def get_shared_file(
    token: ShareToken, turn: TurnNumber, name: FileName, principal: Caller, desk: Inside
) -> Response:
    """Return a file of a session that was shared."""
    return await desk.read(principal, lambda: file_of(desk, _opened(desk, token).session_id, turn, name))


def _opened(desk: Desk, token: str) -> Session:
    return found(lambda: desk.sessions.by_share(token))
