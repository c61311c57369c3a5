"""What leaves the server: an answer as JSON, and how any of our nouns becomes bytes.

Text in it comes from logs. JSON quotes it, the media type says JSON, and no browser is let to guess another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pydantic
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python
from starlette.responses import Response

from vedette.schema import Answer, AnswerStatus, Choice, Citation, Claim, DataTable, Fact, Focus, Plan, Usage


class View(pydantic.BaseModel):
    """What the API takes or gives; its attributes' docstrings are its description."""

    model_config = pydantic.ConfigDict(use_attribute_docstrings=True)


class FileView(View):
    """A file that an answer brought, and where it can be had."""

    name: str
    media_type: str
    size_bytes: int
    url: str | None = None
    """Path on this server; null where the session was not kept."""


class AnswerView(View):
    """An answer: checked sentences, what they rest on, and what was left out."""

    answer_id: str
    question: str
    status: AnswerStatus
    answer: str
    """Plain sentences with citation numbers in brackets."""
    values: dict[str, Any]
    """The answer for programs."""
    claims: list[Claim]
    """Every sentence shown, each checked."""
    dropped: list[Claim]
    """Sentences of the model that did not check, with the reason; no part of the answer."""
    n_replaced: int
    """How many of the dropped were replaced by a computed sentence."""
    citations: list[Citation]
    facts: list[Fact]
    tables: list[DataTable]
    files: list[FileView]
    queries: list[str]
    """The SQL that was run."""
    plan: Plan | None
    unknown: list[str]
    """What the data cannot tell, and what is missing."""
    choice: Choice | None
    """What only the user can decide; asked where ``status`` is ``clarify``."""
    focus: Focus
    next_questions: list[str]
    model: str
    """What worded it; empty where it was composed without a model."""
    usage: Usage
    asked_at: datetime | None
    duration_s: float
    session_id: str | None = None
    turn: int | None = None
    """Number of the question in its session, from 1."""


def answer_view(
    answer: Answer, *, session_id: str | None = None, turn: int | None = None, place: str | None = None
) -> AnswerView:
    """Return an answer as it leaves the server, the contents of its files left out.

    Args:
        answer: what is shown.
        session_id: where it is kept.
        turn: its number there.
        place: path of the session, where it is read at another than its own.
    """
    place = place or f"/api/sessions/{session_id}"
    base = f"{place}/turns/{turn}/files/" if session_id and turn else None
    return AnswerView.model_construct(
        answer_id=answer.answer_id,
        question=answer.question,
        status=answer.status,
        answer=answer.text,
        values=dict(answer.values),
        claims=list(answer.claims),
        dropped=list(answer.dropped),
        n_replaced=answer.n_replaced,
        citations=list(answer.citations),
        facts=list(answer.facts),
        tables=list(answer.tables),
        files=[
            FileView(
                name=file.name,
                media_type=file.media_type,
                size_bytes=len(file.content),
                url=base + quote(file.name, safe="", errors="replace") if base else None,
            )
            for file in answer.artefacts
        ],
        queries=list(answer.queries),
        plan=answer.plan,
        unknown=list(answer.unknown),
        choice=answer.choice,
        focus=answer.focus,
        next_questions=list(answer.next_questions),
        model=answer.model,
        usage=answer.usage,
        asked_at=answer.asked_at,
        duration_s=answer.duration_s,
        session_id=session_id,
        turn=turn,
    )


def plain(value: Any) -> Any:
    """Return a noun, or anything made of them, as JSON values."""
    return to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="null", fallback=str)


def dump(value: Any) -> bytes:
    """Return a noun, or anything made of them, as JSON."""
    try:
        return to_json(value, bytes_mode="base64", inf_nan_mode="null", fallback=str)
    except PydanticSerializationError:
        # half a surrogate pair, from a file name that is no UTF-8: ASCII holds it as an escape
        return json.dumps(plain(value), ensure_ascii=True, allow_nan=False, default=str).encode()


def reply(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON as an HTTP answer."""
    return Response(dump(value), status_code=status, headers=dict(headers or {}), media_type="application/json")


def file_reply(name: str, media_type: str, content: bytes, *, inline_policy: str | None = None) -> Response:
    """Return a file as an HTTP answer.

    Args:
        name: what it is saved as.
        media_type: of the content.
        content: its bytes.
        inline_policy: content-security policy under which a browser may show it; None has it saved.
    """
    shown = "attachment" if inline_policy is None else "inline"
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[:120] or "file"
    full_name = quote(name, safe="", errors="replace")
    headers = {"Content-Disposition": f"{shown}; filename=\"{ascii_name}\"; filename*=UTF-8''{full_name}"}
    if inline_policy is not None:
        headers["Content-Security-Policy"] = inline_policy
    return Response(content, headers=headers, media_type=media_type)
