"""A promptbook: named prompts with typed inputs, and how a value is put into a prompt as data.

``{case}`` in a prompt stands for the input ``case``; ``{{`` and ``}}`` are braces. What a user gives for an input is
checked against its kind and quoted where it is free text, so that it can name a thing but not ask for another.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.errors import UserError
from vedette.schema import ValueKind

MAX_STEPS = 50
MAX_INPUTS = 20
MAX_PROMPT_CHARS = 3_000
MAX_VALUE_CHARS = 200
MAX_TEXT_CHARS = 20_000
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
INPUT_NAME = re.compile(r"[^\s<>{}=\"'`|\\\x00-\x1f]{1,64}")
KINDS = (
    ValueKind.TEXT, ValueKind.CASE, ValueKind.ACCOUNT, ValueKind.HOST, ValueKind.ADDRESS, ValueKind.ENTITY,
    ValueKind.COMMAND, ValueKind.FILE, ValueKind.HASH, ValueKind.DOMAIN, ValueKind.URL, ValueKind.EMAIL,
    ValueKind.TIME, ValueKind.COUNT, ValueKind.TECHNIQUE, ValueKind.VULNERABILITY, ValueKind.CHOICE,
)  # fmt: skip
"""What an input may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One parameter of a promptbook."""

    name: str
    """As prompts say it, in braces."""
    description: str = ""
    kind: ValueKind = ValueKind.TEXT
    required: bool = True
    """Whether it must be given where there is no default."""
    default: str | None = None
    """Used where it is not given; held to the kind like any value."""
    choices: tuple[str, ...] = ()
    """For ``choice``: the words that may stand there."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of another product that are kept for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One prompt."""

    prompt: str
    title: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of another product that are kept for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promptbook:
    """A named sequence of prompts.

    Raises:
        UserError: a name, size or parameter is not as it must be.
    """

    name: str
    """As it is called: lower case, digits and hyphens."""
    title: str
    steps: tuple[Step, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of another product that are kept for it."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise UserError(
                f"{self.name[:80]!r} is no name for a promptbook", next_step="use a-z, 0-9 and hyphens, at most 64"
            )
        if not self.title.strip() or len(self.title) > 200 or len(self.description) > MAX_TEXT_CHARS:
            raise UserError(f"{self.name}: a title of 1 to 200 characters is needed, and a description that is shorter")
        if not 0 < len(self.steps) <= MAX_STEPS:
            raise UserError(f"{self.name}: {len(self.steps)} prompts; a promptbook has 1 to {MAX_STEPS}")
        if len(self.inputs) > MAX_INPUTS:
            raise UserError(f"{self.name}: {len(self.inputs)} inputs; at most {MAX_INPUTS} are taken")
        names = [i.name for i in self.inputs]
        for one in self.inputs:
            if names.count(one.name) > 1:
                raise UserError(f"{self.name}: the input {one.name!r} is declared twice")
            _check_input(self.name, one)
        for number, step in enumerate(self.steps, start=1):
            if len(step.prompt) > MAX_PROMPT_CHARS:
                raise UserError(
                    f"{self.name}: prompt {number} has {len(step.prompt)} characters; at most {MAX_PROMPT_CHARS}"
                )
            if not step.prompt.strip() and "skillName" not in step.extra:
                raise UserError(f"{self.name}: prompt {number} is empty")
            unknown = sorted(set(placeholders(step.prompt)) - set(names))
            if unknown:
                raise UserError(
                    f"{self.name}: prompt {number} names {{{unknown[0]}}}, which is no input",
                    next_step="declare it under inputs, or write {{ and }} for braces",
                )


def _check_input(book: str, one: Input) -> None:
    if not INPUT_NAME.fullmatch(one.name):
        raise UserError(f"{book}: {one.name[:80]!r} is no name for an input", next_step="use letters, digits, - and _")
    if one.kind not in KINDS:
        raise UserError(f"{book}: an input is no {one.kind.value}", next_step=f"one of {', '.join(KINDS)}")
    if (one.kind is ValueKind.CHOICE) != bool(one.choices):
        raise UserError(f"{book}: {one.name}: choices go with the kind choice, and it needs them")
    for value in (*one.choices, *(() if one.default is None else (one.default,))):
        if value and not value.isprintable():
            raise UserError(f"{book}: {one.name}: {value[:80]!r} holds what cannot be shown")
    if one.default is not None:
        said(one, one.default)


_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def _parts(prompt: str, on_name: Callable[[str], str]) -> str:
    def put(match: re.Match[str]) -> str:
        whole = match.group()
        if whole in ("{{", "}}"):
            return whole[0]
        if match.group(1) is None or not INPUT_NAME.fullmatch(match.group(1)):
            raise UserError(f"a brace stands alone in {prompt[:80]!r}", next_step="write {{ and }} for braces")
        return on_name(match.group(1))

    return _PART.sub(put, prompt)


