"""History from the home, from exports, and made up; training's refusals; the head from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from activity_support import OPTIONS, SALT

from vedette.errors import UserError
from vedette.forge.activity.fit import Options, enough_in_all, fit, settle
from vedette.forge.activity.generate import KINDS, Company, generate, write
from vedette.forge.activity.head import HEAD
from vedette.forge.activity.history import from_home, mapped, outcomes_of
from vedette.forge.activity.measure import average_precision, minutes_until, precision_at_top, recall_at_top
from vedette.forge.activity.reader import READER
from vedette.forge.base import Record, Silent
from vedette.forge.corpus.base import Bad, Row, SourceFile
from vedette.forge.recipe import LoadedRecipe, SourceSpec, load_recipe
from vedette.models.activity import Outcome, load
from vedette.models.activity.replay import taken_at
from vedette.schema import Case, Evidence, Finding, Severity, Verdict
from vedette.store import Lake
from vedette.store.book import add_note, save_cases, save_findings

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECIPES = Path(__file__).parents[3] / "recipes"


# -- the home ----------------------------------------------------------------------------------


def _finding(number: int) -> Finding:
    return Finding(
        finding_id=f"{number:016x}",
        rule_id=f"rule-{number % 2}",
        title="Shadow copies deleted",
        kind="sigma",
        severity=Severity.HIGH,
        confidence=0.5,
        first_at=AT + timedelta(hours=number),
        last_at=AT + timedelta(hours=number),
        count=3,
        evidence=(Evidence(ref="e"),),
        device_name="SRV-1",
        accounts=("CORP\\a",),
        techniques=("T1490",),
    )


def _case(findings: tuple[Finding, ...]) -> Case:
    return Case(
        case_id="case-00000001",
        title="t",
        severity=Severity.HIGH,
        confidence=0.5,
        first_at=AT,
        last_at=AT,
        summary=(),
        findings=findings,
        accounts=(),
        hosts=(),
        timeline=(),
        path=(),
        techniques=(),
    )


def test_verdicts_of_findings_outrank_those_of_their_case(lake: Lake) -> None:
    findings = tuple(_finding(i) for i in range(3))
    save_findings(lake, "r", [*findings, _finding(9)])
    case = _case(findings)
    save_cases(lake, [case])
    add_note(lake, case, "all of it", verdict=Verdict.TRUE_POSITIVE, author="ann")
    add_note(lake, case, "not this", verdict=Verdict.BENIGN, finding_id=findings[1].finding_id, author="bob")
    add_note(lake, case, "only words", author="bob")
    told = {f["finding_id"]: f for f in from_home(lake)}
    assert [told[f.finding_id]["verdict"] for f in findings] == ["true_positive", "benign", "true_positive"]
    assert told[findings[1].finding_id]["judged"][0]["by"] == "bob"
    assert "verdict" not in told[_finding(9).finding_id], "unjudged is unlabelled"
    assert "count" not in told[findings[0].finding_id], "what is known later is left out"
    outcomes = list(outcomes_of(told.values(), SALT))
    assert [o.matters for o in outcomes] == [True, False, True, None]


def test_a_changed_mind_is_kept_and_the_latest_counts(lake: Lake) -> None:
    finding = _finding(0)
    save_findings(lake, "r", [finding])
    case = _case((finding,))
    save_cases(lake, [case])
    for verdict in (Verdict.BENIGN, Verdict.TRUE_POSITIVE):
        add_note(lake, case, "", verdict=verdict, finding_id=finding.finding_id)
    outcome = next(outcomes_of(from_home(lake), SALT))
    assert outcome.conflicting
    assert outcome.verdict is Verdict.TRUE_POSITIVE
    assert settle([outcome], "first")[0].verdict is Verdict.BENIGN
    assert settle([outcome], "drop")[0].verdict is None
    # judged long after it fired: taken as of its verdict, when somebody could look
    assert taken_at(outcome) == outcome.judged[0].at


def test_past_cases_are_remembered(lake: Lake) -> None:
    finding = _finding(0)
    case = _case((finding,))
    save_cases(lake, [case])
    add_note(lake, case, "", verdict=Verdict.BENIGN)
    save_cases(lake, [])
    save_findings(lake, "r", [])
    assert [f["verdict"] for f in from_home(lake)] == ["benign"]


# -- exports -----------------------------------------------------------------------------------

_MAPPING = {"rule_id": "rule", "title": "name", "first_at": "created", "device_name": "host", "verdict": "resolution"}


def _read(path: Path, **options: Any) -> list[Row | Bad]:
    spec = SourceSpec(path=str(path), format="activity", options=options)
    return list(READER.read(SourceFile(path, ""), spec))


def test_a_csv_export_is_read_through_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "alerts.csv"
    path.write_text(
        "rule,name,created,host,resolution\n"
        "r1,Log cleared,2026-03-01T10:00:00+01:00,A,Malicious\n"
        "r1,Log cleared,2026-03-02T10:00:00Z,A,noise\n"
        "r1,Log cleared,2026-03-03T10:00:00Z,A,\n"
        "r1,Log cleared,2026-03-03T10:00:00,A,noise\n"
        "r1,Log cleared,2026-03-03T10:00:00Z,A,whatever\n"
    )
    rows = _read(path, mapping=_MAPPING, verdicts={"malicious": "true_positive", "noise": "false_positive"})
    good = [r for r in rows if isinstance(r, Row)]
    assert [r.fields["verdict"] for r in good[:2]] == ["true_positive", "false_positive"]
    assert next(r.at for r in good) == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert next(iter(outcomes_of([good[2].fields], SALT))).verdict is None
    assert [r.reason.split()[-2:] for r in rows if isinstance(r, Bad)] == [["no", "zone"], ["or", "undecided)"]]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mapping": {"colour": "x"}}, "'colour' is no field"),
        ({"mapping": ["x"]}, "no table of names"),
        ({"verdicts": {"bad": "evil"}}, "no verdict"),
    ],
)
def test_wrong_options_are_told(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"rule_id": "r", "first_at": "2026-03-01T10:00:00Z"}\n')
    with pytest.raises(UserError, match=told):
        _read(path, **options)


def test_mapping_moves_fields() -> None:
    row = {"rule": "r", "severity": "low", "resolution": " Noise "}
    found = mapped(row, {"rule_id": "rule", "verdict": "resolution"}, {"noise": "false_positive"})
    assert found == {"severity": "low", "rule_id": "r", "verdict": "false_positive"}


# -- generated ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_worlds_are_deterministic_and_their_truth_holds(kind: str, tmp_path: Path) -> None:
    company = Company(kind=kind, seed=5, days=12, scale=0.5)
    assert write(company, tmp_path / "a.jsonl") == write(company, tmp_path / "b.jsonl") > 50
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    found = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [f["first_at"] for f in found] == sorted(f["first_at"] for f in found)
    assert len({f["finding_id"] for f in found}) == len(found)
    expected, observed = sum(f["truth"]["p"] for f in found), sum(f["truth"]["matters"] for f in found)
    assert abs(expected - observed) < 4 * np.sqrt(expected + 1)


def test_a_generated_source_reads_like_any_other() -> None:
    spec = SourceSpec(path="generated", format="activity", options={"world": "little", "seed": 1})
    rows = list(READER.read(SourceFile(Path("generated"), ""), spec))
    assert all(isinstance(r, Row) and r.at is not None for r in rows)
    assert READER.digest(SourceFile(Path("generated"), ""), spec) == READER.digest(
        SourceFile(Path("generated"), ""), spec
    )
    with pytest.raises(UserError, match="there is no 'x'"):
        list(READER.read(SourceFile(Path("generated"), ""), SourceSpec(path="generated", options={"world": "x"})))


# -- refusals of training ----------------------------------------------------------------------


def test_too_little_says_how_much_more(outcomes: list[Outcome]) -> None:
    with pytest.raises(UserError, match=r"it needs \d+ more judged findings, \d+ more judged true_positive"):
        fit(outcomes[:60], outcomes[60:90], options=Options(), salt=SALT)
    with pytest.raises(UserError, match=r"this history has \d+ judged findings"):
        enough_in_all(outcomes[:60], Options(), 0.2)
    enough_in_all(outcomes, Options(), 0.2)


def test_a_missing_class_is_refused(outcomes: list[Outcome]) -> None:
    harmless = [o for o in outcomes if not o.matters]
    with pytest.raises(UserError, match="20 more judged true_positive"):
        fit(harmless[:1500], harmless[1500:], options=Options(), salt=SALT)


def test_no_better_than_chance_is_refused_with_the_measure(outcomes: list[Outcome]) -> None:
    rng = np.random.default_rng(0)
    judged = [i for i, o in enumerate(outcomes) if o.judged]
    dealt = dict(zip(judged, [outcomes[i].judged for i in rng.permutation(judged)], strict=True))
    shuffled = [
        Outcome(fired=o.fired, judged=tuple(_moved(dealt[i], o)) if i in dealt else ()) for i, o in enumerate(outcomes)
    ]
    n = len(shuffled)
    with pytest.raises(UserError, match=r"AUC on \d+ later findings is 0\.\d+.*which includes chance"):
        fit(shuffled[: int(n * 0.6)], shuffled[int(n * 0.6) :], options=OPTIONS, salt=SALT)


def _moved(judged: Any, outcome: Outcome) -> Iterator[Any]:
    from dataclasses import replace

    yield replace(judged[-1], at=outcome.judged[0].at)


@pytest.mark.parametrize(
    ("given", "told"),
    [({"wods": 3}, "knows no 'wods'"), ({"words": "many"}, "is no int"), ({"scorer": "forest"}, "auto, linear")],
)
def test_unknown_options_are_errors(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        Options.of(given)


# -- the head ----------------------------------------------------------------------------------


@dataclass
class _Corpus:
    """Three parts in memory."""

    parts: dict[str, list[dict[str, Any]]]
    path: Path = Path()
    digest: str = "ab" * 32
    card: dict[str, Any] = field(default_factory=dict)

    def count(self, split: str) -> int:
        return len(self.parts[split])

    def records(self, split: str) -> Iterator[Record]:
        for finding in self.parts[split]:
            yield Record(record_id=finding["finding_id"], text=finding["title"], fields=finding)


def _loaded(**changes: Any) -> LoadedRecipe:
    from dataclasses import replace

    loaded = load_recipe(RECIPES / "activity.yaml")
    train = replace(loaded.recipe.train, options={"scorer": "linear", "words": 20})
    evaluate = replace(loaded.recipe.evaluate, bootstrap=100)
    return replace(loaded, recipe=replace(loaded.recipe, train=train, evaluate=evaluate, **changes))


def test_the_head_trains_measures_and_leaves_a_servable_folder(findings: list[dict[str, Any]], tmp_path: Path) -> None:
    n = len(findings)
    corpus: Any = _Corpus(
        {
            "train": findings[: int(n * 0.55)],
            "validation": findings[int(n * 0.55) : int(n * 0.75)],
            "test": findings[int(n * 0.75) :],
        }
    )
    loaded = _loaded()
    figures = HEAD.fit(loaded, corpus, tmp_path / "m", tmp_path, Silent())
    assert figures["auc_low"] > 0.5
    model = load(tmp_path / "m", "activity", "1")
    measured = HEAD.evaluate(loaded, corpus, model, {"current": model}, Silent())
    assert measured.metrics["auc"].value > 0.65
    assert measured.others["current"]["auc"].value == measured.metrics["auc"].value
    assert {"baseline", "severity", "titles", "current"} == set(measured.others)
    assert {(c.metric, c.other) for c in measured.comparisons} >= {("auc", "baseline"), ("auc", "current")}
    assert measured.metrics["verdict_coverage"].value <= 1


def test_only_a_split_by_time_is_taken(findings: list[dict[str, Any]], tmp_path: Path) -> None:
    from dataclasses import replace

    loaded = load_recipe(RECIPES / "activity.yaml")
    corpus = replace(loaded.recipe.corpus, split=replace(loaded.recipe.corpus.split, by="hash"))
    with pytest.raises(UserError, match="parted by time"):
        HEAD.fit(_loaded(corpus=corpus), _Corpus({}), tmp_path, tmp_path, Silent())  # type: ignore[arg-type]


def test_the_recipes_read() -> None:
    assert load_recipe(RECIPES / "own-activity.yaml", {"home": "/x"}).recipe.corpus.sources[0].path == "/x"
    assert list(generate(Company(kind="little", seed=0)))


# -- measures ----------------------------------------------------------------------------------


def test_measures_of_a_queue() -> None:
    score = np.array([0.9, 0.8, 0.8, 0.1])
    true = np.array([1.0, 0.0, 1.0, 0.0])
    assert average_precision(score, true) == pytest.approx((1 + 2 / 3) / 2)
    assert precision_at_top(score, true, 0.25) == 1
    assert precision_at_top(score, true, 0.5) == pytest.approx(0.75), "a tie at the cut counts in part"
    assert recall_at_top(score, true, 0.5) == pytest.approx(0.75)
    assert minutes_until(score, true, np.array([1.0, 2, 3, 4]), 0.5) == 1
    assert np.isnan(average_precision(score, np.zeros(4)))
