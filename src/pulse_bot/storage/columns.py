"""How values stand in columns, and what all tables share. The tables are in `models`.

A value that cannot be read never fails the query that fetched it, because the rows beside it are
other people's: it becomes a value that means nothing, and `damage` finds it and says where it is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import JSON, Date, DateTime, LargeBinary, MetaData, String, Time, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.domain.partnership.people import Role, Standing

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before everything that is kept."""
_log = logging.getLogger(__name__)

FALLBACK_ZONE: Final = "UTC"
"""For a time zone that no longer exists: the database of zones on this machine has the say."""


class LinkState(StrEnum):
    """Whether pulse-bot is in a group's chat."""

    LINKED = "linked"
    GONE = "gone"
    """It was removed."""


class UnknownWord(str):
    """A word of a column of states that this pulse-bot does not know. It is no member of any."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """As a member has it, for lists."""
        return str(self)


class _Lenient(TypeDecorator[Any]):
    """Gives `unreadable` for what its column's own type cannot read."""

    impl: type[TypeEngine[Any]] = String
    cache_ok = True

    @property
    def unreadable(self) -> Any:
        """What stands for it: nothing, where no subclass says else."""
        return None

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any | None], Any | None] | None:
        """The type's own reading, which raises nothing here."""
        process = super().result_processor(dialect, coltype)
        if process is None:
            return None

        def read(value: Any | None) -> Any | None:
            try:
                return process(value)
            except (ValueError, TypeError, LookupError):
                _say_once(_spell_words(type(self).__name__.removeprefix("Stored")))
                return self.unreadable

        return read


class UtcDateTime(_Lenient):
    """A moment in UTC: aware in Python, without a zone in the database. None is unreadable."""

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


class StoredTime(_Lenient):
    """A time of day. None is unreadable."""

    impl = Time
    cache_ok = True


class StoredDate(_Lenient):
    """A day. None is unreadable."""

    impl = Date
    cache_ok = True


class StoredBytes(_Lenient):
    """Bytes. None of them where there is something else."""

    impl = LargeBinary
    cache_ok = True

    @property
    def unreadable(self) -> bytes:
        """No bytes."""
        return b""


class StoredList(_Lenient):
    """A list as JSON; empty where there is something else."""

    impl = JSON
    cache_ok = True

    @property
    def unreadable(self) -> list[Any]:
        """No two rows share it."""
        return []

    def process_result_value(self, value: Any | None, dialect: Dialect) -> list[Any]:
        """Nothing but a list."""
        if not isinstance(value, list):
            raise TypeError("This is no list.")
        return value


class StoredMapping(_Lenient):
    """A mapping as JSON; empty where there is something else."""

    impl = JSON
    cache_ok = True

    @property
    def unreadable(self) -> dict[str, Any]:
        """No two rows share it."""
        return {}

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dict[str, Any]:
        """Nothing but a mapping."""
        if not isinstance(value, dict):
            raise TypeError("This is no mapping.")
        return value


class StoredWord(TypeDecorator[Any]):
    """A state, by its word. SQLAlchemy's own type fails a whole query at a word it does not know.

    It would also store member names, and make a native type on PostgreSQL.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        """`kind` has the words that there are."""
        super().__init__(length=16)
        self.kind = kind

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The word. Raises ValueError for one that may not be written."""
        if value is None or isinstance(value, UnknownWord):
            return value
        return self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The member, or an UnknownWord."""
        if value is None:
            return None
        try:
            return self.kind(value)
        except ValueError:
            _say_once(_spell_words(self.kind.__name__))
            return UnknownWord(value)


class StoredZone(TypeDecorator[str]):
    """The name of a time zone that exists on this machine: UTC for one that does not."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """A name that can be used."""
        if value is None or zone_exists(value):
            return value
        _say_once("time zone")
        return FALLBACK_ZONE


@lru_cache(maxsize=1024)
def zone_exists(name: str) -> bool:
    """Whether a time zone is known here. Remembered: a missing one is looked for on the disk."""
    try:
        parse_zone(name)
    except ValueError:
        return False
    return True


def _spell_words(name: str) -> str:
    """The name of a type, as people write it: "round status"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


@lru_cache(maxsize=64)
def _say_once(kind: str) -> None:
    # Once a process and kind, or each click would say it again. Where it is, `damage` finds out.
    _log.error("A stored %s cannot be read, and was passed over. See: pulse-bot trouble list", kind)


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
        bytes: StoredBytes,
        time: StoredTime,
        date: StoredDate,
        Role: StoredWord(Role),
        Standing: StoredWord(Standing),
        OutgoingKind: StoredWord(OutgoingKind),
        OutgoingPart: StoredWord(OutgoingPart),
        OutgoingState: StoredWord(OutgoingState),
        LinkState: StoredWord(LinkState),
        RoundStatus: StoredWord(RoundStatus),
        SeedingState: StoredWord(SeedingState),
        ArrangementKind: StoredWord(ArrangementKind),
        CommitmentState: StoredWord(CommitmentState),
        dict[str, Any]: StoredMapping,
        list[Any]: StoredList,
    }
