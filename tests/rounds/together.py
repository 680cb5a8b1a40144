"""One partnership in Slack, in Telegram and on the web at once, with all of it at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.platforms.slack import serving
from tests.platforms.telegram.server import TelegramServer
from tests.rounds import in_slack, in_telegram, on_the_web
from tests.rounds.in_slack import ChannelInSlack, InSlack
from tests.rounds.in_telegram import GroupInTelegram, InTelegram
from tests.rounds.on_the_web import OnTheWeb
from tests.rounds.program import Program
from tests.rounds.story import NAME, Chat, Member, assert_nothing_is_left, installed


@dataclass(frozen=True)
class Crowd:
    """How many there are."""

    in_chats: int
    """In Slack, and as many in Telegram."""
    on_the_web: int
    schools: int
    """Out of so many, in turns, so that those who answer come out of as many."""

    def school(self, number: int) -> str:
        """Where a member is from."""
        return f"School {number % self.schools}"


@dataclass(frozen=True)
class Scene:
    """One partnership, and its members wherever they are."""

    program: Program
    channel: ChannelInSlack
    group: GroupInTelegram
    slack: list[InSlack]
    telegram: list[InTelegram]
    web: list[OnTheWeb]

    @property
    def chatting(self) -> list[Member]:
        """Those who are written to."""
        return [*self.slack, *self.telegram]

    async def shown(self) -> dict[object, str]:
        """What each person and each group can read at this moment."""
        chats: list[Chat] = [*self.chatting, self.channel, self.group]
        shown: dict[object, str] = {one: one.said() for one in chats}
        return shown | {one: await one.read() for one in self.web}


@asynccontextmanager
async def scene(folder: Path, crowd: Crowd) -> AsyncIterator[Scene]:
    """All at work; what both platforms saw must be in order at the end."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(serving())
        telegram = await stack.enter_async_context(TelegramServer())
        in_slack.be_patient(slack)
        ours = in_slack.settings(slack) | in_telegram.settings(telegram) | on_the_web.settings()
        program = await stack.enter_async_context(installed(folder, ours))
        code = await program.partnership(NAME)
        people = [
            (f"Reader {n}", crowd.school(2 * crowd.in_chats + n)) for n in range(crowd.on_the_web)
        ]
        web = await stack.enter_async_context(on_the_web.visitors(program, people))
        program.start()
        await in_slack.connected(slack, times=1)
        one = Scene(
            program,
            ChannelInSlack(slack),
            GroupInTelegram(telegram),
            [InSlack(slack) for _ in range(crowd.in_chats)],
            [InTelegram(telegram, started=n == 0) for n in range(crowd.in_chats)],
            web,
        )
        await one.channel.link(one.slack[0], code)
        [another] = await asyncio.to_thread(program.json, "partnership", "codes", NAME)
        await one.group.link(one.telegram[0], another["link"])
        await everybody_joins(one, crowd)
        yield one
        program.stop()
        assert_nothing_is_left(program, [*one.chatting, *one.web])
        slack.assert_clean()
        assert telegram.violations == [], "\n".join(telegram.violations)


async def everybody_joins(one: Scene, crowd: Crowd) -> None:
    """Those in Slack by its channel, those in Telegram by its group."""
    for member in one.telegram[1:]:
        one.group.group.enter(member.person)
    await asyncio.gather(
        *(member.join(one.channel, crowd.school(n)) for n, member in enumerate(one.slack)),
        *(
            member.join(one.group, crowd.school(crowd.in_chats + n))
            for n, member in enumerate(one.telegram)
        ),
    )
