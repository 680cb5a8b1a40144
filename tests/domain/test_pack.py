"""What is in a pack, and the order that it suggests: 60 to 90 minutes, nothing unsaid."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.partnership.commitments import Commitment, CommitmentState
from pulse_bot.domain.partnership.pack import (
    LONGEST_MINUTES,
    MOST_DISCUSSED,
    SHORTEST_MINUTES,
    Pack,
    discussed_questions,
    list_questions,
    other_statements,
    running_order,
)
from pulse_bot.domain.release.first_edition import TrendCall, TrendFact
from pulse_bot.domain.release.record import (
    CommentFact,
    Digest,
    HeadlineFact,
    ReleasedQuestion,
    Statement,
)
from pulse_bot.domain.release.results import Lean, ReleasedValue, Silence
from tests import printed

OPEN = Commitment(1, "We meet in May.", date(2026, 5, 1), CommitmentState.OPEN)


def item(number: int, *, core: bool = False) -> Item:
    """A question."""
    return Item(
        id=f"q-{number}",
        bank="courage",
        text=f"We do number {number}.",
        kind=ItemKind.AGREE,
        dimension="courage",
        talk=f"When did we last do number {number}?",
        core=core,
    )


def pack(
    *items: Item, said: tuple[Statement, ...] = (), commitments: tuple[Commitment, ...] = ()
) -> Pack:
    """A pack of these questions, whose digest says this."""
    digest = Digest(1, datetime(2026, 3, 11, 18, tzinfo=UTC), said, "Courage")
    return Pack("Valley", "UTC", "Courage", date(2026, 3, 12), items, digest, commitments)


def about(item: str, says: ReleasedValue | Silence = Silence.TOO_FEW) -> Statement:
    """What is said of a question."""
    return Statement(ReleasedQuestion(item, "We do.", "courage", says), f"Of {item}.")


def written_to(item: str, words: str) -> Statement:
    """What somebody wrote."""
    return Statement(CommentFact(words, item), f"Somebody wrote: “{words}”", f"“{words}”")


@given(st.lists(st.booleans(), min_size=1, max_size=15), st.booleans())
def test_a_workshop_takes_sixty_to_ninety_minutes(cores: list[bool], promised: bool) -> None:
    items = [item(n, core=core) for n, core in enumerate(cores)]
    made = pack(*items, commitments=(OPEN,) if promised else ())

    steps = running_order(made)

    assert SHORTEST_MINUTES <= sum(step.minutes for step in steps) <= LONGEST_MINUTES
    assert all(step.minutes >= 5 for step in steps)
    talks = [one.talk for one in items if any(one.talk in step.what for step in steps)]
    assert len(talks) == min(len(items), MOST_DISCUSSED)


def test_a_single_question_takes_an_hour_and_six_take_ninety_minutes() -> None:
    hour = running_order(pack(item(1)))
    assert sum(step.minutes for step in hour) == 60
    full = running_order(pack(*map(item, range(6))))
    assert sum(step.minutes for step in full) == 90


def test_questions_of_the_workshop_come_before_those_of_the_week() -> None:
    weekly, own = [item(n, core=True) for n in range(3)], [item(n) for n in range(3, 9)]
    assert [part.item for part in discussed_questions(pack(*weekly, *own))] == own
    # Those of the week fill what is left, and all stand in the order in which they were asked.
    assert [part.item for part in discussed_questions(pack(*weekly, *own[:4]))] == [
        *weekly[:2],
        *own[:4],
    ]


def test_open_commitments_are_read_aloud_where_there_are_any() -> None:
    titles = [step.title for step in running_order(pack(item(1), commitments=(OPEN,)))]
    assert titles[:2] == ["Arrive and read alone", "What we said we would do"]
    assert "What we said we would do" not in [one.title for one in running_order(pack(item(1)))]


def test_the_plenary_closes_with_growth_commitments_and_three_words() -> None:
    *_, growth, commit, leave = running_order(pack(item(1)))
    assert "one area for growth" in growth.title
    assert "by when" in commit.what
    assert all(word in leave.what for word in ("discovery", "disturbance", "delight"))


def test_minutes_of_a_question_add_up_to_its_step() -> None:
    for count in range(1, 7):
        for step in running_order(pack(*map(item, range(count)))):
            if step.title.startswith("Question"):
                words = step.what.partition(":")[0].split()
                assert sum(int(word) for word in words if word.isdecimal()) == step.minutes


def test_a_statement_stands_with_its_question_or_with_the_rest_and_nowhere_else() -> None:
    headline = Statement(HeadlineFact(1), "Round 1.")
    one, two = about("q-1"), about("q-2")
    written = written_to("q-2", "Yes.")
    comment = written_to("", "No.")
    trend = Statement(TrendFact("courage", TrendCall.UP), "Courage: up.")
    made = pack(item(1), item(2), said=(headline, trend, one, two, written, comment))

    first, second = list_questions(made)

    assert (first.number, first.results, first.quotes) == (1, (one,), ())
    assert (second.number, second.results, second.quotes) == (2, (two,), (written,))
    assert other_statements(made) == (trend, comment)


@pytest.mark.parametrize(
    ("statements", "shown"),
    [
        ((), False),
        ((about("q-1", Silence.TOO_FEW),), False),
        ((about("q-1", printed.level("3.0")),), True),
        ((about("q-1", Lean.BETWEEN),), True),
        ((written_to("q-1", "Yes."),), True),
        ((written_to("q-2", "Yes."),), False),
    ],
)
def test_a_question_without_a_result_is_a_prompt(
    statements: tuple[Statement, ...], shown: bool
) -> None:
    made = pack(item(1), said=statements)
    [part] = list_questions(made)
    assert part.has_result is shown
    looked = "look at the result" in " ".join(step.what for step in running_order(made))
    assert looked is shown
