"""Words that wait have keys of their own, in the key store, and end.

Those that waited before were sealed with the installation key, which opens them wherever a copy of
them is. They are destroyed unread: to seal them anew would leave the copies as they are.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    waited = op.get_bind().scalar(sa.text("SELECT count(*) FROM waiting_comment"))
    # On SQLite what is deleted is overwritten, row by row, and a table that is dropped is not.
    op.execute("DELETE FROM waiting_comment")
    op.drop_table("waiting_comment")
    op.create_table(
        "waiting_comment",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name="fk_waiting_comment_partnership_id_partnership",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name="fk_waiting_comment_round_id_round"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_waiting_comment"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_waiting_comment_partnership_id", "waiting_comment", ["partnership_id"])
    op.create_index("ix_waiting_comment_round_id", "waiting_comment", ["round_id"])
    if waited:
        leftover = sa.table("leftover", sa.column("since", sa.DateTime()))
        since = datetime(2026, 1, 1)  # noqa: DTZ001 - as it is stored
        op.bulk_insert(leftover, [{"since": since}])
