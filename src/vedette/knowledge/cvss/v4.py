"""The scores of CVSS 4.0, with the threat and environmental metrics that are there.

The specification puts a vector into one of 270 macrovectors, each with a score that experts agreed on, and then lowers
that score by how far the vector lies below the gravest vectors of its macrovector, in proportion to the next lower
macrovector. In whole steps and fractions, so that nothing depends on floating point.

Source: FIRST, CVSS v4.0 Specification Document, sections 7 and 8; scores in ``data/cvss4.json`` (terms in
``data/CVSS4-NOTICE.txt``). The table and the gravest vectors are FIRST's; the code is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache

import orjson

from vedette.knowledge.pinned import load

SET = "cvss4"

_HLN, _XHLN = ("H", "L", "N"), ("X", "H", "L", "N")
BASE: dict[str, tuple[str, ...]] = {
    "AV": ("N", "A", "L", "P"),
    "AC": ("L", "H"),
    "AT": ("N", "P"),
    "PR": ("N", "L", "H"),
    "UI": ("N", "P", "A"),
    "VC": _HLN,
    "VI": _HLN,
    "VA": _HLN,
    "SC": _HLN,
    "SI": _HLN,
    "SA": _HLN,
}
_NEED = ("X", "H", "M", "L")
ALLOWED: dict[str, tuple[str, ...]] = {
    **BASE,
    "E": ("X", "A", "P", "U"),
    "CR": _NEED,
    "IR": _NEED,
    "AR": _NEED,
    **{f"M{name}": ("X", *values) for name, values in BASE.items()},
    "MSI": ("X", "S", "H", "L", "N"),
    "MSA": ("X", "S", "H", "L", "N"),
    "S": ("X", "N", "P"),
    "AU": ("X", "N", "Y"),
    "R": ("X", "A", "U", "I"),
    "V": ("X", "D", "C"),
    "RE": ("X", "L", "M", "H"),
    "U": ("X", "Clear", "Green", "Amber", "Red"),
}
"""Every metric with its values; the supplemental ones (from ``S`` on) change no score."""

_LEVELS: dict[str, str] = {
    "AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP", "VC": "HLN", "VI": "HLN", "VA": "HLN",
    "SC": "-HLN", "SI": "SHLN", "SA": "SHLN", "CR": "HML", "IR": "HML", "AR": "HML",
}  # fmt: skip
"""Values from the gravest down: each place is one step."""
_GRAVEST: dict[str, dict[str, tuple[str, ...]]] = {
    "eq1": {"0": ("AV:N PR:N UI:N",), "1": ("AV:A PR:N UI:N", "AV:N PR:L UI:N", "AV:N PR:N UI:P"),
            "2": ("AV:P PR:N UI:N", "AV:A PR:L UI:P")},
    "eq2": {"0": ("AC:L AT:N",), "1": ("AC:H AT:N", "AC:L AT:P")},
    "eq36": {
        "00": ("VC:H VI:H VA:H CR:H IR:H AR:H",),
        "01": ("VC:H VI:H VA:L CR:M IR:M AR:H", "VC:H VI:H VA:H CR:M IR:M AR:M"),
        "10": ("VC:L VI:H VA:H CR:H IR:H AR:H", "VC:H VI:L VA:H CR:H IR:H AR:H"),
        "11": ("VC:L VI:H VA:L CR:H IR:M AR:H", "VC:L VI:H VA:H CR:H IR:M AR:M", "VC:H VI:L VA:H CR:M IR:H AR:M",
               "VC:H VI:L VA:L CR:M IR:H AR:H", "VC:L VI:L VA:H CR:H IR:H AR:M"),
        "21": ("VC:L VI:L VA:L CR:H IR:H AR:H",),
    },
    "eq4": {"0": ("SC:H SI:S SA:S",), "1": ("SC:H SI:H SA:H",), "2": ("SC:L SI:L SA:L",)},
}  # fmt: skip
"""The gravest vectors of each level of each equivalence class."""
_DEPTH: dict[str, dict[str, int]] = {
    "eq1": {"0": 1, "1": 4, "2": 5},
    "eq2": {"0": 1, "1": 2},
    "eq36": {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    "eq4": {"0": 6, "1": 5, "2": 4},
}
"""Steps from the gravest vector of a level to beyond its mildest one."""


def scores(metrics: Mapping[str, str]) -> tuple[float, float]:
    """Return the base score, and the score with the threat and environmental metrics that are there."""
    base = {name: metrics[name] for name in BASE}
    return _score(base), _score(metrics)


@cache
def _lookup() -> dict[str, int]:
    found: dict[str, int] = orjson.loads(load(SET))
    return found


def macrovector(metrics: Mapping[str, str]) -> str:
    """Return the six digits of a vector's macrovector."""
    return "".join(str(n) for n in _classes(_effective(metrics)))


