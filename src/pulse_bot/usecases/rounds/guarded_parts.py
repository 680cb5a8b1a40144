"""The parts of a digest, each made by itself: one that fails is missing, the others are there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.release.closed_round import ClosedRound
from pulse_bot.domain.release.digest import DigestFacts, MissingPart
from pulse_bot.storage.database import is_passing_error
from pulse_bot.usecases.context import Installation

T = TypeVar("T")
WholeT = TypeVar("WholeT", ClosedRound, DigestFacts)
Addition = tuple[MissingPart, Mapping[str, Any]]
"""A part, and the fields that hold it; what is a tuple is added to what is there."""

_log = logging.getLogger(__name__)


@dataclass
class Closing:
    """A round in the transaction that closes it, and the parts of its digest that were lost."""

    session: Session
    installation: Installation
    round: Round
    careful: bool
    """Each part is made by itself, in a savepoint. Else the first that fails is raised: nearly
    always none does, and savepoints are asked of the database one by one."""
    missing: set[MissingPart] = field(default_factory=set)

    def attempt(self, part: MissingPart, compute: Callable[[], T]) -> T | None:
        """What is computed; None where that fails, with the part noted as missing.

        Raises what comes of a database that is away or busy: the closing is tried again then.
        """
        if not self.careful:
            return compute()
        try:
            with self.session.begin_nested():
                return compute()
        except Exception as error:
            if is_passing_error(error):
                raise
            _log.exception("A part of a digest failed.", extra=self._whose())
            self.lose(part)
            return None

    def lose(self, part: MissingPart) -> None:
        """Note a part as missing."""
        _log.error("A digest lacks a part: %s.", part.value, extra=self._whose())
        self.missing.add(part)

    def _whose(self) -> dict[str, int]:
        return {"partnership": self.round.partnership, "round": self.round.id}

    def add_what_works(
        self, bare: WholeT, additions: Iterable[Addition], works: Callable[[WholeT], object]
    ) -> WholeT:
        """`bare` with every part with which it still works; the others are missing."""
        kept = bare
        for part, fields in additions:
            try:
                candidate = replace(kept, **_join_fields(kept, fields))
                works(candidate)
            except Exception:
                _log.exception("A part of a digest failed.", extra=self._whose())
                self.lose(part)
            else:
                kept = candidate
        return kept

    @property
    def missing_parts(self) -> tuple[MissingPart, ...]:
        """The parts that were lost, in the order in which they are told."""
        return tuple(part for part in MissingPart if part in self.missing)


def _join_fields(whole: object, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: (*getattr(whole, name), *value) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
