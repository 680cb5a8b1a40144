"""FakeAdapter passes the contract that real adapters pass, and does what tests ask of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Clock,
    Joined,
    Left,
    Members,
    Outcome,
    Reply,
)
from pulse_bot.testing import (
    AdapterContract,
    FakeAdapter,
    FixedClock,
    GroupContract,
    Script,
    Stage,
    dialogue,
    running,
)

ASK = Card(CardKind.QUESTION, "How was it?", (), ((Button("Agree", "a:4"), Button("Skip", "a:s")),))


class TestFakeAdapter(AdapterContract, GroupContract):
    """The contracts, over the fake."""

    @asynccontextmanager
    async def stage(self, script: Script) -> AsyncIterator[Stage]:
        adapter = FakeAdapter()
        users = itertools.count()
        async with running(adapter, script) as task:
            yield Stage(
                adapter,
                task,
                new_person=lambda: adapter.person(f"person-number-{next(users)}"),
                nowhere=Address("fake", "", ""),
                can_write=True,
                new_group=lambda: adapter.group(f"group-number-{next(users)}"),
                plant=lambda fault, _: adapter.plant(fault),
            )


async def test_sends_fail_as_told_and_recover() -> None:
    adapter = FakeAdapter()
    ada, bob = adapter.address("ada"), adapter.address("bob")
    adapter.fail(AdapterError("Blocked.", permanent=True), to=ada)
    adapter.fail(AdapterError("Slow down.", permanent=False, retry_after=2), times=1)

    with pytest.raises(AdapterError, match="Blocked"):
        await adapter.send(ada, ASK)
    with pytest.raises(AdapterError, match="Slow down") as caught:
        await adapter.send(bob, ASK)
    assert caught.value.retry_after == 2
    await adapter.send(bob, ASK)
    adapter.recover()
    await adapter.send(ada, ASK)

    assert adapter.sends == [(bob, ASK), (ada, ASK)]
    assert adapter.cards(ada) == (ASK,)


async def test_it_refuses_what_platforms_refuse() -> None:
    adapter = FakeAdapter()
    too_long = Card(CardKind.NOTICE, "Act", (), ((Button("Agree", "x" * 65),),))
    with pytest.raises(AdapterError, match="no action, or too long a one"):
        await adapter.send(adapter.address("ada"), too_long)


async def test_members_are_those_who_joined_and_did_not_leave() -> None:
    adapter, script = FakeAdapter(), Script()
    group, ada, bob = (adapter.address(user) for user in ("group", "ada", "bob"))
    async with running(adapter, script):
        await adapter.person("ada").join(group, "Ada")
        await adapter.person("bob").join(group, "Bob")
        await adapter.person("ada").leave(group)
    assert await adapter.members(group) == Members(1, (bob,))
    assert script.events == [Joined(ada, group, "Ada"), Joined(bob, group, "Bob"), Left(ada, group)]


async def test_what_the_core_raises_is_kept_for_the_test() -> None:
    adapter, script = FakeAdapter(), Script()
    script.error = RuntimeError("broken")
    async with running(adapter, script):
        seen = await adapter.person("ada").open_home()
    assert seen.outcome is Outcome.REFUSED
    assert adapter.errors == [script.error]


async def test_nobody_listens_before_it_runs() -> None:
    with pytest.raises(RuntimeError, match="Nobody listens"):
        await FakeAdapter().person("ada").write("hello")


async def test_a_dialogue_says_and_is_answered() -> None:
    adapter, script = FakeAdapter(), Script()
    script.home = Reply(cards=(ASK,))
    async with running(adapter, script):
        ada = adapter.person("ada")
        await adapter.send(ada.address, ASK)
        await dialogue(ada, ("/home", "How was it?"), ("[Agree]", "Recorded."), ("hello", ""))
        with pytest.raises(AssertionError, match=r"Expected 'Goodbye' in:\n> /help me"):
            await dialogue(ada, ("/help me", "Goodbye"))


async def test_a_button_that_is_not_there_cannot_be_pressed() -> None:
    adapter = FakeAdapter()
    async with running(adapter, Script()):
        with pytest.raises(AssertionError, match="No button 'Agree'"):
            await adapter.person("ada").press("Agree")


def test_a_fixed_clock_moves_when_it_is_told() -> None:
    clock = FixedClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    told: Clock = clock
    clock.advance(timedelta(days=4))
    assert told.now() == datetime(2026, 3, 6, 8, tzinfo=UTC)
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert told.now().year == 2026
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake under test
