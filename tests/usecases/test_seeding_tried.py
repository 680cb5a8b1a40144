"""A workshop is tried with made-up answers, through the real release policy and renderer."""

from __future__ import annotations

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.storage import partnerships
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.workshops.dry_run import DryRun, simulate_digests
from tests.made_up import PARTNERSHIP, item, people
from tests.usecases.scene import Talk, snapshot
from tests.usecases.workshop_scene import workshop

ALL_KINDS = [item(kind.value, 1, kind, core=False) for kind in ItemKind]


def tried(made: Installation, items: list[Item]) -> list[DryRun]:
    with made.database.read() as session:
        row = partnerships.find_partnership(session, PARTNERSHIP)
        return simulate_digests(session, made, row, items)


async def test_runs_are_marked_as_made_up_and_change_nothing(talk: Talk) -> None:
    valley = workshop(talk)
    await valley.begin()
    before = snapshot(valley.made)
    reply = await valley.press("try")

    assert "All answers here are made up" in reply.notice
    assert [card.title for card in reply.cards] == [
        "Made up: if 6 of 14 answer",
        "Made up: if 9 of 14 answer",
        "Made up: if all 14 answer",
        "The workshop “Courage”",
    ]
    assert reply.cards[0].text[0] == "Of these answers nothing would be shown."
    assert "6 of 6 questions would be shown" in reply.cards[2].text[0]
    assert await valley.press("try") == reply
    assert snapshot(valley.made) == before


def test_six_answers_show_nothing_whatever_is_asked(made: Installation) -> None:
    people(made, 20)
    six, *_, twenty = tried(made, ALL_KINDS)

    assert (six.answers, six.questions_shown) == (6, 0)
    assert (twenty.answers, twenty.questions_shown) == (20, len(ALL_KINDS))
    said = " ".join(one.text for one in twenty.statements)
    assert "ade up" in said  # what was written, of a question for words
    assert "in 12 months" in said


@pytest.mark.parametrize("members", [6, 7])
def test_a_small_group_would_see_nothing(made: Installation, members: int) -> None:
    people(made, members)
    found = tried(made, ALL_KINDS)

    assert [run.questions_shown for run in found if run.members < 10] == [0] * sum(
        run.members < 10 for run in found
    )
    # More could never answer.
    assert [(run.answers, run.members) for run in found] == [
        (answers, members) for answers in (6, 9) if answers <= members
    ]


def test_of_three_nobody_says_that_six_answer(made: Installation) -> None:
    people(made, 3)
    assert [(run.answers, run.members) for run in tried(made, ALL_KINDS)] == [(3, 3)]


def test_without_any_member_it_is_tried_all_the_same(made: Installation) -> None:
    people(made, 0)
    assert [run.members for run in tried(made, ALL_KINDS)] == [6, 9, 14, 20]
