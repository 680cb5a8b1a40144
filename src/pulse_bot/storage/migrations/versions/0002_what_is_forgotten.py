"""What is forgotten: a round remembers that its key and its deleted rows are gone for good."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    # Older rounds count as not forgotten, so that the next sweep makes sure of them.
    op.add_column(
        "round", sa.Column("forgotten", sa.Boolean(), nullable=False, server_default=sa.false())
    )
