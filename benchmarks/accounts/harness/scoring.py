"""Compare what the product said with the truth: names, roles, confidence, hosts.

Names are compared by base name, in lower case: ``DOM\\user`` and ``user@domain`` are ``user``; an
assumed role is compared by role and session. An account that several cases name gets the role of
the strongest statement: implicated before targeted before bystander, then the surest.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

IMPLICATED = {"compromised", "attacker", "created"}
SCORED = IMPLICATED | {"targeted"}
SYSTEM_NAMES = {
    "system",
    "local service",
    "network service",
    "anonymous logon",
    "iusr",
    "-",
    "",
    "localsystem",
    "unset",
}


def base(name: str) -> str:
    """Return the base name of an account as it is compared."""
    name = name.strip().lower()
    m = re.match(r"(assumed-role/\S+)\s+\(session\s+([^)]+)\)", name)
    if m:
        return f"{m[1]}/{m[2]}"
    if "assumed-role/" in name:
        return name[name.index("assumed-role/") :]
    if name.startswith("arn:"):
        return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    name = name.rsplit("\\", 1)[-1]
    return name.split("@", 1)[0]


def host_base(name: str) -> str:
    """Return a host's short name as it is compared."""
    name = name.strip().split(" ")[0].lower()
    return name if re.fullmatch(r"[\d.:a-f]+", name) and ("." in name or ":" in name) else name.split(".")[0]


def is_system(name: str) -> bool:
    """Return whether a name is the system's own or a machine's."""
    b = base(name)
    return b in SYSTEM_NAMES or b.endswith("$") or bool(re.fullmatch(r"(dwm|umfd)-\d+", b))


