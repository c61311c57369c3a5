"""The first schema."""

import sqlalchemy as sa
from alembic import op

from vedette.errors import UserError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first release."""
    op.create_table(
        "segments",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("segment_id", sa.String(64), nullable=False, unique=True),
        sa.Column("tbl", sa.String(32), nullable=False, index=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("class_name", sa.String(64)),
        sa.Column("source", sa.Text, index=True),
        sa.Column("n_rows", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("t_min", sa.DateTime),
        sa.Column("t_max", sa.DateTime),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("job", sa.String(128), nullable=False, index=True),
        sa.Column("shard", sa.String(128), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "shards",
        sa.Column("job", sa.String(128), primary_key=True),
        sa.Column("shard", sa.String(128), primary_key=True),
        sa.Column("finished_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("record_id", sa.String(32), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("preamble", sa.LargeBinary, nullable=False),
        sa.Column("truncated", sa.Integer, nullable=False),
        sa.Column("quarantined_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("finding_id", sa.String(64), primary_key=True),
        sa.Column("ruleset", sa.String(64), nullable=False, index=True),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("first_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("first_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("current", sa.Integer, nullable=False),
    )
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(64), nullable=False, index=True),
        sa.Column("finding_id", sa.String(64)),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(32)),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Refuse: it would throw everything away."""
    raise UserError("the state is not taken back to an older schema", next_step="restore the backup made before")
