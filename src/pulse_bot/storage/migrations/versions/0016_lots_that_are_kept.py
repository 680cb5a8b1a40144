"""The lots that are kept are found without a look at all that ever were."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    kept = sa.text("sealed IS NOT NULL")
    op.create_index(
        "ix_tally_sealed", "tally", ["round_id"], sqlite_where=kept, postgresql_where=kept
    )
