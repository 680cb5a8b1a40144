"""Answers in words, from the envelope to the digest: none too early, none twice, none lost."""

from __future__ import annotations

from dataclasses import replace

from pulse_bot.domain.programme import Programme
from pulse_bot.ports import Address
from pulse_bot.storage import history
from pulse_bot.usecases.close import close
from pulse_bot.usecases.installation import Installation
from pulse_bot.usecases.people import set_programme
from tests.made_up import (
    CLOSES,
    KEY,
    PARTNERSHIP,
    PLAN,
    WEEK,
    answer_all,
    at,
    opened_round,
    people,
)

IN_WORDS: Programme = replace(PLAN, themes=("words",))


async def said_of(
    made: Installation, week: int, writers: list[Address], answer: str = "Words {who:02}."
) -> str:
    """The digest of a week in which these members answered, as one text."""
    asked = opened_round(made, week)
    await answer_all(made, asked, writers, lambda who, _: answer.format(who=who))
    at(made, CLOSES + week * WEEK)
    close(made, asked.id)
    with made.database.read() as session:
        digest = history.digest(session, 1, asked.number)
    return "\n".join(one.text for one in digest.statements)


def waiting(made: Installation) -> list[str]:
    """What waits, unread; it is put back."""
    with made.database.write() as session:
        kept = history.take_comments(session, 1, KEY)
        history.keep_comments(session, 1, kept, KEY)
    return sorted(one.words for one in kept)


async def test_of_words_of_all_two_wait_and_the_others_are_read(made: Installation) -> None:
    everybody = people(made)
    set_programme(made, PARTNERSHIP, IN_WORDS)

    said = await said_of(made, 0, everybody)

    wrote = {f"Words {who:02}." for who in range(14)}
    read = {one for one in wrote if one in said}
    assert len(read) == 12
    assert set(waiting(made)) == wrote - read


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
