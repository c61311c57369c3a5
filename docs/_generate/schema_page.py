"""The nouns' reference: event columns with their OCSF names, then every other noun's fields."""

from __future__ import annotations

import dataclasses
import inspect
from enum import StrEnum
from typing import Any

from _generate.words import NOTICE, field_docs, first_paragraph, prose, table
from vedette import schema

HEAD = """# Nouns and event columns

Everything that a user sees is one of the nouns below. They are declared once, in `src/vedette/schema/`, as frozen
dataclasses; in bulk the fields of an event are columns of the same names in Arrow, Parquet and DuckDB.

## Event

One log record: a typed core in [OCSF](https://schema.ocsf.io) 1.3 names, the native fields as their source writes
them, and the raw record. A column marked `?` may be null, which means that the source did not say. Values stand as
written; only `DOM\\user` is split into name and domain.

The table is also what `vedette query --columns` prints. In SQL, `time` is a timestamp in UTC and a native field is
`native->>'CommandLine'`.

"""

AFTER = """
`native` holds the fields as their source writes them, flat: nested objects as dotted keys
(`userIdentity.sessionContext.sessionIssuer.userName`), lists of scalars as lists, Windows event data at top level
beside `EventID`, `Channel`, `Provider_Name` and `Computer`. Sigma rules match on these. An absent field differs
from one that is null. In the lake, a record that is flat JSON itself is not stored twice: see
[the lake](lake.md).

"""


def page() -> str:
    """Return the page."""
    parts = [NOTICE, HEAD, _events(), AFTER, _classes()]
    parts.append("\n## Other nouns\n")
    for name in sorted(schema.__all__):
        noun = getattr(schema, name)
        if name == "Event" or not inspect.isclass(noun):
            continue
        if dataclasses.is_dataclass(noun):
            parts.append(f"\n### {name}\n\n{first_paragraph(noun.__doc__)}\n\n{_fields(noun)}")
        elif issubclass(noun, StrEnum) and name not in ("EventClass",):
            parts.append(f"\n### {name}\n\n{first_paragraph(noun.__doc__)}\n\n{_members(noun)}")
    return "".join(parts)


def _events() -> str:
    kinds = {"str": "text", "int": "number", "datetime": "timestamp", "dict[str, Any]": "JSON text"}
    rows = [
        (
            f"`{f.name}`",
            kinds[_kind(f.type).rstrip("?")] + "?" * _kind(f.type).endswith("?"),
            f"`{f.metadata['ocsf']}`",
            prose(f.metadata["doc"]),
        )
        for f in dataclasses.fields(schema.Event)
    ]
    return table(["column", "type", "OCSF", "what it is"], rows)


def _classes() -> str:
    names = ", ".join(f"`{c.value}`" for c in schema.EventClass)
    outcomes = ", ".join(f"`{o.value}`" for o in schema.Outcome)
    return (
        f"### Classes\n\n`class_name` is one of {names}. A log line that says no more than its text is "
        "`log_activity`.\n\n"
        f"### Outcomes\n\n`outcome` is one of {outcomes}, or null where the source does not say.\n"
    )


def _fields(noun: Any) -> str:
    docs = field_docs(noun)
    rows = [(f"`{f.name}`", f"`{_kind(f.type)}`", docs.get(f.name, "")) for f in dataclasses.fields(noun)]
    return table(["field", "type", "what it is"], rows)


def _members(noun: Any) -> str:
    docs = field_docs(noun)
    if not docs:
        return "One of " + ", ".join(f"`{m.value}`" for m in noun) + ".\n"
    return table(["value", "meaning"], [(f"`{m.value}`", docs.get(m.name, "")) for m in noun])


def _kind(annotation: Any) -> str:
    return str(annotation).replace(" | None", "?").replace("tuple[", "list[").replace(", ...]", "]")