def _effective(metrics: Mapping[str, str]) -> dict[str, str]:
    """Return the values that count: modified ones before base ones, and the worst where nothing is said."""
    out = {}
    for name in BASE:
        changed = metrics.get(f"M{name}", "X")
        out[name] = metrics[name] if changed == "X" else changed
    for name, worst in (("E", "A"), ("CR", "H"), ("IR", "H"), ("AR", "H")):
        said = metrics.get(name, "X")
        out[name] = worst if said == "X" else said
    return out


def _classes(m: Mapping[str, str]) -> tuple[int, int, int, int, int, int]:
    open_ways = [m["AV"] == "N", m["PR"] == "N", m["UI"] == "N"]
    eq1 = 0 if all(open_ways) else 1 if any(open_ways) and m["AV"] != "P" else 2
    eq2 = 0 if m["AC"] == "L" and m["AT"] == "N" else 1
    eq3 = 0 if m["VC"] == m["VI"] == "H" else 1 if "H" in (m["VC"], m["VI"], m["VA"]) else 2
    eq4 = 0 if "S" in (m["SI"], m["SA"]) else 1 if "H" in (m["SC"], m["SI"], m["SA"]) else 2
    eq5 = "APU".index(m["E"])
    needed = any(m[need] == "H" and m[hurt] == "H" for need, hurt in (("CR", "VC"), ("IR", "VI"), ("AR", "VA")))
    return eq1, eq2, eq3, eq4, eq5, 0 if needed else 1


def _score(metrics: Mapping[str, str]) -> float:
    m = _effective(metrics)
    if all(m[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    eq1, eq2, eq3, eq4, eq5, eq6 = _classes(m)
    table = _lookup()

    def at(*digits: int) -> int | None:
        return table.get("".join(str(d) for d in digits))

    score = at(eq1, eq2, eq3, eq4, eq5, eq6)
    assert score is not None  # noqa: S101 (every class that a vector can have is in the table)
    lower = {
        "eq1": at(eq1 + 1, eq2, eq3, eq4, eq5, eq6),
        "eq2": at(eq1, eq2 + 1, eq3, eq4, eq5, eq6),
        "eq4": at(eq1, eq2, eq3, eq4 + 1, eq5, eq6),
        "eq5": at(eq1, eq2, eq3, eq4, eq5 + 1, eq6),
        "eq36": _lower_36(at, eq1, eq2, eq3, eq4, eq5, eq6),
    }
    level = {"eq1": str(eq1), "eq2": str(eq2), "eq36": f"{eq3}{eq6}", "eq4": str(eq4)}
    below = [
        # a level of eq5 is one metric's value: no vector of it lies below its gravest one
        Fraction(0)
        if name == "eq5"
        else (score - next_score) * Fraction(_steps(m, name, level[name]), _DEPTH[name][level[name]])
        for name, next_score in lower.items()
        if next_score is not None
    ]
    exact = score - (sum(below, Fraction(0)) / len(below) if below else 0)
    return max(0, min(100, int(exact + Fraction(1, 2)))) / 10


def _lower_36(at: Callable[..., int | None], eq1: int, eq2: int, eq3: int, eq4: int, eq5: int, eq6: int) -> int | None:
    """Return the score of the next lower level of the third and sixth class, which move together."""
    if (eq3, eq6) == (0, 0):
        found = [s for s in (at(eq1, eq2, 0, eq4, eq5, 1), at(eq1, eq2, 1, eq4, eq5, 0)) if s is not None]
        return max(found, default=None)
    if eq6 == 0:
        return at(eq1, eq2, eq3, eq4, eq5, 1)
    return at(eq1, eq2, eq3 + 1, eq4, eq5, eq6)


def _steps(m: Mapping[str, str], name: str, level: str) -> int:
    """Return how many steps a vector lies below the gravest vector of its level that is no milder than it anywhere."""
    for gravest in _GRAVEST[name][level]:
        steps = [
            _LEVELS[metric].index(m[metric]) - _LEVELS[metric].index(value)
            for metric, value in (part.split(":") for part in gravest.split())
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError(f"no gravest vector of {name} {level} covers it")
