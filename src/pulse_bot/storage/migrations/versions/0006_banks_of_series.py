"""The bank of a series: with another bank another series of the theme begins."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    op.add_column("tally", sa.Column("bank", sa.String(), nullable=False, server_default=""))
    tally = sa.table("tally", *map(sa.column, ("round_id", "position", "series", "bank")))
    rounds = sa.table("round", sa.column("id"), sa.column("items", sa.JSON()))
    connection = op.get_bind()
    kept = connection.execute(
        sa.select(tally.c.round_id, tally.c.position, rounds.c["items"])
        .join(rounds, rounds.c.id == tally.c.round_id)
        .where(tally.c.series != "")
    ).all()
    for round_id, position, items in kept:
        connection.execute(
            sa.update(tally)
            .where(tally.c.round_id == round_id, tally.c.position == position)
            .values(bank=items[position]["bank"])
        )
    op.create_index("ix_tally_series", "tally", ["round_id", "series", "bank"])
