"""How many attacks are called risky, and how few benign commands: ``python -m benchmarks.commands.risk [--write]``.

Cross-validation over Atomic Red Team, nl2bash, tldr and our own commands; the threshold is fixed on the folds and on
the development half of our own administration commands, the other half is only counted. ``--ship`` trains on all.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.commands import techniques_data as data
from benchmarks.commands import techniques_fit as fit
from benchmarks.commands.techniques import said, write

from vedette.commands.judging.features import Vocabulary, joined
from vedette.commands.judging.model import RISK, Judge
from vedette.models.shipped import FOLDER
from vedette.models.weights import LinearWeights

LENGTHS = (0.8, 0.6)
"""Of the blocks of words and of marks."""
COUNTS = {"atomic": 8.0, "own": 0.1, "administration": 1.5, "nl2bash": 1.0, "tldr": 5.0}
"""How much a command of each source counts in training."""
COST = 2.0
SHARES = (0.0, 0.2, 0.4, 0.8)
ALARMS = 0.0048
"""Part of nl2bash and of tldr that may be called risky."""
ADMIN_ALARMS = 1
"""Of the development half of our own administration commands."""
KEPT = 250_000


def threshold_of(scores: Any, source: Any, *, admin: bool = True) -> float:
    """Return the least score called risky, by the false alarms of the benign sets."""
    found = []
    for name in ("nl2bash", "tldr"):
        ranked = np.sort(scores[source == name])
        found.append(float(ranked[-int(ALARMS * len(ranked)) - 1]))
    if admin:
        found.append(float(np.sort(scores[source == "development"])[-ADMIN_ALARMS - 1]))
    return max(found) + 1e-6


def alone_of(scores: Any, source: Any) -> str:
    """Return how many attacks are called risky where one benign set alone sets the threshold."""
    told = []
    for name in ("nl2bash", "tldr", "development"):
        ranked = np.sort(scores[source == name])
        allowed = ADMIN_ALARMS if name == "development" else int(ALARMS * len(ranked))
        told.append(f"{name} {float((scores[source == 'atomic'] > ranked[-allowed - 1]).mean()):.3f}")
    return ", ".join(told) + "."


def cross_validate(rows: list[fit.Read]) -> dict[str, Any]:
    """Return scores by models that saw neither a command nor its like."""
    from sklearn.svm import LinearSVC

    source = np.array([r.command.source for r in rows])
    bad = np.array([r.command.technique is not None for r in rows])
    apart = np.isin(source, ["development", "held-out"])
    vocabulary = Vocabulary.build([r.keys for r in rows], min_count=2, weights=LENGTHS)
    x = fit.matrix(vocabulary, rows)
    fold = np.array(data.folds([r.command for r in rows]))
    weights = np.array([COUNTS.get(name, 0.0) for name in source])
    scores = np.zeros(len(rows))
    for k in range(5):
        train, test = (fold != k) & ~apart, (fold == k) & ~apart
        model = LinearSVC(C=COST, random_state=0).fit(x[train], bad[train], sample_weight=weights[train])
        scores[test] = model.decision_function(x[test])
        scores[apart] += model.decision_function(x[apart]) / 5
    alone = np.array([r.alone for r in rows])
    best: tuple[float, float, float] = (-1.0, 0.0, 0.0)
    for share in SHARES:
        together = scores + share * alone
        threshold = threshold_of(together, source)
        best = max(best, (float((together[source == "atomic"] >= threshold).mean()), share, threshold))
    _, share, threshold = best
    return {"scores": scores + share * alone, "share": share, "threshold": threshold, "source": source, "bad": bad}


def baseline(commands: list[data.Command]) -> list[str]:
    """Return lines on a linear SVM over character TF-IDF, in the same folds: at two bars, and at all."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    source = np.array([c.source for c in commands])
    taught, apart = np.isin(source, ["atomic", "nl2bash", "tldr"]), np.isin(source, ["development", "held-out"])
    fold = np.array(data.folds(commands))
    reader = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    x = reader.fit_transform([c.text[:6000] for c in commands])
    scores = np.zeros(len(commands))
    for k in range(5):
        train, test = (fold != k) & taught, (fold == k) & ~apart
        model = LinearSVC(C=1, random_state=0).fit(x[train], source[train] == "atomic")
        scores[test] = model.decision_function(x[test])
        scores[apart] += model.decision_function(x[apart]) / 5
    lines = []
    for title, threshold in (
        ("at the bars of nl2bash and tldr", threshold_of(scores, source, admin=False)),
        ("at all bars", threshold_of(scores, source)),
    ):
        risky = scores >= threshold
        alarms = float(risky[apart].mean())
        lines.append(
            f"| character TF-IDF + linear SVM {title}: Atomic Red Team (administration: {alarms:.1%}) "
            f"| {(source == 'atomic').sum()} | {said(risky[source == 'atomic'])} | |"
        )
    return lines


