"""What digests say over time, through real rounds: made of the record, and replayed from it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pytest

from pulse_bot.domain.release.printed_record import PrintedRound, find_trend
from pulse_bot.domain.release.record import Digest, ReleasedTrend, StatementKind
from pulse_bot.domain.release.trend import Direction, Move, Unclear
from pulse_bot.storage import history
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot_reports.titles import spell_number
from tests.made_up import (
    CLOSES,
    POOL,
    START,
    THEMES,
    WEEK,
    answer_all,
    at,
    installation,
    opened_round,
    people,
)

MOVES_AT = 14
WEEKS = 20
RISES = "trust is up, since around round 15."


async def play(made: Installation, weeks: int = WEEKS) -> None:
    """Weeks of a group whose trust rises by two points in the fourteenth, and nothing else does."""
    everybody = people(made)
    for week in range(weeks):
        asked = opened_round(made, week)
        level = {item.id: 3 for item in asked.items}
        if week >= MOVES_AT:
            level |= {item.id: 5 for item in asked.items if item.dimension == "trust"}
        values = [str(level[item.id]) for item in asked.items]

        def answer(_: int, position: int, values: Sequence[str] = values) -> str:
            return values[position]

        await answer_all(made, asked, everybody, answer)
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)


def load_digests(made: Installation) -> list[Digest]:
    """Oldest first."""
    with made.database.read() as session:
        return history.list_digests(session, 1)[::-1]


def trends_of(digest: Digest) -> dict[str, ReleasedTrend]:
    """By theme."""
    said = [fact for fact in digest.facts if isinstance(fact, ReleasedTrend)]
    return {theme: fact for fact in said for theme in fact.themes}


def texts_of(digest: Digest) -> list[str]:
    return [entry.text for entry in digest.statements if entry.kind is StatementKind.TREND]


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Digest]:
    folder = tmp_path_factory.mktemp("trends")
    made = installation(f"sqlite:///{folder / 'pulse.db'}", FixedClock(START))
    asyncio.run(play(made))
    return load_digests(made)


def test_a_rise_is_told_with_its_round_and_nothing_else_is(digests: Sequence[Digest]) -> None:
    called = next(one for one in digests if one.statements[0].text.endswith(RISES))
    newest = trends_of(called)

    assert newest["trust"].trend.now == Move(Direction.UP, MOVES_AT + 1)
    assert newest["trust"].trend.just_called
    assert {newest[theme].trend.now for theme in THEMES[1:]} == {None}
    assert texts_of(called) == [
        "The newest numbers of trust lie above earlier ones of the same questions.",
        (
            "No clear change in honesty (3.0, 3.0) or accountability (3.0, 3.0); a change of half "
            "a point would have shown."
        ),
    ]
    after = digests[called.number :]
    assert [text for one in after[:1] for text in texts_of(one)[:1]] == [
        f"Trust went up around round 15, {spell_number(called.number + 1 - 15)} rounds ago."
    ]
    assert all("trust" in trends_of(one) for one in after), "a call is said each time"
    assert texts_of(digests[0]) == [], "of too few numbers, when there shall be enough"
    assert any("we can say whether" in one.text for one in digests[0].statements)


def test_replayed_from_the_digests_it_is_what_was_said_then(digests: Sequence[Digest]) -> None:
    rounds = [PrintedRound(digest.number, digest.facts) for digest in digests]
    said = 0
    for newest, known in zip(digests, accumulate([[entry] for entry in rounds]), strict=True):
        for theme in THEMES:
            again, fact = find_trend(theme, known), trends_of(newest).get(theme)
            assert again
            if fact is None:
                # Said before, or not to be said yet.
                assert again.trend.unclear
                assert not again.trend.withdrawn
                continue
            assert (again.trend, again.is_new) == (fact.trend, fact.is_new)
            said += 1
    assert said > WEEKS // 2


def test_nothing_but_questions_and_blocks_is_looked_at(digests: Sequence[Digest]) -> None:
    rounds = [PrintedRound(digest.number, digest.facts) for digest in digests]
    kinds = (StatementKind.QUESTION, StatementKind.LEVEL)
    bare = [
        PrintedRound(
            digest.number, tuple(one.fact for one in digest.statements if one.kind in kinds)
        )
        for digest in digests
    ]

    for theme in THEMES:
        assert find_trend(theme, bare) == find_trend(theme, rounds)
    # The control: without the levels of blocks, or with a number changed, it may be another.
    silent = [replace(entry, facts=()) for entry in rounds[MOVES_AT:]]
    assert find_trend("trust", [*rounds[:MOVES_AT], *silent]) is None


async def test_another_banks_questions_begin_anew_and_it_is_said_once(
    tmp_path: Path,
) -> None:
    made = installation(f"sqlite:///{tmp_path / 'pulse.db'}", FixedClock(START))
    await play(made, 3)
    other = {
        **POOL,
        "trust": [
            replace(one, id=f"new-{one.id}", bank="new", text=f"New: {one.text}")
            for one in POOL["trust"]
        ],
    }
    begun = replace(made, pool=lambda: other)
    for week in (3, 4):
        asked = opened_round(begun, week)
        at(begun, CLOSES + week * WEEK)
        close_round(begun, asked.id)
    *_, before, first, second = load_digests(made)

    assert "trust" not in trends_of(before)
    assert trends_of(first)["trust"].is_new
    assert texts_of(first)[0] == (
        "Trust is asked with other questions from this round on, so comparisons begin anew."
    )
    assert trends_of(first)["trust"].trend.unclear is Unclear.LEARNING
    assert "trust" not in trends_of(second)
