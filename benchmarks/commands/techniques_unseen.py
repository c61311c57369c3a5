"""How well techniques are named of tools that training never saw: ``python -m benchmarks.commands.techniques_unseen``.

The tools of which the tables are sure (an act's weight of 0.8 or more) are parted into six folds; a model is trained on
the commands that use none of a fold's tools and asked for those that use one. What the tables say of such a tool may
count for more than of one that was seen: this is where ``techniques.LEAD`` was chosen.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from benchmarks.commands import techniques_data as data
from benchmarks.commands import techniques_fit as fit

FOLDS = 6
LEADS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)


def measure(shared: Path, share: float) -> list[str]:
    """Return the lines of a table: for each lead, how often the right technique is first and among three."""
    atomic, own = fit.read(data.atomic(shared)), fit.read(data.own_attacks())
    rows = atomic + own
    x = fit.matrix(fit.Vocabulary.build([r.keys for r in rows], min_count=1, weights=fit.LENGTHS), rows)
    kernel = (x @ x.T).toarray().astype(np.float64)
    meant = np.array([r.command.technique for r in rows])
    labels = sorted(set(meant))
    targets = (meant[:, None] == np.array(labels)[None]).astype(float)
    place = {label: i for i, label in enumerate(labels)}
    tools = sorted({tool for r in rows for tool, _, _ in r.strong})
    fold = dict(zip(tools, (np.random.default_rng(0).permutation(len(tools)) % FOLDS).tolist(), strict=True))
    found: list[tuple[int, int, np.ndarray]] = []
    for k in range(FOLDS):
        held = {tool for tool in tools if fold[tool] == k}
        test = [i for i, r in enumerate(rows) if any(tool in held for tool, _, _ in r.strong)]
        train = np.array([i for i, r in enumerate(rows) if not held & set(r.tools)])
        weights = np.where(train < len(atomic), 1.0, fit.OWN_WEIGHT)
        scores = kernel[np.ix_(test, train)] @ fit.solve(kernel[np.ix_(train, train)], targets[train], weights)
        found += [(i, k, row) for i, row in zip(test, scores, strict=True)]
    lines = ["| lead | Atomic Red Team: first | among three | own: first | among three |", "|---:|---:|---:|---:|---:|"]
    tests = np.array([i < len(atomic) for i, _, _ in found])
    for lead in LEADS:
        first, three = [], []
        for i, k, row in found:
            every = fit.with_acts(row[None], labels, [rows[i]], share)[0]
            sure: dict[str, float] = {}
            for tool, technique, weight in rows[i].strong:
                if fold[tool] == k and technique in place:
                    sure[technique] = max(sure.get(technique, 0.0), weight)
            for technique, weight in sure.items():
                every[place[technique]] += lead * weight
            order = np.argsort(-every)[:3]
            first.append(order[0] == place[meant[i]])
            three.append(place[meant[i]] in order)
        one, many = np.array(first), np.array(three)
        lines.append(
            f"| {lead} | {one[tests].mean():.3f} | {many[tests].mean():.3f} "
            f"| {one[~tests].mean():.3f} | {many[~tests].mean():.3f} |"
        )
    lines.append(f"{int(tests.sum())} tests of Atomic Red Team, {int((~tests).sum()):,} commands of our own.")
    return lines


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=data.SHARED)
    parser.add_argument("--share", type=float, default=0.2, help="of the acts, as cross-validation chose it")
    given = parser.parse_args()
    if not (given.shared / "cmd-atomic-red-team").is_dir():
        print(f"{given.shared} holds no cmd-atomic-red-team: nothing can be measured", file=sys.stderr)
        return 2
    print("\n".join(measure(given.shared, given.share)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