def slope(scores: Any, bad: Any, threshold: float) -> float:
    """Return how steeply the probability rises at the threshold."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(fit_intercept=False, class_weight="balanced", C=100)
    model.fit((scores - threshold)[:, None], bad)
    return round(float(max(model.coef_[0, 0], 0.5)), 3)


def ship(rows: list[fit.Read], found: dict[str, Any], metrics: dict[str, Any]) -> Path:
    """Train on all and put the model into the package."""
    from sklearn.svm import LinearSVC

    taught = [r for r in rows if r.command.source in COUNTS]
    vocabulary = Vocabulary.build([r.keys for r in taught], min_count=2, weights=LENGTHS)
    weights = np.array([COUNTS[r.command.source] for r in taught])
    bad = np.array([r.command.technique is not None for r in taught])
    x = fit.matrix(vocabulary, taught)
    model = LinearSVC(C=COST, random_state=0).fit(x, bad, sample_weight=weights)
    dense = model.coef_.T.astype(np.float32)
    kept = LinearWeights.compress(dense, model.intercept_.astype(np.float32), keep=KEPT)
    counted = np.isin(found["source"], ["atomic", "administration", "nl2bash", "tldr"])
    steep = slope(found["scores"][counted], found["bad"][counted], found["threshold"])
    facts = {"share": found["share"], "threshold": found["threshold"], "temperature": steep}
    # trained on all, the model is somewhat surer than those of the folds: its own scores of the development half, on
    # which it was not trained, must keep the bar as well
    whole = Judge.of(RISK, "0", ("risky",), vocabulary, kept, facts)
    half = [r for r in rows if r.command.source == "development"]
    scores = np.sort([whole.score(vocabulary.row(joined(r.keys))) + found["share"] * r.alone for r in half])
    facts["threshold"] = max(found["threshold"], float(scores[-ADMIN_ALARMS - 1]) + 1e-6)
    hits = found["scores"][found["source"] == "atomic"] >= facts["threshold"]
    alarms = {
        part: sum(
            r.stands or whole.score(vocabulary.row(joined(r.keys))) + found["share"] * r.alone >= facts["threshold"]
            for r in rows
            if r.command.source == part
        )
        for part in ("development", "held-out")
    }
    found["shipped"] = (
        f"Threshold of the folds {found['threshold']:.3f}, of the package, whose own scores of the development half "
        f"keep the bar too, {facts['threshold']:.3f}: with that one {said(hits)} of Atomic Red Team's in the folds. "
        f"The package's own alarms over our own administration: development {alarms['development']} of 150, held out "
        f"{alarms['held-out']} of 150."
    )
    folder = FOLDER / RISK
    whole.save(folder)
    return fit.sealed(folder, taught, card=CARD, notice=NOTICE, metrics=metrics)


ABOUT = """### Risk

    python -m benchmarks.commands.risk --write            # --ship trains what the package brings

**Data.** Risky: Atomic Red Team (MIT, masked as above). Benign: nl2bash (MIT), tldr (CC BY 4.0) and 300 Windows and
cloud administration commands of our own (`benign/`), never trained on; one half sets the threshold with the others, the
other half is only counted. Trained on besides: our own attacks and 2,203 other administration commands
(`recipes/commands`). Five folds; commands of one shape, page or group stay together.