def placeholders(prompt: str) -> list[str]:
    """Return the inputs that a prompt names, in order, each once.

    Raises:
        UserError: a brace stands alone.
    """
    found: list[str] = []
    _parts(prompt, lambda name: found.append(name) or "")  # type: ignore[func-returns-value]
    return list(dict.fromkeys(found))


def rewritten(prompt: str, on_text: Callable[[str], str], on_name: Callable[[str], str]) -> str:
    """Return a prompt in another notation: its plain text and its names, each through a function."""
    out: list[str] = []
    text: list[str] = []

    def flush() -> None:
        out.append(on_text("".join(text)))
        text.clear()

    at = 0
    for match in _PART.finditer(prompt):
        text.append(prompt[at : match.start()])
        at = match.end()
        if match.group(1) is None:
            text.append(match.group()[0])
        else:
            flush()
            out.append(on_name(match.group(1)))
    text.append(prompt[at:])
    flush()
    return "".join(out)


def filled(book: Promptbook, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return a book's prompts with what was given for its inputs.

    Raises:
        UserError: an input is missing, unknown, or not of its kind.
    """
    known = {one.name: one for one in book.inputs}
    for name in given:
        if name not in known:
            raise UserError(
                f"{book.name} has no input {name[:80]!r}",
                next_step=f"it takes {', '.join(known)}" if known else "it takes none",
            )
    used = {name for step in book.steps for name in placeholders(step.prompt)}
    values: dict[str, str] = {}
    for name, one in known.items():
        value = given.get(name, one.default)
        if value is None and one.required and name in used:
            what = f": {one.description}" if one.description else ""
            raise UserError(f"{book.name} needs {name}{what}", next_step=f"add --set {name}=…")
        values[name] = "" if value is None else said(one, value)
    return tuple(" ".join(_parts(step.prompt, values.__getitem__).split()) for step in book.steps)


_TOKEN = {
    ValueKind.TECHNIQUE: (re.compile(r"(?i)T\d{4}(?:\.\d{3})?"), "an ATT&CK id such as T1059.001"),
    ValueKind.VULNERABILITY: (re.compile(r"(?i)CVE-\d{4}-\d{4,7}"), "an id such as CVE-2024-3094"),
    ValueKind.HASH: (re.compile(r"(?i)(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})"), "an MD5, SHA-1 or SHA-256"),
    ValueKind.COUNT: (re.compile(r"\d{1,6}"), "a whole number"),
    ValueKind.CASE: (re.compile(r"(?i)(?:case-)?[0-9a-f]{2,32}|last"), "a case id such as case-1a2b3c4d, or last"),
}
_QUOTES = frozenset('"“”‘’`')


def said(one: Input, value: str) -> str:
    """Return how a value of an input is said in a prompt.

    Ids, numbers, addresses and times are held to their form and stand as they are; everything else stands in double
    quotes, which the copilot reads as a name or a text to search for, never as an instruction.

    Raises:
        UserError: it is not of the input's kind, or cannot be quoted.
    """
    value = value.strip()
    if not value or len(value) > MAX_VALUE_CHARS or not value.isprintable():
        raise UserError(
            f"{one.name} must be one line of 1 to {MAX_VALUE_CHARS} characters", next_step="give the part that matters"
        )
    if one.kind in _TOKEN:
        pattern, what = _TOKEN[one.kind]
        if not pattern.fullmatch(value):
            raise UserError(f"{one.name} must be {what}, not {value[:80]!r}")
        if one.kind is ValueKind.CASE:
            return "the last incident" if value.lower() == "last" else f"case-{value.lower().removeprefix('case-')}"
        return value
    if one.kind is ValueKind.ADDRESS:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise UserError(f"{one.name} must be an IP address, not {value[:80]!r}") from None
    if one.kind is ValueKind.CHOICE:
        if value not in one.choices:
            raise UserError(f"{one.name} must be one of {', '.join(one.choices)}, not {value[:80]!r}")
        return value
    if one.kind is ValueKind.TIME:
        return _time(one, value)
    if any(char in _QUOTES for char in value):
        raise UserError(
            f"{one.name} holds a quote, which would end the quotation that it stands in",
            next_step="give a part without quotes",
        )
    return f'"{value}"'


def _time(one: Input, value: str) -> str:
    """Return a time as it was said, where it is nothing but one."""
    from datetime import UTC, datetime

    from vedette.copilot.times import Calendar, windows

    at = datetime(2026, 1, 15, 12, tzinfo=UTC)
    found = windows(value, Calendar(now=at, first_at=at, last_at=at, spans=(("incident", at, at),)))
    if len(found) != 1 or value[found[0].start : found[0].end].strip() != value:
        raise UserError(
            f"{one.name} must be a time, not {value[:80]!r}", next_step="such as 'since 2026-03-01' or 'last 24 hours'"
        )
    return value
