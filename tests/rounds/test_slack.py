"""A whole round of thirty members in Slack: `pulse-bot run`, killed twice on the way.

Everything is real but Slack, which is on loopback and checks each call, and the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.platforms.slack import Slack, serving
from tests.rounds.in_slack import ChannelInSlack, InSlack, be_patient, connected, jam, settings
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
async def slack_and_program(folder: Path) -> AsyncIterator[tuple[Slack, Program]]:
    """Both at work, over Socket Mode; what Slack saw must be in order at the end."""
    async with serving() as slack:
        be_patient(slack)
        async with installed(folder, {**settings(slack), "PULSE_BOT_WEB__PORT": "0"}) as program:
            yield slack, program
        slack.assert_clean()


async def set_up(slack: Slack, program: Program) -> tuple[ChannelInSlack, list[InSlack]]:
    """A linked channel, and thirty members of ten schools who joined by its button."""
    code = await program.partnership(NAME)
    program.start()
    await connected(slack, times=1)
    channel, people = ChannelInSlack(slack), [InSlack(slack) for _ in range(MEMBERS)]
    await channel.link(people[0], code)
    # The first of each school types its name, at the same time as all the others.
    await asyncio.gather(
        *(one.join(channel, f"School {n % SCHOOLS}") for n, one in enumerate(people))
    )
    return channel, people


async def test_a_round_of_thirty_with_two_kills(tmp_path: Path) -> None:
    async with slack_and_program(tmp_path) as (slack, program):
        channel, people = await set_up(slack, program)
        members = await asyncio.to_thread(program.json, "member", "list", NAME)
        assert len(members) == MEMBERS

        jam(slack, after=12)
        await everybody_is_asked(program, people, slack.trouble.clear)
        early, late = people[:12], people[12:]
        await asyncio.gather(*(answer(one, n % 3 + 3) for n, one in enumerate(early)))
        await nobody_loses_what_was_answered(slack, program, late[:8])
        await early[0].say_more(WORDS)
        await only_who_has_not_answered_is_reminded(program, early, late)
        await asyncio.gather(*(answer(one, n % 2 + 4) for n, one in enumerate(late[:14])))
        assert program.envelopes() == QUESTIONS * (12 + 14) + 1
        await everybody_reads_the_digest(program, channel)
        assert program.envelopes() == 0
        await press(early[3], early[3].choices()[3], "This round closed on Friday 6 March at 16:00")
        program.stop()

    assert [one for one in people if WORDS in one.said()] == []
    assert WORDS not in channel.said()
    assert_nothing_is_left(program, people)


async def nobody_loses_what_was_answered(
    slack: Slack, program: Program, people: list[InSlack]
) -> None:
    """Killed while people press: what anybody saw an answer to is kept, the others press again.

    Slack hands a press over once, and what was acknowledged is over for it.
    """
    before = program.envelopes()
    jam(slack, after=3)
    for one in people:
        one.press_and_go(one.choices()[3])
    await until(lambda: any("2 of 3" in one.said() for one in people), "the first is answered")
    program.kill()
    await until(lambda: slack.postman.under_way == 0, "nothing is on its way any more")
    told = [one for one in people if "2 of 3" in one.said()]
    assert len(told) < len(people), "It was killed too late to show anything."
    assert program.envelopes() >= before + len(told)
    slack.trouble.clear()
    program.start()
    await connected(slack, times=3)
    for one in people:
        if "2 of 3" not in one.said():
            await press(one, one.choices()[3], "2 of 3")
    assert program.envelopes() == before + len(people)
