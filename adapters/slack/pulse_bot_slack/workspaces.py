"""One Slack workspace: what is asked of its Web API, in our words and with our errors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from pulse_bot.errors import AdapterError
from pulse_bot.ports import File, Picture
from pulse_bot_slack.errors import OperatorError, translate_errors
from pulse_bot_slack.people import UserDirectory
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import ALTERNATIVE, Block, SlackMessage
from pulse_bot_slack.texts import shorten_text

log = logging.getLogger(__name__)

PAGE: Final = 200
LATEST: Final = 20
"""Messages of a chat that are looked through for one of ours."""


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
        self._troubled = False

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

    async def show_picture(self, chat: str, picture: Picture, title: str) -> None:
        """Show a picture in a chat."""
        words = shorten_text(picture.alternative, ALTERNATIVE)
        await self._upload_file(chat, "pulse.png", picture.png, title, alt_txt=words)

    async def show_file(self, chat: str, file: File) -> None:
        """Show a document in a chat, under its own name."""
        await self._upload_file(chat, file.name, file.content, file.name)

    async def _upload_file(
        self, chat: str, name: str, content: bytes, title: str, alt_txt: str | None = None
    ) -> None:
        await self._call_api(
            self.client.files_upload_v2(
                channel=chat, filename=name, content=content, title=title, alt_txt=alt_txt
            )
        )

    async def find_message(self, to: str, mark: str, since: float) -> str | None:
        """Look for a message of ours in a direct chat; returns the chat's id where it is there.

        `since` is a time by our clock; nothing that is older than a message known is looked at.
        """
        chat = self._chats.get(to)
        if chat is None:
            opened = await self._call_api(self.client.conversations_open(users=to))
            chat = self._chats[to] = str(opened["channel"]["id"])
        oldest = max(f"{since:.6f}", self._latest.get(to, ""))
        latest = await self._call_api(
            self.client.conversations_history(channel=chat, oldest=oldest, limit=LATEST)
        )
        for message in latest["messages"]:
            if any(block.get("block_id") == mark for block in message.get("blocks") or ()):
                return chat
        return None

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
            if not self._troubled:
                self._troubled = True
                log.error("%s", error)  # noqa: TRY400 - a traceback would quote what was sent
            raise
        self._troubled = False
        return response

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            with translate_errors():
                yield
        except OperatorError:
            self.is_refused = True
            raise
