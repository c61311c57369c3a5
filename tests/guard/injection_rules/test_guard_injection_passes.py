"""Rules alone pass what defenders send all day."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from vedette.guard.injection.rules import ALARM, signals

PLAIN = {
    "attack-procedures/procedures.jsonl.gz": 0.999,
    "tram/bootstrap_sentences.jsonl.gz": 0.999,
    "cmd-nl2bash/nl2bash.jsonl.gz": 0.999,
    "cmd-tldr/tldr_sample.jsonl": 0.999,
    "vulnrichment/cves.jsonl.gz": 0.999,
    "inj-notinject/notinject.jsonl": 0.98,
    "inj-wildguard-benign/wildguard_benign.jsonl": 0.98,
}
"""Sets of ordinary text, and what share of each must raise no alarm."""


def _texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield max((value for value in json.loads(line).values() if isinstance(value, str)), key=len)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAIN)
def test_ordinary_text_passes(shared_data: Path, name: str) -> None:
    judged = [signals(text) for text in _texts(shared_data / name)]
    passed = sum(one.together < ALARM and all(told.score < ALARM for told in one.hidden) for one in judged)
    assert passed >= PLAIN[name] * len(judged)
