"""Replies that must follow a JSON Schema: validated, asked for once more, then refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson

from vedette.errors import OutsideError, UserError
from vedette.llm.base import Ask, LanguageModel
from vedette.schema import Message, Reply, Role

MAX_SCHEMA = 65_536
"""Characters of a schema as JSON."""
_SHOWN = 2_000
"""Characters of a bad reply that the model is shown again."""


@dataclass(frozen=True, slots=True)
class Structured:
    """An object that follows its schema, and the reply that it was read from."""

    value: Any
    reply: Reply


class NonconformingError(Exception):
    """A reply does not follow the schema; the message says why."""


def structured(
    model: LanguageModel, messages: Sequence[Message], schema: Mapping[str, Any], ask: Ask | None = None
) -> Structured:
    """Return an object of a JSON Schema.

    Args:
        model: any; where it can be constrained to the schema, it is.
        messages: the turns before.
        schema: JSON Schema. Bound texts and lists in it: a reply that is cut off is no JSON.
        ask: everything else about the request.

    Raises:
        UserError: the schema is none, or the request makes no sense.
        OutsideError: the model gave no such object, twice; or it was cancelled.
    """
    reply = model.complete(messages, replace(ask or Ask(), schema=schema))
    if reply.finish == "cancelled":
        raise OutsideError("the request was cancelled before there was an object")
    try:
        return Structured(read_object(reply.text, schema), reply)
    except NonconformingError as error:
        raise OutsideError(f"{model.name} gave no object of the schema: {error}"[:300]) from None


def conforming(
    say: Callable[[Sequence[Message]], Reply], messages: Sequence[Message], schema: Mapping[str, Any], *, told: bool
) -> Reply:
    """Return a reply whose text is JSON of the schema, asking once more where the first is not.

    Args:
        say: makes one request.
        messages: the turns before.
        schema: JSON Schema.
        told: whether the backend is constrained; otherwise the schema is put into words.

    Raises:
        UserError: the schema is none.
        OutsideError: both replies do not follow it.
    """
    text = schema_text(schema)
    asked = list(messages) if told else in_words(messages, text)
    first = say(asked)
    if first.finish == "cancelled":
        return first
    try:
        return _canonical(first, schema)
    except NonconformingError as error:
        why = str(error)
    shown = first.text[:_SHOWN]
    again = [
        *asked,
        *([Message(role=Role.ASSISTANT, content=shown)] if shown.strip() else []),
        Message(
            role=Role.USER,
            content=f"That does not follow the JSON Schema: {why}. Reply with the corrected JSON and nothing else.",
        ),
    ]
    second = say(again)
    both = replace(second, usage=first.usage.plus(second.usage))
    if second.finish == "cancelled":
        return both
    try:
        return _canonical(both, schema)
    except NonconformingError as error:
        raise OutsideError(
            f"{second.model} gave twice what does not follow the schema: {error}"[:300],
            next_step="allow more tokens, use a plainer schema, or a model that can be constrained",
        ) from None


def in_words(messages: Sequence[Message], schema: str) -> list[Message]:
    """Return turns that also say the schema, in the first system turn."""
    words = f"Reply with one JSON value and nothing else. It must follow this JSON Schema:\n{schema}"
    if messages and messages[0].role is Role.SYSTEM:
        return [Message(role=Role.SYSTEM, content=f"{messages[0].content}\n\n{words}"), *messages[1:]]
    return [Message(role=Role.SYSTEM, content=words), *messages]


def read_object(text: str, schema: Mapping[str, Any]) -> Any:
    """Return what a text says in JSON, if it follows the schema; one fence of Markdown around it is taken off.

    Raises:
        NonconformingError: it does not.
        UserError: the schema is none.
    """
    check = _validator(schema_text(schema))
    try:
        value = orjson.loads(_unfenced(text))
    except orjson.JSONDecodeError as error:
        raise NonconformingError(f"it is no JSON ({error})"[:200]) from None
    return check(value)


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as one text, the same for equal schemas.

    Raises:
        UserError: it is no JSON, or too long.
    """
    try:
        text = json.dumps(schema, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise UserError(f"the JSON schema cannot be written as JSON: {error}") from None
    if len(text) > MAX_SCHEMA:
        raise UserError(f"the JSON schema is longer than {MAX_SCHEMA:,} characters")
    return text


def _canonical(reply: Reply, schema: Mapping[str, Any]) -> Reply:
    if reply.finish == "length":
        try:
            read_object(reply.text, schema)
        except NonconformingError:
            raise NonconformingError("it was cut off before its end; be shorter") from None
    return replace(reply, text=orjson.dumps(read_object(reply.text, schema)).decode())


def _unfenced(text: str) -> str:
    """Return a text without one fence around the whole of it."""
    body = text.strip().removeprefix("\ufeff")
    if not (body.startswith("```") and body.endswith("```") and len(body) > 6):
        return body
    first, _, rest = body[3:-3].partition("\n")
    return rest if first.strip().isalnum() or not first.strip() else body[3:-3]


@lru_cache(maxsize=128)
def _validator(schema: str) -> Callable[[Any], Any]:
    try:
        from jsonschema import Draft202012Validator, SchemaError, validators
        from jsonschema.exceptions import ValidationError
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ImportError:
        from vedette.errors import MissingExtraError

        raise MissingExtraError("llm", "a reply that follows a JSON schema") from None
    import re2

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[ValidationError]:
        # the reply is untrusted: linear time, where the library's own keyword takes Python's regexes
        try:
            fits = not isinstance(value, str) or re2.search(wanted, value) is not None
        except re2.error:
            raise UserError(f"the JSON schema has a pattern that cannot be used: {wanted[:80]!r}") from None
        if not fits:
            yield ValidationError(f"a text does not match {wanted[:80]!r}")

    body = orjson.loads(schema)
    try:
        Draft202012Validator.check_schema(body)
    except SchemaError as error:
        raise UserError(f"this is no JSON schema: {error.message}"[:300]) from None
    made = validators.extend(Draft202012Validator, {"pattern": pattern})
    # an empty registry: a reference that leads outside is refused, never fetched
    validator = made(body, registry=Registry())

    def check(value: Any) -> Any:
        try:
            error = next(iter(validator.iter_errors(value)), None)
        except Unresolvable:
            raise UserError("the JSON schema refers to what is not in it") from None
        except RecursionError:
            raise NonconformingError("it is nested too deep") from None
        if error is not None:
            where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
            raise NonconformingError(f"{('at ' + where + ': ') if where else ''}{error.message}"[:200])
        return value

    return check
