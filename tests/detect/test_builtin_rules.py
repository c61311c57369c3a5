"""Every built-in rule: its record, its attack and near miss, and the absence of copies.

``rule_events/<rule>.json`` holds events as their source writes them: ``positive`` ones that the rule must
fire on and ``negative`` ones, near misses, that neither it nor any other grave rule may fire on. For a
correlation both are lists of sequences of ``{"time": seconds, "event": {…}}``.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import yaml

import vedette.detect
from vedette.detect import Hit, Matcher, RuleSet, correlate, load_rules

RULES = Path(vedette.detect.__file__).parent / "rules"
EVENTS = Path(__file__).parent / "rule_events"
FILES = sorted(RULES.rglob("*.yml"))
AREAS = {"windows": 60, "linux": 20, "cloud": 20, "identity": 10, "network": 10, "web": 5}
"""Area to the fewest rules that it holds."""
LEVELS = ("informational", "low", "medium", "high", "critical")
GRAVE = ("high", "critical")
START = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)


@cache
def documents(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load_all(path.read_text(encoding="utf-8")))


@cache
def ruleset() -> RuleSet:
    return load_rules([], builtin=True, cache_dir=None)


@cache
def matcher() -> Matcher:
    return Matcher(ruleset())


@cache
def cases(stem: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{stem}.json").read_text(encoding="utf-8"))


def fired(natives: list[dict[str, Any]], sources: list[Any]) -> list[set[str]]:
    """Return for each event the ids of the rules that fire on it."""
    rules: list[set[str]] = [set() for _ in natives]
    for rule, row in matcher().match(natives, [tuple(s) for s in sources]):
        rules[row].add(ruleset().rules[rule].info.rule_id)
    return rules


def fired_together(sequence: list[dict[str, Any]], default: Any) -> set[str]:
    """Return the ids of the correlations that fire on a sequence of events."""
    natives = [step["event"] for step in sequence]
    sources = [tuple(step.get("logsource") or default) for step in sequence]
    times = [START + timedelta(seconds=step["time"]) for step in sequence]
    hits = []
    for rule, row in matcher().match(natives, sources):
        compiled = ruleset().rules[rule]
        values = {
            name: matcher().lookup(natives[row], sources[row], name, lambda _: None)
            for name in compiled.keep
            if name in natives[row]
        }
        hits.append(
            Hit(
                rule_id=compiled.info.rule_id,
                event_id=f"{row:032x}",
                time=times[row],
                values=orjson.dumps(values).decode(),
            )
        )
    return {firing.rule_id for firing in correlate(ruleset(), sorted(hits, key=lambda hit: hit.time))}


def test_every_rule_compiles() -> None:
    assert ruleset().problems == ()


@pytest.mark.parametrize(("area", "fewest"), AREAS.items())
def test_area_holds_enough_rules(area: str, fewest: int) -> None:
    assert len(list((RULES / area).glob("*.yml"))) >= fewest


def test_ids_titles_and_names_are_unique() -> None:
    every = [document for path in FILES for document in documents(path)]
    for key in ("id", "title", "name"):
        counts = Counter(document[key] for document in every if key in document and "level" in document)
        if key == "title":
            counts = Counter(documents(path)[0]["title"] for path in FILES)
        assert [value for value, n in counts.items() if n > 1] == []
    assert len({path.stem for path in FILES}) == len(FILES)


def test_every_event_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_record(path: Path) -> None:
    rule = documents(path)[0]
    assert UUID(rule["id"]).version == 4
    assert len(rule["title"]) <= 110
    assert rule["description"].endswith(".")
    assert len(rule["description"]) >= 30
    assert rule["author"] == "Vedette"
    assert rule["level"] in LEVELS
    assert rule["falsepositives"]
    assert all(len(note) >= 8 for note in rule["falsepositives"])
    assert rule["references"]
    tactics = [tag for tag in rule["tags"] if re.fullmatch(r"attack\.[a-z]+(-[a-z]+)*", tag)]
    techniques = [tag for tag in rule["tags"] if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag)]
    assert tactics
    assert techniques
    assert len(tactics) + len(techniques) == len(rule["tags"]) == len(set(rule["tags"]))
    for part in documents(path)[1:]:
        assert UUID(part["id"]).version == 4
        assert part["title"]
    assert cases(path.stem)["rule"] == rule["id"]
    assert cases(path.stem)["positive"]
    assert cases(path.stem)["negative"]


def test_tags_are_in_the_matrix(shared_data: Path) -> None:
    folder = shared_data / "attack-kb"
    listed = (folder / "tactics.jsonl").read_text(encoding="utf-8").splitlines()
    tactics = {json.loads(line)["shortname"] for line in listed}
    with gzip.open(folder / "techniques.jsonl.gz", "rt", encoding="utf-8") as lines:
        techniques = {record["id"]: set(record["tactics"]) for record in map(json.loads, lines)}
    for path in FILES:
        rule = documents(path)[0]
        words = [tag.removeprefix("attack.") for tag in rule["tags"]]
        named = {word for word in words if not re.match(r"t\d", word)}
        assert named <= tactics, path.stem
        for word in words:
            if re.match(r"t\d", word):
                assert word.upper() in techniques, (path.stem, word)
                assert techniques[word.upper()] & named, (path.stem, word)


SIMPLE = [path for path in FILES if "correlation" not in documents(path)[0]]
TOGETHER = [path for path in FILES if "correlation" in documents(path)[0]]


@pytest.mark.parametrize("path", SIMPLE, ids=lambda path: path.stem)
def test_fires_on_the_attack_and_not_on_the_near_miss(path: Path) -> None:
    case = cases(path.stem)
    for rules in fired(case["positive"], [case["logsource"]] * len(case["positive"])):
        assert case["rule"] in rules
    infos = ruleset().infos
    for rules in fired(case["negative"], [case["logsource"]] * len(case["negative"])):
        assert case["rule"] not in rules
        assert [infos[rule].title for rule in rules if infos[rule].output and infos[rule].level in GRAVE] == []


@pytest.mark.parametrize("path", TOGETHER, ids=lambda path: path.stem)
def test_correlation_fires_on_the_attack_and_not_on_the_near_miss(path: Path) -> None:
    case = cases(path.stem)
    for sequence in case["positive"]:
        assert case["rule"] in fired_together(sequence, case["logsource"])
    for sequence in case["negative"]:
        assert case["rule"] not in fired_together(sequence, case["logsource"])


def test_parts_of_correlations_do_not_fire_alone() -> None:
    parts = {part["id"] for path in TOGETHER for part in documents(path)[1:]}
    assert parts
    assert not [rule_id for rule_id in parts if ruleset().infos[rule_id].output]


def test_rules_are_not_copies_of_shared_ones(shared_data: Path) -> None:
    def words(detection: Any) -> str:
        return json.dumps(detection, sort_keys=True).lower()

    with gzip.open(shared_data / "sigma-rules" / "sigma_rules.jsonl.gz", "rt", encoding="utf-8") as lines:
        shared = [json.loads(line) for line in lines]
    titles = {rule["title"].lower() for rule in shared}
    detections = {words(rule["detection"]) for rule in shared}
    descriptions = {str(rule["description"]).strip().lower() for rule in shared}
    for path in FILES:
        for document in documents(path):
            assert document["title"].lower() not in titles
            assert document.get("description", "-").lower() not in descriptions
            # one event number alone is a fact that two authors write down alike
            if "detection" in document and len(words(document["detection"])) > 120:
                assert words(document["detection"]) not in detections
