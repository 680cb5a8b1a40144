"""Nothing keeps a platform's reference to a message any more: nothing ever read one."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    for table in ("invitation", "post", "seeding"):
        # Not by batch: SQLite takes a column out in place, which keeps keys and indexes.
        op.drop_column(table, "reference")
