"""Many command lines and scripts: a job's rows in, what each does as a table, on any engine of ``vedette.bulk``."""

from __future__ import annotations

import hashlib
import pickle
from typing import TYPE_CHECKING

import orjson

from vedette.commands.decoding import decode_text
from vedette.commands.explaining import explain
from vedette.commands.telling.as_json import as_json
from vedette.errors import UserError
from vedette.knowledge.tools import ToolTables, packed_tables
from vedette.schema.command import Language

if TYPE_CHECKING:
    import pyarrow as pa

_language: Language | None = None
_tables: ToolTables | None = None


def version_of(tables: ToolTables | None, language: Language | None) -> str:
    """Return a digest of what the answers depend on beside the text."""
    from vedette import __version__

    own = b"" if tables is None or tables is packed_tables() else pickle.dumps(tables)
    return hashlib.sha256(orjson.dumps([__version__, language]) + own).hexdigest()[:32]


def prepare(tables: ToolTables | None, language: Language | None) -> None:
    """Make this process ready: what is known of tools (None is what ships), and what the texts are written in."""
    global _language, _tables
    _language, _tables = language, tables


def explain_rows(rows: pa.Table) -> dict[str, pa.Table]:
    """Return the explanation of each text in rows of ``id`` and ``text`` or ``content``; a job's function."""
    import pyarrow as pa

    told = []
    for row in rows.to_pylist():
        text = row["text"] if row["text"] is not None else decode_text(row["content"] or b"")
        if text is None:
            raise UserError("it is binary, no command or script")
        found = explain(text.strip("\r\n"), _language, tables=_tables)
        whole = orjson.dumps(as_json(found), default=str).decode()
        ids = [technique.id for technique in found.techniques]
        told.append((row["id"], str(found.language), found.risk, found.sentence, ids, whole))
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("language", pa.string()),
            ("risk", pa.float64()),
            ("sentence", pa.string()),
            ("techniques", pa.list_(pa.string())),
            ("explanation", pa.string()),
        ]
    )
    columns = list(zip(*told, strict=True)) if told else [()] * len(schema)
    return {"explanations": pa.table([list(column) for column in columns], schema=schema)}
