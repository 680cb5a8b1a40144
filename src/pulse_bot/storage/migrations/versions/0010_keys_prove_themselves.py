"""The database knows its keys again: their fingerprints, and where its key store was last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead.

    The table stays empty: the first worker whose keys fit what is there enters them.
    """
    op.create_table(
        "key_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("database", sa.LargeBinary(), nullable=False),
        sa.Column("installation_print", sa.LargeBinary(), nullable=True),
        sa.Column("store_print", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("life", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("proven_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_identity"),
    )
