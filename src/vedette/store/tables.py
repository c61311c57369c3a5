"""The tables of the state database, declared once (SQLAlchemy Core)."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Float, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

segments = Table(
    "segments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("segment_id", String(64), nullable=False, unique=True),
    Column("tbl", String(32), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("day", Date),
    Column("class_name", String(64)),
    Column("source", Text, index=True),
    Column("n_rows", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("t_min", DateTime),
    Column("t_max", DateTime),
    Column("schema_version", Integer, nullable=False),
    Column("job", String(128), nullable=False, index=True),
    Column("shard", String(128), nullable=False),
    sqlite_autoincrement=True,
)
"""One row a Parquet file that belongs to the lake: a file without a row is not part of it."""

shards = Table(
    "shards",
    metadata,
    Column("job", String(128), primary_key=True),
    Column("shard", String(128), primary_key=True),
    Column("finished_at", DateTime, nullable=False),
)
"""One row a finished shard of a bulk job."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("record_id", String(32), primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("reader", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("preamble", LargeBinary, nullable=False),
    Column("truncated", Integer, nullable=False),
    Column("quarantined_at", DateTime, nullable=False),
)
"""Records that could not become events, with the event id that they will have."""

findings = Table(
    "findings",
    metadata,
    Column("finding_id", String(64), primary_key=True),
    Column("ruleset", String(64), nullable=False, index=True),
    Column("severity", String(16), nullable=False),
    Column("first_at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("first_at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("current", Integer, nullable=False),
)
"""``current`` is 0 for a case that a later investigation no longer makes; it is kept for its notes."""

notes = Table(
    "notes",
    metadata,
    Column("note_id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("finding_id", String(64)),
    Column("at", DateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("verdict", String(32)),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
)
