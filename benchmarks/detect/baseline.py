"""The baseline: one SQL query per rule, made by pysigma-backend-sqlite, over a table of the same events."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import detect_support as support
from sigma.backends.sqlite import sqliteBackend
from sigma.rule import SigmaRule

from vedette.detect.compiling import rule_document

_CATEGORIES = {"registry_event": ("registry_add", "registry_set", "registry_delete", "registry_rename")}


def queries(shared: Path, *, as_written: bool = False) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Return (rule id, SQL) for every rule that the backend can express, the fields used, and those it cannot.

    Args:
        shared: The labelled data.
        as_written: Leave the query as the backend writes it; else the rule's log source is asked for first.
    """
    backend = sqliteBackend(fulltext_field="fulltext")
    made: list[tuple[str, str]] = []
    fields: dict[str, str] = {}
    failed: list[str] = []
    for record in support.rules(shared):
        try:
            rule = SigmaRule.from_dict(rule_document(dict(record)))
            sql = backend.convert_rule(rule)[0]
        except Exception as error:
            failed.append(f"{record['title']}: {error}")
            continue
        where = []
        source = rule.logsource
        for column, value in (("product", source.product), ("category", source.category), ("service", source.service)):
            if value:
                wanted = _CATEGORIES.get(value, (value,))
                where.append(f"log_{column} IN ({','.join(repr(v) for v in wanted)})")
        head, _, tail = sql.partition(" WHERE ")
        gate = "" if as_written else f"{' AND '.join(where)} AND "
        made.append((str(rule.id), f"SELECT rowid FROM logs WHERE {gate}({tail})"))
        assert head == "SELECT * FROM logs", head
        for field in backend.required_fields(rule):
            fields.setdefault(field.lower(), field)  # SQLite's column names ignore case
    return made, list(fields.values()), failed


class Table:
    """An in-memory SQLite table with a column per field that any rule uses."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = [f for f in fields if f != "fulltext"]
        self.db = sqlite3.connect(":memory:")
        compiled: dict[str, re.Pattern[str]] = {}

        def regexp(pattern: str, value: Any) -> bool:
            known = compiled.get(pattern)
            if known is None:
                known = compiled[pattern] = re.compile(pattern)
            return value is not None and known.search(str(value)) is not None

        self.db.create_function("REGEXP", 2, regexp, deterministic=True)
        columns = ", ".join(f'"{f}" TEXT COLLATE NOCASE' for f in self.fields)
        self.db.execute(f"CREATE TABLE logs (log_product, log_category, log_service, fulltext TEXT, {columns})")
        self.insert = f"INSERT INTO logs VALUES ({','.join('?' * (4 + len(self.fields)))})"

    def load(self, natives: Sequence[dict[str, Any]]) -> float:
        """Insert the events; return the CPU seconds that took."""
        start = time.process_time()
        rows = []
        for native in natives:
            text = "\n".join(map(_text, native.values()))
            values = [None if (v := native.get(f)) is None else _text(v) for f in self.fields]
            rows.append((*support.logsource(native), text, *values))
        self.db.executemany(self.insert, rows)
        return time.process_time() - start

    def run(self, made: Sequence[tuple[str, str]]) -> tuple[float, set[tuple[str, int]], int]:
        """Run the queries; return CPU seconds, (rule id, row) hits and how many queries failed."""
        hits: set[tuple[str, int]] = set()
        failed = 0
        start = time.process_time()
        for rule_id, sql in made:
            try:
                for (row,) in self.db.execute(sql):
                    hits.add((rule_id, row - 1))
            except sqlite3.Error:
                failed += 1
        return time.process_time() - start, hits, failed


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, (list, dict)) else str(value)
