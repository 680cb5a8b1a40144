"""What did not succeed has a name and an age, and the files are cleaned once for many rounds."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    op.create_table(
        "trouble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trouble"),
        sa.UniqueConstraint("job", "subject", "partnership_id", name="uq_trouble_job"),
    )
    op.create_index("ix_trouble_retry", "trouble", ["retry_at"])
    op.create_index("ix_round_due", "round", ["state", "closes_at"])
    leftover = op.create_table(
        "leftover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leftover"),
    )
    # Whatever the version before left behind is cleaned with the first pass.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM round")):
        since = datetime(2026, 1, 1)  # noqa: DTZ001 - as it is stored
        op.bulk_insert(leftover, [{"since": since}])
