"""SSVC: decision points and decision tables as CERT/CC and CISA publish them.

A table gives one outcome for every combination of its points' values. Values are small letters, mildest first, as in
the tables themselves (``public poc``, ``mef support crippled``); :meth:`Point.value` reads other ways to write them.

Source: CERTCC/SSVC; version and digest in ``data/manifest.json``, terms in ``data/SSVC-NOTICE.txt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import orjson

from vedette.knowledge.pinned import load

SET = "ssvc"

_ALSO = {"poc": "public poc", "super_effective": "super effective", "mef support": "mef support crippled"}
"""What other publications of the same points write: CISA's Vulnrichment says ``poc``."""


@dataclass(frozen=True, slots=True)
class Point:
    """A decision point, or the outcome of a table."""

    name: str
    """``technical_impact``"""
    title: str
    namespace: str
    """``ssvc`` or ``cisa``."""
    key: str
    version: str
    values: tuple[str, ...]
    """Mildest first."""
    keys: tuple[str, ...]
    """The short key of each value."""

    def value(self, text: str) -> str | None:
        """Return the value that a text means, in capitals or small, by name or in SSVC's other spellings; or None."""
        plain = " ".join(text.lower().replace("_", " ").split())
        for shown in (plain, _ALSO.get(plain, plain)):
            if shown in self.values:
                return shown
        return None

    def key_of(self, value: str) -> str:
        """Return the short key of a value."""
        return self.keys[self.values.index(value)]

    def value_of(self, key: str) -> str | None:
        """Return the value of a short key, or None where the point has no such key."""
        return self.values[self.keys.index(key)] if key in self.keys else None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    name: str
    """``bod-26-04``"""
    title: str
    version: str
    points: tuple[Point, ...]
    outcome: Point
    rows: Mapping[tuple[str, ...], str] = field(repr=False)
    """Every combination of values, in the order of ``points``, to its outcome."""

    def decide(self, values: Mapping[str, str]) -> str:
        """Return the outcome of values by point.

        Raises:
            KeyError: a point is missing, or a value is none of its values.
        """
        return self.rows[tuple(values[point.name] for point in self.points)]


@cache
def _all() -> tuple[dict[str, Point], dict[str, Table]]:
    data = orjson.loads(load(SET))
    points = {
        name: Point(
            name,
            item["title"],
            item["namespace"],
            item["key"],
            item["version"],
            tuple(item["names"]),
            tuple(item["keys"]),
        )
        for name, item in data["points"].items()
    }
    tables = {}
    for item in data["tables"]:
        columns = [points[name] for name in item["columns"]]
        cells = [[c.values[n] for c, n in zip(columns, row, strict=True)] for row in item["rows"]]
        tables[item["name"]] = Table(
            item["name"],
            item["title"],
            item["version"],
            tuple(columns[:-1]),
            columns[-1],
            {tuple(row[:-1]): row[-1] for row in cells},
        )
    return points, tables


def points() -> Mapping[str, Point]:
    """Return every decision point and outcome by name."""
    return _all()[0]


def tables() -> Mapping[str, Table]:
    """Return every decision table by name."""
    return _all()[1]


def table(name: str) -> Table:
    """Return a table.

    Raises:
        KeyError: there is none of that name.
    """
    return _all()[1][name]