def stated(cases: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return, per base name, the strongest statement over all cases."""
    rank = {"created": 3, "compromised": 3, "attacker": 3, "targeted": 2, "bystander": 1}
    best: dict[str, dict[str, Any]] = {}
    for case in cases:
        for a in case["accounts"]:
            key = base(a["name"])
            old = best.get(key)
            if old is None or (rank.get(a["role"], 0), a["confidence"]) > (rank.get(old["role"], 0), old["confidence"]):
                best[key] = a
    return best


@dataclass(slots=True)
class Score:
    """The comparison of one incident."""

    key: str
    family: str
    n_scored: int = 0
    n_right: int = 0
    n_truth_implicated: int = 0
    n_said_implicated: int = 0
    n_both: int = 0
    n_implicated_role_right: int = 0
    bystanders_implicated: list[str] = field(default_factory=list)
    n_cases: int = 0
    exact: bool = False
    hosts_truth: int = 0
    hosts_said: int = 0
    hosts_both: int = 0
    statements: list[tuple[float, bool, str]] = field(default_factory=list)
    """(confidence, right, role said) of every account said to take part or to be targeted."""
    bystander_statements: list[tuple[float, bool, str]] = field(default_factory=list)
    misses: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


def score(key: str, truth: dict[str, Any], said: dict[str, Any]) -> Score:
    """Return the comparison of one incident."""
    out = Score(key, truth["family"], error=said.get("error", ""), n_cases=len(said["cases"]))
    roles = {n: a["role"] for n, a in truth["accounts"].items()}
    neutral = set(truth.get("neutral", ())) - set(roles)
    best = stated(said["cases"])
    implicated_truth = {n for n, r in roles.items() if r in IMPLICATED}
    implicated_said = {n for n, a in best.items() if a["role"] in IMPLICATED and n not in neutral}
    out.n_truth_implicated = len(implicated_truth)
    out.n_said_implicated = len(implicated_said)
    out.n_both = len(implicated_truth & implicated_said)
    out.n_implicated_role_right = sum(best[n]["role"] == roles[n] for n in implicated_truth & implicated_said)
    out.exact = implicated_truth == implicated_said
    context = {k: truth.get(k) for k in ("missing", "windows_style")}
    for name, role in roles.items():
        if role not in SCORED:
            continue
        out.n_scored += 1
        a = best.get(name)
        if a is not None and a["role"] == role:
            out.n_right += 1
        else:
            out.misses.append(
                {
                    "name": name,
                    "truth": role,
                    "said": a["role"] if a else "absent",
                    "confidence": a["confidence"] if a else None,
                    "reasons": a.get("reasons", []) if a else [],
                    "cases": out.n_cases,
                    **context,
                }
            )
    for name in sorted(implicated_said - implicated_truth):
        a = best[name]
        if roles.get(name) != "targeted":
            out.misses.append(
                {
                    "name": name,
                    "truth": roles.get(name, "innocent"),
                    "said": a["role"],
                    "confidence": a["confidence"],
                    "reasons": a.get("reasons", []),
                    "cases": out.n_cases,
                    **context,
                }
            )
        if roles.get(name) not in SCORED:
            out.bystanders_implicated.append(name)
    for name, a in best.items():
        if name in neutral:
            continue
        actual = roles.get(name, "bystander")
        row = (float(a["confidence"]), a["role"] == actual, a["role"])
        (out.bystander_statements if a["role"] == "bystander" else out.statements).append(row)
    truth_hosts = {host_base(h) for h in truth["hosts"]}
    said_hosts = {host_base(h["name"]) for case in said["cases"] for h in case["hosts"]}
    out.hosts_truth, out.hosts_said, out.hosts_both = len(truth_hosts), len(said_hosts), len(truth_hosts & said_hosts)
    return out


def ece(statements: Iterable[tuple[float, bool, str]], bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal mass (0 is perfect).

    Statements of the same confidence stay in one bin where they would straddle an edge only by the
    order of the input, so that the figure does not depend on that order.
    """
    rows = sorted((c, r) for c, r, _ in statements)
    if not rows:
        return 0.0
    n = len(rows)
    total, i = 0.0, 0
    for b in range(bins):
        j = round((b + 1) * n / bins)
        while i < j < n and rows[j][0] == rows[j - 1][0]:
            j += 1
        if j <= i:
            continue
        part = rows[i:j]
        total += len(part) / n * abs(sum(c for c, _ in part) / len(part) - sum(r for _, r in part) / len(part))
        i = j
    return total


def reliability(statements: Iterable[tuple[float, bool, str]], bins: int = 10) -> list[tuple[int, float, float]]:
    """Return (count, mean confidence, share right) per bin of equal mass."""
    rows = sorted((c, r) for c, r, _ in statements)
    n, out, i = len(rows), [], 0
    for b in range(bins):
        j = round((b + 1) * n / bins)
        while i < j < n and rows[j][0] == rows[j - 1][0]:
            j += 1
        if j <= i:
            continue
        part = rows[i:j]
        out.append((len(part), sum(c for c, _ in part) / len(part), sum(r for _, r in part) / len(part)))
        i = j
    return out


def _ratio(a: float, b: float) -> float:
    return a / b if b else float("nan")


METRICS: dict[str, Callable[[Sequence[Score]], float]] = {
    "role accuracy": lambda s: _ratio(sum(x.n_right for x in s), sum(x.n_scored for x in s)),
    "role accuracy, mean over incidents": lambda s: _ratio(
        sum(x.n_right / x.n_scored for x in s if x.n_scored), sum(bool(x.n_scored) for x in s)
    ),
    "role accuracy of implicated found": lambda s: _ratio(
        sum(x.n_implicated_role_right for x in s), sum(x.n_both for x in s)
    ),
    "implicated precision": lambda s: _ratio(sum(x.n_both for x in s), sum(x.n_said_implicated for x in s)),
    "implicated recall": lambda s: _ratio(sum(x.n_both for x in s), sum(x.n_truth_implicated for x in s)),
    "incidents with the implicated exactly right": lambda s: _ratio(sum(x.exact for x in s), len(s)),
    "innocent accounts implicated per incident": lambda s: _ratio(sum(len(x.bystanders_implicated) for x in s), len(s)),
    "host precision": lambda s: _ratio(sum(x.hosts_both for x in s), sum(x.hosts_said for x in s)),
    "host recall": lambda s: _ratio(sum(x.hosts_both for x in s), sum(x.hosts_truth for x in s)),
    "expected calibration error (taking part or targeted)": lambda s: ece(r for x in s for r in x.statements),
    "expected calibration error (every account stated)": lambda s: ece(
        r for x in s for r in [*x.statements, *x.bystander_statements]
    ),
}


def bootstrap(scores: Sequence[Score], n: int = 1000, seed: int = 7) -> dict[str, tuple[float, float, float]]:
    """Return each metric with its 95% interval, resampling incidents within families."""
    rng = random.Random(seed)
    by_family: dict[str, list[Score]] = defaultdict(list)
    for s in scores:
        by_family[s.family].append(s)
    draws: dict[str, list[float]] = {m: [] for m in METRICS}
    for _ in range(n):
        sample = [rng.choice(group) for group in by_family.values() for _ in group]
        for name, metric in METRICS.items():
            draws[name].append(metric(sample))
    out = {}
    for name, metric in METRICS.items():
        values = sorted(v for v in draws[name] if v == v)
        if not values:
            out[name] = (metric(scores), float("nan"), float("nan"))
            continue
        lo, hi = values[int(0.025 * (len(values) - 1))], values[int(0.975 * (len(values) - 1))]
        out[name] = (metric(scores), lo, hi)
    return out


def categories(scores: Iterable[Score]) -> Counter[str]:
    """Return how often each kind of miss happened."""
    return Counter(f"{m['truth']} said {m['said']}" for s in scores for m in s.misses)
