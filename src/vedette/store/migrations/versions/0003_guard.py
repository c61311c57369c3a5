"""The guard: its keys, the vault's sessions and pairs, approvals, and the trail."""

import sqlalchemy as sa
from alembic import op

from vedette.errors import UserError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "guard_keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "guard_sessions",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("key_id", sa.String(64), nullable=False, index=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("born", sa.String(16), nullable=False),
    )
    op.create_table(
        "guard_pairs",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value_mac", sa.LargeBinary, nullable=False),
        sa.Column("pseudonym_mac", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["session"], ["guard_sessions.session"], ondelete="CASCADE"),
    )
    op.create_index("ix_guard_pairs_value", "guard_pairs", ["session", "value_mac"], unique=True)
    op.create_index("ix_guard_pairs_pseudonym", "guard_pairs", ["session", "pseudonym_mac"], unique=True)
    op.create_table(
        "guard_approvals",
        sa.Column("approval_id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("entity", sa.String(64), nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "guard_trail",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        for verb in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(
                f"CREATE TRIGGER guard_trail_no_{verb.lower()} BEFORE {verb} ON guard_trail "
                "FOR EACH STATEMENT EXECUTE FUNCTION vedette_append_only()"
            )
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER guard_trail_no_{verb.lower()} BEFORE {verb} ON guard_trail "
                "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END"
            )


def downgrade() -> None:
    """Refuse: it would throw away sessions and the audit."""
    raise UserError("the state is not taken back to an older schema", next_step="restore the backup made before")
