"""Promptbooks in the JSON of Microsoft Security Copilot, in and out; what is not understood is kept.

An object has ``name``, ``description``, ``prompts`` (``promptType``, ``content``, ``skillName``, ``inputs``,
``plugins``, ``sequenceNumber``), ``promptbookinputs`` (``name``, ``description``), ``visibility`` and ``tags``. In
``content``, ``<Name>`` stands for an input; case matters. A prompt whose ``promptType`` is ``Skill`` calls a skill of
that product: it is kept, and not asked here.

Source: the samples and scripts of the repository Azure/Copilot-For-Security, folder "Promptbook samples".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from vedette.copilot.promptbooks.base import INPUT_NAME, Input, Promptbook, Step, rewritten
from vedette.errors import UserError

MAX_BYTES = 4 << 20
MAX_BOOKS = 200
_OWN = "vedette"
"""Our own fields in what we write: kinds and titles, which that format has no place for; it ignores them."""
_ANGLES = re.compile(r"<([^<>]{1,64})>")


def read_microsoft(data: bytes, place: str) -> tuple[Promptbook, ...]:
    """Return the promptbooks of a JSON file: one, a list, or a download (``{"value": [...]}``).

    Raises:
        UserError: it is no such file.
    """
    if len(data) > MAX_BYTES:
        raise UserError(f"{place}: {len(data)} bytes; at most {MAX_BYTES} are read")
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UserError(f"{place} is no JSON: {error}") from None
    if isinstance(value, dict) and "prompts" not in value and isinstance(value.get("value"), list):
        value = value["value"]
    books = value if isinstance(value, list) else [value]
    if not 0 < len(books) <= MAX_BOOKS:
        raise UserError(f"{place}: {len(books)} promptbooks; 1 to {MAX_BOOKS} are read at once")
    return tuple(_book(one, place) for one in books)


def _book(value: Any, place: str) -> Promptbook:
    if not isinstance(value, dict) or not isinstance(value.get("prompts"), list):
        raise UserError(f"{place} holds no promptbook", next_step="it needs name and prompts")
    title = value.get("name")
    if not isinstance(title, str) or not title.strip():
        raise UserError(f"{place}: the promptbook has no name")
    where = f"{place}: {title[:60]}"
    own = _own(value)
    declared = value.get("promptbookinputs")
    if declared is not None and not isinstance(declared, list):
        raise UserError(f"{where}: promptbookinputs is no list")
    inputs = tuple(_input(one, where) for one in declared or ())
    prompts = value["prompts"]
    if not all(isinstance(p, dict) for p in prompts):
        raise UserError(f"{where}: a prompt is no object")
    numbers = [p.get("sequenceNumber") for p in prompts]
    if all(isinstance(n, int) for n in numbers):
        prompts = sorted(prompts, key=lambda p: int(p["sequenceNumber"]))
    names = {one.name for one in inputs}
    description, tags = value.get("description"), value.get("tags")
    plain_tags = isinstance(tags, list) and all(isinstance(t, str) for t in tags)
    taken = {"name", "prompts", _OWN} | ({"description"} if isinstance(description, str) else set())
    taken |= ({"promptbookinputs"} if declared else set()) | ({"tags"} if plain_tags else set())
    name = own.get("name")
    try:
        return Promptbook(
            name=name if isinstance(name, str) else slug(title),
            title=title,
            description=description if isinstance(description, str) else "",
            tags=tuple(tags) if plain_tags and tags else (),
            inputs=inputs,
            steps=tuple(_step(p, names, where) for p in prompts),
            extra={k: v for k, v in value.items() if k not in taken} | ({"tags": []} if tags == [] else {}),
        )
    except UserError as error:
        raise UserError(f"{place}: {error.message}", next_step=error.next_step) from None


def _own(value: Mapping[str, Any]) -> dict[str, Any]:
    found = value.get(_OWN)
    return found if isinstance(found, dict) else {}


def _step(value: Mapping[str, Any], names: set[str], where: str) -> Step:
    content, title = value.get("content"), _own(value).get("title")
    if content is not None and not isinstance(content, str):
        raise UserError(f"{where}: the content of a prompt is no text")
    if not content and not value.get("skillName"):
        raise UserError(f"{where}: a prompt has neither content nor skillName")
    taken = {_OWN} | ({"content"} if content is not None else set())
    return Step(
        title=title if isinstance(title, str) else "",
        prompt=_from_angles(content or "", names),
        extra={k: v for k, v in value.items() if k not in taken},
    )


def _from_angles(content: str, names: set[str]) -> str:
    out, at = [], 0
    for match in _ANGLES.finditer(content):
        if match.group(1) in names:
            out += [_braced(content[at : match.start()]), "{", match.group(1), "}"]
            at = match.end()
    return "".join([*out, _braced(content[at:])])


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _input(value: Any, where: str) -> Input:
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not INPUT_NAME.fullmatch(name):
        raise UserError(f"{where}: {str(name)[:60]!r} is no name for an input")
    own, description = _own(value), value.get("description")
    taken = {"name", _OWN} | ({"description"} if isinstance(description, str) else set())
    from vedette.schema import ValueKind

    kind, default, choices = own.get("kind", "text"), own.get("default"), own.get("choices") or ()
    if (
        kind not in set(ValueKind)
        or not isinstance(choices, (list, tuple))
        or not all(isinstance(c, str) for c in choices)
    ):
        raise UserError(f"{where}: {name}: the fields under {_OWN!r} are not as Vedette writes them")
    return Input(
        name=name,
        description=description if isinstance(description, str) else "",
        kind=ValueKind(kind),
        required=own.get("required") is not False,
        default=default if isinstance(default, str) else None,
        choices=tuple(choices),
        extra={k: v for k, v in value.items() if k not in taken},
    )


def slug(title: str) -> str:
    """Return a promptbook's name made of a title."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:64].strip("-") or "promptbook"


