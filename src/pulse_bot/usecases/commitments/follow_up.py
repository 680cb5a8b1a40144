"""Following up: commitments come back as questions when they are due, until kept or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.programme import still_resting
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.same_question import is_known
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.commitments import (
    AGAIN,
    MOST_ASKED,
    Commitment,
    CommitmentState,
    heard,
    share,
)
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, QuestionFact
from pulse_bot.domain.release.results import Said, Silence
from pulse_bot.storage import commitments, partnerships, questions
from pulse_bot.storage.workshop_tables import CommitmentRow
from pulse_bot.usecases.context import Installation

DONE: Final = "commitments-done"
"""The question whether a commitment is done."""
_IN_WORDS: Final = ("commitments-helped-in-words", "commitments-hindered-in-words")
WHAT_NOW: Final = "commitments-what-now"
"""What is to become of one, once it was asked often enough whether it is done."""
_NEWS: Final = {
    CommitmentState.OPEN: CommitmentNews.MADE,
    CommitmentState.KEPT: CommitmentNews.KEPT,
    CommitmentState.DROPPED: CommitmentNews.DROPPED,
}


def items(
    session: Session, installation: Installation, partnership_id: int, on: date, most: int
) -> tuple[Item, ...]:
    """The questions about the commitment that is due longest, at most so many; none where none is.

    `on` is the local day on which they are asked. What is asked about is put on for four weeks.
    """
    if most < 1:
        return ()
    before = _asked(session, partnership_id)
    resting = still_resting(questions.lately(session, partnership_id))
    read = _is_read(session, partnership_id)
    for due in commitments.due(session, partnership_id, on):
        # What a small group answers is never released, so being asked again gives nobody away.
        wanted = _wanted(before, due.number) if read else (DONE,)
        asked = tuple(_named(installation, due, wanted))[:most]
        # In holidays four weeks pass without a round.
        if asked and not any(is_known(one, resting) for one in asked):
            commitments.leave_until(session, partnership_id, due.number, on + AGAIN)
            return asked
    return ()


def _asked(session: Session, partnership_id: int) -> Counter[str]:
    """How often each question was asked, by its id; what is opened again is counted on."""
    return Counter(one for ids in questions.asked(session, partnership_id) for one in ids)


def _wanted(before: Counter[str], number: int) -> tuple[str, ...]:
    """What is asked now, of the bank's questions: at last, what is to become of it."""
    if before[_id(DONE, number)] < MOST_ASKED:
        return (DONE, *_IN_WORDS)
    return () if before[_id(WHAT_NOW, number)] else (WHAT_NOW,)


def _is_read(session: Session, partnership_id: int) -> bool:
    """Whether anything of the answers can ever be said: under the bar nothing is."""
    everybody = partnerships.members(session, partnership_id)
    active = sum(member.standing is Standing.ACTIVE for member, _ in everybody)
    return active >= Thresholds().roster


def asked_next(session: Session, partnership_id: int, number: int) -> str | None:
    """Which question about a commitment comes next, DONE or WHAT_NOW; None where none ever does."""
    if not _is_read(session, partnership_id):
        return DONE
    return next(iter(_wanted(_asked(session, partnership_id), number)), None)


def ask_again(session: Session, asked: Round) -> None:
    """Let the round that comes in a lost one's place ask what that one asked of commitments."""
    numbers = {item.commitment for item in asked.items if item.commitment is not None}
    commitments.due_again(session, asked.partnership, numbers)


def _named(installation: Installation, due: Commitment, wanted: Sequence[str]) -> Iterator[Item]:
    """Questions of the bank with the commitment before them, in every language that they have."""
    known = {item.id: item for there in installation.pool().values() for item in there}
    # In single marks: a digest puts the whole question in double ones.
    named = f"\N{LEFT SINGLE QUOTATION MARK}{due.text}\N{RIGHT SINGLE QUOTATION MARK}"
    # What somebody's own banks leave out is not asked.
    for item in (known[one] for one in wanted if one in known):
        yield replace(
            item,
            id=_id(item.id, due.number),
            commitment=due.number,
            text=f"{named} {item.text}",
            translations=tuple(
                replace(one, text=f"{named} {one.text}") for one in item.translations
            ),
        )


def _id(item: str, number: int) -> str:
    return f"{item}/{number}"


def settle(
    session: Session, partnership_id: int, questions: Sequence[QuestionFact]
) -> tuple[CommitmentFact, ...]:
    """What a closing round's digest tells of commitments, those it asked about and those made.

    In the closing transaction, and from what is released alone: whoever knows the digest knows why
    a commitment is called kept. Each is told of once for all that happened to it.
    """
    says = dict(_said(questions))
    return tuple(
        _told(session, row, says.get(row.number))
        for row in commitments.untold(session, partnership_id, says)
    )


def _said(questions: Sequence[QuestionFact]) -> Iterator[tuple[int, Said | Silence]]:
    """(number, what is said) of the commitments that were asked about."""
    for one in questions:
        if one.commitment is not None and one.item == _id(DONE, one.commitment):
            yield one.commitment, one.says


def _told(session: Session, row: CommitmentRow, says: Said | Silence | None) -> CommitmentFact:
    news = _NEWS[row.state]
    # Ended by hand while it was asked about: what people decided stands.
    if says is not None and row.state is CommitmentState.OPEN:
        news = heard(says)
    if news is CommitmentNews.KEPT:
        # No other runner can be first: the row is locked until this transaction ends.
        row.state = CommitmentState.KEPT
    row.told = True
    return CommitmentFact(row.number, row.text, row.due, news)


def kept(session: Session, partnership_id: int, on: date) -> tuple[int, int]:
    """(how many commitments were kept, how many were due by this day or ended)."""
    return share(commitments.every(session, partnership_id), on)
