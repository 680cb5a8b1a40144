"""The people: partnerships in Slack, in Telegram and in both, made once and copied for each run."""

from __future__ import annotations

import asyncio
import itertools
import pickle
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.installation import Installation, copied
from tests.platforms.slack import Slack, serving
from tests.platforms.slack.groups import SlackGroup
from tests.platforms.slack.people import SlackPerson
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.server import TelegramServer
from tests.rounds import in_slack, in_telegram
from tests.rounds.in_slack import ChannelInSlack, InSlack
from tests.rounds.in_telegram import GroupInTelegram, InTelegram
from tests.rounds.story import until

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
OPENS = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
REMINDS = OPENS + timedelta(hours=24, minutes=1)
CLOSES = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
SOON = timedelta(seconds=2)
UPDATES_OF_A_RUN = 880_000_001
"""The numbers of Telegram's updates begin here again: none of the template's comes twice."""


@dataclass(frozen=True)
class Group:
    """A partnership as it is planned."""

    name: str
    in_slack: int = 0
    in_telegram: int = 0
    workshop: date | None = None


LARGE = (
    Group("Alder", in_slack=6),
    Group("Birch", in_telegram=6),
    Group("Cedar", in_slack=6, in_telegram=6),
    Group("Dogwood", in_slack=5, in_telegram=5, workshop=date(2026, 3, 11)),
)
SMALL = (Group("Alder", in_slack=6), Group("Birch", in_telegram=6))


class SlackMember(InSlack):
    """Somebody who was there before."""

    def __init__(self, slack: Slack, user: str) -> None:
        self.slack = slack
        self.person = SlackPerson(slack, slack.world.users[user], slack.team)


class SlackChannel(ChannelInSlack):
    """A channel that was there before."""

    def __init__(self, slack: Slack, channel: str) -> None:
        self.slack = slack
        self.group = SlackGroup(slack, slack.world.channels[channel])


class TelegramMember(InTelegram):
    """Somebody who was there before."""

    def __init__(self, telegram: TelegramServer, user: int) -> None:
        person = TelegramPerson.__new__(TelegramPerson)
        person.server, person.user = telegram, telegram.world.users[user]
        person.chat, person.since = telegram.world.chats[user], telegram.world.moment()
        self.person = person


class TelegramChat(GroupInTelegram):
    """A group that was there before."""

    def __init__(self, telegram: TelegramServer, chat: int) -> None:
        group = TelegramGroup.__new__(TelegramGroup)
        group.server, group.chat, group.thread = telegram, telegram.world.chats[chat], None
        group.since = telegram.world.moment()
        self.group = group


Person = SlackMember | TelegramMember
Chat = SlackChannel | TelegramChat


@dataclass
class Partnership:
    """One partnership, as a run finds it."""

    name: str
    members: list[Person]
    chats: list[Chat]
    workshop: bool = False


@dataclass(frozen=True)
class Names:
    """What leads back to the people of a partnership, on each platform."""

    name: str
    slack: tuple[str, ...]
    telegram: tuple[int, ...]
    channels: tuple[str, ...]
    groups: tuple[int, ...]
    workshop: bool


@dataclass
class Platforms:
    """A Slack and a Telegram."""

    slack: Slack
    telegram: TelegramServer

    @property
    def settings(self) -> dict[str, str]:
        """That lead pulse-bot here, without the prefix."""
        both = in_slack.settings(self.slack) | in_telegram.settings(self.telegram)
        return {name.removeprefix("PULSE_BOT_"): value for name, value in both.items()}


@dataclass
class World:
    """All of it at work."""

    installation: Installation
    platforms: Platforms
    partnerships: list[Partnership] = field(default_factory=list)

    def partnership(self, name: str) -> Partnership:
        """By its name."""
        return next(one for one in self.partnerships if one.name == name)


@asynccontextmanager
async def platforms(kept: Any = (None, None)) -> AsyncIterator[Platforms]:
    """Both, as they were kept."""
    slack_world, telegram_world = kept
    async with serving(world=slack_world) as slack, TelegramServer(world=telegram_world) as tg:
        in_slack.be_patient(slack)
        yield Platforms(slack, tg)


async def everybody_listens(world: World, times: int = 1) -> None:
    """Wait until both platforms are listened to."""
    sockets, updates = world.platforms.slack.sockets, world.platforms.telegram.updates
    assert sockets is not None
    await until(lambda: bool(sockets.connections) and sockets.opened >= times, "connected", 120)
    await until(lambda: updates.heard, "listening", 120)


# Made once


async def make_template(
    folder: Path, database: str, keys_in: str, groups: tuple[Group, ...]
) -> None:
    """Play a partnership's first day for all of them, and keep what came of it in `folder`."""
    installation = Installation(folder / "made", database, keys_in)
    try:
        async with platforms() as both:
            world = World(installation, both)
            await _set_up(world, groups)
            redis_keys = installation.redis.dump() if installation.redis else {}
            names = [_names_of(one) for one in world.partnerships]
            people = pickle.dumps((both.slack.world, both.telegram.world))
        kept = folder / "kept"
        if installation.postgres is not None:
            installation.postgres.end(signal.SIGINT)
            installation.postgres.copy_to(kept / "cluster")
        shutil.copytree(installation.data, kept / "data")
        (kept / "people").write_bytes(pickle.dumps((people, names, redis_keys)))
    finally:
        installation.close()


