"""The release policy for what people wrote: comments, and answers in words (release policy, Words).

Whether they are shown is decided from counts and membership. What is not shown waits, unread, for a
later round, and not for ever; how it waits is storage's. Where nearly everybody wrote, a lot
decides whose words are never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.lot import Draw

LEAST_ANSWERED: Final = 8
LEAST_WRITERS: Final = 5
"""How many must answer, and how many must have written, before anything is read."""

ROUNDS_TO_WAIT: Final = 3
"""So many further rounds words wait to be shown; then they are destroyed unread."""

NEVER_READ: Final = 2
"""So many of the roster never have their words of a round read, or the length of a list would tell
that all, or all but one, answered."""


def draw_unread(writers: int, roster_size: int, draw: Draw) -> frozenset[int]:
    """Whose words of a round are destroyed, by lot: places among its writers, from 0.

    All their words of that round, before anything is shown or waits: read later, what is left over
    would be counted together with what was shown.
    """
    left = list(range(writers))
    over = min(writers, max(0, writers - (roster_size - NEVER_READ)))
    return frozenset(left.pop(draw(len(left))) for _ in range(over))


def select_comments(closed: ClosedRound) -> tuple[str, ...]:
    """The comments that a digest shows, as they were written; none where they wait."""
    # Once a round, however much each of them wrote: one who writes five comments is no crowd.
    writers = sum(comment.first for comment in closed.comments)
    are_shown = _are_enough(closed, closed.answered, closed.organisations, writers)
    return tuple(comment.text for comment in closed.comments) if are_shown else ()


def select_word_answers(item: Item, closed: ClosedRound) -> tuple[str, ...]:
    """The answers in words that a digest shows of an item; none where they wait."""
    answers = closed.word_answers.get(item.id, ()) if _are_shown(item.id, closed) else ()
    return tuple(answer.text for answer in answers)


def list_waiting(closed: ClosedRound, newest: Sequence[Comment]) -> tuple[Comment, ...]:
    """What begins to wait: all that was written in this round and is not shown.

    `newest` are its own comments, without those that waited for it. It waits among the comments.
    """
    held = [
        comment
        for item, written in closed.word_answers.items()
        if not _are_shown(item, closed)
        for comment in written
    ]
    return (*(() if select_comments(closed) else newest), *held)


def _are_shown(item: str, closed: ClosedRound) -> bool:
    """Whether the answers in words to an item are."""
    tally = closed.tallies[item]
    # Each writes once to an item, whatever else they wrote.
    writers = len(closed.word_answers.get(item, ()))
    return _are_enough(closed, tally.answered, tally.organisations, writers)


def _are_enough(closed: ClosedRound, answered: int, organisations: int, writers: int) -> bool:
    """From at least 8 who answered and 5 who wrote, out of enough organisations.

    Under the roster's bar words wait too: of 8 members their coming would tell that all answered,
    of 9 that all or all but one did.
    """
    return (
        closed.roster_size >= closed.thresholds.roster
        and answered >= LEAST_ANSWERED
        and organisations >= closed.thresholds.organisations
        and writers >= LEAST_WRITERS
    )
