"""The scores of CVSS 2.0.

Source: FIRST, A Complete Guide to the Common Vulnerability Scoring System Version 2.0, section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

D = Decimal
_IMPACT = {"N": D(0), "P": D("0.275"), "C": D("0.660")}
_NEED = {"L": D("0.5"), "M": D(1), "H": D("1.51"), "ND": D(1)}
WEIGHTS: dict[str, dict[str, Decimal]] = {
    "AV": {"L": D("0.395"), "A": D("0.646"), "N": D(1)},
    "AC": {"H": D("0.35"), "M": D("0.61"), "L": D("0.71")},
    "Au": {"M": D("0.45"), "S": D("0.56"), "N": D("0.704")},
    "C": _IMPACT,
    "I": _IMPACT,
    "A": _IMPACT,
    "E": {"U": D("0.85"), "POC": D("0.9"), "F": D("0.95"), "H": D(1), "ND": D(1)},
    "RL": {"OF": D("0.87"), "TF": D("0.9"), "W": D("0.95"), "U": D(1), "ND": D(1)},
    "RC": {"UC": D("0.9"), "UR": D("0.95"), "C": D(1), "ND": D(1)},
    "CDP": {"N": D(0), "L": D("0.1"), "LM": D("0.3"), "MH": D("0.4"), "H": D("0.5"), "ND": D(0)},
    "TD": {"N": D(0), "L": D("0.25"), "M": D("0.75"), "H": D(1), "ND": D(1)},
    "CR": _NEED,
    "IR": _NEED,
    "AR": _NEED,
}
"""Every metric with its values and their weights."""
BASE = ("AV", "AC", "Au", "C", "I", "A")
TEMPORAL = ("E", "RL", "RC")
ENVIRONMENTAL = ("CDP", "TD", "CR", "IR", "AR")


def scores(metrics: Mapping[str, str]) -> tuple[float, float]:
    """Return the base score, and the score with the temporal and environmental metrics that are there."""
    w = {name: values[metrics.get(name, "ND")] for name, values in WEIGHTS.items() if name in metrics or "ND" in values}
    base = _base(w, _impact(w["C"], w["I"], w["A"]))
    late = w["E"] * w["RL"] * w["RC"]
    score = _tenth(base * late) if any(metrics.get(name, "ND") != "ND" for name in TEMPORAL) else base
    if any(metrics.get(name, "ND") != "ND" for name in ENVIRONMENTAL):
        adjusted = min(D(10), _impact(w["C"] * w["CR"], w["I"] * w["IR"], w["A"] * w["AR"]))
        changed = _tenth(_base(w, adjusted) * late)
        score = _tenth((changed + (10 - changed) * w["CDP"]) * w["TD"])
    # an adjusted impact can bring the formula below nought, which no score is
    return float(base), float(max(D(0), score))


def _impact(c: Decimal, i: Decimal, a: Decimal) -> Decimal:
    return D("10.41") * (1 - (1 - c) * (1 - i) * (1 - a))


def _base(w: Mapping[str, Decimal], impact: Decimal) -> Decimal:
    exploitability = 20 * w["AV"] * w["AC"] * w["Au"]
    factor = D(0) if impact == 0 else D("1.176")
    return _tenth((D("0.6") * impact + D("0.4") * exploitability - D("1.5")) * factor)


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(D("0.1"), ROUND_HALF_UP)
