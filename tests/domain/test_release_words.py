"""What people wrote: when it is shown, how much of it, and what waits."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.comments import draw_unread, list_waiting
from pulse_bot.domain.release.lot import Draw
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.results import Silence
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item
from tests.domain.test_release_facts import closed

ITEM = Item("why", "courage", "Why is that?", ItemKind.WORDS, "courage", "Who asks why?")


def lowest(_size: int) -> int:
    """The first that can be drawn."""
    return 0


def highest(size: int) -> int:
    """The last."""
    return size - 1


def written(many: int, *, organisations: int = 5, roster: int = 14) -> ClosedRound:
    """A round in which so many wrote to one item."""
    answers = [MemberAnswers(k % organisations, {"answer": f"Reason {k}."}) for k in range(many)]
    texts = tuple(Comment(one.by_slot["answer"], first=True) for one in answers)
    return replace(
        closed(),
        items=(ITEM,),
        tallies={ITEM.id: tally_item(ITEM, answers, roster, Thresholds())},
        word_answers={ITEM.id: texts},
        roster_size=roster,
        answered=min(roster, max(many, 11)),
        organisations=5,
    )


def shown(one: ClosedRound) -> tuple[str, ...]:
    """What a digest shows of the item."""
    (fact,) = release_facts(one).questions
    assert fact.result is Silence.WORDS
    return fact.word_answers


@pytest.mark.parametrize(
    ("many", "organisations", "roster", "read"),
    [(8, 5, 14, 8), (7, 5, 14, 0), (8, 3, 14, 0), (8, 5, 10, 8), (11, 5, 14, 11)],
)
def test_words_come_from_eight_who_answered_out_of_four_organisations(
    many: int, organisations: int, roster: int, read: int
) -> None:
    one = written(many, organisations=organisations, roster=roster)
    assert len(shown(one)) == read
    assert len(list_waiting(one, ())) == many - read


@pytest.mark.parametrize("roster", range(10, 41))
@pytest.mark.parametrize("draw", [lowest, highest])
def test_the_words_of_all_or_all_but_one_are_as_many_as_those_of_all_but_two(
    roster: int, draw: Draw
) -> None:
    counts = {
        writers - len(draw_unread(writers, roster, draw))
        for writers in (roster - 2, roster - 1, roster)
    }
    assert counts == {roster - 2}
    assert draw_unread(roster - 3, roster, draw) == frozenset()


@pytest.mark.parametrize(("writers", "roster"), [(0, 0), (0, 14), (1, 1), (2, 2), (1, 3)])
def test_of_hardly_anybody_no_more_than_all_is_destroyed(writers: int, roster: int) -> None:
    left = writers - len(draw_unread(writers, roster, lowest))
    assert left == min(writers, max(0, roster - 2))


def test_whose_words_are_destroyed_is_a_lot_among_all_who_wrote() -> None:
    draw = random.Random(7).randrange
    drawn = [draw_unread(5, 5, draw) for _ in range(4000)]
    often = [sum(place in one for one in drawn) for place in range(5)]
    # Two of five: 1,600 of 4,000 each, with a standard deviation of 31.
    assert all(1450 < count < 1750 for count in often)


@pytest.mark.parametrize("many", [3, 8, 12, 13, 14])
def test_nothing_that_was_heard_is_lost_or_shown_twice(many: int) -> None:
    one = written(many)
    found = [*shown(one), *(text.text for text in list_waiting(one, ()))]
    assert sorted(found) == sorted(f"Reason {k}." for k in range(many))


def test_who_commented_elsewhere_wrote_here_all_the_same() -> None:
    """A second question in words, or one that everybody commented on, is read like the first."""
    texts = tuple(Comment(f"Reason {k}.", first=False) for k in range(8))
    assert len(shown(replace(written(8), word_answers={ITEM.id: texts}))) == 8
    # What waits among comments still counts its writers once.
    unshown = replace(written(7), word_answers={ITEM.id: texts[:7]})
    assert not any(one.first for one in list_waiting(unshown, ()))


def test_comments_that_wait_and_words_that_wait_do_so_together() -> None:
    comments = tuple(Comment(f"Comment {k}.", first=True) for k in range(3))
    earlier = Comment("Comment of before.", first=True)
    held = list_waiting(replace(written(2), comments=(*comments, earlier)), comments)
    assert {one.text for one in held} == {
        "Comment 0.",
        "Comment 1.",
        "Comment 2.",
        "Reason 0.",
        "Reason 1.",
    }
