"""SSVC as CVE records carry it: CISA's own form (``options``), and the selection list of SSVC 2.0."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vedette.knowledge import ssvc
from vedette.knowledge.sources.base import time_of
from vedette.knowledge.sources.records import at, listed

NAMES = ("exploitation", "automatable", "technical_impact")


def chosen(content: Any) -> tuple[dict[str, str], datetime | None]:
    """Return the values that somebody chose, by decision point, and when; a point left open is absent."""
    out: dict[str, str] = {}
    for option in listed(at(content, "options")):
        for title, text in option.items() if isinstance(option, dict) else ():
            _take(out, str(title), text)
    for selection in listed(at(content, "selections")):
        keys = [at(value, "key") if isinstance(value, dict) else value for value in listed(at(selection, "values"))]
        if len(keys) != 1 or not isinstance(keys[0], str):
            continue  # several: not decided
        for name in NAMES:
            point = ssvc.points()[name]
            if at(selection, "namespace") == point.namespace and at(selection, "key") == point.key:
                value = point.value_of(keys[0])
                if value is not None:
                    out[name] = value
    return out, time_of(at(content, "timestamp"))


def _take(out: dict[str, str], title: str, text: Any) -> None:
    name = title.strip().lower().replace(" ", "_")
    if name in NAMES and isinstance(text, str):
        value = ssvc.points()[name].value(text)
        if value is not None:
            out[name] = value
