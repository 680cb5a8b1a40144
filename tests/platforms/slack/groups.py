"""Channels of the loopback Slack, in the terms of `Group`, and what can happen to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulse_bot.ports import Address, Outcome
from pulse_bot.testing import Person, Seen, plain
from tests.platforms.slack.acting import answered, draw
from tests.platforms.slack.drawing import Drawing, documents
from tests.platforms.slack.people import SlackPerson, labels
from tests.platforms.slack.server import Slack
from tests.platforms.slack.world import Channel

Json = dict[str, Any]


class SlackGroup:
    """A channel. People who do something there have been in it since before the bot came."""

    def __init__(self, slack: Slack, channel: Channel) -> None:
        self.slack = slack
        self.channel = channel

    @property
    def address(self) -> Address:
        """In the workspace that it belongs to."""
        return Address("slack", self.channel.team, self.channel.id)

    @property
    def bot(self) -> str:
        """The bot's user."""
        return self.slack.world.teams[self.channel.team].bot

    def seen(self) -> Seen:
        """What everybody in the channel can see."""
        drawings = self._drawings()
        words = [word for drawing in drawings for word in drawing.words]
        shown = plain(" ".join(words))
        return Seen(shown, tuple(labels(drawings)), Outcome.DONE, documents(drawings))

    async def look(self) -> Seen:
        """The same."""
        return self.seen()

    async def add_bot(self, by: Person) -> Seen:
        """Somebody invites the bot."""
        self._present(by)

        def work() -> None:
            self.channel.members.append(self.bot)
            self._tell("member_joined_channel", user=self.bot, inviter=by.address.user)

        await self._do(work)
        return self.seen()

    async def remove_bot(self, by: Person) -> None:
        """Somebody takes the bot out; it is told that, and nothing of the channel after that."""
        self._present(by)

        def work() -> None:
            self.channel.members.remove(self.bot)
            self._tell(self._kind("left"), actor_id=by.address.user)

        await self._do(work)

    async def command(self, person: Person, command: str) -> Seen:
        """Give a command in the channel."""
        self._present(person)
        await _slack_person(person).command_in(self.channel, command)
        return self.seen()

    async def press(self, person: Person, label: str) -> Seen:
        """Press the newest button of this label in the channel."""
        self._present(person)
        presser = _slack_person(person)
        await presser.touch(presser.find(label, iter(self._drawings())))
        return presser.seen()

    async def archive(self, by: Person) -> None:
        """Nobody can post any more."""

        def work() -> None:
            self.channel.archived = True
            self._tell(self._kind("archive"), user=by.address.user)

        await self._do(work)

    async def delete(self, by: Person) -> None:
        """The channel is gone."""

        def work() -> None:
            del self.slack.world.channels[self.channel.id]
            self._tell(self._kind("deleted"), actor_id=by.address.user)

        await self._do(work)

    def make_private(self) -> None:
        """Public no more; the id stays, and no event tells of it."""
        self.channel.kind = "private"

    def share(self) -> None:
        """With another workspace, by Slack Connect."""
        self.channel.shared = True

    def _present(self, person: Person) -> None:
        if person.address.user not in self.channel.members:
            self.channel.members.append(person.address.user)

    def _kind(self, what: str) -> str:
        return f"{'group' if self.channel.kind == 'private' else 'channel'}_{what}"

    def _tell(self, kind: str, **more: str) -> None:
        event: Json = {"type": kind, "channel": self.channel.id, **more}
        if kind.startswith("member_"):
            event |= {"channel_type": self.channel.id[0], "team": self.channel.team}
        self.slack.announce(event, self.channel)

    def _drawings(self) -> list[Drawing]:
        messages = [one for one in self.channel.messages.values() if not one.only]
        return [draw(self.slack, message) for message in messages]

    async def _do(self, work: Callable[[], None]) -> None:
        async def done() -> None:
            work()

        def newest() -> int:
            return max((one.source.shown for one in self._drawings()), default=0)

        await answered(self.slack, self.channel.id, newest, done())


def new_group(slack: Slack, kind: str = "public") -> SlackGroup:
    """A channel of the first workspace, without the bot."""
    return SlackGroup(slack, slack.world.add_channel(slack.team, kind=kind))


def bots_group(slack: Slack, kind: str = "public") -> SlackGroup:
    """A channel with the bot in it."""
    made = new_group(slack, kind)
    made.channel.members.append(slack.team.bot)
    return made


def _slack_person(person: Person) -> SlackPerson:
    if not isinstance(person, SlackPerson):
        raise TypeError("Only somebody on Slack can do that.")
    return person
