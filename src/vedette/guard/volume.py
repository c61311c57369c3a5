"""Many texts before they reach a model: a job's rows in, verdicts and findings out, on any engine of ``vedette.bulk``.

Findings have places and no values, so that the tables may lie where the texts may not.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from vedette.documents.encodings import decode, looks_binary
from vedette.errors import InternalError, UserError
from vedette.guard.engine import Guard, scanners_named
from vedette.guard.policy import Policy
from vedette.schema.guarding import Direction, Form, Passage

if TYPE_CHECKING:
    import pyarrow as pa

TIMEOUT_S = 60.0
_guard: Guard | None = None
_how: tuple[Direction | None, Form] = (None, Form.AUTO)


def version_of(policy: Policy, scanners: Sequence[str] | None, direction: Direction | None, form: Form) -> str:
    """Return a digest of what the verdicts depend on beside the text."""
    from vedette import __version__

    options = orjson.dumps([__version__, scanners, direction, form], default=str)
    return hashlib.sha256(options + pickle.dumps(policy)).hexdigest()[:32]


def prepare(
    policy: Policy, scanners: Sequence[str] | None, direction: Direction | None, form: Form, third_party: bool
) -> None:
    """Make this process's guard."""
    global _guard, _how
    if _guard is not None:
        _guard.close()
    _guard = Guard(scanners_named(scanners, third_party=third_party), policy, timeout_s=TIMEOUT_S)
    _how = (direction, form)


def scan_rows(rows: pa.Table) -> dict[str, pa.Table]:
    """Return verdicts and findings of rows of ``id`` and ``text`` or ``content``; a job's function.

    A text that a scanner could not judge is blocked, as always, and is in ``errors`` too.
    """
    import pyarrow as pa

    from vedette.bulk.job import told_errors

    if _guard is None:
        raise InternalError("scan_rows runs after prepare")
    verdicts, findings, errors = [], [], []
    for at, row in enumerate(rows.to_pylist()):
        text = row["text"]
        if text is None:
            if looks_binary(row["content"] or b""):
                raise UserError("it is binary")
            text = decode(row["content"] or b"")[0]
        found = _guard.check(Passage(text=text, direction=_how[0], form=_how[1], place=row["id"]))
        verdicts.append((row["id"], found.action.value, found.dry_run, found.reason, len(found.decided)))
        for decided in found.decided:
            one = decided.finding
            place = (row["id"], one.entity, one.start, one.end, round(one.score, 4), one.scanner, one.rule)
            findings.append((*place, decided.action.value))
        errors += [(at, f"not judged by {one.scanner}: {one.reason}"[:500]) for one in found.unjudged]
    text_, whole, real, flag = pa.string(), pa.int64(), pa.float64(), pa.bool_()
    verdict_schema = pa.schema(
        [("id", text_), ("action", text_), ("dry_run", flag), ("reason", text_), ("n_findings", whole)]
    )
    finding_schema = pa.schema(
        [
            ("id", text_),
            ("entity", text_),
            ("start", whole),
            ("end", whole),
            ("score", real),
            ("scanner", text_),
            ("rule", text_),
            ("action", text_),
        ]
    )
    return {
        "verdicts": _table(verdicts, verdict_schema),
        "findings": _table(findings, finding_schema),
        "errors": told_errors(errors),
    }


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([list(column) for column in columns], schema=schema)