def write_microsoft(book: Promptbook) -> dict[str, Any]:
    """Return a promptbook as that product takes it.

    Raises:
        UserError: a prompt holds ``<name>`` of an input as plain text, which that format cannot say.
    """
    names = {one.name for one in book.inputs}

    def plain(text: str) -> str:
        for match in _ANGLES.finditer(text):
            if match.group(1) in names:
                raise UserError(
                    f"{book.name}: {match.group()} as plain text would be read as the input", next_step="reword it"
                )
        return text

    prompts = []
    for step in book.steps:
        prompt: dict[str, Any] = {"promptType": "Prompt"} if "promptType" not in step.extra else {}
        content = rewritten(step.prompt, plain, lambda name: f"<{name}>")
        if step.prompt or "skillName" not in step.extra or "content" in step.extra:
            prompt["content"] = content
        prompt |= step.extra
        if step.title:
            prompt[_OWN] = {"title": step.title}
        prompts.append(prompt)
    out: dict[str, Any] = {"name": book.title, "description": book.description, "prompts": prompts}
    if book.inputs:
        out["promptbookinputs"] = [_plain_input(one) for one in book.inputs]
    out |= {"visibility": "Private", "tags": list(book.tags) or None}
    out |= book.extra
    if book.name != slug(book.title):
        out[_OWN] = {"name": book.name}
    return out


def _plain_input(one: Input) -> dict[str, Any]:
    out: dict[str, Any] = {"name": one.name, "description": one.description, **one.extra}
    own: dict[str, Any] = {}
    if one.kind.value != "text":
        own["kind"] = one.kind.value
    if not one.required:
        own["required"] = False
    if one.default is not None:
        own["default"] = one.default
    if one.choices:
        own["choices"] = list(one.choices)
    return out | ({_OWN: own} if own else {})


def dumped(books: Sequence[Promptbook]) -> bytes:
    """Return promptbooks as a JSON file: one as an object, several as a list."""
    values = [write_microsoft(book) for book in books]
    return orjson.dumps(values[0] if len(values) == 1 else values, option=orjson.OPT_INDENT_2) + b"\n"
