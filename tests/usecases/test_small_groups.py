"""Groups of six and seven: no number of a week, and one of five words for six rounds together."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pulse_bot.domain.release.record import Digest, ReleasedPool, ReleasedQuestion, StatementKind
from pulse_bot.domain.release.results import LevelWord, Silence
from pulse_bot.ports import Address
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import answer_all, at, opened_round, people
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import ASKED, CLOSED, MEMBER, workshop

ANSWERS: dict[str, Callable[[int], str]] = {
    "trust": lambda _week: "4",
    "honesty": lambda week: "34"[week % 2],
    "accountability": lambda _week: "2",
}
"""What everybody says in a week: whoever is drawn, a lot of four adds up to the same."""


SEVEN = [Address("fake", "", f"person-{number:02}") for number in range(7)]


def newest_digest(made: Installation) -> Digest:
    with made.database.read() as session:
        return history.list_digests(session, 1, 1)[0]


async def play(made: Installation, members: int, answering: list[int]) -> Digest:
    """Six rounds, in each of which so many answer; the last digest."""
    addresses = people(made, members)
    for week, many in enumerate(answering):
        await play_week(made, week, addresses[:many])
    return newest_digest(made)


async def play_week(made: Installation, week: int, answering: list[Address]) -> None:
    asked = opened_round(made, week)
    said = [ANSWERS[one.dimension](week) for one in asked.items]
    await answer_all(made, asked, answering, lambda _who, place: said[place])
    at(made, asked.closes_at)
    close_round(made, asked.id)


def texts(digest: Digest, kind: StatementKind) -> list[str]:
    return [one.text for one in digest.statements if one.kind is kind]


@pytest.mark.parametrize(
    ("members", "answering"),
    [(6, [6, 5, 6, 5, 6, 6]), (7, [7, 7, 7, 7, 7, 7]), (7, [5, 4, 5, 0, 5, 5])],
)
async def test_a_block_is_told_in_one_of_five_words(
    made: Installation, members: int, answering: list[int]
) -> None:
    """Means of 4, of 3 and 4 by turns, and of 2, each in the middle of a cell of half a point.

    The third group was heard in four rounds, of which three said 3 of honesty and one said 4: their
    mean of 3.25 lies on a border, and belongs to the cell nearer to the middle.
    """
    digest = await play(made, members, answering)
    assert texts(digest, StatementKind.LEVEL) == [
        "Trust over the last six rounds: high.",
        "Honesty: rather high." if answering[3] else "Honesty: in the middle.",
        "Accountability: low.",
    ]
    assert texts(digest, StatementKind.RESPONSE) == []
    assert not re.search(r"\d\.\d", " ".join(one.text for one in digest.statements))
    for one in digest.statements:
        if isinstance(one.fact, ReleasedQuestion):
            assert one.fact.says is Silence.SMALL_GROUP


async def test_with_three_rounds_heard_a_block_has_too_few_answers(made: Installation) -> None:
    digest = await play(made, 7, [5, 4, 5, 4, 5, 4])
    assert texts(digest, StatementKind.LEVEL) == [
        "Trust over the last six rounds: too few answers to say anything.",
        "Honesty: too few answers.",
        "Accountability: too few answers.",
    ]


async def test_of_five_members_a_block_says_nothing(made: Installation) -> None:
    digest = await play(made, 5, [5] * 6)
    assert texts(digest, StatementKind.LEVEL) == [
        "Trust over the last six rounds: too few answers to say anything.",
        "Honesty: too few answers.",
        "Accountability: too few answers.",
    ]


async def test_seven_members_read_one_level_of_a_workshops_questions(talk: Talk) -> None:
    valley = workshop(talk, members=7)
    await valley.planned()
    valley.run(ASKED)
    asked = valley.newest()
    assert [one.dimension for one in asked.items] == ["courage"] * 6
    await answer_all(valley.made, asked, SEVEN, lambda _person, _place: "2")
    valley.run(CLOSED)
    digest = newest_digest(valley.made)
    *questions, pooled = (
        one.fact for one in digest.statements if one.kind is StatementKind.QUESTION
    )
    assert [one.says for one in questions if isinstance(one, ReleasedQuestion)] == (
        [Silence.SMALL_GROUP] * 6
    )
    assert pooled == ReleasedPool(LevelWord.LOW)
    assert "The workshop's questions together: low." in [one.text for one in digest.statements]


async def test_four_answers_of_seven_members_are_too_few_for_it(talk: Talk) -> None:
    valley = workshop(talk, members=7)
    await valley.planned()
    valley.run(ASKED)
    await answer_all(valley.made, valley.newest(), SEVEN[:4], lambda _who, _place: "2")
    valley.run(CLOSED)
    facts = newest_digest(valley.made).facts
    assert not any(isinstance(one, ReleasedPool) for one in facts)


async def test_with_three_such_questions_a_workshop_is_not_planned(talk: Talk) -> None:
    valley = workshop(talk, members=7)
    await valley.begin()
    await valley.send("other", items=("courage-5", "courage-6", "courage-7", "courage-8"))
    reply = await valley.press("plan")
    assert "7 are enough for one level of 4 questions or more together" in words([reply])
    await valley.send("other", items=("courage-4", "courage-5", "courage-6", "courage-7"))
    reply = await valley.press("plan")
    assert "nothing could be shown" not in words([reply])
    assert "courage" in words([await valley.listed(MEMBER)]).lower()


@pytest.mark.parametrize(("members", "offered"), [(7, False), (8, True), (14, True)])
async def test_groups_under_eight_are_asked_for_no_comments(
    talk: Talk, members: int, offered: bool
) -> None:
    """Nearly all of them would have to write."""
    [one, *_] = people(talk.made, members)
    asked = opened_round(talk.made)
    assert asked.takes_comments is offered
    assert ("Say more" in words([await talk.home(one)])) is offered
