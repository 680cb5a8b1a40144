"""What a round froze at its opening is authenticated, and so is each seat."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead.

    Rounds that are open get their MACs from the next worker that starts with their keys: once, and
    then never again, which is noted beside the keys and not here.
    """
    op.add_column("round", sa.Column("closes_by", sa.DateTime(), nullable=True))
    op.add_column("round", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.add_column("seat", sa.Column("mac", sa.LargeBinary(), nullable=True))
