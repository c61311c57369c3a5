"""The scores of CVSS 3.0 and 3.1 with temporal and environmental metrics.

In decimal arithmetic, where nothing is rounded before the specification says so. 3.0 rounds up whatever is above a
tenth; 3.1 forgets what is beyond five decimal places first, and has another formula for a modified changed scope.

Source: FIRST, CVSS v3.1 Specification Document, sections 7.1 to 7.4 and appendix A; v3.0, sections 8.1 to 8.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from vedette.knowledge.cvss.v3 import METRICS, OPTIONAL

D = Decimal
ALLOWED: dict[str, str] = {**METRICS, **OPTIONAL}
"""Every metric with its values."""
TEMPORAL = ("E", "RL", "RC")
ENVIRONMENTAL = tuple(name for name in OPTIONAL if name not in TEMPORAL)

_AV = {"N": D("0.85"), "A": D("0.62"), "L": D("0.55"), "P": D("0.2")}
_AC = {"L": D("0.77"), "H": D("0.44")}
_PR = {
    "U": {"N": D("0.85"), "L": D("0.62"), "H": D("0.27")},
    "C": {"N": D("0.85"), "L": D("0.68"), "H": D("0.5")},
}
_UI = {"N": D("0.85"), "R": D("0.62")}
_IMPACT = {"H": D("0.56"), "L": D("0.22"), "N": D(0)}
_NEED = {"X": D(1), "L": D("0.5"), "M": D(1), "H": D("1.5")}
_LATE = {
    "E": {"X": D(1), "U": D("0.91"), "P": D("0.94"), "F": D("0.97"), "H": D(1)},
    "RL": {"X": D(1), "O": D("0.95"), "T": D("0.96"), "W": D("0.97"), "U": D(1)},
    "RC": {"X": D(1), "U": D("0.92"), "R": D("0.96"), "C": D(1)},
}


def scores(metrics: Mapping[str, str], version: str) -> tuple[float, float]:
    """Return the base score, and the score with the temporal and environmental metrics that are there."""
    base = _score(metrics, version, modified=False)
    late = D(1)
    for name in TEMPORAL:
        late *= _LATE[name][metrics.get(name, "X")]
    if any(metrics.get(name, "X") != "X" for name in ENVIRONMENTAL):
        return float(base), float(_up(_score(metrics, version, modified=True) * late, version))
    return float(base), float(_up(base * late, version))


def _score(metrics: Mapping[str, str], version: str, *, modified: bool) -> Decimal:
    def of(name: str) -> str:
        changed = metrics.get(f"M{name}", "X") if modified else "X"
        return metrics[name] if changed == "X" else changed

    def hurt(name: str) -> Decimal:
        return _IMPACT[of(name)] * (_NEED[metrics.get(f"{name}R", "X")] if modified else 1)

    scope = of("S")
    iss = 1 - (1 - hurt("C")) * (1 - hurt("I")) * (1 - hurt("A"))
    if modified:
        iss = min(iss, D("0.915"))
    if scope == "U":
        impact = D("6.42") * iss
    elif modified and version == "3.1":
        impact = D("7.52") * (iss - D("0.029")) - D("3.25") * (iss * D("0.9731") - D("0.02")) ** 13
    else:
        impact = D("7.52") * (iss - D("0.029")) - D("3.25") * (iss - D("0.02")) ** 15
    if impact <= 0:
        return D(0)
    total = impact + D("8.22") * _AV[of("AV")] * _AC[of("AC")] * _PR[scope][of("PR")] * _UI[of("UI")]
    return _up(min(total if scope == "U" else D("1.08") * total, D(10)), version)


def _up(value: Decimal, version: str) -> Decimal:
    if version == "3.1":
        value = value.quantize(D("0.00001"), ROUND_HALF_UP)
    return value.quantize(D("0.1"), ROUND_CEILING)
