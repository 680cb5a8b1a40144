"""What `make digests` counts, on weeks written by hand; and that a group is played as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from benchmarks._digests_counts import (
    Ground,
    find_repeated,
    find_truth,
    has_number,
    holds_numbers,
    list_grounds,
    list_sentences,
)
from benchmarks._digests_played import (
    HAPPENS,
    SCENARIOS,
    Plan,
    PlayedGroup,
    PlayedWeek,
    play_group,
    write_group,
)
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedBlock,
    ReleasedFact,
    ReleasedQuestion,
    ReleasedTrend,
    Statement,
    TalkFact,
)
from pulse_bot.domain.release.results import LevelWord, ReleasedValue, Silence
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from pulse_bot.ports import Card, CardKind
from tests.printed import level

UP = Trend(now=Move(Direction.UP, 20))
DOWN = Trend(now=Move(Direction.DOWN, 24))
UNCLEAR = Trend(unclear=Unclear.NOTHING_MORE)
PROMPTS = {f"q{n}": f"Talk about {n}?" for n in range(9)}


def week(
    *facts: ReleasedFact, message: str = "", prompts: Mapping[str, str] = PROMPTS
) -> PlayedWeek:
    """A week whose digest says these facts, and whose chat got this message."""
    title, *text = message.split("\n")
    statements = tuple(Statement(fact, f"Said of it {place}.") for place, fact in enumerate(facts))
    digest = Digest(1, datetime(2026, 1, 9, 16, tzinfo=UTC), statements)
    return PlayedWeek(digest, Card(CardKind.DIGEST, title, tuple(text)), prompts, "")


def asked(number: int, says: ReleasedValue | Silence) -> ReleasedQuestion:
    """A question of the weekly pulse."""
    text = f"We do number {number} as well as we can."
    return ReleasedQuestion(f"q{number}", text, "trust", says, ItemKind.AGREE)


def committed(news: CommitmentNews) -> CommitmentFact:
    """A commitment and its news."""
    return CommitmentFact(1, "We meet.", date(2026, 3, 1), news)


def test_a_week_with_numbers_alone_is_nothing_to_act_on() -> None:
    quiet = week(asked(1, level("3.0")), ReleasedTrend(("trust",), UNCLEAR))

    assert list_grounds([quiet]) == [frozenset()]
    assert has_number(quiet.digest)


@pytest.mark.parametrize(
    ("fact", "ground"),
    [
        (ReleasedTrend(("trust",), UP), Ground.CALL),
        (ReleasedTrend(("trust",), Trend(withdrawn=Move(Direction.UP, 20))), Ground.WITHDRAWAL),
        (ReleasedBlock("trust", 1, level("3.2")), Ground.HALF_TERM),
        (ReleasedBlock("trust", 1, LevelWord.HIGH), Ground.HALF_TERM),
        (committed(CommitmentNews.KEPT), Ground.COMMITMENT),
        (committed(CommitmentNews.UNHEARD), Ground.COMMITMENT),
        (ReleasedBlock("trust", 1, Silence.TOO_FEW), None),
        (committed(CommitmentNews.MADE), None),
        (committed(CommitmentNews.DROPPED), None),
    ],
)
def test_what_is_something_to_act_on(fact: ReleasedFact, ground: Ground | None) -> None:
    assert list_grounds([week(fact)]) == [frozenset({ground} if ground else ())]


def test_a_call_is_new_once() -> None:
    first, second = ReleasedTrend(("trust",), UP), ReleasedTrend(("trust",), DOWN)

    grounds = list_grounds([week(first), week(first), week(second)])

    assert grounds == [{Ground.CALL}, frozenset(), {Ground.CALL}]


def test_what_stands_again_after_a_withdrawal_is_no_new_call() -> None:
    again = replace(UP, withdrawn=Move(Direction.DOWN, 24))
    weeks = [week(ReleasedTrend(("trust",), trend)) for trend in (DOWN, again, UP)]

    assert list_grounds(weeks)[1:] == [{Ground.WITHDRAWAL}, frozenset()]


def test_a_prompt_fits_what_was_printed_lowest_this_week_or_last() -> None:
    low, high = asked(1, level("2.6")), asked(2, level("3.8"))
    fitting, other = TalkFact(PROMPTS["q1"]), TalkFact(PROMPTS["q2"])

    assert list_grounds([week(low, high, fitting)]) == [{Ground.PROMPT}]
    assert list_grounds([week(low, high, other)]) == [frozenset()]
    assert list_grounds([week(low), week(high, fitting)])[1] == {Ground.PROMPT}
    assert list_grounds([week(low), week(high), week(high, fitting)])[2] == frozenset()
    assert list_grounds([week(asked(1, Silence.TOO_FEW), fitting)]) == [frozenset()]


def test_a_prompt_fits_what_moved_furthest_since_it_was_asked() -> None:
    before = week(asked(1, level("3.0")), asked(2, level("3.4")), asked(3, level("2.6")))
    quiet = week()
    now = week(
        asked(1, level("3.4")),
        asked(2, level("4.2", "or higher")),
        asked(3, level("2.6")),
        TalkFact(PROMPTS["q2"]),
    )

    assert list_grounds([before, quiet, now])[2] == {Ground.PROMPT}


@pytest.mark.parametrize(
    ("message", "holds"),
    [
        (
            "Round 1\nWe do number 1 as well as we can: 4.2 or higher\nTrust by half-terms: 3.2",
            True,
        ),
        ("Round 1\n“We do number 1 as well as …” 4.2 or higher\nNo change in trust (3.2).", True),
        ("Round 1\nWe do number 1 as well as we can: 4.2\nTrust by half-terms: 3.2", False),
        ("Round 1\nWe do number 2 as well as we can: 4.2 or higher\nTrust: 3.2", False),
        ("Round 1\nWe do number 1 as well as we can: 4.2 or higher", False),
    ],
)
def test_a_message_holds_each_number_beside_what_it_is_of(message: str, holds: bool) -> None:
    facts = (
        asked(1, level("4.2", "or higher")),
        asked(3, Silence.TOO_FEW),
        ReleasedBlock("trust", 1, level("3.2")),
    )

    assert holds_numbers(week(*facts, message=message)) is holds


@pytest.mark.parametrize(
    ("says", "holds"),
    [("2.2, and low is good here", True), ("3.8, turned", True), ("2.6", False)],
)
def test_a_turned_number_may_be_said_as_it_was_asked(says: str, holds: bool) -> None:
    turned = replace(asked(1, level("3.8")), reverse=True)
    message = f"Round 1\nWe do number 1 as well as we can: {says}"

    assert holds_numbers(week(turned, message=message)) is holds
    assert not holds_numbers(week(asked(1, level("3.4")), message=message))


def test_a_sentence_ends_where_another_begins() -> None:
    text = "Round 1 of X, closed Friday 9 January.\n“We listen.” About 3.8 out of 5. Well? Yes"

    assert list_sentences(text) == [
        "Round 1 of X, closed Friday 9 January.",
        "“We listen.” About 3.8 out of 5.",
        "Well?",
        "Yes",
    ]


def test_a_repeated_sentence_is_the_same_to_the_letter() -> None:
    before = week(message="Round 1.\nNine or more of us answered. Next: Wednesday.")
    same = week(message="Round 2.\nNothing new. Nine or more of us answered.")
    other = week(message="Round 2.\nNine or more of us answered again.")

    assert find_repeated(before, same) == {"Nine or more of us answered."}
    assert find_repeated(before, other) == frozenset()


def test_a_lasting_change_is_said_silent_or_denied() -> None:
    down = next(entry for entry in SCENARIOS if entry.name == "lasting change down")
    told = [UNCLEAR] * (HAPPENS + 2) + [DOWN, DOWN, UNCLEAR, UP]
    weeks = [week(ReleasedTrend(("trust", "honesty"), trend)) for trend in told]

    truth = find_truth(PlayedGroup(Plan(14, down), (*weeks, week())))
    assert truth is not None
    assert (truth.called, truth.says, truth.denies, truth.digests) == (True, 2, 2, 5)
    never = find_truth(PlayedGroup(Plan(14, down), tuple(weeks[:HAPPENS])))
    assert never is not None
    assert not never.called
    assert find_truth(PlayedGroup(Plan(14, SCENARIOS[0]), tuple(weeks))) is None


def test_a_group_is_the_same_each_time_and_is_written_out(tmp_path: Path) -> None:
    plan = Plan(12, SCENARIOS[0], weeks=3, seed=7)
    group = play_group(plan)

    text = write_group(group, tmp_path).read_text()

    assert [one.digest.number for one in group.weeks] == [1, 2, 3]
    assert play_group(plan) == group
    assert play_group(replace(plan, seed=8)).weeks != group.weeks
    for played in group.weeks:
        assert "\n".join((played.message.title, *played.message.text)) in text
        assert played.text in text