async def _set_up(world: World, groups: tuple[Group, ...]) -> None:
    one = world.installation
    one.settings = world.platforms.settings
    one.move_to(TUESDAY)
    if one.postgres is not None:
        one.postgres.make()
    one.start_servers()
    created = await asyncio.to_thread(_create, one, groups)
    codes = re.findall(r"/pulse link (g\d+-[a-z0-9]+)", created)
    for worker in one.workers:
        worker.start()
    await everybody_listens(world)
    for group, code in zip(groups, codes, strict=True):
        world.partnerships.append(await _joined(world, group, code))
    for worker in one.workers:
        await asyncio.to_thread(worker.stop)


def _create(one: Installation, groups: tuple[Group, ...]) -> str:
    names = [group.name for group in groups]
    ended = one.do_all(
        [
            ("init", "--yes", "--data", str(one.data)),
            *(("partnership", "create", name) for name in names),
            *(("programme", "set", name) for name in names),
        ]
    )
    assert not any(code for code, _ in ended), ended
    # A copy lives elsewhere, and its settings come from the environment.
    (one.folder / "pulse-bot.toml").unlink()
    return "".join(printed for _, printed in ended)


async def _joined(world: World, group: Group, code: str) -> Partnership:
    """Chats are linked, everybody joins, and a workshop is planned where there is one."""
    one, both = world.installation, world.platforms
    made = Partnership(group.name, [], [], group.workshop is not None)
    slack = [InSlack(both.slack) for _ in range(group.in_slack)]
    telegram = [InTelegram(both.telegram, started=n == 0) for n in range(group.in_telegram)]
    if slack:
        channel = ChannelInSlack(both.slack)
        await channel.link(slack[0], code)
        await asyncio.gather(*(who.join(channel, f"School {n}") for n, who in enumerate(slack)))
        made.chats.append(SlackChannel(both.slack, channel.group.channel.id))
        [another] = await asyncio.to_thread(one.json, "partnership", "codes", group.name)
        code = another["link"]
    if telegram:
        chat = GroupInTelegram(both.telegram)
        await chat.link(telegram[0], code)
        for who in telegram[1:]:
            chat.group.enter(who.person)
        names = range(len(slack), len(slack) + len(telegram))
        joins = (who.join(chat, f"School {n}") for n, who in zip(names, telegram, strict=True))
        await asyncio.gather(*joins)
        made.chats.append(TelegramChat(both.telegram, chat.group.chat.id))
    if group.workshop is not None:
        about = ("--about", "trust", "--on", str(group.workshop))
        await asyncio.to_thread(one.does, "seed", group.name, *about)
    made.members = [
        *(SlackMember(both.slack, who.person.user.id) for who in slack),
        *(TelegramMember(both.telegram, who.person.user.id) for who in telegram),
    ]
    return made


def _names_of(one: Partnership) -> Names:
    return Names(
        one.name,
        tuple(who.person.user.id for who in one.members if isinstance(who, SlackMember)),
        tuple(who.person.user.id for who in one.members if isinstance(who, TelegramMember)),
        tuple(chat.group.channel.id for chat in one.chats if isinstance(chat, SlackChannel)),
        tuple(chat.group.chat.id for chat in one.chats if isinstance(chat, TelegramChat)),
        one.workshop,
    )


# Copied for each run


@asynccontextmanager
async def copy_of(
    template: Path, folder: Path, database: str, keys_in: str
) -> AsyncIterator[World]:
    """A world as the template left it, with its servers up and no worker running."""
    kept = template / "kept"
    people, names, redis_keys = pickle.loads((kept / "people").read_bytes())  # noqa: S301 - our own
    installation = Installation(folder, database, keys_in)
    try:
        async with platforms(pickle.loads(people)) as both:  # noqa: S301 - our own
            both.telegram.world.posted.clear()
            both.telegram.updates._ids = itertools.count(UPDATES_OF_A_RUN)
            installation.settings = both.settings
            installation.move_to(TUESDAY + timedelta(hours=1))
            await asyncio.to_thread(copied, kept, installation, redis_keys)
            yield World(installation, both, [_found(both, one) for one in names])
    finally:
        await asyncio.to_thread(installation.close)


def _found(both: Platforms, names: Names) -> Partnership:
    members: list[Person] = [
        *(SlackMember(both.slack, user) for user in names.slack),
        *(TelegramMember(both.telegram, user) for user in names.telegram),
    ]
    chats: list[Chat] = [
        *(SlackChannel(both.slack, channel) for channel in names.channels),
        *(TelegramChat(both.telegram, chat) for chat in names.groups),
    ]
    return Partnership(names.name, members, chats, names.workshop)
