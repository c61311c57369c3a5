"""What clients of the gateway used, day by day."""

import sqlalchemy as sa
from alembic import op

from vedette.errors import UserError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "guard_spend",
        sa.Column("client", sa.String(200), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("n_tokens", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Refuse: it would throw away what was used."""
    raise UserError("the state is not taken back to an older schema", next_step="restore the backup made before")
