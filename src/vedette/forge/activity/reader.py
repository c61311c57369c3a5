"""The corpus reader ``activity``: triage history of a home, an exported file, or a generated company.

.. code-block:: yaml

    sources:
      - {path: "${home}", format: activity, label: verdict}                      # this home's casebook
      - path: alerts.csv                                                         # JSON lines, JSON, CSV, Parquet
        format: activity
        label: verdict
        options:
          mapping: {rule_id: rule, title: name, first_at: created, device_name: host, verdict: resolution}
          verdicts: {malicious: true_positive, "expected activity": benign, noise: false_positive}
      - {path: generated, format: activity, label: verdict, options: {world: gradual, seed: 1, days: 180}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.forge.activity.generate import KINDS, Company, generate
from vedette.forge.activity.history import check, from_home, mapped, word_for
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import digest_of, list_files, sample_of
from vedette.forge.corpus.registry import recognise
from vedette.forge.recipe import SourceSpec
from vedette.models.activity.fired import read_outcome
from vedette.models.activity.replay import taken_at
from vedette.store.state import STATE_FILE

GENERATED = "generated"


class ActivityReader:
    """Reads triage history."""

    name = "activity"
    whole = True

    def sniff(self, sample: Sample) -> float:
        """Return 0: it is taken by name only."""
        return 0.0

    def digest(self, file: SourceFile, spec: SourceSpec) -> str:
        """Return a digest of everything that is read."""
        kind = _kind(file.path, spec)
        if kind == "files":
            files, _ = list_files(file.path)
            return sha256(orjson.dumps([[f.name, digest_of(f.path)] for f in files])).hexdigest()
        if kind == GENERATED:
            return sha256(repr(_company(spec.options)).encode()).hexdigest()
        return sha256(orjson.dumps(_home(file.path))).hexdigest()

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield one row a finding.

        Raises:
            UserError: an option is wrong, or there is nothing at the path.
        """
        kind = _kind(file.path, spec)
        if kind == "files":
            yield from _files(file.path, spec)
            return
        found = generate(_company(spec.options)) if kind == GENERATED else iter(_home(file.path))
        for number, finding in enumerate(found, start=1):
            yield _row(finding, f"finding {number}")


READER = ActivityReader()


def _kind(path: Path, spec: SourceSpec) -> str:
    if spec.path == GENERATED and not path.exists():
        return GENERATED
    if (path / "state.sqlite").is_file() or (path / STATE_FILE).is_file():
        return "home"
    return "files"


def _home(path: Path) -> list[dict[str, Any]]:
    from vedette.store import Lake

    lake = Lake.open(path)
    try:
        return from_home(lake)
    finally:
        lake.close()


def _company(options: Mapping[str, Any]) -> Company:
    known = {"world": str, "seed": int, "days": int, "scale": float, "keep_duplicates": bool}
    for name, value in options.items():
        if name not in known or not isinstance(value, (int, float) if known[name] is float else known[name]):
            raise UserError(
                f"options.{name} is wrong for a generated history", next_step=f"it takes {', '.join(known)}"
            )
    kind = str(options.get("world", "stationary"))
    if kind not in KINDS:
        raise UserError(f"options.world: there is no {kind!r}", next_step=f"use one of {', '.join(KINDS)}")
    return Company(
        kind=kind,
        seed=int(options.get("seed", 0)),
        days=int(options.get("days", 180)),
        scale=float(options.get("scale", 1.0)),
    )


def _files(path: Path, spec: SourceSpec) -> Iterator[Row | Bad]:
    mapping = _texts(spec.options.get("mapping"), "mapping")
    verdicts = {k.strip().lower(): word_for(v) for k, v in _texts(spec.options.get("verdicts"), "verdicts").items()}
    files, bad = list_files(path)
    yield from bad
    for file in files:
        reader = recognise(sample_of(file))
        if reader is None:
            yield Bad(place="", reason="no reader knows this file", file=file.name)
            continue
        for row in reader.read(file, spec):
            yield row if isinstance(row, Bad) else _row(mapped(row.fields, mapping, verdicts), row.place, file.name)


def _texts(value: Any, name: str) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise UserError(f"options.{name} is no table of names")
    return {str(k): v for k, v in value.items()}


def _row(finding: Mapping[str, Any], place: str, file: str = "") -> Row | Bad:
    why = check(finding)
    if why is not None:
        return Bad(place=place, reason=why, excerpt=str(dict(finding))[:300], file=file)
    outcome = read_outcome(finding, b"")
    # unlabelled findings are records too: they are what was seen; the text names the finding, not only its title
    return Row(
        place=place,
        fields={**finding, "text": f"{outcome.fired.title or outcome.fired.rule} ({outcome.fired.finding_id})"},
        at=datetime.fromtimestamp(taken_at(outcome), UTC),
    )
