"""The memory of a question: what was printed of it last, by its id or its letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.earlier import ROUNDS_RECALLED
from pulse_bot.domain.release.record import (
    AnsweredFact,
    ReleasedFact,
    ReleasedQuestion,
    Statement,
    TalkFact,
)
from pulse_bot.domain.release.results import Lean, ReleasedValue, Silence
from pulse_bot.storage import history, partnerships
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from tests.made_up import CLOSES, OPENS, PARTNERSHIP, WEEK, item, people
from tests.printed import level, out_of_ten

TRUST = item("trust", 1)
ABOUT_3 = level("3.0", step="0.4")
ABOUT_4 = level("3.8", step="0.4")


def said_of(asked: Item, says: ReleasedValue | Silence | None) -> ReleasedQuestion:
    """What was released of a question."""
    return ReleasedQuestion(
        asked.id, asked.text, asked.dimension, says, asked.kind, reverse=asked.reverse
    )


def release(
    made: Installation,
    number: int,
    *facts: ReleasedFact,
    state: RoundStatus = RoundStatus.CLOSED,
    held: bool = False,
) -> None:
    """A round in whose digest this was said."""
    with made.database.write() as session:
        row = RoundRow(
            partnership_id=partnerships.find_partnership(session, PARTNERSHIP).id,
            number=number,
            slot=OPENS + number * WEEK,
            state=state,
            opens_at=OPENS + number * WEEK,
            closes_at=CLOSES + number * WEEK,
            public_key=b"",
            roster_size=14,
            newcomers=0,
            thresholds=Thresholds().to_json(),
            items=[],
            again=False,
            held=held,
        )
        session.add(row)
        session.flush()
        history.keep_releases(session, row.id, [Statement(fact, "…") for fact in facts])


def printed(made: Installation, *items: Item) -> dict[str, ReleasedValue]:
    """What was printed last of these questions."""
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
        return history.load_printed(session, partnership, items)


def test_the_newest_number_of_a_question_is_remembered(made: Installation) -> None:
    people(made)
    assert printed(made, TRUST) == {}
    release(made, 1, said_of(TRUST, ABOUT_4))
    release(made, 2, said_of(TRUST, ABOUT_3), said_of(item("trust", 2), ABOUT_4))
    release(made, 3, said_of(item("honesty", 1), ABOUT_4))
    assert printed(made, TRUST, item("trust", 3)) == {TRUST.id: ABOUT_3}


@pytest.mark.parametrize("silence", [Silence.TOO_FEW, Silence.SMALL_GROUP, None])
def test_a_silence_erases_no_memory(made: Installation, silence: Silence | None) -> None:
    people(made)
    release(made, 1, said_of(TRUST, ABOUT_4))
    release(made, 2, said_of(TRUST, silence))
    assert printed(made, TRUST) == {TRUST.id: ABOUT_4}


def test_another_id_makes_it_no_new_question(made: Installation) -> None:
    people(made)
    release(made, 1, said_of(TRUST, ABOUT_4))
    copied = replace(TRUST, id="own-7", text=f"  {TRUST.text.upper()}!")
    assert printed(made, copied) == {"own-7": ABOUT_4}
    # By its id it is known in other words, too.
    reworded = replace(TRUST, text="Something else.")
    assert printed(made, reworded) == {TRUST.id: ABOUT_4}
    other = replace(TRUST, id="own-8", text="Something else.")
    assert printed(made, other) == {}


def test_neither_another_sort_of_buttons_nor_the_other_way_round_makes_it_new(
    made: Installation,
) -> None:
    """A number that leaps because it was forgotten tells of whoever joined what they answered."""
    people(made)
    release(made, 1, said_of(TRUST, level("4.2", "or higher", step="0.4")))
    often = replace(TRUST, id="often", kind=ItemKind.FREQUENCY)
    assert printed(made, often) == {"often": level("4.2", "or higher", step="0.4")}
    turned = replace(TRUST, id="turned", reverse=True)
    assert printed(made, turned) == {"turned": level("1.8", "or lower", step="0.4")}
    of_ten = replace(TRUST, id="ten", text="And?", kind=ItemKind.SCALE)
    release(made, 2, said_of(of_ten, out_of_ten("7.0", step="1.0")))
    assert printed(made, replace(of_ten, reverse=True)) == {"ten": out_of_ten("3.0", step="1.0")}


def test_a_number_of_another_scale_is_not_taken_over(made: Installation) -> None:
    people(made)
    other = replace(TRUST, kind=ItemKind.SCALE)
    release(made, 1, said_of(TRUST, ABOUT_4))
    release(made, 2, said_of(other, out_of_ten("6.0", step="1.0")))
    assert printed(made, TRUST) == {TRUST.id: ABOUT_4}
    assert printed(made, other) == {other.id: out_of_ten("6.0", step="1.0")}


def test_every_kind_has_its_memory(made: Installation) -> None:
    people(made)
    yes_no = replace(TRUST, id="yes-no-1", text="Is it?", kind=ItemKind.YES_NO)
    release(made, 1, said_of(yes_no, Lean.MORE_YES), said_of(TRUST, ABOUT_3))
    assert printed(made, yes_no, TRUST) == {"yes-no-1": Lean.MORE_YES, TRUST.id: ABOUT_3}


def test_an_open_round_and_another_partnership_are_no_memory(made: Installation) -> None:
    people(made)
    release(made, 1, said_of(TRUST, ABOUT_4), state=RoundStatus.OPEN)
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
        assert history.load_printed(session, partnership, [TRUST]) == {}
        assert history.load_printed(session, partnership + 1, [TRUST]) == {}


def test_of_the_newest_rounds_more_is_looked_at_and_what_is_held_is_marked(
    made: Installation,
) -> None:
    people(made, 3)
    question, talk, answered = said_of(TRUST, ABOUT_3), TalkFact("Why?"), AnsweredFact(9)
    for number in range(1, ROUNDS_RECALLED + 3):
        release(made, number, question, talk, answered, held=number == ROUNDS_RECALLED)
    with made.database.read() as session:
        rounds = history.load_printed_rounds(session, 1)

    assert [entry.number for entry in rounds] == list(range(1, ROUNDS_RECALLED + 3))
    assert [entry.facts for entry in rounds[:2]] == [(question,)] * 2
    assert [entry.facts for entry in rounds[2:]] == [(question, talk, answered)] * ROUNDS_RECALLED
    assert [entry.number for entry in rounds if entry.is_held] == [ROUNDS_RECALLED]
