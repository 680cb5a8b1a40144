"""A workshop is tried with made-up answers, through the real release policy and renderer."""

from __future__ import annotations

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.storage import partnerships
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.workshops.cards import dry_run_card
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
    for card in reply.cards[:3]:
        assert card.text[0] == "Of these answers 6 of 6 questions would be shown."
        assert card.text[-1].endswith(("answered.", "may see it differently."))
    assert await valley.press("try") == reply
    assert snapshot(valley.made) == before


def test_of_twenty_six_answers_show_nothing(made: Installation) -> None:
    people(made, 20)
    six, *_, twenty = tried(made, ALL_KINDS)

    # The first class of twenty members begins with nine, whatever the kind.
    assert (six.answers, six.questions_shown) == (6, 0)
    assert (twenty.answers, twenty.questions_shown) == (20, len(ALL_KINDS))
    said = " ".join(one.text for one in twenty.statements)
    assert "ade up" in said  # what was written, of a question for words
    assert "in 12 months" in said


@pytest.mark.parametrize("members", [6, 7])
def test_a_small_group_would_see_nothing(made: Installation, members: int) -> None:
    people(made, members)
    [run] = tried(made, ALL_KINDS)

    assert (run.questions_shown, run.pooled) == (0, False)
    # More could never answer.
    assert (run.answers, run.members) == (6, members)
    assert dry_run_card(run).text[0] == "Of these answers nothing would be shown."


def test_of_nine_all_kinds_but_choices_would_be_seen(made: Installation) -> None:
    people(made, 9)
    six, nine = tried(made, ALL_KINDS)
    assert (six.answers, nine.answers) == (6, 9)
    # A scale and a list of words begin at six answers, a choice at twelve.
    assert six.questions_shown == nine.questions_shown == len(ALL_KINDS) - 1


@pytest.mark.parametrize(("questions", "pooled"), [(3, False), (4, True)])
def test_a_small_group_would_read_one_level_of_four_questions_together(
    made: Installation, questions: int, pooled: bool
) -> None:
    people(made, 7)
    [run] = tried(made, [item("own", number, core=False) for number in range(questions)])
    assert (run.questions_shown, run.pooled) == (0, pooled)
    card = dry_run_card(run)
    shown = "one level of the questions together" if pooled else "nothing"
    assert card.text[0] == f"Of these answers {shown} would be shown."
    together = [line for line in card.text if line.startswith("The workshop's questions together:")]
    assert len(together) == pooled


def test_of_three_nobody_says_that_six_answer(made: Installation) -> None:
    people(made, 3)
    assert [(run.answers, run.members) for run in tried(made, ALL_KINDS)] == [(3, 3)]


def test_without_any_member_it_is_tried_all_the_same(made: Installation) -> None:
    people(made, 0)
    assert [run.members for run in tried(made, ALL_KINDS)] == [6, 9, 14, 20]
