"""The workspaces, people, channels, messages and views of a loopback Slack. Knows no network."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.platforms.slack.calls import Refusal

Json = dict[str, Any]

TRIGGER_SECONDS = 3.0
RESPONSES = 5
VIEWS = 3


@dataclass(slots=True)
class Team:
    """One workspace, and the app's bot in it."""

    id: str
    name: str
    bot: str
    """The bot's user."""
    bot_id: str
    installed: bool = True


@dataclass(slots=True)
class User:
    """Somebody, or some bot."""

    id: str
    name: str
    team: str
    is_bot: bool = False
    deleted: bool = False
    guest: bool = False
    tz: str = "Europe/London"
    locale: str = "en-GB"

    def brief(self) -> Json:
        """As interactions name them."""
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team}


@dataclass(slots=True)
class Message:
    """One message; an ephemeral one is seen by `only` alone."""

    ts: str
    channel: str
    author: str
    text: str
    blocks: list[Json]
    shown: int
    """When it was last shown: a place in the order of everything that was."""
    only: str = ""
    files: list[File] = field(default_factory=list)
    mrkdwn: bool = True
    states: dict[str, Json] = field(default_factory=dict)
    """What each person has ticked in it, by block and action."""


@dataclass(slots=True)
class Channel:
    """A channel, public or private, or a direct conversation."""

    id: str
    name: str
    kind: str
    """ "public", "private" or "im"."""
    team: str
    members: list[str] = field(default_factory=list)
    archived: bool = False
    shared: bool = False
    """With another workspace."""
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A modal on somebody's stack, or somebody's home."""

    id: str
    user: str
    team: str
    body: Json
    shown: int
    hash: str
    errors: dict[str, str] = field(default_factory=dict)
    state: Json = field(default_factory=dict)


@dataclass(slots=True)
class File:
    """A file that is being uploaded, or was."""

    id: str
    name: str
    length: int
    alt: str
    title: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Token:
    """A token, and what it may do."""

    kind: str
    """ "bot", "app" or "refresh"."""
    team: str
    scopes: frozenset[str] = frozenset()
    revoked: bool = False


@dataclass(slots=True)
class Trigger:
    """Lets the app open a modal for somebody, once and soon."""

    user: str
    born: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Lets the app answer where something was done, five times."""

    user: str
    channel: str
    message: str
    """Its ts; empty for a command."""
    uses: int = 0


class World:
    """Everything there is."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, Token] = {}
        self.modals: dict[str, list[View]] = {}
        """The stack of each person, the visible one last."""
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}
        self.trigger_seconds = TRIGGER_SECONDS
        self._direct: dict[tuple[str, str], Channel] = {}
        self._numbers = count(1)
        self._shown = count(1)
        self._latest = 0

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._numbers)

    def next_shown(self) -> int:
        """The next place in the order of what is shown."""
        return next(self._shown)

    def time(self) -> str:
        """A message's time that was not given before."""
        self._latest = max(self._latest + 1, int(time.time() * 1_000_000))
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06}"

    def add_team(self, name: str) -> Team:
        """A workspace with the app's bot in it."""
        number = self.number()
        team = Team(f"T0TEAM{number:03}", name, f"U0BOT{number:03}", f"B0BOT{number:03}")
        self.teams[team.id] = team
        self.users[team.bot] = User(team.bot, "pulse", team.id, is_bot=True)
        return team

    def add_user(self, team: Team, name: str = "", **more: Any) -> User:
        """A person, known to the workspace from the beginning."""
        number = self.number()
        user = User(f"U0PERSON{number:03}", name or f"person-{number}", team.id, **more)
        self.users[user.id] = user
        return user

    def add_channel(self, team: Team, name: str = "", *, kind: str = "public") -> Channel:
        """A channel that nobody is in."""
        number = self.number()
        channel = Channel(f"C0CHANNEL{number:03}", name or f"channel-{number}", kind, team.id)
        self.channels[channel.id] = channel
        return channel

    def team_of(self, user: str) -> Team:
        """The workspace of a user where the app is installed; any, for a stranger."""
        own = self.teams.get(self.users[user].team)
        return own or next(iter(self.teams.values()))

    def direct(self, bot: str, user: str) -> Channel:
        """The direct conversation between two, made where there is none."""
        channel = self._direct.get((bot, user))
        if channel is None:
            name = f"D0DIRECT{self.number():03}"
            channel = Channel(name, "directmessage", "im", self.users[bot].team, [bot, user])
            self.channels[channel.id] = self._direct[bot, user] = channel
        return channel

    def visible(self, channel: str, bot: str) -> Channel:
        """A channel that a bot can see. Raises Refusal."""
        found = self.channels.get(channel)
        if found is None or found.team != self.users[bot].team:
            raise Refusal("channel_not_found")
        if found.kind != "public" and bot not in found.members:
            raise Refusal("channel_not_found")
        return found

    def known(self, user: str, bot: str) -> User:
        """A user whom a bot can see: of its workspace, or one with whom it shares a channel."""
        found = self.users.get(user)
        if found is None:
            raise Refusal("user_not_found")
        if found.team != self.users[bot].team and not self._meet(user, bot):
            raise Refusal("user_not_found")
        return found

    def _meet(self, user: str, bot: str) -> bool:
        return any({user, bot} <= set(channel.members) for channel in self.channels.values())

    def trigger(self, user: str) -> str:
        """A new trigger of somebody's."""
        name = f"{self.number()}.{self.number()}.trigger"
        self.triggers[name] = Trigger(user, time.monotonic())
        return name

    def exchange(self, name: str) -> str:
        """Whose trigger it is, taken now. Raises Refusal where it is old, used or nobody's."""
        trigger = self.triggers.get(name)
        if trigger is None:
            raise Refusal("invalid_trigger_id", recorded="there was no such trigger")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self.trigger_seconds:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def name_of(self, thing: str) -> str:
        """What a user or a channel is called."""
        if thing in self.users:
            return self.users[thing].name
        return self.channels[thing].name if thing in self.channels else thing

    def fill_in_ids(self, blocks: list[Json]) -> list[Json]:
        """Blocks with an id for each, and for each element: Slack gives those that are missing."""
        made = []
        for block in blocks:
            one = {**block, "block_id": block.get("block_id") or f"b{self.number()}"}
            for key in ("accessory", "element"):
                if key in one:
                    one[key] = self._with_action_id(one[key])
            if one["type"] == "actions":
                one["elements"] = [self._with_action_id(element) for element in one["elements"]]
            made.append(one)
        return made

    def _with_action_id(self, element: Json) -> Json:
        return {**element, "action_id": element.get("action_id") or f"a{self.number()}"}
