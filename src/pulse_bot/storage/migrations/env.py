"""What Alembic runs: our tables, on the connection that `upgrade` gives."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from pulse_bot.storage import (
    key_identity,  # noqa: F401 - they register themselves
    models,  # noqa: F401 - the same
    workshop_tables,  # noqa: F401 - the same
)
from pulse_bot.storage.columns import TableBase


def _plain(kind: str, column_type: Any, _autogen: AutogenContext) -> str | Literal[False]:
    # Old migrations must never import today's code.
    if kind == "type" and isinstance(column_type, TypeDecorator):
        return f"sa.{column_type.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TableBase.metadata,
    render_item=_plain,
    render_as_batch=True,
)
context.run_migrations()
