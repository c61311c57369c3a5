"""Promptbooks as Markdown with YAML front matter: how they are written by hand and kept.

.. code-block:: markdown

    ---
    name: account-review
    title: Account review
    description: What one account did, and whether it should worry us.
    tags: [account]
    inputs:
      - {name: account, kind: account, description: The account}
    ---

    ## Who it is

    Who is {account}?
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import yaml

from vedette import strict_yaml
from vedette.copilot.promptbooks.base import Input, Promptbook, Step
from vedette.errors import UserError
from vedette.schema import ValueKind

MAX_CHARS = 200_000
_FENCE = "---"
_HEADING = re.compile(r"##(?:[ \t]+(.*?))?[ \t]*")
_ODD_LINE_ENDS = re.compile("[\x85\u2028\u2029\ufeff]")
_KEYS = ("name", "title", "description", "tags", "inputs", "microsoft", "steps")
_INPUT_KEYS = ("name", "description", "kind", "required", "default", "choices", "microsoft")


def read_markdown(text: str, place: str) -> Promptbook:
    """Return the promptbook that a Markdown text holds.

    Args:
        text: front matter between two lines of three hyphens, then a level-two heading for each prompt's title, with
            the prompt below it.
        place: file name, for errors.

    Raises:
        UserError: it is no promptbook; the message says where.
    """
    if len(text) > MAX_CHARS:
        raise UserError(f"{place}: {len(text)} characters; a promptbook has at most {MAX_CHARS}")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    ends = [n for n, line in enumerate(lines) if n and line.rstrip() == _FENCE]
    if lines[0].rstrip() != _FENCE or not ends:
        raise UserError(f"{place}: there is no front matter", next_step=f"begin with {_FENCE}, name and title")
    try:
        head = strict_yaml.load("\n".join(lines[1 : ends[0]]), aliases=False)
    except yaml.YAMLError as error:
        raise UserError(f"{place}: the front matter is no YAML: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(head, dict):
        raise UserError(f"{place}: the front matter holds no keys", next_step="give name and title")
    _only(head, _KEYS, place)
    steps = _steps(lines[ends[0] + 1 :], head.get("steps"), place)
    try:
        return Promptbook(
            name=_text(head, "name", place),
            title=_text(head, "title", place, head.get("name")),
            description=_text(head, "description", place, ""),
            tags=_texts(head, "tags", place),
            inputs=tuple(_input(one, place) for one in _list(head, "inputs", place)),
            steps=steps,
            extra=_mapping(head, "microsoft", place),
        )
    except UserError as error:
        raise UserError(f"{place}: {error.message.removeprefix(place + ': ')}", next_step=error.next_step) from None


def _steps(lines: list[str], more: Any, place: str) -> tuple[Step, ...]:
    titles: list[str] = []
    bodies: list[list[str]] = []
    for line in lines:
        heading = _HEADING.fullmatch(line)
        if heading:
            titles.append(_unescaped(heading.group(1) or ""))
            bodies.append([])
        elif bodies:
            bodies[-1].append(line)
        elif line.strip() and not line.startswith("# "):
            raise UserError(f"{place}: there is text before the first prompt", next_step="put it under description")
    extras = more if isinstance(more, list) else [] if more is None else None
    if extras is None or len(extras) > len(titles) or not all(isinstance(e, dict) for e in extras):
        raise UserError(f"{place}: steps must be a list of what is kept for each prompt")
    steps = []
    for number, (title, body) in enumerate(zip(titles, bodies, strict=True)):
        extra = extras[number] if number < len(extras) else {}
        prompt = "\n".join(_unescaped(line) for line in body).strip("\n")
        if not prompt.strip() and not extra:
            raise UserError(f"{place}: there is no prompt under {title!r}")
        steps.append(Step(title=title, prompt=prompt, extra=_json(extra, place)))
    return tuple(steps)


def _escaped(line: str) -> str:
    """Return a line that is no heading and no fence."""
    return "\\" + line if _HEADING.fullmatch(line) or line[:1] == "\\" else line


def _unescaped(line: str) -> str:
    return line[1:] if line[:1] == "\\" else line


def _input(value: Any, place: str) -> Input:
    if not isinstance(value, dict):
        raise UserError(f"{place}: an input must have a name", next_step="write {name: account, kind: account}")
    _only(value, _INPUT_KEYS, place)
    kind = value.get("kind", "text")
    if kind not in set(ValueKind):
        raise UserError(f"{place}: there is no kind {str(kind)[:40]!r} of input")
    required = value.get("required", True)
    if not isinstance(required, bool):
        raise UserError(f"{place}: required must be true or false")
    default = value.get("default")
    return Input(
        name=_text(value, "name", place),
        description=_text(value, "description", place, ""),
        kind=ValueKind(kind),
        required=required,
        default=None if default is None else _text(value, "default", place),
        choices=_texts(value, "choices", place),
        extra=_mapping(value, "microsoft", place),
    )


def _only(value: dict[Any, Any], known: tuple[str, ...], place: str) -> None:
    odd = [str(key)[:40] for key in value if key not in known]
    if odd:
        raise UserError(f"{place}: not understood: {', '.join(odd)}", next_step=f"known keys: {', '.join(known)}")


def _text(value: dict[Any, Any], key: str, place: str, default: Any = None) -> str:
    found = value.get(key, default)
    if not isinstance(found, str):
        what = "is missing" if found is None else "must be text"
        raise UserError(f"{place}: {key} {what}", next_step=f'write {key}: "…"')
    return found


def _list(value: dict[Any, Any], key: str, place: str) -> list[Any]:
    found = value.get(key) or []
    if not isinstance(found, list):
        raise UserError(f"{place}: {key} must be a list")
    return found


def _texts(value: dict[Any, Any], key: str, place: str) -> tuple[str, ...]:
    found = _list(value, key, place)
    if not all(isinstance(one, str) for one in found):
        raise UserError(f"{place}: {key} must be a list of texts")
    return tuple(found)


def _mapping(value: dict[Any, Any], key: str, place: str) -> dict[str, Any]:
    found = value.get(key) or {}
    if not isinstance(found, dict):
        raise UserError(f"{place}: {key} must be a mapping")
    kept: dict[str, Any] = _json(found, place)
    return kept


def _json(value: Any, place: str) -> Any:
    """Return YAML values that are JSON values too; refuse dates and other objects."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise UserError(f"{place}: a key that is no text cannot be kept")
        return {key: _json(one, place) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one, place) for one in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise UserError(f"{place}: {str(value)[:40]!r} cannot be kept", next_step="write it in quotes")


