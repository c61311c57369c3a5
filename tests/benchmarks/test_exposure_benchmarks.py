"""The labelled pairs are what their script writes, and merging meets its bar."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from benchmarks.exposure import merging, pairs, scale

from vedette.exposure.engine import Exposures
from vedette.exposure.filters import OPEN
from vedette.store import Lake


def test_the_pairs_are_those_that_the_script_writes() -> None:
    listed = [orjson.loads(line) for line in pairs.PAIRS.read_bytes().splitlines()]
    assert listed == list(pairs.pairs())
    assert len(listed) >= 200
    assert len({pair["pair_id"] for pair in listed}) == len(listed)
    families = {pair["family"]: pair["split"] for pair in listed}
    assert Counter(families.values())["dev"] == Counter(families.values())["held_out"]
    labels = Counter((pair["split"], pair["same"]) for pair in listed)
    assert min(labels.values()) >= 35


def test_scores_count_what_is_wrong_and_what_is_missed() -> None:
    found = merging.scores([(True, True), (True, False), (False, True), (False, False)])
    assert (found["wrong"], found["missed"], found["f1"]) == (1, 1, 0.5)
    assert merging.scores([(False, True)])["f1"] == 0.0


@pytest.mark.slow
def test_merging_meets_its_bar() -> None:
    found = merging.measure(("dev", "held_out"))
    assert found["held_out"]["f1"] >= merging.BAR
    assert found["all"]["f1"] > found["plain rule, all"]["f1"]


@pytest.mark.slow
def test_the_made_lake_merges_to_what_was_put_in(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    scale.generate(lake, 3_000, 60)
    with Exposures.open(lake, now=scale.NOW) as exposures:
        host = "CASE WHEN starts_with(place, 'SRV-') THEN lower(place) || '.corp.example' ELSE place END"
        (distinct,) = exposures.connection.execute(
            f"SELECT count(DISTINCT (ids[-1], {host})) FROM scan_findings"
        ).fetchone()
        assert exposures.count() == distinct
        assert 0 < exposures.count(OPEN) < distinct
        for name, ask in scale.questions(exposures):
            assert ask() is not None, name
        _, gone, _ = exposures.count_changes(scale.NOW - timedelta(days=7))
        assert gone > 0
    lake.close()
