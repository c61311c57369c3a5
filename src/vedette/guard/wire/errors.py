"""What an error looks like in each dialect, as an answer and within a stream."""

from __future__ import annotations

from typing import Any

from vedette.guard.wire.base import Dialect, Endpoint, dumped

_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_body(dialect: Dialect, status: int, error: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of an error.

    Args:
        dialect: whose clients read it.
        status: HTTP status.
        error: ``message``, ``type``, ``param``, ``code``, ``next_step``.
    """
    if dialect is Dialect.OPENAI:
        return {"error": error}
    said = {"type": _ANTHROPIC.get(status, "api_error"), "message": error["message"]}
    return {"type": "error", "error": {**said, **{n: error[n] for n in ("code", "param", "next_step") if error.get(n)}}}


def error_events(endpoint: Endpoint, status: int, error: dict[str, Any], *, sequence: int = 0) -> bytes:
    """Return what ends a stream that goes no further: the error in the dialect's own event, and nothing like an end.

    Args:
        endpoint: what was asked.
        status: HTTP status that the error would have had.
        error: as for :func:`error_body`.
        sequence: the event's number, where events are numbered.
    """
    if endpoint is Endpoint.RESPONSES:
        said = {"type": "error", "code": error.get("code"), "message": error["message"], "param": error.get("param")}
        return b"event: error\ndata: " + dumped({**said, "sequence_number": sequence}) + b"\n\n"
    body = dumped(error_body(endpoint.dialect, status, error))
    if endpoint.dialect is Dialect.ANTHROPIC:
        return b"event: error\ndata: " + body + b"\n\n"
    return b"data: " + body + b"\n\n"
