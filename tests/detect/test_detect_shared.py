"""Real rules on real events, rule by rule against the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import detect_reference
import detect_support as support
import pytest
from sigma.rule import SigmaRule

from vedette.detect import Matcher, RuleSet, load_rules
from vedette.detect.compiling import rule_document

UNMET = {"4fe074b4-b833-4081-8f24-7dcfeca72b42"}
"""Security software discovery with findstr: the event is its parent, cmd.exe, so the rule's Image does not hold."""


@pytest.fixture(scope="module")
def ruleset(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load_rules(
        [shared / "sigma-rules/sigma_rules.jsonl.gz"], builtin=False, cache_dir=tmp_path_factory.mktemp("cache")
    )


@pytest.fixture(scope="module")
def references(shared: Path, ruleset: RuleSet) -> list[detect_reference.ReferenceRule]:
    known = {r.info.rule_id for r in ruleset.rules}
    documents = [rule_document(r) for r in support.rules(shared)]
    return [detect_reference.ReferenceRule(SigmaRule.from_dict(d)) for d in documents if d["id"] in known]


def test_nearly_every_rule_loads_and_the_rest_is_named(shared: Path, ruleset: RuleSet) -> None:
    n_rules = len(support.rules(shared))
    assert len(ruleset.rules) + len(ruleset.problems) == n_rules
    assert len(ruleset.rules) / n_rules >= 0.999
    assert [p.reason for p in ruleset.problems] == ["needs values for the placeholder %known_cdcs%"]


def test_each_rule_fires_on_its_own_event(shared: Path, ruleset: RuleSet) -> None:
    events = support.regression_events(shared)
    natives = [e for _, e in events]
    hits = Matcher(ruleset).match(natives, [support.logsource(n) for n in natives])
    fired = {(ruleset.rules[r].info.rule_id, row) for r, row in hits}
    silent = {rule_id for row, (rule_id, _) in enumerate(events) if (rule_id, row) not in fired}
    assert silent == UNMET
    assert len(events) - len(silent) >= 105


def compare(natives: list[dict[str, Any]], ruleset: RuleSet, references: list[Any]) -> int:
    sources = [support.logsource(n) for n in natives]
    gated: dict[Any, list[Any]] = {}
    expected = set()
    for row, (native, source) in enumerate(zip(natives, sources, strict=True)):
        if source not in gated:
            gated[source] = [r for r in references if detect_reference.sees(r.source, source)]
        expected |= {(r.id, row) for r in gated[source] if r.fires(native, source)}
    got = {(ruleset.rules[r].info.rule_id, row) for r, row in Matcher(ruleset).match(natives, sources)}
    assert got == expected
    return len(got)


def test_sample_equals_reference(shared: Path, ruleset: RuleSet, references: list[Any]) -> None:
    natives = [e for _, e in support.regression_events(shared)][::3]
    natives += list(support.otrf_events(shared))[::200]
    natives += list(support.evtx_sample_events(shared))[::200]
    assert compare(natives, ruleset, references) > 50


@pytest.mark.slow
def test_everything_equals_reference(shared: Path, ruleset: RuleSet, references: list[Any]) -> None:
    natives = [e for _, e in support.regression_events(shared)]
    natives += [*support.otrf_events(shared), *support.evtx_sample_events(shared)]
    assert compare(natives, ruleset, references) > 800
