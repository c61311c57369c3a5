"""A team's triage history as findings with their verdicts: from the home's casebook, or from an exported file.

A verdict on a finding is that finding's. A verdict on a case is its findings' where they have none of their own. All
verdicts are kept with when and by whom; a later one outranks an earlier one, and how many differ is counted. A finding
that nobody judged is unlabelled: it is seen, and teaches nothing about what matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from vedette.errors import UserError
from vedette.models.activity.fired import FindingError, Outcome, read_outcome, read_verdict

if TYPE_CHECKING:
    from vedette.schema import Note
    from vedette.store import Lake

FIELDS = (
    "finding_id rule_id title kind source severity confidence first_at device_name cloud_account accounts techniques "
    "tactics verdict judged_at judged_by"
).split()
"""What a mapping may name; ``first_at`` and one of ``rule_id`` and ``title`` are needed."""


def from_home(lake: Lake) -> list[dict[str, Any]]:
    """Return the findings that a home knows, each with the verdicts given on it (``judged``), in order of time.

    Findings of past investigations are among them where somebody wrote on their case.
    """
    from vedette.store.book import load_cases, load_findings, to_json

    findings = {f.finding_id: f for f in load_findings(lake)}
    own: dict[str, list[Note]] = {}
    of_case: dict[str, list[Note]] = {}
    for case in load_cases(lake, past=True):
        told = [n for n in case.notes if n.verdict is not None]
        for finding in case.findings:
            findings.setdefault(finding.finding_id, finding)
            of_case.setdefault(finding.finding_id, []).extend(n for n in told if n.finding_id is None)
        for note in told:
            if note.finding_id is not None:
                own.setdefault(note.finding_id, []).append(note)
    out = []
    for finding in sorted(findings.values(), key=lambda f: (f.first_at, f.finding_id)):
        body = orjson.loads(to_json(finding))
        kept = {name: body[name] for name in FIELDS if name in body}
        notes = own.get(finding.finding_id) or of_case.get(finding.finding_id, [])
        judged = [
            {"verdict": n.verdict.value, "at": n.at.isoformat(), "by": n.author}
            for n in sorted(notes, key=lambda n: n.at)
            if n.verdict is not None
        ]
        if judged:
            kept |= {"judged": judged, "verdict": judged[-1]["verdict"], "judged_at": judged[-1]["at"]}
        out.append(kept)
    return out


def mapped(row: Mapping[str, Any], mapping: Mapping[str, str], verdicts: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of an export under our names.

    Args:
        row: as the export has it.
        mapping: our name -> the export's.
        verdicts: the export's word, in lower case -> ours.

    Raises:
        UserError: the mapping names what is no field of a finding.
    """
    unknown = sorted(set(mapping) - set(FIELDS))
    if unknown:
        raise UserError(f"options.mapping: {unknown[0]!r} is no field", next_step=f"it may name {', '.join(FIELDS)}")
    found = {name: value for name, value in row.items() if name not in mapping.values()}
    found |= {ours: row.get(theirs) for ours, theirs in mapping.items()}
    word = str(found.get("verdict") or "").strip().lower()
    if word in verdicts:
        found["verdict"] = verdicts[word]
    return found


def check(finding: Mapping[str, Any]) -> str | None:
    """Return why an object is no finding with verdicts, None where it is one."""
    try:
        read_outcome(finding, b"")
    except FindingError as problem:
        return str(problem)
    return None


def word_for(verdict: str) -> str:
    """Return our word for a verdict.

    Raises:
        UserError: there is none.
    """
    try:
        found = read_verdict(verdict)
    except FindingError as problem:
        raise UserError(f"options.verdicts: {problem}") from None
    return "" if found is None else found.value


def outcomes_of(findings: Iterable[Mapping[str, Any]], salt: bytes) -> Iterator[Outcome]:
    """Yield outcomes; what is no finding is left out (readers have said so before)."""
    for finding in findings:
        try:
            yield read_outcome(finding, salt)
        except FindingError:
            continue
