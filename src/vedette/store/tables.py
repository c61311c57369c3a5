"""The tables of the state database, declared once (SQLAlchemy Core)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy import Text as _Text

metadata = MetaData()

_BYTES = BigInteger().with_variant(Integer, "sqlite")
"""Sizes and offsets of files: SQLite's integers are wide enough, PostgreSQL's are not."""


class Text(TypeDecorator[str]):
    """Text as logs hold it, on any database.

    PostgreSQL takes no NUL: there it is held behind an escape, and read back as it was. Half a surrogate pair, which
    comes from a file name or command line that is no UTF-8, is held as its escape (no database takes it).
    """

    impl = _Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it is held."""
        if value is None or (value.isascii() and value.isprintable()):
            return value
        value = value.encode("utf-8", "backslashreplace").decode()
        if dialect.name == "postgresql":
            value = value.replace("\x1a", "\x1a1").replace("\x00", "\x1a0")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the text as it was given."""
        if value is None or dialect.name != "postgresql" or "\x1a" not in value:
            return value  # type: ignore[no-any-return]
        return str(value).replace("\x1a0", "\x00").replace("\x1a1", "\x1a")


segments = Table(
    "segments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("segment_id", String(64), nullable=False, unique=True),
    Column("tbl", String(32), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("day", Date),
    Column("class_name", String(64)),
    Column("source", Text),
    Column("n_rows", Integer, nullable=False),
    Column("size_bytes", _BYTES, nullable=False),
    Column("t_min", DateTime),
    Column("t_max", DateTime),
    Column("schema_version", Integer, nullable=False),
    Column("job", String(128), nullable=False, index=True),
    Column("shard", String(128), nullable=False),
    # a source may be longer than PostgreSQL's ordered index takes
    Index("ix_segments_source", "source", postgresql_using="hash"),
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
    Column("offset", _BYTES, nullable=False),
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

home = Table("home", metadata, Column("home_id", String(32), primary_key=True))
"""One row: the home folder whose state this is, where the database does not lie in it."""

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("case_id", String(64)),
    Column("started_at", DateTime, nullable=False),
    Column("last_at", DateTime, nullable=False, index=True),
    Column("n_turns", Integer, nullable=False),
    Column("focus", Text, nullable=False),
)
"""Conversations; ``focus`` is the last answer's."""


def _of_session() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["session_id"], ["sessions.session_id"], ondelete="CASCADE")


turns = Table(
    "turns",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
    _of_session(),
)
"""One row a question; ``body`` is the whole answer without the files that it made."""

artefacts = Table(
    "artefacts",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    _of_session(),
)
"""The files that a turn's tools made, in order."""

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("verdict", String(32)),
    Column("case_id", String(64)),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    _of_session(),
    sqlite_autoincrement=True,
)

shares = Table(
    "shares",
    metadata,
    Column("share_id", String(32), primary_key=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", DateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", DateTime),
    _of_session(),
)
"""Read-only doors to sessions; ``digest`` is of the token, which is not kept."""

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", DateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What was done, by whom: ids and counts. The database itself refuses to change or delete a row."""

guard_keys = Table(
    "guard_keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", DateTime, nullable=False),
)
"""Keys of the guard's own, each encrypted by the master key of ``key_id``: for names of sessions, for the trail."""

guard_sessions = Table(
    "guard_sessions",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("key_id", String(64), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("used_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("born", String(16), nullable=False),
)
"""Sessions of the vault; ``session`` is a keyed digest of who owns it and what the client calls it.

``epoch`` counts up when pairs are erased, so that whoever holds them in memory lets go of them; ``born`` tells a
session from one that had its name before."""

guard_pairs = Table(
    "guard_pairs",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("value_mac", LargeBinary, nullable=False),
    Column("pseudonym_mac", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["session"], ["guard_sessions.session"], ondelete="CASCADE"),
    Index("ix_guard_pairs_value", "session", "value_mac", unique=True),
    Index("ix_guard_pairs_pseudonym", "session", "pseudonym_mac", unique=True),
)
"""Values and their pseudonyms, encrypted together under their session's key."""

guard_approvals = Table(
    "guard_approvals",
    metadata,
    Column("approval_id", String(32), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("entity", String(64), nullable=False),
    Column("route", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime),
    Column("expires_at", DateTime, nullable=False, index=True),
)
"""What was held back, and what somebody said of it; ``digest`` is a keyed one of who asked and of the value."""

guard_trail = Table(
    "guard_trail",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False, index=True),
    Column("key", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
"""What passed the guard: each row's digest is keyed and holds the one before it. It is appended to, and no more."""

guard_spend = Table(
    "guard_spend",
    metadata,
    Column("client", String(200), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("n_tokens", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("usd", Float, nullable=False),
)
"""What clients of the gateway used on each day (UTC)."""
