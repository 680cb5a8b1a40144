"""Slack: the one object that a test holds. The answers to the Web API are in answers_*.py."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from tests.platforms.slack import payloads
from tests.platforms.slack.answers_install import new_tokens
from tests.platforms.slack.app import App
from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.delivery import Envelope, Postman
from tests.platforms.slack.mrkdwn import draw, pings
from tests.platforms.slack.signed import SignedHttp
from tests.platforms.slack.sockets import SocketMode
from tests.platforms.slack.trouble import Post, Rates, Trouble
from tests.platforms.slack.watched import Watched
from tests.platforms.slack.world import Channel, File, Message, ResponseUrl, Team, World

Json = dict[str, Any]
Answer = Callable[["Slack", Call], Json]


class Slack:
    """A whole Slack on loopback, with one workspace to begin with."""

    def __init__(self, app: App, *, over_http: bool = False, world: World | None = None) -> None:
        """`world` is one that there was before, with its workspaces and tokens."""
        self.app = app
        self.world = world or World()
        self.trouble = Trouble()
        self.rates: Rates | None = None
        """Refuses posts that come too fast, where it is set."""
        self.page_size = 1000
        """The most that a page of a list holds."""
        self.violations: list[str] = list(app.mistakes())
        """What no good bot does: calls that Slack always refuses, or that nobody could read."""
        self.pinged: list[str] = []
        """Whom messages would have called: "!channel", "@U…"."""
        self.calls: list[Call] = []
        self.posts: list[Post] = []
        self.posted: list[tuple[str, str]] = []
        """The channel of each message of the app that was ever posted, and how it read then."""
        self.codes: dict[str, str] = {}
        """Codes of installing, and the workspace of each."""
        self.tokens_expire = False
        self.without_files = False
        """Whether files are refused, as where a workspace's admins allow pictures alone."""
        self.origin = ""
        self.sockets = None if over_http else SocketMode(self.violations.append)
        self.http = SignedHttp(app.signing_secret) if over_http else None
        way = self.sockets or self.http
        assert way is not None
        self.postman = Postman(way)
        self.watched: Watched | None = None
        """The core, where it is in this process: tells when it has answered."""
        self.patience = 5.0
        """Seconds that people wait for an answer."""
        self.quiet_turns = 10
        """How often in a row nothing must be under way before an answer is taken to be whole."""
        self.busy = 0
        self.turns = 0
        """Calls that are being answered, and that were."""
        self._background: set[asyncio.Task[None]] = set()
        self.team = next(iter(self.world.teams.values()), None) or self.world.add_team("alder")
        self.bot_token = self._first_token()

    def _first_token(self) -> str:
        """The bot's in the first workspace: the one that it had, or a new one."""
        known = [name for name, token in self.world.tokens.items() if token.kind == "bot"]
        return known[0] if known else str(self.installed(self.team.id)["access_token"])

    @property
    def base_url(self) -> str:
        """Of the Web API."""
        return f"{self.origin}/api/"

    def assert_clean(self) -> None:
        """Fail where the app did what no good bot does."""
        assert not self.violations, self.violations
        assert not self.pinged, f"somebody was called: {self.pinged}"

    # For the Web API

    def refuse(self, problems: Iterable[str], error: str) -> None:
        """Raise Refusal where there are problems, each of which is written down."""
        found = list(problems)
        if found:
            raise Refusal(error, recorded="; ".join(found))

    def keep_to_rates(self, channel: Channel) -> None:
        """Count a post. Raises Refusal where it comes too fast."""
        if self.rates is not None:
            wait = self.rates.wait(self.posts, channel.team, channel.id)
            if wait:
                raise Refusal("ratelimited", retry_after=wait)
        self.posts.append(Post(channel.team, channel.id, time.monotonic()))

    def post(
        self,
        channel: Channel,
        author: str,
        said: Json,
        *,
        only: str = "",
        files: Iterable[File] = (),
    ) -> Message:
        """Put a message into a channel, or before one person there."""
        message = Message(
            self.world.time(), channel.id, author, "", [], 0, only=only, files=list(files)
        )
        channel.messages[message.ts] = message
        self.change(message, said)
        if author in {team.bot for team in self.world.teams.values()}:
            names = [f"{file.name} {file.alt}" for file in message.files]
            self.posted.append((channel.id, json.dumps([said, names], ensure_ascii=False)))
        self._tell_of(message)
        return message

    def refuse_files(self) -> None:
        """Take none from now on."""
        self.without_files = True

    def edit(self, message: Message, said: Json) -> None:
        """Change a message, which the app is told of where it is in a direct conversation."""
        self.change(message, said)
        self._tell_of(message, "message_changed")

    def delete(self, message: Message) -> None:
        """Take a message away."""
        del self.world.channels[message.channel].messages[message.ts]
        self._tell_of(message, "message_deleted")

    def _tell_of(self, message: Message, change: str = "") -> None:
        channel = self.world.channels[message.channel]
        if channel.kind != "im" or message.only:
            return
        told = payloads.message(message, self.world.teams[channel.team], self.app)
        if change:
            hidden = {"type": "message", "subtype": change, "hidden": True}
            told = {**hidden, "message": told, "previous_message": told}
        self.announce({**told, "channel": channel.id, "channel_type": "im"}, channel)

    def change(self, message: Message, said: Json) -> None:
        """Let a message say something else."""
        message.text = str(said.get("text") or "")
        message.blocks = self.world.fill_in_ids(said.get("blocks") or [])
        message.mrkdwn = bool(said.get("mrkdwn", True))
        message.shown = self.world.next_shown()
        if message.author in {team.bot for team in self.world.teams.values()}:
            self.pinged += [who for text in _marked_up(message) for who in pings(text)]

    def notification(self, message: Message) -> str:
        """What a phone shows of a message."""
        return draw(message.text, self.world.name_of)

    def installed(self, team: str) -> Json:
        """New tokens for a workspace."""
        return new_tokens(self, team, expires=self.tokens_expire)

    # What happens

    def announce(
        self, event: Json, channel: Channel | None = None, team: Team | None = None
    ) -> None:
        """Tell the app of something, where it asked for that; goes on by itself."""
        where = team or (self.world.teams[channel.team] if channel else self.team)
        kind = event["type"] + (".im" if event.get("channel_type") == "im" else "")
        if kind not in self.app.events or not where.installed:
            return
        number = self.world.number()
        inner = {"event_ts": self.world.time(), **event}
        shared = channel is not None and channel.shared
        told = payloads.event(inner, number, where, self.app, shared=shared)
        self.later(self.bring(Envelope("events_api", told)))

    async def bring(self, envelope: Envelope) -> None:
        """Bring an envelope to the app, whatever becomes of it."""
        await self.postman.bring(envelope)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def response_url(self, user: str, channel: str, message: str = "") -> str:
        """A new address to answer at, where something was done."""
        name = f"r{self.world.number()}"
        self.world.responses[name] = ResponseUrl(user, channel, message)
        return f"{self.origin}/response/{name}"

    def revoke_tokens(self, team: Team | None = None) -> None:
        """Take the app's tokens away, without a word."""
        for token in self.world.tokens.values():
            if token.kind == "bot" and token.team == (team or self.team).id:
                token.revoked = True

    def uninstall(self, team: Team | None = None) -> None:
        """Take the app out of a workspace, which is told."""
        gone = team or self.team
        self.revoke_tokens(gone)
        self.announce({"type": "tokens_revoked", "tokens": {"bot": [gone.bot]}}, team=gone)
        self.announce({"type": "app_uninstalled"}, team=gone)
        gone.installed = False

    async def go_down(self) -> None:
        """There is no Slack from now on: no answers, and no connections."""
        self.trouble.down = True
        if self.sockets is not None:
            self.sockets.cut()

    async def close(self) -> None:
        """Bring nothing any more."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.postman.way.close()


def _marked_up(thing: Any) -> Iterable[str]:
    """Every text that Slack reads as mrkdwn, and a mention for each of rich_text's."""
    if isinstance(thing, Message):
        yield thing.text
        thing = thing.blocks
    for one in thing.values() if isinstance(thing, dict) else thing:
        if isinstance(one, dict | list):
            yield from _marked_up(one)
    if isinstance(thing, dict):
        if thing.get("type") == "mrkdwn":
            yield thing["text"]
        if thing.get("type") in ("broadcast", "user", "usergroup"):
            yield f"<!{thing.get('range', 'subteam')}>"
