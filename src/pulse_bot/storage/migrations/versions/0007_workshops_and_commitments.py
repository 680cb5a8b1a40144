"""Workshops, commitments, announcements, and what is said of other kinds of questions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    _seedings()
    _commitments()
    op.add_column(
        "partnership", sa.Column("weekly_limit", sa.Integer(), nullable=False, server_default="6")
    )
    op.add_column(
        "group_chat", sa.Column("announced", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "round", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("release", sa.Column("asked", sa.String(), nullable=False, server_default=""))
    op.add_column("release", sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "log_entry", sa.Column("announce", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def _seedings() -> None:
    op.create_table(
        "seeding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("workshop_on", sa.Date(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("arranged", sa.String(16), nullable=False),
        sa.Column("opens_at", sa.DateTime(), nullable=True),
        sa.Column("closes_at", sa.DateTime(), nullable=True),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("promised", sa.JSON(), nullable=False),
        sa.Column("seeded_by", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("handed", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seeding"),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name="fk_seeding_partnership_id_partnership"
        ),
        sa.ForeignKeyConstraint(["seeded_by"], ["member.id"], name="fk_seeding_seeded_by_member"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_seeding_round_id_round"),
    )
    op.create_index("ix_seeding_partnership_id", "seeding", ["partnership_id"])
    op.create_index("ix_seeding_round_id", "seeding", ["round_id"])


def _commitments() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ask_from", sa.Date(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_commitment"),
        sa.UniqueConstraint("partnership_id", "number", name="uq_commitment_partnership_id"),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name="fk_commitment_partnership_id_partnership"
        ),
    )
