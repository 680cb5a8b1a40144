"""What people wrote: when it is shown, how much of it, and what waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.closed_round import ClosedRound, Comment
from pulse_bot.domain.items import Item, Kind
from pulse_bot.domain.release import facts
from pulse_bot.domain.release_words import waiting
from pulse_bot.domain.says import Silence
from pulse_bot.domain.tallies import Answers, tally
from tests.domain.soft_borders import lowest
from tests.domain.test_release_facts import closed

ITEM = Item("why", "courage", "Why is that?", Kind.WORDS, "courage", "Who asks why?")


def written(many: int, *, organisations: int = 5, roster: int = 14) -> ClosedRound:
    """A round in which so many wrote to one item."""
    answers = [Answers(k % organisations, {"answer": f"Reason {k}."}) for k in range(many)]
    texts = tuple(Comment(one.by_slot["answer"], first=True) for one in answers)
    return replace(
        closed(),
        items=(ITEM,),
        tallies={ITEM.id: tally(ITEM, answers)},
        words={ITEM.id: texts},
        roster_size=roster,
        answered=min(roster, max(many, 11)),
        organisations=5,
    )


def shown(one: ClosedRound) -> tuple[str, ...]:
    """What a digest shows of the item."""
    (fact,) = facts(one, lowest).questions
    assert fact.says is Silence.WORDS
    return fact.words


@pytest.mark.parametrize(
    ("many", "organisations", "roster", "read"),
    [(8, 5, 14, 8), (7, 5, 14, 0), (8, 3, 14, 0), (8, 5, 10, 8), (9, 5, 9, 0), (11, 5, 14, 11)],
)
def test_words_come_from_eight_who_answered_out_of_four_organisations(
    many: int, organisations: int, roster: int, read: int
) -> None:
    one = written(many, organisations=organisations, roster=roster)
    assert len(shown(one)) == read
    assert len(waiting(one)) == many - read


@pytest.mark.parametrize("roster", range(10, 41))
def test_the_length_of_the_list_never_tells_that_all_or_all_but_one_wrote(roster: int) -> None:
    lists = {len(shown(written(many, roster=roster))) for many in (roster - 2, roster - 1, roster)}
    assert lists == {roster - 2}


@pytest.mark.parametrize("many", [3, 8, 12, 13, 14])
def test_nothing_that_was_written_is_lost_or_shown_twice(many: int) -> None:
    one = written(many)
    found = [*shown(one), *(text.words for text in waiting(one))]
    assert sorted(found) == sorted(f"Reason {k}." for k in range(many))


def test_who_commented_elsewhere_wrote_here_all_the_same() -> None:
    """A second question in words, or one that everybody commented on, is read like the first."""
    texts = tuple(Comment(f"Reason {k}.", first=False) for k in range(8))
    assert len(shown(replace(written(8), words={ITEM.id: texts}))) == 8
    # What waits among comments still counts its writers once.
    assert not any(one.first for one in waiting(replace(written(7), words={ITEM.id: texts[:7]})))


def test_comments_that_wait_and_words_that_wait_do_so_together() -> None:
    comments = tuple(Comment(f"Comment {k}.", first=True) for k in range(3))
    held = waiting(replace(written(2), comments=comments))
    assert {one.words for one in held} == {
        "Comment 0.",
        "Comment 1.",
        "Comment 2.",
        "Reason 0.",
        "Reason 1.",
    }
