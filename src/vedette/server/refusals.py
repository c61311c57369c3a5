"""What an error looks like over HTTP: one shape for every door, the one that OpenAI's clients read.

``{"error": {"message": …, "type": …, "param": …, "code": …, "next_step": …, "location": …}}``
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import pydantic
from starlette.responses import Response

from vedette.errors import MissingExtraError, OutsideError, UserError, VedetteError
from vedette.server.work import BusyError, StoppingError, TooSlowError

T = TypeVar("T")

log = logging.getLogger(__name__)

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "invalid_request_error",
    413: "invalid_request_error",
    421: "permission_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    502: "upstream_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_NEXT_STEPS = {
    400: "GET /openapi.json says what a request may hold",
    403: "open the console at the server's own address, or call it from a program",
    404: "GET /openapi.json lists what is there",
    405: "GET /openapi.json lists what may be asked of it",
    408: "send it again, all at once",
    413: "send less at once",
    422: "GET /openapi.json says what a request may hold",
    429: "wait and try again",
    500: "vedette doctor on the server; started with --verbose it says where",
    502: "see the server's log, and vedette doctor there",
    503: "wait and try again",
    504: "ask for less, or wait and try again",
}
"""What to do about a refusal that names nothing of its own, as the command line always names something."""
_CODES = {
    401: "invalid_api_key",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    421: "wrong_host",
    429: "rate_limit_exceeded",
    503: "busy",
    504: "timeout",
}


class ErrorBody(pydantic.BaseModel):
    """What went wrong."""

    model_config = pydantic.ConfigDict(use_attribute_docstrings=True)

    message: str
    type: str
    """Its kind: ``invalid_request_error``, ``authentication_error``, ``permission_error``, ``rate_limit_error``,
    ``timeout_error``, ``overloaded_error``, ``upstream_error`` or ``server_error``."""
    param: str | None = None
    """The field of the request that is wrong."""
    code: str | None = None
    next_step: str | None = None
    """What to do about it."""
    location: str | None = None


class Error(pydantic.BaseModel):
    """The shape of every error."""

    error: ErrorBody


class RefusalError(UserError):
    """A request that is refused, with its HTTP status.

    Args:
        status: HTTP status.
        message: what is wrong.
        code: for programs; None takes the status's own.
        param: the field of the request that is wrong.
        next_step: what to do about it.
        retry_after_s: when it is worth trying again.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        next_step: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.code = code
        self.param = param
        self.retry_after_s = retry_after_s


def as_refusal(error: BaseException) -> RefusalError:
    """Return the refusal that an error becomes; what is our bug says nothing of its inside."""
    match error:
        case RefusalError():
            return error
        case BusyError() | StoppingError():
            return RefusalError(503, error.message, next_step=error.next_step, retry_after_s=2.0)
        case TooSlowError():
            return RefusalError(504, error.message, next_step=error.next_step)
        case MissingExtraError():
            return RefusalError(501, error.message, code="not_installed", next_step=error.next_step)
        case UserError():
            return RefusalError(400, error.message, next_step=error.next_step)
        case OutsideError():
            return RefusalError(502, error.message, code="outside_failure", next_step=error.next_step)
        case VedetteError():
            return RefusalError(
                500, "something went wrong inside the server", code="internal", next_step=error.next_step
            )
        case _:
            return RefusalError(500, "something went wrong inside the server", code="internal")


def found(look: Callable[[], T]) -> T:
    """Return what is looked up; what the user named and is not there is a 404."""
    try:
        return look()
    except RefusalError:
        raise
    except UserError as error:
        raise RefusalError(404, error.message, next_step=error.next_step) from None


def body(refusal: RefusalError) -> dict[str, Any]:
    """Return the JSON object of a refusal."""
    return Error(
        error=ErrorBody(
            message=printable(refusal.message),
            type=_TYPES.get(refusal.status, "server_error"),
            param=None if refusal.param is None else printable(refusal.param),
            code=refusal.code or _CODES.get(refusal.status),
            next_step=printable(refusal.next_step) if refusal.next_step else _NEXT_STEPS.get(refusal.status),
            location=None if refusal.location is None else printable(refusal.location),
        )
    ).model_dump()


def response(error: BaseException) -> Response:
    """Return the HTTP answer to an error, and log what is our bug."""
    refusal = as_refusal(error)
    if refusal.status == 500:
        # what the traceback shows may come from logs: it is for who asks for it
        log.error("a request failed: %s", type(error).__name__)
        log.info("where it happened", exc_info=error)
    headers = {}
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(refusal.retry_after_s + 0.5)))
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="vedette"'
    content = pydantic.TypeAdapter(dict[str, Any]).dump_json(body(refusal))
    return Response(content, status_code=refusal.status, headers=headers, media_type="application/json")


def printable(text: str) -> str:
    """Return text that can be written as UTF-8, at most 2,000 characters: messages quote what clients sent."""
    return text[:2000].encode("utf-8", "backslashreplace").decode()
