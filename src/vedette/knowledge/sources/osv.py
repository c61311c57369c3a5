"""Advisories in OSV's form: OSV's own export, GitHub's advisory database, and whoever else writes it."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.knowledge.sources.base import Head, Rows, WrongFormatError, text_of, texts_of, time_of
from vedette.knowledge.sources.members import Member
from vedette.knowledge.sources.records import as_json, at, documents, listed


def rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield advisories.

    Raises:
        WrongFormatError: it holds none, or a file is torn.
    """
    found = False
    for where, record in documents(members):
        name = text_of(at(record, "id"))
        updated = time_of(at(record, "modified"))
        if name is None or updated is None or len(name) > 200:
            head.skip(f"{where} has no id and day of change, as OSV's form asks for")
            continue
        found = True
        head.latest(updated.date())
        severities = [*listed(at(record, "severity"))]
        for affected in listed(at(record, "affected")):
            severities += listed(at(affected, "severity"))
        yield {
            "id": name,
            "aliases": texts_of(at(record, "aliases")),
            "related": texts_of([*listed(at(record, "related")), *listed(at(record, "upstream"))]),
            "title": text_of(at(record, "summary")),
            "description": text_of(at(record, "details")),
            "published_at": time_of(at(record, "published")),
            "updated_at": updated,
            "withdrawn_at": time_of(at(record, "withdrawn")),
            "cvss": texts_of([at(s, "score") for s in severities if str(at(s, "type")).startswith("CVSS_")]),
            "cwes": texts_of(at(record, "database_specific", "cwe_ids")),
            "affected": as_json(at(record, "affected")),
        }
    if not found:
        raise WrongFormatError("it holds no advisory in OSV's form")
