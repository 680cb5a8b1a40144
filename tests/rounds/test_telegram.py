"""A whole round of thirty members in Telegram: `pulse-bot run`, killed twice on the way.

Everything is real but Telegram, which is on loopback and checks each call, and the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.platforms.telegram.server import TelegramServer
from tests.rounds.in_telegram import GroupInTelegram, InTelegram, jam, settings
from tests.rounds.program import Program
from tests.rounds.story import (
    NAME,
    QUESTIONS,
    SCHOOLS,
    WORDS,
    answer,
    assert_nothing_is_left,
    everybody_is_asked,
    everybody_reads_the_digest,
    installed,
    only_who_has_not_answered_is_reminded,
    press,
    until,
)

MEMBERS = 30

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@asynccontextmanager
async def telegram_and_program(folder: Path) -> AsyncIterator[tuple[TelegramServer, Program]]:
    """Both at work; what Telegram saw must be in order at the end."""
    async with TelegramServer() as telegram:
        ours = {**settings(telegram), "PULSE_BOT_WEB__PORT": "0"}
        async with installed(folder, ours) as program:
            yield telegram, program
        assert telegram.violations == [], "\n".join(telegram.violations)


async def set_up(
    telegram: TelegramServer, program: Program
) -> tuple[GroupInTelegram, list[InTelegram]]:
    """A linked chat, and thirty members of ten schools who joined by its button."""
    code = await program.partnership(NAME)
    program.start()
    group, lead = GroupInTelegram(telegram), InTelegram(telegram, started=True)
    await group.link(lead, code)
    people = [lead, *(InTelegram(telegram) for _ in range(MEMBERS - 1))]
    for one in people[1:]:
        group.group.enter(one.person)
    # The first of each school types its name, at the same time as all the others.
    await asyncio.gather(
        *(one.join(group, f"School {n % SCHOOLS}") for n, one in enumerate(people))
    )
    return group, people


async def test_a_round_of_thirty_with_two_kills(tmp_path: Path) -> None:
    async with telegram_and_program(tmp_path) as (telegram, program):
        group, people = await set_up(telegram, program)
        members = await asyncio.to_thread(program.json, "member", "list", NAME)
        assert len(members) == MEMBERS

        jam(telegram, after=12)
        await everybody_is_asked(program, people, telegram.trouble.mend)
        early, late = people[:12], people[12:]
        await asyncio.gather(*(answer(one, n % 3 + 3) for n, one in enumerate(early)))
        await nobody_loses_an_answer(telegram, program, late[:8])
        await words_are_recorded_and_deleted(early[0])
        await only_who_has_not_answered_is_reminded(program, early, late)
        await asyncio.gather(*(answer(one, n % 2 + 4) for n, one in enumerate(late[:14])))
        assert program.envelopes() == QUESTIONS * (12 + 14) + 1
        await everybody_reads_the_digest(program, group)
        assert program.envelopes() == 0
        await press(early[3], early[3].choices()[3], "This round closed on Friday 6 March at 16:00")
        program.stop()

    assert telegram.rates.busiest_second() <= 32
    assert_nothing_is_left(program, people)


async def nobody_loses_an_answer(
    telegram: TelegramServer, program: Program, people: list[InTelegram]
) -> None:
    """Killed while people answer: whoever has seen no answer yet is answered afterwards."""
    jam(telegram, after=3)
    for one in people:
        one.press_and_go(one.choices()[3])
    await until(lambda: any("2 of 3" in one.said() for one in people), "the first is answered")
    program.kill()
    assert any("2 of 3" not in one.said() for one in people), "It was killed too late."
    telegram.trouble.mend()
    program.start()
    await until(lambda: all("2 of 3" in one.said() for one in people), "all are answered")


async def words_are_recorded_and_deleted(member: InTelegram) -> None:
    """What somebody writes is recorded, and goes from the chat."""
    await press(member, "Say more", "Your way of writing")
    typed = member.person.write_and_go(WORDS)
    await until(lambda: "has been deleted from this chat" in member.said(), "deleted")
    assert typed.id not in member.person.chat.messages
