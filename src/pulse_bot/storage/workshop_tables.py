"""The tables of workshops and of commitments. What they hold is the group's own, and no answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.storage.columns import TableBase


class SeedingRow(TableBase):
    """A workshop's questions, from the first draft until their round has closed."""

    __tablename__ = "seeding"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    title: Mapped[str]
    workshop_on: Mapped[date]
    items: Mapped[list[Any]]
    """Frozen when they were chosen, as a round freezes them."""
    state: Mapped[SeedingState]
    arranged: Mapped[ArrangementKind]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    together: Mapped[bool] = mapped_column(default=False)
    """The pack is opened in the room, by everybody at once, and by nobody before."""
    promised: Mapped[list[Any]] = mapped_column(default=list)
    """The commitments that were open when its round closed, frozen: a pack stays as it was read."""
    seeded_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    """Whom the pack is handed to; None for an operator, and once they have left."""
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)


class CommitmentRow(TableBase):
    """What the group said it would do, by when."""

    __tablename__ = "commitment"
    __table_args__ = (UniqueConstraint("partnership_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    number: Mapped[int]
    text: Mapped[str]
    due: Mapped[date]
    state: Mapped[CommitmentState]
    ask_from: Mapped[date]
    """From this day on the next round asks about it; put on when it was asked about."""
    told: Mapped[bool] = mapped_column(default=False)
    """A digest has told how it stands."""
