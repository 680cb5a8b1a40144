"""How values stand in columns, and what all tables share. The tables are in `models`."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, DateTime, Enum, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.domain.partnership.people import Role, Standing

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before everything that is kept."""


class LinkState(StrEnum):
    """Whether pulse-bot is in a group's chat."""

    LINKED = "linked"
    GONE = "gone"
    """It was removed."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment that does not say its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def _enum_type(kind: type[StrEnum]) -> Enum:
    # SQLAlchemy would store member names, and make a native type on PostgreSQL.
    return Enum(
        kind,
        native_enum=False,
        length=16,
        values_callable=lambda members: [m.value for m in members],
    )


class TableBase(DeclarativeBase):
    """What all tables share."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is
        datetime: UtcDateTime,
        str: String,
        bytes: LargeBinary,
        Role: _enum_type(Role),
        Standing: _enum_type(Standing),
        OutgoingKind: _enum_type(OutgoingKind),
        OutgoingPart: _enum_type(OutgoingPart),
        OutgoingState: _enum_type(OutgoingState),
        LinkState: _enum_type(LinkState),
        RoundStatus: _enum_type(RoundStatus),
        SeedingState: _enum_type(SeedingState),
        ArrangementKind: _enum_type(ArrangementKind),
        CommitmentState: _enum_type(CommitmentState),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
