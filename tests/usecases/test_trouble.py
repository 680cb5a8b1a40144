"""Lost keys, a locked database, a key store that fails: a kind word, and nothing half done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.errors import KeyStoreError
from pulse_bot.ports import Outcome, RoundKeys
from pulse_bot.storage import rounds
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import read_digests
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.made_up import (
    CLOSES,
    OPENS,
    PARTNERSHIP,
    answer_all,
    at,
    found,
    installation,
    opened_round,
    people,
    recording,
)
from tests.outbox import tick
from tests.usecases.scene import Talk, envelopes_in

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)


async def test_a_lost_key_is_told_and_the_round_asked_again_once(talk: Talk) -> None:
    made = talk.made
    one, *_ = everybody = people(made)
    asked = opened_round(made)
    await answer_all(made, asked, everybody[:10])
    made.keys.destroy(asked.id)

    reply = await talk.choose(asked, one, "4")
    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith("The key of this round is gone, so no answer can be kept safely")

    at(made, OPENS + HOUR)
    sweep_rounds(made)
    assert (found(made, asked.id).state, envelopes_in(made)) == (RoundStatus.LOST, 0)
    reply = await talk.choose(asked, one, "4")
    assert reply.notice.startswith("The key of this round was lost, its answers destroyed unread;")

    again = ask_again(made)
    assert again.items == asked.items
    form = (await talk.home(one)).form
    assert form is not None
    assert form.text[0].startswith("We ask again: the key of the last round was lost")
    assert (await talk.press(one, f"answer:{again.id}:0:answer:4")).outcome is Outcome.DONE
    at(made, CLOSES)
    close_round(made, again.id)
    assert [one.number for one in read_digests(made, PARTNERSHIP)] == [2]


def ask_again(made: Installation) -> Round:
    """The one round that the schedule opens now, in place of a lost one."""
    assert tick(made)[0] == "rounds"
    with made.database.read() as session:
        newest = rounds.latest_round(session, 1)
        assert newest is not None
        assert newest.again
        return rounds.round_from_row(newest)


def test_a_replacement_that_is_lost_too_is_not_replaced(made: Installation) -> None:
    people(made)
    made.keys.destroy(opened_round(made).id)
    at(made, OPENS + HOUR)
    sweep_rounds(made)
    made.keys.destroy(ask_again(made).id)

    for minutes in range(5):
        at(made, OPENS + HOUR + timedelta(minutes=minutes))
        tick(made)
        with made.database.read() as session:
            newest = rounds.latest_round(session, 1)
        assert newest is not None
        assert newest.state is RoundStatus.LOST
    # The next week is asked as ever.
    assert opened_round(made, 1).number == 3


async def test_a_database_that_is_locked_confirms_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pulse-bot.db"
    made = installation(f"sqlite:///{file}?timeout=0.1")
    [one, *_] = people(made)
    asked = opened_round(made)
    async with recording(made) as record:
        talk = Talk(made, record)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            refused = await talk.choose(asked, one, "4")
            paused = await talk.press(one, "pause")
            other.execute("ROLLBACK")
        for reply in (refused, paused):
            assert reply.outcome is Outcome.REFUSED
            assert "please try again in a minute." in reply.notice
        assert refused.notice.startswith("Your answer could not be saved just now.")
        assert envelopes_in(made) == 0
        assert (await talk.choose(asked, one, "4")).outcome is Outcome.DONE
    assert envelopes_in(made) == 1
    made.database.close()


class BrokenStore(MemoryKeyStore):
    """A key store on a machine that went away."""

    broken = False

    def load(self, round_id: int) -> RoundKeys | None:
        if self.broken:
            raise KeyStoreError("The key store at redis.example cannot be reached.")
        return super().load(round_id)


async def test_a_key_store_that_fails_is_told_kindly(tmp_path: Path) -> None:
    keys = BrokenStore()
    made = installation(f"sqlite:///{tmp_path / 'pulse-bot.db'}", keys=keys)
    [one, *_] = people(made)
    asked = opened_round(made)
    keys.broken = True
    async with recording(made) as record:
        talk = Talk(made, record)
        replies = [await talk.choose(asked, one, "4"), await talk.choose(asked, one, "3")]
        keys.broken = False
        assert (await talk.choose(asked, one, "4")).outcome is Outcome.DONE

    for reply in replies:
        assert reply.outcome is Outcome.REFUSED
        assert "redis.example" not in reply.notice
        assert "please try again in a minute." in reply.notice
    made.database.close()
