"""Of the sums that were kept for ever nothing stays but the lots of a block that is under way.

Those of the first edition were of all answers, and nearly the whole distribution of a small group.
They are deleted, not made coarser: no level, trend or word reads them any more.
"""

import logging
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_log = logging.getLogger("alembic.runtime.migration")


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    kept = op.get_bind().scalar(sa.text("SELECT count(*) FROM tally"))
    # On SQLite what is deleted is overwritten, row by row, and a table that is dropped is not.
    op.execute("DELETE FROM tally WHERE series = ''")
    op.execute(sa.text("UPDATE tally SET sealed = :nothing").bindparams(nothing=b""))
    with op.batch_alter_table("tally") as batch:
        batch.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=True)
    op.execute("UPDATE tally SET sealed = NULL")
    waited = op.get_bind().scalar(sa.text("SELECT count(*) FROM waiting_comment"))
    # They were written, and wait, under another rule for words: another length of lists, a mark of
    # the writer's first. They would be read as part of what is said.
    op.execute("DELETE FROM waiting_comment")
    if kept or waited:
        leftover = sa.table("leftover", sa.column("since", sa.DateTime()))
        since = datetime(2026, 1, 1)  # noqa: DTZ001 - as it is stored
        op.bulk_insert(leftover, [{"since": since}])
        _log.warning(
            "The sums of %d questions of earlier rounds were deleted. Copies of this database that "
            "were made before still hold them: delete those that you do not need.",
            kept,
        )
