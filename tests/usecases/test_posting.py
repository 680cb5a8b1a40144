"""A digest on its way into a chat, through the whole app."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pulse_bot.app import App
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError
from pulse_bot.testing import FakeAdapter
from pulse_bot.usecases.members.directory import add_group
from pulse_bot.usecases.rounds.close import close_round
from tests.engine.scene import used_engine
from tests.made_up import CLOSES, GROUP, PARTNERSHIP, at, installation, opened_round, people

AWAY = AdapterError("The chat is away for a moment.", permanent=False)


async def worked_off(app: App) -> None:
    """Ask what is due, and wait until it is done."""
    await asyncio.to_thread(app.engine.tick_now)
    while await asyncio.to_thread(app.engine.live_keys):  # noqa: ASYNC110 - the engine tells nobody
        await asyncio.sleep(0.02)


async def test_a_chat_that_is_away_for_a_while_gets_its_digest_later(tmp_path: Path) -> None:
    made, fake = installation(f"sqlite:///{tmp_path / 'pulse-bot.db'}"), FakeAdapter()
    people(made, 3)
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    app = App(made, {"fake": fake}, used_engine(tmp_path), pace=Pace(None, 0.02))
    await app.start()
    try:
        fake.fail(AWAY, to=GROUP)
        await worked_off(app)
        assert fake.cards(GROUP) == ()

        fake.recover()
        # A minute later, or the job's key would be the same.
        at(made, CLOSES.replace(minute=CLOSES.minute + 1))
        await worked_off(app)
        await worked_off(app)
        assert len(fake.cards(GROUP)) == 1
    finally:
        await app.stop()
        made.database.close()


async def test_a_partnership_without_members_makes_no_failed_jobs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made, fake = installation(f"sqlite:///{tmp_path / 'pulse-bot.db'}"), FakeAdapter()
    people(made, 0)
    at(made, CLOSES.replace(day=7))
    app = App(made, {"fake": fake}, used_engine(tmp_path), pace=Pace(None, 0.02))
    await app.start()
    try:
        await worked_off(app)
    finally:
        await app.stop()
        made.database.close()
    assert "failed" not in caplog.text


async def test_a_chat_that_is_away_holds_up_no_other(tmp_path: Path) -> None:
    made, fake = installation(f"sqlite:///{tmp_path / 'pulse-bot.db'}"), FakeAdapter()
    people(made, 3)
    other = fake.address("another-chat")
    add_group(made, PARTNERSHIP, other)
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    app = App(made, {"fake": fake}, used_engine(tmp_path), pace=Pace(None, 0.02))
    await app.start()
    try:
        fake.fail(AWAY, to=GROUP)
        await worked_off(app)

        assert fake.cards(GROUP) == ()
        assert len(fake.cards(other)) == 1
    finally:
        await app.stop()
        made.database.close()
