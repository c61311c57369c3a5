"""From a row of fields to a record's parts, as the recipe's source says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row
from vedette.forge.corpus.chat import Conversation, conversation, turns_of
from vedette.forge.recipe import SourceSpec, Split

_SLOT = re.compile(r"\{([^{}]{1,200})\}")
_TEXTS = ("text", "content", "body", "description", "sentence")
"""Fields that hold the text where the recipe names none, in this order."""
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A record's parts, before cleaning."""

    source: int
    """Place of its source in the recipe."""
    file: str
    place: str
    text: str
    labels: tuple[str, ...]
    messages: tuple[Mapping[str, str], ...]
    chosen: str | None
    rejected: str | None
    fields: Mapping[str, Any]
    group: str
    at: datetime | None
    licence: str
    split: Split | None


def look_up(fields: Mapping[str, Any], path: str) -> Any:
    """Return a field by name, or by a dotted path into nested ones; None where there is none."""
    if path in fields:
        return fields[path]
    value: Any = fields
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def as_text(value: Any) -> str:
    """Return a field's value as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return ", ".join(as_text(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {as_text(v)}" for k, v in value.items())
    return str(value)


def as_labels(value: Any, separator: str | None = None) -> tuple[str, ...]:
    """Return a label field's value as labels, each once, in order."""
    if value is None:
        return ()
    if isinstance(value, str):
        parts: list[Any] = value.split(separator) if separator else [value]
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        parts = list(value)
    else:
        parts = [value]
    names = (as_text(p).strip() for p in parts)
    return tuple(dict.fromkeys(n for n in names if n))


def fill(template: str, fields: Mapping[str, Any]) -> str:
    """Return a field's text, or a template's with ``{field}`` filled in (``{{`` has no meaning)."""
    if "{" not in template:
        return as_text(look_up(fields, template))
    return fill_slots(template, fields)


def parse_time(value: Any) -> datetime | None:
    """Return a time as UTC.

    ISO 8601, a date, or seconds, milliseconds, micro- or nanoseconds since 1970. Without a zone it counts as UTC.

    Raises:
        ValueError: it is none of these.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        at = value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        at = _epoch(float(value))
    elif isinstance(value, str):
        text = value.strip()
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = _epoch(float(text))
    elif hasattr(value, "isoformat"):
        at = datetime.fromisoformat(value.isoformat())
    else:
        raise ValueError(f"{value!r} is no time")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _epoch(number: float) -> datetime:
    if not math.isfinite(number):
        raise ValueError("no time")
    for scale in (1.0, 1e3, 1e6, 1e9):
        seconds = number / scale
        if 0 < seconds < 7e9:
            return datetime.fromtimestamp(seconds, UTC)
    raise ValueError(f"{number} is no time since 1970")


def fits(fields: Mapping[str, Any], where: Mapping[str, str | list[str]]) -> bool:
    """Return whether a row has (one of) the wanted values in each field; ``*`` is any value at all."""
    for name, wanted in where.items():
        have = as_labels(look_up(fields, name))
        wants = [wanted] if isinstance(wanted, str) else wanted
        if not (have if "*" in wants else set(have) & set(wants)):
            return False
    return True


def shape(row: Row, file: str, spec: SourceSpec, source: int) -> Item | Bad | str:
    """Return the record's parts, why there is none (:class:`Bad`), or the name of the rule that leaves it out."""
    fields = row.fields
    if not fits(fields, spec.where):
        return "where"
    talk = _composed(spec.options.get("messages"), fields) or conversation(fields)
    if isinstance(talk, str):
        if spec.text is None:
            return _bad(row, file, talk)
        talk = None
    used: set[str] = set(talk.used) if talk else set()
    if talk is not None and spec.text is None:
        text = talk.text
    else:
        name = spec.text or next((n for n in _TEXTS if as_text(fields.get(n)).strip()), None)
        if name is None and any(n in fields for n in _TEXTS):
            return _bad(row, file, "the text is empty")
        if name is None:
            return _bad(row, file, f"no field holds a text (there are: {', '.join(sorted(fields)[:12])})")
        text = fill(name, fields)
        if "{" not in name:
            used.add(name)
        if not text.strip():
            known = look_up(fields, name) is not None or "{" in name
            have = "" if known else f" (there are: {', '.join(sorted(map(str, fields))[:12])})"
            return _bad(row, file, f"the text is empty: {name!r}{have}")
    labels = as_labels(look_up(fields, spec.label), spec.options.get("label_separator")) if spec.label else row.labels
    if spec.label and not labels and spec.options.get("require_label"):
        return "no label"
    try:
        at = parse_time(look_up(fields, spec.time)) if spec.time else row.at
    except (ValueError, OverflowError, OSError):
        return _bad(row, file, f"{spec.time!r} is no time: {as_text(look_up(fields, spec.time or ''))[:60]!r}")
    return Item(
        source=source,
        file=file,
        place=row.place,
        text=text,
        labels=labels,
        messages=talk.messages if talk else (),
        chosen=talk.chosen if talk else None,
        rejected=talk.rejected if talk else None,
        fields={str(k): v for k, v in fields.items() if k not in used},
        group=fill(spec.group, fields).strip() if spec.group else row.group,
        at=at,
        licence=spec.licence if spec.licence != "unknown" else (row.licence or "unknown"),
        split=spec.split or row.split,
    )


def _bad(row: Row, file: str, reason: str) -> Bad:
    return Bad(place=row.place, reason=reason, file=file)


def _composed(template: Any, fields: Mapping[str, Any]) -> Conversation | None:
    """Return the turns of the source's ``options.messages``, each content a template; None where one stays empty.

    Raises:
        UserError: the option is no list of ``role`` and ``content``.
    """
    if template is None:
        return None
    asked = turns_of(template) if isinstance(template, list) else "no list"
    if isinstance(asked, str):
        raise UserError(
            f"options.messages is no list of turns: {asked}",
            next_step="write each as {role: user, content: '… {field} …'}",
        )
    turns = tuple({"role": turn["role"], "content": fill_slots(turn["content"], fields)} for turn in asked)
    if not all(turn["content"].strip() for turn in turns):
        return None
    replies = [fields.get(name) for name in ("chosen", "rejected")]
    both = all(isinstance(r, str) and r.strip() for r in replies)
    return Conversation(
        messages=turns,
        chosen=replies[0] if both else None,
        rejected=replies[1] if both else None,
        used=("chosen", "rejected") if both else (),
    )


def fill_slots(template: str, fields: Mapping[str, Any]) -> str:
    """Return a template's text with every ``{field}`` filled in; text without any stays as it is."""
    return _SLOT.sub(lambda m: as_text(look_up(fields, m.group(1).strip())), template)
