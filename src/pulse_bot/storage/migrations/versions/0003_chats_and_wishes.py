"""Chats that link themselves, members' own hours and languages, and the numbers of releases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    nought, nothing = sa.text("0"), sa.text("''")
    new: dict[str, list[sa.Column[object]]] = {
        "partnership": [
            sa.Column("chats_linked", sa.Integer(), nullable=False, server_default=nought),
            sa.Column("invitation_series", sa.Integer(), nullable=False, server_default=nought),
        ],
        "member": [
            sa.Column("language", sa.String(), nullable=True),
            sa.Column("asked_weekday", sa.Integer(), nullable=True),
            sa.Column("asked_at", sa.Time(), nullable=True),
        ],
        "group_chat": [
            sa.Column(
                "state",
                sa.Enum("linked", "gone", "told", native_enum=False, length=16),
                nullable=False,
                server_default="linked",
            ),
            sa.Column("counted_round", sa.Integer(), nullable=False, server_default=nought),
        ],
        "release": [
            sa.Column("theme", sa.String(), nullable=False, server_default=nothing),
            sa.Column("level", sa.String(), nullable=False, server_default=nothing),
            sa.Column("edge", sa.String(), nullable=False, server_default=nothing),
        ],
    }
    for table, columns in new.items():
        for column in columns:
            op.add_column(table, column)
