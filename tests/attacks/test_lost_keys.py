"""A key that is gone while its round is open: the answers are lost, and nothing falls back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.ports import Address
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.attacks.restart import Ground, count, digests, states
from tests.attacks.thief import contents
from tests.made_up import CLOSES, OPENS, answer_all, at, found, opened_round, people, say

SOMEBODY = Address("fake", "", "person-03")
HERON = "The heron at the weir counted eleven."


async def lost(made: Installation) -> Round:
    """A round with answers whose key is gone, and nobody has noticed yet."""
    everybody = people(made)
    asked = opened_round(made)
    await answer_all(made, asked, everybody)
    made.keys.destroy(asked.id)
    return asked


async def test_no_answer_is_taken_without_a_key(made: Installation) -> None:
    asked = await lost(made)
    before = contents(made.database)
    for slot, words in (("answer", "3"), ("comment", HERON)):
        refused = await say(made, asked, SOMEBODY, words, slot)
        assert "key of this round is gone" in refused
        assert "Nothing was recorded" in refused
    after = contents(made.database)
    # On PostgreSQL the lock on the round's row is not among what a row says.
    assert after == before
    assert HERON not in repr(after)


async def test_the_sweep_gives_the_round_up_unread(made: Installation) -> None:
    asked = await lost(made)
    sweep_rounds(made)
    assert found(made, asked.id).state is RoundStatus.LOST
    tables = ("envelope", "seat", "outbox", "tally", "release", "waiting_comment")
    assert count(made, tables) == dict.fromkeys(tables, 0)
    assert digests(made, asked) == []
    refused = await say(made, asked, SOMEBODY, "3")
    assert "key of this round was lost" in refused
    assert "destroyed unread" in refused


async def test_closing_gives_the_round_up_too(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await lost(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    [line] = [one for one in caplog.records if "key of a round is gone" in one.getMessage()]
    assert (line.__dict__["partnership"], line.__dict__["round"]) == (1, asked.id)
    assert found(made, asked.id).state is RoundStatus.LOST
    assert count(made, ("envelope", "release", "tally")) == {
        "envelope": 0,
        "release": 0,
        "tally": 0,
    }


async def test_the_same_questions_are_asked_again(made: Installation, tmp_path: Path) -> None:
    asked = await lost(made)
    ground = Ground(str(made.database.engine.url), tmp_path / "unused")
    at(made, OPENS + timedelta(hours=1))
    ground.work_off(made)
    assert states(made) == [RoundStatus.LOST, RoundStatus.OPEN]
    again = found(made, max(made.keys.list_rounds()))
    assert [item.id for item in again.items] == [item.id for item in asked.items]
    assert again.again
    with made.database.read() as session:
        assert len(set(session.scalars(sa.select(RoundRow.public_key)))) == 2
    assert again.closes_at == asked.closes_at
    await answer_all(made, again, [SOMEBODY])
    at(made, CLOSES)
    ground.work_off(made)
    assert states(made) == [RoundStatus.LOST, RoundStatus.CLOSED]
    assert len(ground.posts) == 1
    assert len(digests(made, again)) == 1
    assert made.keys.list_rounds() == frozenset()


async def test_a_closed_round_is_not_given_up_for_its_missing_key(made: Installation) -> None:
    everybody = people(made)
    asked = opened_round(made)
    await answer_all(made, asked, everybody)
    at(made, CLOSES)
    close_round(made, asked.id)
    said = digests(made, asked)
    for _ in range(2):
        sweep_rounds(made)
        close_round(made, asked.id)
    assert found(made, asked.id).state is RoundStatus.CLOSED
    assert digests(made, asked) == said
