"""Whether a chat's people were invited, and its guests with them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    states = sa.Enum("due", "shown", "done", native_enum=False, length=16)
    # Nobody in the chats that there are is surprised by a card.
    op.add_column(
        "group_chat",
        sa.Column("welcome", states, nullable=False, server_default="done"),
    )
    op.add_column(
        "group_chat",
        sa.Column("guests", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