def write_markdown(book: Promptbook) -> str:
    """Return a promptbook as :func:`read_markdown` reads it."""
    head: dict[str, Any] = {"name": book.name, "title": book.title}
    if book.description:
        head["description"] = book.description
    if book.tags:
        head["tags"] = list(book.tags)
    if book.inputs:
        head["inputs"] = [_plain_input(one) for one in book.inputs]
    if book.extra:
        head["microsoft"] = dict(book.extra)
    if any(step.extra for step in book.steps):
        head["steps"] = [dict(step.extra) for step in book.steps]
    front = yaml.dump(head, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
    parts = [_FENCE, front.rstrip("\n"), _FENCE]
    for step in book.steps:
        title = " ".join(step.title.split())
        parts += ["", f"## {_escaped_title(title)}".rstrip(), "", *map(_escaped, step.prompt.split("\n"))]
    return "\n".join(parts) + "\n"


def _escaped_title(title: str) -> str:
    return "\\" + title if title[:1] in ("\\", "#") else title


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, which are not read either."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: the same value twice is written twice."""
        return True


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # the line ends of other scripts are written as they are, and read as blanks, unless they are quoted so
    style = '"' if _ODD_LINE_ENDS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)


def _plain_input(one: Input) -> dict[str, Any]:
    out: dict[str, Any] = {"name": one.name, "kind": one.kind.value}
    defaults = {f.name: f.default for f in fields(Input)}
    for key in ("description", "required", "default", "choices"):
        value = getattr(one, key)
        if value != defaults[key]:
            out[key] = list(value) if isinstance(value, tuple) else value
    if one.extra:
        out["microsoft"] = dict(one.extra)
    return out
