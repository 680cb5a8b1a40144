"""Answers in words, from the envelope to the digest: none too early, none twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.ports import Address
from pulse_bot.storage import history, waiting_words
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission
from tests.made_up import (
    CLOSES,
    PARTNERSHIP,
    PLAN,
    WEEK,
    answer_all,
    at,
    opened_round,
    people,
    recording,
)

IN_WORDS: Programme = replace(PLAN, themes=("words",))


async def said_of(
    made: Installation, week: int, writers: list[Address], answer: str = "Words {who:02}."
) -> str:
    """The digest of a week in which these members answered, as one text."""
    asked = opened_round(made, week)
    await answer_all(made, asked, writers, lambda who, _: answer.format(who=who))
    at(made, CLOSES + week * WEEK)
    close_round(made, asked.id)
    with made.database.read() as session:
        digest = history.load_digest(session, 1, asked.number)
    return "\n".join(one.text for one in digest.statements)


async def commented(
    made: Installation, week: int, writers: list[Address], on: tuple[int, ...] = (0,)
) -> str:
    """The digest of a week in which all answered, and these wrote comments."""
    asked = opened_round(made, week)
    everybody = [Address("fake", "", f"person-{who:02}") for who in range(14)]
    await answer_all(made, asked, everybody, lambda *_: "4")
    async with recording(made) as take:
        for who, address in enumerate(writers):
            for item in on:
                target = AnswerTarget(asked.id, item, COMMENT)
                await take(Submission(address, asked.id, {target: f"Comment {who:02} on {item}."}))
    at(made, CLOSES + week * WEEK)
    close_round(made, asked.id)
    with made.database.read() as session:
        digest = history.load_digest(session, 1, asked.number)
    return "\n".join(one.text for one in digest.statements)


def waiting(made: Installation) -> list[str]:
    """What waits, unread by anybody else."""
    with made.database.read() as session:
        kept = waiting_words.open_words(session, 1, made.keys.load_words_key)
    return sorted(one.text for one in kept.comments)


def longest_possible(first: str, second: str) -> int:
    """How many wrote at least in the first of two rounds, for a reader who knows the words again.

    What is read with the second round though nobody was asked for words there is left over.
    """
    return first.count("Words") + second.count("Words")


@pytest.mark.parametrize("many", [11, 12, 13, 14])
async def test_two_digests_never_tell_that_all_or_all_but_one_wrote(
    made: Installation, many: int
) -> None:
    everybody = people(made)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    first = await said_of(made, 0, everybody[:many])
    left = waiting(made)
    set_programme(made, PARTNERSHIP, PLAN)
    second = await commented(made, 1, everybody)

    assert second.count("Comment") == 12
    assert left == []
    assert waiting(made) == []
    assert longest_possible(first, second) == min(many, 12)
    # The control: were those two kept for the next list, as they once were, all would be counted.
    naive = second + "".join(f"Words {who:02}." for who in range(many) if f"{who:02}." not in first)
    assert longest_possible(first, naive) == many


async def test_who_wrote_twice_is_destroyed_or_read_with_both(made: Installation) -> None:
    everybody = people(made)
    said = await commented(made, 0, everybody, (0, 1))

    read = [{who for who in range(14) if f"Comment {who:02} on {at}." in said} for at in (0, 1)]
    assert read[0] == read[1]
    assert len(read[0]) == 12
    assert waiting(made) == []


async def test_comments_stand_in_no_order_of_their_writers(made: Installation) -> None:
    """By chance alone, twelve of them would: one time in 479 million."""
    said = await commented(made, 0, people(made))

    places = [said.find(f"Comment {who:02} ") for who in range(14)]
    read = [place for place in places if place >= 0]
    assert len(read) == 12
    assert read not in (sorted(read), sorted(read, reverse=True))


async def test_comments_of_few_wait_all_of_them(made: Installation) -> None:
    everybody = people(made)
    said = await commented(made, 0, everybody[:4])

    assert "Comment" not in said
    assert len(waiting(made)) == 4


async def test_words_that_wait_are_never_those_of_nearly_all_either(made: Installation) -> None:
    """Under ten nothing is read; when there are ten, what waited would tell of the round before."""
    everybody = people(made, 9)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    await said_of(made, 0, everybody)

    assert len(waiting(made)) == 7


async def test_words_of_seven_wait_and_are_read_once_with_a_later_round(
    made: Installation,
) -> None:
    everybody = people(made)
    set_programme(made, PARTNERSHIP, IN_WORDS)
    wrote = [f"Words {who:02}." for who in range(7)]

    first = await said_of(made, 0, everybody[:7])
    assert "Words" not in first
    assert waiting(made) == wrote

    set_programme(made, PARTNERSHIP, PLAN)
    second = await said_of(made, 1, everybody[:9], "4")
    assert [second.count(one) for one in wrote] == [1] * 7
    assert waiting(made) == []


async def test_words_out_of_three_organisations_are_not_read(made: Installation) -> None:
    everybody = people(made, 12, 4)
    set_programme(made, PARTNERSHIP, IN_WORDS)

    said = await said_of(made, 0, [one for n, one in enumerate(everybody) if n % 4 != 3])

    assert "Words" not in said
    assert len(waiting(made)) == 9
