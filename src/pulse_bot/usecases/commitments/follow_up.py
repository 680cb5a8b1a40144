"""Following up: commitments come back as questions when they are due, until kept or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.programme import count_resting
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.same_question import was_asked
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.partnership.commitments import (
    ASK_AGAIN_AFTER,
    MOST_ASKINGS,
    Commitment,
    CommitmentState,
    count_kept_and_due,
    news_of_answers,
)
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, QuestionFact
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.results import ReleasedValue, Silence
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


def pick_due_questions(
    session: Session, installation: Installation, partnership_id: int, on: date, most: int
) -> tuple[Item, ...]:
    """The questions about the commitment that is due longest, at most so many; none where none is.

    `on` is the local day on which they are asked. What is asked about is put on for four weeks.
    """
    if most < 1:
        return ()
    asked_before = _count_asked(session, partnership_id)
    now = installation.clock.now()
    resting = count_resting(questions.load_recent_marks(session, partnership_id, now))
    is_released = _is_ever_released(session, partnership_id)
    for commitment in commitments.list_due(session, partnership_id, on):
        # What a small group answers is never released, so being asked again gives nobody away.
        bank_ids = _choose_questions(asked_before, commitment.number) if is_released else (DONE,)
        chosen = tuple(_word_questions(installation, commitment, bank_ids))[:most]
        # In holidays four weeks pass without a round.
        if chosen and not any(was_asked(item, resting) for item in chosen):
            commitments.postpone_asking(
                session, partnership_id, commitment.number, on + ASK_AGAIN_AFTER
            )
            return chosen
    return ()


def _count_asked(session: Session, partnership_id: int) -> Counter[str]:
    """How often each question was asked, by its id; what is opened again is counted on."""
    return Counter(
        item_id for ids in questions.asked_item_ids(session, partnership_id) for item_id in ids
    )


def _choose_questions(asked_before: Counter[str], number: int) -> tuple[str, ...]:
    """What is asked now, of the bank's questions: at last, what is to become of it."""
    if asked_before[_item_id(DONE, number)] < MOST_ASKINGS:
        return (DONE, *_IN_WORDS)
    return () if asked_before[_item_id(WHAT_NOW, number)] else (WHAT_NOW,)


def _is_ever_released(session: Session, partnership_id: int) -> bool:
    """Whether anything of the answers can ever be said: under the bar nothing is."""
    everybody = partnerships.list_members(session, partnership_id)
    active = sum(member.standing is Standing.ACTIVE for member, _ in everybody)
    return active >= Thresholds().roster


def find_next_question(session: Session, partnership_id: int, number: int) -> str | None:
    """Which question about a commitment comes next, DONE or WHAT_NOW; None where none ever does."""
    if not _is_ever_released(session, partnership_id):
        return DONE
    return next(iter(_choose_questions(_count_asked(session, partnership_id), number)), None)


def ask_lost_again(session: Session, round_: Round) -> None:
    """Let the round that comes in a lost one's place ask what that one asked of commitments."""
    numbers = {item.commitment for item in round_.items if item.commitment is not None}
    commitments.make_due_again(session, round_.partnership, numbers)


def _word_questions(
    installation: Installation, commitment: Commitment, bank_ids: Sequence[str]
) -> Iterator[Item]:
    """Questions of the bank with the commitment before them, in every language that they have."""
    pool_items = {
        item.id: item for theme_items in installation.pool().values() for item in theme_items
    }
    # In single marks: a digest puts the whole question in double ones.
    quoted = f"\N{LEFT SINGLE QUOTATION MARK}{commitment.text}\N{RIGHT SINGLE QUOTATION MARK}"
    # What somebody's own banks leave out is not asked.
    for item in (pool_items[entry] for entry in bank_ids if entry in pool_items):
        yield replace(
            item,
            id=_item_id(item.id, commitment.number),
            commitment=commitment.number,
            text=f"{quoted} {item.text}",
            translations=tuple(
                replace(entry, text=f"{quoted} {entry.text}") for entry in item.translations
            ),
        )


def _item_id(item: str, number: int) -> str:
    return f"{item}/{number}"


def settle_commitments(
    session: Session, partnership_id: int, questions: Sequence[QuestionFact]
) -> tuple[CommitmentFact, ...]:
    """What a closing round's digest tells of commitments, those it asked about and those made.

    In the closing transaction, and from what is released alone: whoever knows the digest knows why
    a commitment is called kept. Each is told of once for all that happened to it.
    """
    says = dict(_released_results(questions))
    return tuple(
        _report_commitment(session, row, says.get(row.number))
        for row in commitments.list_untold(session, partnership_id, says)
    )


def _released_results(
    questions: Sequence[QuestionFact],
) -> Iterator[tuple[int, ReleasedValue | Silence]]:
    """(number, what is said) of the commitments that were asked about."""
    for fact in questions:
        if fact.commitment is not None and fact.item == _item_id(DONE, fact.commitment):
            yield fact.commitment, fact.result


def _report_commitment(
    session: Session, row: CommitmentRow, says: ReleasedValue | Silence | None
) -> CommitmentFact:
    news = _NEWS[row.state]
    # Ended by hand while it was asked about: what people decided stands.
    if says is not None and row.state is CommitmentState.OPEN:
        news = news_of_answers(says)
    if news is CommitmentNews.KEPT:
        # No other runner can be first: the row is locked until this transaction ends.
        row.state = CommitmentState.KEPT
    row.told = True
    return CommitmentFact(row.number, row.text, row.due, news)


def find_due(
    session: Session, partnership_id: int, on: date, rounds: Sequence[PrintedRound]
) -> tuple[CommitmentFact, ...]:
    """The commitment that the round of a day is to ask about for the first time, if there is one.

    Told once: not where one of the newest digests told it.
    """
    told = {
        fact.number
        for entry in rounds
        for fact in entry.facts
        if isinstance(fact, CommitmentFact) and fact.news is CommitmentNews.DUE
    }
    unasked = commitments.list_unasked(session, partnership_id, on)
    return tuple(
        CommitmentFact(due.number, due.text, due.due, CommitmentNews.DUE)
        for due in unasked[:1]
        if due.number not in told
    )


def count_kept(session: Session, partnership_id: int, on: date) -> tuple[int, int]:
    """(how many commitments were kept, how many were due by this day or ended)."""
    return count_kept_and_due(commitments.list_commitments(session, partnership_id), on)
