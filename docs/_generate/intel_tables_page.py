"""The page of the tables of reports: every column, from where they are declared and from the nouns' own words."""

from __future__ import annotations

from typing import Any

from _generate.words import NOTICE, field_docs, table
from vedette import schema
from vedette.schema.flat_tables import FlatColumn
from vedette.schema.intel_tables import INTEL_TABLES, INTEL_VERSION, intel_columns

_HEAD = f"""# Tables of reports

What is read out of threat reports and other documents is kept in seven tables, the same in the lake
(`vedette extract … --keep`, then `vedette query`) and in Parquet files of bulk runs. One row is one thing: a value, a
name, a technique, a relation, an event, a vulnerability. These are the columns of version {INTEL_VERSION}.

- `document_id` comes from the document's own text, so that the same report read again is the same document: it replaces
  what was kept or, where nothing changed, adds nothing. `vedette lake documents` lists them, `vedette lake forget ID`
  takes one out with all its rows.
- `number` is the thing's place among its kind in the document.
- `start` and `end` are offsets in characters into `intel_documents.text`, half open. The words are
  `substring(text, start + 1, "end" - start)`.
- `key` tells a thing from others across documents, whatever a report calls it: `group:G0007`, `malware:emotet`,
  `domain:evil.example`. `source` and `target` of relations and `keys` of events name things by it; a technique's is
  `technique:T1059.001`.
- Columns of type *JSON* are JSON text of what lies in a noun: parts of a document, spans of sentences.

Halves of characters (lone surrogates) cannot be kept and become U+FFFD, one for one, so that offsets stay.

"""
_WHAT = {
    "intel_documents": ("a document that was read", "Document"),
    "intel_observables": ("a value where it stands", "SeenObservable"),
    "intel_entities": ("a name where it stands", "EntityMention"),
    "intel_techniques": ("a technique of a sentence or of a whole report", "TechniqueMention"),
    "intel_relations": ("two things and how they are related", "Relation"),
    "intel_events": ("something that happened at a time", "ReportEvent"),
    "intel_vulnerabilities": ("what is said of a vulnerability", "VulnerabilityMention"),
}
_MADE = {
    "document_id": "of the document",
    "title": "what it is called",
    "media_type": "what the file is",
    "authors": "as it names them",
    "links": "what ranges of its text link to; never followed",
    "unread": "what of it could not be read, and why",
    "start": "where it begins",
    "end": "where it ends",
    "number": "place among its kind in the document, from 0",
    "key": "what tells it from others across documents",
    "scope": "`sentence`, or `report` for what the report as a whole describes",
    "read_at": "when the document first came into the lake, UTC; empty in files of bulk runs",
}
_PLAIN = {
    "kind": "which kind it is",
    "name": "what it is called",
    "technique": "its ATT&CK id",
    "text": "as the source wrote it",
    "confidence": "that it is so, in [0, 1]",
    "link_confidence": "that it is linked to the right thing, in [0, 1]; null where it is linked to none",
    "defanged": "whether the source had made it harmless",
    "standing": "what the report takes it for: `observable`, `indicator`, `reference`, `victim`, `example`",
    "target": "key of what it is done to",
    "affected": "products that the text says are vulnerable, with versions",
    "exploit": "`exploited`, `poc`, `not_known` or `unsaid`",
    "score": "CVSS score that the text says",
    "cwe_confidence": "that it is right, in [0, 1]",
    "cvss_confidence": "that it is right, in [0, 1]",
    "cwe_reasons": "what spoke for it",
    "cvss_reasons": "what spoke for it",
    "cwe_abstained": "whether the model would rather not say",
    "cvss_abstained": "whether the model would rather not say",
}
_EXAMPLES = """
## Examples

Which reports name a group, under any name, and with which words:

```sql
SELECT d.title, e.text, substring(d.text, e.start + 1, 80) AS words
FROM intel_entities e JOIN intel_documents d USING (document_id)
WHERE e.key = 'group:G0007' ORDER BY d.read_at DESC
```

What came in since a day and was an indicator in no report before:

```sql
SELECT o.key, min(d.read_at) AS first_at, count(DISTINCT d.document_id) AS reports
FROM intel_observables o JOIN intel_documents d USING (document_id)
WHERE o.standing = 'indicator' GROUP BY o.key HAVING min(d.read_at) >= TIMESTAMP '2026-03-09' ORDER BY 2
```

Indicators of reports that own events went to:

```sql
SELECT o.value, count(*) AS events, min(e.time), max(e.time)
FROM intel_observables o JOIN events e ON o.value = e.dst_ip
WHERE o.kind = 'ip' AND o.standing = 'indicator' GROUP BY o.value
```

[What a report means for us](../how-to/what-a-report-means-for-us.md) does that for every kind of value at once, in all
columns and in the raw records.
"""


def page() -> str:
    """Return the page."""
    parts = [NOTICE, _HEAD]
    for name in INTEL_TABLES:
        what, noun = _WHAT[name]
        docs = _docs(noun)
        rows = [(f"`{c.name}`", _kind(c), _said(c, docs)) for c in intel_columns(name)]
        parts.append(f"## {name}\n\nA row is {what}.\n\n{table(['column', 'type', 'what it is'], rows)}\n")
    return "".join(parts).rstrip("\n") + "\n" + _EXAMPLES


def _docs(noun: str) -> dict[str, str]:
    """Return what is written under each field of a noun, and of the nouns in it by ``field.name``."""
    out = dict(field_docs(getattr(schema, noun)))
    if noun == "Document":
        out = {f"document.{name}": said for name, said in out.items()} | field_docs(schema.Reading)
    if noun == "TechniqueMention":
        out = field_docs(schema.ReportTechnique) | out
    reasoned: dict[str, Any] = field_docs(schema.Reasoned)
    for part in ("weakness", "cvss"):
        out |= {f"{part}.{name}": said for name, said in reasoned.items()}
    return out


def _said(column: FlatColumn, docs: dict[str, str]) -> str:
    said = _MADE.get(column.name) or docs.get(column.field) or _PLAIN.get(column.name, "")
    return said.replace("; None where", "; null where")


def _kind(column: FlatColumn) -> str:
    words = {
        "string": "text", "strings": "list of text", "float": "number", "int": "whole number", "bool": "true or false",
        "time": "timestamp", "json": "JSON",
    }  # fmt: skip
    return words[column.kind]
