"""Following up: commitments come back as questions when they are due, until kept or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.commitments import AGAIN, Commitment, CommitmentState, heard, share
from pulse_bot.domain.digest import CommitmentFact, CommitmentNews, QuestionFact
from pulse_bot.domain.items import Item
from pulse_bot.domain.people import Standing
from pulse_bot.domain.says import Said, Silence
from pulse_bot.domain.thresholds import Thresholds
from pulse_bot.storage import commitments, partnerships
from pulse_bot.storage.workshop_tables import CommitmentRow
from pulse_bot.usecases.installation import Installation

_BANK: Final = "commitments"
_DONE: Final = "commitments-done"
_IN_WORDS: Final = ("commitments-helped-in-words", "commitments-hindered-in-words")
_NEWS: Final = {
    CommitmentState.OPEN: CommitmentNews.MADE,
    CommitmentState.KEPT: CommitmentNews.KEPT,
    CommitmentState.DROPPED: CommitmentNews.DROPPED,
}


def items(
    session: Session, installation: Installation, partnership_id: int, on: date, most: int
) -> tuple[Item, ...]:
    """The questions about the commitment that is due longest, at most so many; none where none is.

    `on` is the local day on which they are asked. What is asked about is put on for two weeks.
    """
    due = commitments.due_longest(session, partnership_id, on) if most > 0 else None
    if due is None:
        return ()
    asked = tuple(_about(session, installation, partnership_id, due))[:most]
    if asked:
        commitments.leave_until(session, partnership_id, due.number, on + AGAIN)
    return asked


def _about(
    session: Session, installation: Installation, partnership_id: int, due: Commitment
) -> Iterator[Item]:
    known = {
        item.id: item
        for there in installation.pool().values()
        for item in there
        if item.bank == _BANK
    }
    wanted = (_DONE, *_IN_WORDS) if _words_are_read(session, partnership_id) else (_DONE,)
    # Where somebody's own banks leave the first out, there is nothing that could end it.
    if _DONE in known:
        yield from (_named(known[one], due) for one in wanted if one in known)


def _words_are_read(session: Session, partnership_id: int) -> bool:
    """Whether what people write can ever be shown: under the bar it would wait for ever."""
    everybody = partnerships.members(session, partnership_id)
    active = sum(member.standing is Standing.ACTIVE for member, _ in everybody)
    return active >= Thresholds().roster


def _named(item: Item, due: Commitment) -> Item:
    """A question of the bank with the commitment before it, in every language that it has."""
    # In single marks: a digest puts the whole question in double ones.
    named = f"\N{LEFT SINGLE QUOTATION MARK}{due.text}\N{RIGHT SINGLE QUOTATION MARK}"
    return replace(
        item,
        id=f"{item.id}/{due.number}",
        text=f"{named} {item.text}",
        translations=tuple(replace(one, text=f"{named} {one.text}") for one in item.translations),
    )


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
    for one in questions:
        item, _, number = one.item.partition("/")
        if item == _DONE and number.isdecimal():
            yield int(number), one.says


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
