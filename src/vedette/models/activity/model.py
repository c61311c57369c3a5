"""The served activity model: chance that a finding matters, a suggested verdict, reasons, or a refusal."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import zstandard

from vedette.errors import OutsideError
from vedette.models.activity.drift import Drift, Recent, Reference, judge
from vedette.models.activity.features import DAY_S, HOUR_S, Floats, Layout, vector
from vedette.models.activity.fired import FindingError, Fired, Outcome, read_outcome
from vedette.models.activity.replay import replay
from vedette.models.activity.scorer import Calibration, Linear, Scaling, Scorer, scorer_of
from vedette.models.activity.state import State
from vedette.models.activity.words import Facts, reasons
from vedette.schema import Prediction, RankedLabel, Verdict

FORM = "activity"
FORMAT = 1
STALE_DAYS = 45
"""Days after the snapshot's end from which findings are abstained from."""
_MAX_TEXT = 1_000_000
_MAX_HISTORY = 1 << 30


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scored:
    """What the model says of one finding."""

    outcome: Outcome
    features: Floats
    score: float
    """Log odds before calibration: the order of the ranking, where chances tie."""
    matters: float
    """Calibrated chance that it matters."""
    verdicts: tuple[RankedLabel, ...]
    reasons: tuple[str, ...]
    abstained: bool
    why: str = ""
    """Why no verdict is suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training decided."""

    threshold: float
    """Least confidence of a suggested verdict."""
    least_of_rule: int = 1
    """Verdicts that a rule needs before a verdict is suggested for its findings."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Figures of the training: counts, times, AUC."""