**Limits.** One author wrote both sets of administration commands; the highest-scoring of the development half were read
before some of the administration commands to train on were written, those held out were not. Missed
commands, not only their categories, were read before some of our own attacks were written, and the setup was chosen
among some fifty on these folds, so expect somewhat less of attacks nobody looked at. tldr
explains mimikatz, unshadow, nxc and the like, which count as benign here and are rightly called risky: they fill most
of its false alarms and set the threshold (below stands what each bar alone would leave). What is missed is mostly what
an administrator types as well (`date`, `net accounts`, `systemctl stop`). A model taught that these pages are benign
says so of mimikatz: therefore an act of risk 0.95 or more stands by itself in the product, which costs alarms on tldr
(last column: nearly all are mimikatz's page) and misses its bar. Bars: 0.92 at 0.5% of nl2bash and of tldr and 1% of
our own.
""".splitlines()
CARD = """# command-risk

Says how likely a command line is meant badly. A linear SVM over hashed words and marks of the decoded command,
with a share of what the tables' acts say; a half is at the threshold that few benign commands pass. Trained on our own
attack and administration commands (recipes/commands, Apache-2.0), Atomic Red Team (MIT, masked), nl2bash (MIT) and
tldr (CC BY 4.0). It holds no text of any of them. Figures: benchmarks/commands/README.md. Rebuild:
`python recipes/rebuild.py command-risk --data DIR`.
"""
NOTICE = """Trained in part on:
Atomic Red Team, https://github.com/redcanaryco/atomic-red-team, copyright (c) 2018 Red Canary, Inc., MIT License.
NL2Bash (data), https://github.com/TellinaTool/nl2bash, copyright (c) 2018 Victoria Lin and others, MIT License.
tldr-pages, https://github.com/tldr-pages/tldr, copyright (c) the tldr-pages team and contributors, licensed under
CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); what was made of it is a table of numbers.
MIT License: permission is granted, free of charge, to deal in the software without restriction, provided that the
copyright notice and the permission notice are included in all copies or substantial portions. The software is provided
"as is", without warranty of any kind.
"""


def commands_of(shared: Path, *, mask: bool = True) -> list[data.Command]:
    """Return every command, attacks first."""
    return [
        *data.atomic(shared, mask=mask), *data.own_attacks(), *data.own_benign(), *data.nl2bash(shared),
        *data.tldr(shared), *data.measured_benign("development"), *data.measured_benign("held-out"),
    ]  # fmt: skip


def measure(shared: Path, *, quick: bool = False) -> tuple[list[str], dict[str, Any], list[fit.Read]]:
    """Return the lines of the report, what cross-validation found, and the commands read."""
    commands = commands_of(shared)
    rows = fit.read(commands)
    found = cross_validate(rows)
    risky, source = found["scores"] >= found["threshold"], found["source"]
    names = {
        "atomic": "Atomic Red Team, masked: called risky", "nl2bash": "nl2bash: false alarms",
        "tldr": "tldr: false alarms", "development": "own Windows and cloud administration, development: false alarms",
        "held-out": "own Windows and cloud administration, held out: false alarms",
        "administration": "own administration, trained on (by folds): false alarms",
    }  # fmt: skip
    whole = (risky & ~np.array([r.plain for r in rows])) | np.array([r.stands for r in rows])
    lines = [
        *ABOUT,
        "",
        "| commands | n | model alone | as it ships: acts that stand by themselves, plain starts left |",
        "|---|---:|---:|---:|",
    ]
    for name, title in names.items():
        both = f"{said(risky[source == name])} | {said(whole[source == name])}"
        lines.append(f"| {title} | {(source == name).sum():,} | {both} |")
    if not quick:
        lines += baseline(commands)
        bare = cross_validate([*fit.read(data.atomic(shared, mask=False)), *rows[864:]])
        hits = (bare["scores"] >= bare["threshold"])[bare["source"] == "atomic"]
        lines.append(f"| Atomic Red Team, not masked (for comparison) | 864 | {said(hits)} | |")
    lines += [
        "",
        "Atomic Red Team called risky if one bar alone set the threshold: " + alone_of(found["scores"], source),
    ]
    missed = Counter(c.technique for c, r in zip(commands, risky, strict=True) if c.source == "atomic" and not r)
    lines += ["", "Most missed: " + ", ".join(f"{t} {n}" for t, n in missed.most_common(20)) + "."]
    found["metrics"] = {name: round(float(risky[source == name].mean()), 4) for name in names}
    return lines, found, rows


def main() -> int:
    """Measure, and ship or write as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=data.SHARED)
    parser.add_argument("--write", action="store_true", help="fill the README's part")
    parser.add_argument("--ship", action="store_true", help="train on all and put the model into the package")
    parser.add_argument("--quick", action="store_true", help="leave out the baseline and what is not masked")
    given = parser.parse_args()
    if not (given.shared / "cmd-atomic-red-team").is_dir():
        print(f"{given.shared} holds no cmd-atomic-red-team: nothing can be measured", file=sys.stderr)
        return 2
    lines, found, rows = measure(given.shared, quick=given.quick)
    if given.ship:
        print(ship(rows, found, found["metrics"]))
        lines += ["", found["shipped"]]
    print("\n".join(lines))
    if given.write:
        write("risk", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
