"""The team's own record in a home: cases, notes and triage outcomes, with the analysts' verdicts as labels.

``kind`` is ``case`` (title and summary), ``note`` (what an analyst wrote) or ``finding`` (one that was judged). Names
of authors are not read; accounts and hosts in texts are, and pass the redactor like everything else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import orjson

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.recipe import SourceSpec
from vedette.schema import Case, Finding, Note, Verdict
from vedette.store import Lake
from vedette.store.book import load_cases


class CasesReader:
    """Reads a home's cases (``path`` is the home)."""

    name = "cases"
    whole = True

    def sniff(self, sample: Sample) -> float:
        """Return 0: it takes a home, not files."""
        return 0.0

    def digest(self, file: SourceFile, spec: SourceSpec) -> str:
        """Return a digest of the rows."""
        rows = (orjson.dumps([r.place, dict(r.fields), r.at, list(r.labels)]) for r in _rows(file.path, spec))
        return hashlib.sha256(b"\n".join(rows)).hexdigest()

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the texts, in order of case and time."""
        yield from _rows(file.path, spec)


def _rows(home: Path, spec: SourceSpec) -> Iterator[Row]:
    if not home.is_dir():
        raise UserError(f"there is no home {home}", next_step="name the folder that --home or VEDETTE_HOME names")
    lake = Lake.open(home, spec.options.get("state_url"))
    try:
        cases = load_cases(lake, past=True)
    finally:
        lake.close()
    for case in sorted(cases, key=lambda c: (c.first_at, c.case_id)):
        yield from _of(case)


def _of(case: Case) -> Iterator[Row]:
    said = "\n".join([case.title, *(claim.text for claim in case.summary)])
    yield _row(case, "case", case.case_id, said, case.verdict)
    findings = {f.finding_id: f for f in case.findings}
    judged: dict[str, Note] = {}
    for number, note in enumerate(case.notes, start=1):
        about = findings.get(note.finding_id or "")
        if note.text.strip():
            verdict = note.verdict or Verdict.UNDECIDED
            yield _row(case, "note", f"{case.case_id} note {number}", note.text, verdict, note, about)
        if note.finding_id and note.verdict is not None:
            judged[note.finding_id] = note
    for finding_id, note in sorted(judged.items()):
        finding = findings.get(finding_id)
        if finding is not None and note.verdict is not None:
            place = f"{case.case_id} finding {finding_id}"
            yield _row(case, "finding", place, told(finding), note.verdict, note, finding)


def _row(
    case: Case,
    kind: str,
    place: str,
    text: str,
    verdict: Verdict,
    note: Note | None = None,
    about: Finding | None = None,
) -> Row:
    decided = verdict.value if verdict is not Verdict.UNDECIDED else None
    fields = {
        "text": text,
        "kind": kind,
        "verdict": decided,
        "case": case.case_id,
        "case_title": case.title,
        "case_severity": case.severity.value,
        "status": case.status.value,
        "finding": about.finding_id if about else None,
        "rule": about.rule_id if about else None,
    }
    return Row(
        place=place,
        fields=fields,
        labels=(decided,) if decided else (),
        group=case.case_id,
        at=note.at if note else case.last_at,
        licence="own data",
    )


def told(finding: Finding) -> str:
    """Return a finding in words."""
    parts = [f"{finding.title} ({finding.severity.value}), {finding.count} times"]
    if finding.device_name:
        parts.append(f"on {finding.device_name}")
    if finding.accounts:
        parts.append("by " + ", ".join(finding.accounts[:3]))
    quotes = [e.quote for e in finding.evidence if e.quote][:3]
    return " ".join(parts) + "." + "".join(f"\n{q}" for q in quotes)


READER = CasesReader()
