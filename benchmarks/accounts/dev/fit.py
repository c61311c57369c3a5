"""Fit the role model on generated incidents, calibrate it across families, and write its weights.

    python benchmarks/accounts/dev/fit.py --seeds 40 --write

The temperature is chosen on families that the weights have not seen: the model is fitted without
one family at a time and judged on the one left out, so that confidence holds for incidents of a
kind that nobody thought of.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from families import FAMILIES, make

from tables import build
from vedette.investigate.engine import examine
from vedette.investigate.facts import FEATURES
from vedette.investigate.model import DEEDS, LOGON_ONLY_BAR, ROLES
from vedette.investigate.options import InvestigateOptions
from vedette.schema import IMPLICATED_ROLES

NAMES = list(FEATURES)
ROLE_INDEX = {r.value: i for i, r in enumerate(ROLES)}
OUT = Path(__file__).resolve().parents[3] / "src/vedette/investigate/roles.json"


def collect(families, seeds, verbose=False):
    """Return one row per account of each case: features, whether it can take part, true role, family, name."""
    rows, missed, cases, n_incidents, with_case = [], [], Counter(), 0, 0
    for family in families:
        for seed in seeds:
            world, truth = make(family, seed)
            con, findings = build(world)
            n_incidents += 1
            facts = examine(con, findings, InvestigateOptions()).facts
            con.close()
            cases[family] += len(facts)
            with_case += bool(facts)
            listed = {}
            for case in facts:
                for sheet in case.sheets.values():
                    base = sheet.account.base
                    part = sheet.acts or sheet.hit_targets or sheet.links_in or sheet.failures or sheet.successes
                    role = truth.roles.get(base, "bystander") if part or sheet.stood_in else "bystander"
                    rows.append((sheet.features, sheet.active, role, family, f"{family}:{seed}:{base}"))
                    listed[base] = role
            for base, role in truth.roles.items():
                if base not in listed:
                    missed.append((family, seed, base, role, bool(facts)))
    return rows, missed, cases, n_incidents, with_case


def design(rows):
    x = np.array([[r[0].get(n, 0.0) for n in NAMES] + [1.0] for r in rows])
    y = np.array([ROLE_INDEX[r[2]] for r in rows])
    active = np.array([r[1] for r in rows])
    created = x[:, NAMES.index("created")] > 0
    mask = np.ones((len(rows), len(ROLES)), bool)
    for i, role in enumerate(ROLES):
        if role.value in ("compromised", "attacker"):
            mask[~active, i] = False
        if role.value == "created":
            mask[~created & (y != i), i] = False  # nobody is created by likeness
    return x, y, mask


def softmax(z, mask):
    z = np.where(mask, z, -1e9)
    z = z - z.max(1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(1, keepdims=True)


def fit(x, y, mask, weight, l2=0.002, steps=4000, lr=0.3):
    """Return weights ``(n_features + 1, n_roles)`` by full-batch Adam on the penalised log loss."""
    w = np.zeros((x.shape[1], len(ROLES)))
    m, v = np.zeros_like(w), np.zeros_like(w)
    onehot = np.eye(len(ROLES))[y]
    ok = mask[np.arange(len(y)), y]
    weight = np.where(ok, weight, 0.0)
    total = weight.sum()
    for t in range(1, steps + 1):
        p = softmax(x @ w, mask)
        g = x.T @ ((p - onehot) * weight[:, None]) / total
        g[:-1] += l2 * w[:-1]
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= (lr / (1 + 4 * t / steps)) * 0.2 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def ece(conf, right, bins=10):
    edges, total = np.linspace(0, 1, bins + 1), 0.0
    for a, b in pairwise(edges):
        pick = (conf > a) & (conf <= b)
        if pick.any():
            total += pick.mean() * abs(conf[pick].mean() - right[pick].mean())
    return total


def best_temperature(logits, y, mask):
    grid = np.linspace(0.6, 3.0, 49)
    losses = []
    for t in grid:
        p = softmax(logits / t, mask)[np.arange(len(y)), y]
        losses.append(-np.log(np.clip(p, 1e-6, 1)).mean())
    return float(grid[int(np.argmin(losses))])


def report(name, rows, p):
    y = np.array([ROLE_INDEX[r[2]] for r in rows])
    cautious = p.copy()
    implicating = [i for i, r in enumerate(ROLES) if r in IMPLICATED_ROLES]
    for i, row in enumerate(rows):
        if p[i].max() < LOGON_ONLY_BAR and not any(row[0][n] for n in DEEDS):
            cautious[i, implicating] = 0.0
    hat = cautious.argmax(1)
    conf = p[np.arange(len(p)), hat]
    right = hat == y
    print(f"{name}: n={len(y)} accuracy={right.mean():.4f} ECE={ece(conf, right):.4f}")
    part = y != ROLE_INDEX["bystander"]
    print(
        f"   accounts that take part: n={part.sum()} accuracy={right[part].mean():.4f} "
        f"ECE={ece(conf[part], right[part]):.4f}"
    )
    table = Counter((ROLES[a].value, ROLES[b].value) for a, b in zip(y, hat, strict=True))
    for a in ROLES:
        print("   ", f"{a.value:12}", {b.value: table[(a.value, b.value)] for b in ROLES if table[(a.value, b.value)]})
    by = defaultdict(list)
    for r, ok, q in zip(rows, right, part, strict=True):
        if q:
            by[r[3]].append(ok)
    print("   ", {k: round(float(np.mean(v)), 3) for k, v in by.items()})
    return right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--evaluate", action="store_true", help="judge the weights that ship, fit nothing")
    parser.add_argument("--errors", action="store_true")
    args = parser.parse_args()
    seeds = range(args.start, args.start + args.seeds)
    rows, missed, cases, n, with_case = collect(list(FAMILIES), seeds)
    print(f"{n} incidents, {with_case} with a case, cases by family {dict(cases)}; {len(rows)} account rows")
    print("not listed:", Counter((m[0], m[3], "case" if m[4] else "no case") for m in missed))
    x, y, mask = design(rows)
    # An account that takes part weighs as much as the many bystanders beside it.
    weight = np.where(y == ROLE_INDEX["bystander"], 0.5, 1.0)
    if args.evaluate:
        data = json.loads(OUT.read_text())
        w = np.array(
            [[data["weights"][r.value].get(f, 0.0) for r in ROLES] for f in NAMES]
            + [[data["bias"][r.value] for r in ROLES]]
        )
        temperature = data["temperature"]
        right = report("shipped weights", rows, softmax(x @ w / temperature, mask))
    else:
        logits, held = np.zeros((len(y), len(ROLES))), np.array([r[3] for r in rows])
        for family in FAMILIES:
            out = held == family
            logits[out] = x[out] @ fit(x[~out], y[~out], mask[~out], weight[~out])
        temperature = best_temperature(logits, y, mask)
        report(f"left-out families, T={temperature:.2f}", rows, softmax(logits / temperature, mask))
        w = fit(x, y, mask, weight)
        right = report("all families", rows, softmax(x @ w / temperature, mask))
    if args.errors:
        p = softmax(x @ w / temperature, mask)
        for i in np.nonzero(~right)[0][:400]:
            strong = {k: round(v, 2) for k, v in rows[i][0].items() if v}
            print(rows[i][4], "true", rows[i][2], "said", ROLES[p[i].argmax()].value, round(p[i].max(), 2), strong)
    if args.write:
        data = {
            "fitted_by": "benchmarks/accounts/dev/fit.py",
            "incidents": n,
            "temperature": round(temperature, 3),
            "bias": {r.value: round(float(w[-1, i]), 3) for i, r in enumerate(ROLES)},
            "weights": {
                r.value: {f: round(float(w[j, i]), 3) for j, f in enumerate(NAMES)} for i, r in enumerate(ROLES)
            },
        }
        OUT.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
