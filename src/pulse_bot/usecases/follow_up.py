"""Following up: commitments come back as questions when they are due, until kept or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from pulse_bot.domain.digest import CommitmentFact, QuestionFact
from pulse_bot.domain.items import Item
from pulse_bot.usecases.installation import Installation


def items(
    session: Session, installation: Installation, partnership_id: int, on: date, most: int
) -> tuple[Item, ...]:
    """The questions about the commitment that is due longest, at most so many; none where none is.

    What is asked about is put on for two weeks.
    """
    return ()


def settle(
    session: Session, partnership_id: int, questions: Sequence[QuestionFact]
) -> tuple[CommitmentFact, ...]:
    """What a closing round's digest tells of commitments, those it asked about and those made."""
    return ()