@dataclass(eq=False, kw_only=True)
class ActivityModel:
    """A loaded activity model. Its snapshot is never written to, so that threads may share it."""

    name: str
    version: str
    salt: bytes
    layout: Layout
    scaling: Scaling
    scorer: Scorer
    calibration: Calibration
    kind_of_false: Linear
    """Log odds that a finding that does not matter is benign activity and not a false positive of the rule."""
    reference: Reference
    snapshot: State
    settings: Settings

    # -- scoring -------------------------------------------------------------------------------

    def read(self, value: Mapping[str, Any]) -> Outcome:
        """Return a finding with its verdicts, names digested with this model's key.

        Raises:
            FindingError: it is no finding.
        """
        return read_outcome(value, self.salt)

    def probabilities(self, x: Floats) -> tuple[Floats, Floats]:
        """Return scores and calibrated chances to matter of feature rows ``(n, d)``."""
        score = self.scorer.score(self.scaling(x))
        return score, self.calibration(score)

    def score(self, fired: Sequence[Fired], x: Floats, facts: Sequence[Facts]) -> list[Scored]:
        """Return what the model says of findings with these features and facts."""
        if not fired:
            return []
        z = self.scaling(x)
        score = self.scorer.score(z)
        p = self.calibration(score)
        benign = 1 / (1 + np.exp(-np.clip(self.kind_of_false.score(z), -30, 30)))
        contributions = self.scorer.contributions(z)
        names = self.layout.names
        base = float(self.settings.facts["n_true"]) / max(float(self.settings.facts["n_judged"]), 1.0)
        found = []
        for i, one in enumerate(fired):
            chances = {
                Verdict.TRUE_POSITIVE: float(p[i]),
                Verdict.BENIGN: float((1 - p[i]) * benign[i]),
                Verdict.FALSE_POSITIVE: float((1 - p[i]) * (1 - benign[i])),
            }
            ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0].value))
            labels = tuple(RankedLabel(label=v.value, confidence=c) for v, c in ranked)
            why = ""
            if facts[i].rule.n < self.settings.least_of_rule:
                why = "unseen rule: nobody has judged a finding of this rule yet"
            elif labels[0].confidence < self.settings.threshold:
                sure = f"{labels[0].confidence:.2f} is less than {self.settings.threshold:.2f}"
                why = f"not sure enough of a verdict ({sure})"
            for_true = ranked[0][0] is Verdict.TRUE_POSITIVE
            if why and p[i] > base:
                for_true = True  # nothing is suggested: tell why it stands above the usual
            told = reasons(names, contributions[i], one, facts[i], for_true=for_true)
            found.append(
                Scored(
                    outcome=Outcome(fired=one),
                    features=x[i],
                    score=float(score[i]),
                    matters=float(p[i]),
                    verdicts=labels,
                    reasons=told,
                    abstained=bool(why),
                    why=why,
                )
            )
        return found

    def follow(self, outcomes: Iterable[Outcome], state: State) -> list[Scored]:
        """Return what the model says of findings as they come, each with what was known before it.

        Args:
            outcomes: findings, with verdicts where there are such; a verdict counts for those that are taken later.
            state: goes on from here, and is brought up to date.
        """
        kept, rows, facts = [], [], []
        for outcome, row in replay(outcomes, state, self.layout):
            kept.append(outcome)
            rows.append(row)
            facts.append(Facts.of(outcome.fired, state))
        if not kept:
            return []
        scored = self.score([o.fired for o in kept], np.array(rows), facts)
        return [replace(s, outcome=o) for s, o in zip(scored, kept, strict=True)]

    def drift(self, scored: Sequence[Scored]) -> Drift:
        """Return how far findings, in order of time, are from the training time."""
        facts = self.settings.facts
        error = (float(facts["auc_high"]) - float(facts["auc_low"])) / 3.92
        return judge(self.reference, self.layout.names, recent_of(scored), float(facts["auc"]), error)

    # -- the predictor -------------------------------------------------------------------------

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each finding written as a JSON object, in order.

        Each is judged by itself against the snapshot, so that neither the order nor the others change an answer. What
        happened around a finding after the snapshot is unknown here, and counts as unknown; ``vedette forge rank``
        follows the home's history instead, and looks at drift. A finding long after the snapshot is abstained from.
        """
        kept: dict[int, Fired] = {}
        problems: dict[int, str] = {}
        rows, facts = [], []
        for place, text in enumerate(texts):
            try:
                fired = self._parse(text).fired
            except FindingError as problem:
                problems[place] = str(problem)
                continue
            row, fact = self._alone(fired)
            kept[place] = fired
            rows.append(row)
            facts.append(fact)
        scored = iter(self.score(list(kept.values()), np.array(rows), facts) if kept else ())
        return [
            Prediction(labels=(), abstained=True, reasons=(f"no finding: {problems[place]}",))
            if place in problems
            else self.prediction(next(scored))
            for place in range(len(texts))
        ]

    def _alone(self, fired: Fired) -> tuple[Floats, Facts]:
        state = self.snapshot.fork()
        state.advance(fired.at)
        row = vector(fired, state, self.layout)
        if fired.at > self.snapshot.now + HOUR_S:
            row[self.layout.passing()] = np.nan
        return row, Facts.of(fired, state)

    def prediction(self, scored: Scored) -> Prediction:
        """Return the prediction of a scored finding."""
        why = scored.why
        days = (scored.outcome.fired.at - self.snapshot.now) / DAY_S
        if days > STALE_DAYS:
            why = f"the model's history ends {days:.0f} days before the finding (at most {STALE_DAYS}): train it again"
        return Prediction(
            labels=scored.verdicts,
            abstained=bool(why),
            values={"matters": scored.matters, "score": scored.score},
            reasons=(why, *scored.reasons) if why else scored.reasons,
        )

    def _parse(self, text: str) -> Outcome:
        if len(text) > _MAX_TEXT:
            raise FindingError(f"{len(text):,} characters are too many for a finding")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise FindingError("it is no JSON object with a finding's fields") from None
        if not isinstance(value, dict):
            raise FindingError("it is no JSON object with a finding's fields")
        return self.read(value)

    # -- keeping -------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Write ``model.json``, ``model.npz`` and ``history.json.zst`` into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "form": FORM,
            "format": FORMAT,
            "salt": self.salt.hex(),
            "words": list(self.layout.words),
            "scorer": "linear" if isinstance(self.scorer, Linear) else "boosted",
            "calibration": self.calibration.kind,
            "threshold": self.settings.threshold,
            "least_of_rule": self.settings.least_of_rule,
            "facts": dict(self.settings.facts),
            "reference": self.reference.plain(),
        }
        (folder / "model.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        arrays = {f"scorer_{k}": v for k, v in self.scorer.arrays().items()}
        arrays |= {f"false_{k}": v for k, v in self.kind_of_false.arrays().items()}
        arrays |= {"mean": self.scaling.mean, "deviation": self.scaling.deviation}
        arrays |= {"calibration_x": self.calibration.x, "calibration_y": self.calibration.y}
        arrays |= {"reference_x": self.reference.x, "reference_score": self.reference.score}
        with (folder / "model.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type, unused-ignore]
        body = json.dumps(self.snapshot.snapshot(), separators=(",", ":")).encode()
        (folder / "history.json.zst").write_bytes(zstandard.ZstdCompressor(level=9).compress(body))


def recent_of(scored: Sequence[Scored]) -> Recent:
    """Return scored findings, in order of time, as drift looks at them."""
    width = len(scored[0].features) if scored else 0
    return Recent(
        x=np.array([s.features for s in scored]).reshape(len(scored), width),
        score=np.array([s.score for s in scored]),
        p=np.array([s.matters for s in scored]),
        rules=tuple(s.outcome.fired.rule for s in scored),
        matters=np.array([math.nan if s.outcome.matters is None else float(s.outcome.matters) for s in scored]),
        clusters=tuple(cluster_of(s.outcome.fired) for s in scored),
    )


def cluster_of(fired: Fired) -> str:
    """Return the place and day of a finding: findings of one incident come together."""
    place = fired.host or (fired.accounts[0] if fired.accounts else "")
    return f"{place}|{datetime.fromtimestamp(fired.at, UTC):%Y%m%d}"


def load(folder: Path, name: str, version: str) -> ActivityModel:
    """Return the model in a folder.

    Raises:
        OutsideError: a file is missing or does not read back.
    """
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if about.get("form") != FORM or about.get("format") != FORMAT:
            raise ValueError(f"form {about.get('form')!r}, format {about.get('format')!r}")
        with (folder / "model.npz").open("rb") as file, np.load(file, allow_pickle=False) as held:
            arrays = {key: held[key] for key in held.files}
        packed = (folder / "history.json.zst").read_bytes()
        body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_HISTORY)
        kept = about["reference"]
        layout = Layout(words=tuple(about["words"]))
        if len(arrays["mean"]) != len(layout.names):
            raise ValueError(f"{len(arrays['mean'])} features where {len(layout.names)} are known")
        false = {k.removeprefix("false_"): v for k, v in arrays.items() if k.startswith("false_")}
        kind_of_false = scorer_of("linear", false)
        if not isinstance(kind_of_false, Linear):  # pragma: no cover (scorer_of keeps to the kind asked for)
            raise TypeError("not linear")
        return ActivityModel(
            name=name,
            version=version,
            salt=bytes.fromhex(about["salt"]),
            layout=layout,
            scaling=Scaling(arrays["mean"], arrays["deviation"]),
            scorer=scorer_of(
                about["scorer"],
                {k.removeprefix("scorer_"): v for k, v in arrays.items() if k.startswith("scorer_")},
            ),
            calibration=Calibration(about["calibration"], arrays["calibration_x"], arrays["calibration_y"]),
            kind_of_false=kind_of_false,
            reference=Reference(
                kept["names"],
                arrays["reference_x"],
                arrays["reference_score"],
                kept["rules"],
                kept["thresholds"],
                int(kept["n"]),
            ),
            snapshot=State.restored(json.loads(body)),
            settings=Settings(
                threshold=float(about["threshold"]), least_of_rule=int(about["least_of_rule"]), facts=about["facts"]
            ),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile, zstandard.ZstdError) as error:
        raise OutsideError(
            f"the activity model {name}@{version} in {folder} does not read back: {error}",
            next_step="train it again: vedette forge train RECIPE",
        ) from error
