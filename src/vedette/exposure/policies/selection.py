"""Decisions as SSVC selection lists, and back: the JSON in which tools exchange SSVC.

A selection names a decision point by namespace, key and version, and the values that are still possible: one where it
is known, several where it is partly known. A point of which nothing is known is left out, for a list without values is
not allowed and one with all of them says nothing. The outcome is a selection too, with every outcome that is possible,
so that a range is never read as a decision.

What is written is SSVC's ``SelectionList`` 2.0.0; what is read is that, and the form in which CISA writes its decisions
(``options``). Facts of a team's own policy (EPSS, data class) are no SSVC decision points and are left out.

Source: CERTCC/SSVC, ``data/schema/v2/SelectionList_2_0_0.schema.json``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.exposure.policies.base import Policy
from vedette.knowledge import ssvc
from vedette.schema import Decision

SCHEMA_VERSION = "2.0.0"
MAX_BYTES = 4 << 20
_OUTCOMES = {
    "bod-26-04": "cisa_bod_26_04_remediation_timelines",
    "ssvc-deployer": "defer_scheduled_out_of_cycle_immediate",
    "ssvc-coordinator": "cisa_levels",
}
_MEANS = {"kev": "in_kev", "internet_facing": "publicly_exposed"}
"""Facts of own policies that are decision points under another name."""
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selections:
    """What a selection list says."""

    at: datetime
    """When the choices were made, UTC."""
    targets: tuple[str, ...]
    """What they are about: vulnerabilities, assets."""
    inputs: Mapping[str, str]
    """Decision point to value, several joined by ``|``; outcomes among them."""
    skipped: tuple[str, ...] = field(default=())
    """Points that are not known here, or in a version with other values, each with the reason."""

    def inputs_for(self, policy: Policy) -> dict[str, str]:
        """Return those that are inputs of a policy."""
        names = {point.name for point in policy.points}
        return {name: value for name, value in self.inputs.items() if name in names}


def selection_list(
    decision: Decision, *, targets: Sequence[str], at: datetime, references: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a decision as a selection list.

    Args:
        decision: the decision.
        targets: what it is about: the vulnerability, the asset.
        at: when it was made, UTC.
        references: URL to what lies there, for what the values rest on.

    Raises:
        UserError: nothing of it is an SSVC decision point, or it is about nothing.
    """
    selections = []
    for name, value in decision.inputs.items():
        point = ssvc.points().get(_MEANS.get(name, name))
        if point is not None and value is not None:
            selections.append(_selection(point, value.split("|")))
    outcome = ssvc.points().get(_OUTCOMES.get(decision.policy, ""))
    if outcome is not None:
        selections.append(_selection(outcome, [o for o in outcome.values if o in decision.possible]))
    if not selections:
        raise UserError(f"nothing that {decision.policy} decided by is an SSVC decision point")
    if not targets:
        raise UserError("a selection list must say what it is about")
    out: dict[str, Any] = {
        "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schemaVersion": SCHEMA_VERSION,
        "target_ids": list(dict.fromkeys(targets)),
        "selections": selections,
    }
    if references:
        out["references"] = [{"uri": uri, "summary": text} for uri, text in references.items()]
    return out


def read_selections(data: bytes) -> Selections:
    """Return what a selection list says.

    Raises:
        UserError: it is none; the message says where.
    """
    if len(data) > MAX_BYTES:
        raise UserError(f"no selection list has {len(data):,} bytes")
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UserError(f"the selection list is no whole JSON: {error}") from None
    if not isinstance(said, dict):
        raise UserError("a selection list is a JSON object")
    at = _time(said.get("timestamp"))
    if isinstance(said.get("options"), list):
        return _of_options(said, at)
    if said.get("schemaVersion") != SCHEMA_VERSION or not isinstance(said.get("selections"), list):
        raise UserError(
            f"it is neither a selection list {SCHEMA_VERSION} nor CISA's options",
            next_step="export it as SSVC SelectionList 2.0.0",
        )
    inputs: dict[str, str] = {}
    skipped: list[str] = []
    for number, selection in enumerate(said["selections"], 1):
        _take(selection, f"selection {number}", inputs, skipped)
    targets = said.get("target_ids", [])
    if not isinstance(targets, list) or not all(isinstance(t, str) for t in targets):
        raise UserError("target_ids must be a list of texts")
    return Selections(at=at, targets=tuple(targets), inputs=inputs, skipped=tuple(skipped))


def _selection(point: ssvc.Point, values: Sequence[str]) -> dict[str, Any]:
    return {
        "namespace": point.namespace,
        "key": point.key,
        "version": point.version,
        "name": point.title,
        "values": [{"key": point.key_of(value), "name": value} for value in values],
    }


def _take(selection: Any, where: str, inputs: dict[str, str], skipped: list[str]) -> None:
    if not isinstance(selection, dict):
        raise UserError(f"{where} is no object")
    namespace, key, version = (selection.get(name) for name in ("namespace", "key", "version"))
    values = selection.get("values")
    if not isinstance(namespace, str) or not isinstance(key, str) or not isinstance(values, list) or not values:
        raise UserError(f"{where} lacks a namespace, key or values")
    if not isinstance(version, str) or not _VERSION.match(version):
        raise UserError(f"{where} has no version")
    shown = f"{namespace[:60]}:{key[:60]}:{version[:20]}"
    found = [(name, p) for name, p in ssvc.points().items() if (p.namespace, p.key) == (namespace, key)]
    if not found:
        skipped.append(f"{shown} is no decision point that is known here")
        return
    name, point = found[0]
    if version.split(".")[0] != point.version.split(".")[0]:
        skipped.append(f"{shown} is another version than {point.version}, with values of its own")
        return
    chosen = [point.value_of(v.get("key", "")) if isinstance(v, dict) else None for v in values]
    if None in chosen:
        raise UserError(f"{where}: {shown} has a value that the decision point has not")
    if name in inputs:
        raise UserError(f"{where}: {shown} is selected twice")
    inputs[name] = "|".join(v for v in point.values if v in chosen)


def _of_options(said: Mapping[str, Any], at: datetime) -> Selections:
    inputs: dict[str, str] = {}
    skipped: list[str] = []
    for option in said["options"]:
        for title, text in option.items() if isinstance(option, dict) else ():
            name = re.sub(r"[^a-z0-9]+", "_", str(title).lower()).strip("_")
            value = ssvc.points()[name].value(text) if name in ssvc.points() and isinstance(text, str) else None
            if value is None:
                skipped.append(
                    f"{str(title)[:60]}: {str(text)[:60]} is no decision point and value that are known here"
                )
            else:
                inputs[name] = value
    about = said.get("id")
    return Selections(
        at=at, targets=(about,) if isinstance(about, str) and about else (), inputs=inputs, skipped=tuple(skipped)
    )


def _time(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise UserError("its timestamp is no RFC 3339 time") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
