"""One Slack workspace: what is asked of its Web API, in our words and with our errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from pulse_bot.errors import AdapterError
from pulse_bot.ports import File, Picture
from pulse_bot_slack.errors import (
    OperatorError,
    ScopeMissing,
    before_posting,
    translate_errors,
    upload_error,
)
from pulse_bot_slack.people import UserDirectory
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import ALTERNATIVE, DEFAULT_TEXT, Block, SlackMessage
from pulse_bot_slack.texts import shorten_text

log = logging.getLogger(__name__)

PAGE: Final = 200
LATEST: Final = 20
"""Messages of a chat that are looked through for one that was just posted."""
MOST_PAGES: Final = 5
"""Of a chat's history that are looked through for one that was posted a while ago."""
CLOCKS_APART: Final = 120.0
"""Seconds by which Slack's clock may differ from ours."""
SECONDS_APART: Final = 2.0
"""The same, once Slack has told the time with its answer, in whole seconds."""
READS_CHANNELS: Final = frozenset({"channels:history", "groups:history"})
SCOPES_HEADER: Final = "X-OAuth-Scopes"


class Workspace:
    """A workspace in which the app is installed. Every method raises AdapterError."""

    def __init__(self, workspace_id: str, bot: str, client: AsyncWebClient) -> None:
        """`bot` is the user id of pulse-bot there."""
        self.id = workspace_id
        self.bot = bot
        self.client = client
        self.people = UserDirectory(client, self._translate_errors)
        self.is_refused = False
        """Slack did not take the token the last time: there may be a newer one by now."""
        self._chats: dict[str, str] = {}
        """The direct chats that are open, by person: opening them is Slack's narrow pass."""
        self._latest: dict[str, str] = {}
        """The time, by Slack's clock, of our newest message in each of them."""
        self.trouble = ""
        """What only the operator can mend, as the last call found it."""
        self._scopes: frozenset[str] = frozenset()
        """What the workspace allows the app, as far as Slack has said so."""

    async def post_message(self, to: str, message: SlackMessage, mark: str = "") -> str:
        """Show a message to a person or in a channel; returns the chat's id."""
        response = await self._call_api(
            self.client.chat_postMessage(
                channel=self._chats.get(to, to),
                text=message.text,
                blocks=message.blocks_with_mark(mark) if mark else list(message.blocks),
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        chat = str(response["channel"])
        if not is_channel(to):
            self._chats[to], self._latest[to] = chat, str(response["ts"])
        return chat

    async def post_ephemeral(self, channel: str, user: str, message: SlackMessage) -> None:
        """Show a message in a channel to one person alone, for as long as Slack is open there."""
        await self._call_api(
            self.client.chat_postEphemeral(
                channel=channel, user=user, text=message.text, blocks=list(message.blocks)
            )
        )

    async def open_view(self, trigger: str, view: Block) -> None:
        """Open a window in front of whoever clicked. Raises TooLate, too."""
        await self._call_api(self.client.views_open(trigger_id=trigger, view=view))

    async def publish_home(self, user: str, view: Block) -> None:
        """Show somebody's App Home anew."""
        await self._call_api(self.client.views_publish(user_id=user, view=view))

    async def show_picture(self, chat: str, picture: Picture) -> None:
        """Show a picture in a chat; of its words as many as stand beside one."""
        words = shorten_text(picture.alternative, ALTERNATIVE)
        title = picture.title or DEFAULT_TEXT
        await self._upload_file(chat, "pulse.png", picture.png, title, alt_txt=words)

    async def show_file(self, chat: str, file: File) -> None:
        """Show a document in a chat, under its own name."""
        await self._upload_file(chat, file.name, file.content, file.name)

    async def _upload_file(
        self, chat: str, name: str, content: bytes, title: str, alt_txt: str | None = None
    ) -> None:
        # The library does all three in one call, of which nobody knows how far it came.
        with before_posting():
            place = await self._call_api(
                self.client.files_getUploadURLExternal(
                    filename=name, length=len(content), alt_txt=alt_txt
                )
            )
            await self._put_content(str(place["upload_url"]), content)
        await self._call_api(
            self.client.files_completeUploadExternal(
                files=[{"id": str(place["file_id"]), "title": title}], channel_id=chat
            )
        )

    async def _put_content(self, url: str, content: bytes) -> None:
        session = self.client.session
        if session is None:
            raise RuntimeError("Clients of Slack are made with a session.")
        with self._translate_errors():
            async with session.post(url, data=content) as answer:
                if answer.status != 200:
                    raise upload_error(answer.status, answer.headers.get("Retry-After"))

    async def find_message(self, to: str, mark: str, since: float) -> str | None:
        """Look for a message of ours in a direct chat; returns the chat's id where it is there.

        `since` is a time by our clock; nothing that is older than a message known is looked at.
        """
        chat = await self.find_chat(to)
        oldest = max(f"{since:.6f}", self._latest.get(to, ""))
        latest = await self._call_api(
            self.client.conversations_history(channel=chat, oldest=oldest, limit=LATEST)
        )
        for message in latest["messages"]:
            if any(block.get("block_id") == mark for block in message.get("blocks") or ()):
                return chat
        return None

    async def find_chat(self, to: str) -> str:
        """The id of a channel, or of the direct chat with a person, which is opened for that."""
        if is_channel(to):
            return to
        if to not in self._chats:
            with before_posting():
                opened = await self._call_api(self.client.conversations_open(users=to))
            self._chats[to] = str(opened["channel"]["id"])
        return self._chats[to]

    async def list_own_marks(self, to: str, since: datetime) -> frozenset[str] | None:
        """The marks of our messages in a chat after a time by our clock; None where Slack does not
        tell, or there is too much of it."""
        if is_channel(to) and not self._scopes & READS_CHANNELS:
            return None
        chat, marks, cursor = await self.find_chat(to), set[str](), ""
        for _ in range(MOST_PAGES):
            try:
                page = await self._fetch_history(chat, since, cursor)
            except ScopeMissing:
                return None
            after = since.timestamp() + _seconds_ahead(page) - SECONDS_APART
            marks |= {
                block.get("block_id", "")
                for message in page["messages"]
                if message.get("user") == self.bot and float(message["ts"]) > after
                for block in message.get("blocks") or ()
            }
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(marks)
        return None

    async def _fetch_history(self, chat: str, since: datetime, cursor: str) -> AsyncSlackResponse:
        with before_posting(), self._translate_errors():
            return await self.client.conversations_history(
                channel=chat,
                oldest=f"{since.timestamp() - CLOCKS_APART:.6f}",
                limit=PAGE,
                cursor=cursor or None,
            )

    async def channel_name(self, channel: str) -> str:
        """What a channel is called."""
        response = await self._call_api(self.client.conversations_info(channel=channel))
        return str(response["channel"].get("name") or "")

    async def list_members(self, channel: str) -> list[str]:
        """Who is in a channel, without bots and without those who were switched off."""
        users: list[str] = []
        cursor = ""
        while True:
            page = await self._call_api(
                self.client.conversations_members(
                    channel=channel, limit=PAGE, cursor=cursor or None
                )
            )
            users += map(str, page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return [user for user in users if user != self.bot and await self._is_active(user)]

    async def _is_active(self, user: str) -> bool:
        try:
            person = await self.people.find_user(user)
        except AdapterError as error:
            if not error.permanent:
                raise
            return True  # of other companies' people Slack may tell nothing, and yet they are there
        return not (person.is_bot or person.deleted)

    async def _call_api(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        try:
            with self._translate_errors():
                response = await call
        except OperatorError as error:
            if not self.trouble:
                log.error("%s", error)  # noqa: TRY400 - a traceback would quote what was sent
            self.trouble = str(error)
            raise
        self.trouble, self.is_refused = "", False
        if scopes := response.headers.get(SCOPES_HEADER):
            self._scopes = frozenset(scope.strip() for scope in scopes.split(","))
        return response

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            with translate_errors():
                yield
        except OperatorError:
            self.is_refused = True
            raise


def _seconds_ahead(response: AsyncSlackResponse) -> float:
    """By how much Slack's clock is ahead of ours, as far as its answer tells."""
    try:
        told = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (LookupError, ValueError, TypeError):
        return 0.0
    return told - time.time()
