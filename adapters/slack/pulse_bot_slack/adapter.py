"""SlackAdapter: the port on one side, the Web API, Bolt and Socket Mode on the other."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, Handle, Host, Limits, Members, Vault
from pulse_bot_slack import oauth, places, sockets
from pulse_bot_slack.answering import Desk
from pulse_bot_slack.errors import OperatorsTrouble
from pulse_bot_slack.installs import Installs, ManyInstalls, OneInstall
from pulse_bot_slack.listening import Ears, bolt
from pulse_bot_slack.pages import PATH, Pages
from pulse_bot_slack.places import ADAPTER, address_of
from pulse_bot_slack.posting import Posting
from pulse_bot_slack.quiet import SILENT
from pulse_bot_slack.render import ROOM
from pulse_bot_slack.settings import SlackSettings
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)

SECONDS_TO_ANSWER: Final = 15.0
"""For one request to Slack."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class SlackAdapter:
    """The `ChatAdapter` of Slack."""

    name = ADAPTER
    limits = Limits(
        text=ROOM,
        lists_members=True,
        pictures=True,
        files=True,
        # One a second to each person or channel; to all together "several hundred a minute".
        sends_a_second=10.0,
        burst=2,
    )

    def __init__(self, settings: SlackSettings) -> None:
        """Nothing is connected before `run` or the first `send`."""
        self._settings = settings
        self._session: ClientSession | None = None
        self._posting = Posting()
        self._pages = Pages()
        self._public = ""
        self._many: ManyInstalls | None = None
        self._one: OneInstall | None = None
        self._installs: Installs
        if settings.many:
            secret = settings.client_secret.get_secret_value()
            self._installs = self._many = ManyInstalls(self._client, settings.client_id, secret)
        else:
            token = settings.bot_token.get_secret_value()
            self._installs = self._one = OneInstall(self._client, token)

    def serve_on(self, host: Host | None) -> None:
        """Take the server that Slack calls. Raises AdapterError where one is needed and none is."""
        listen = self._settings.listen
        if listen == "elsewhere" or (listen == "socket" and not self._settings.many):
            return
        if host is None:
            raise AdapterError(
                "Slack has to reach a page of pulse-bot's. Switch on the web adapter with "
                'PULSE_BOT_WEB__PUBLIC_URL, or set PULSE_BOT_SLACK__LISTEN to "socket" and '
                "PULSE_BOT_SLACK__BOT_TOKEN to one workspace's token.",
                permanent=True,
            )
        self._public = host.mount(PATH, self._pages)

    def keep_in(self, vault: Vault) -> None:
        """Take the vault in which workspaces' tokens are kept."""
        if self._many is not None:
            self._many.keep_in(vault)

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled. Raises AdapterError where Slack refuses a token at the start."""
        desk = Desk(self._installs, handle)
        try:
            await self._introduced()
            await self._listen(desk)
        finally:
            self._pages.close()
            await desk.finish()
            if self._session is not None:
                await self._session.close()

    async def send(self, address: Address, card: Card) -> Address:
        """Show a card to a person or in a channel. Raises AdapterError."""
        await self._posting.send(await self._workspace(address), address, card)
        return address

    async def members(self, group: Address) -> Members:
        """The people in a channel. Raises AdapterError."""
        workspace = await self._workspace(group)
        users = await workspace.members(group.user)
        found = tuple(address_of(workspace.id, user) for user in users)
        guests = tuple(one for one in found if workspace.people.is_guest(one.user))
        return Members(len(found), found, guests)

    async def _workspace(self, address: Address) -> Workspace:
        places.check(address)
        return await self._installs.find(address.workspace)

    async def _introduced(self) -> None:
        """Wait until Slack knows the bot. Raises AdapterError where it does not take the token."""
        pause = FIRST_PAUSE
        while self._one is not None:
            try:
                await self._one.only()
            except OperatorsTrouble as error:
                raise AdapterError(str(error), permanent=True) from None
            except AdapterError as error:
                if pause == FIRST_PAUSE:
                    log.warning("Slack cannot be reached. It is tried again until it can.")
                await asyncio.sleep(max(pause, error.retry_after))
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _listen(self, desk: Desk) -> None:
        if self._settings.listen != "elsewhere":
            app = self._bolt(desk)
            if self._public:
                self._pages.open(app, events=self._settings.listen == "http")
            if self._settings.listen == "socket":
                token = self._settings.app_token.get_secret_value()
                await sockets.listen(app, token, self._client(""))
        await asyncio.Event().wait()

    def _bolt(self, desk: Desk) -> AsyncApp:
        client = self._client("")
        many = self._many
        pages = oauth.flow(self._settings, client, many, self._public) if many else None
        secret = self._settings.signing_secret.get_secret_value()
        return bolt(self._installs, Ears(desk, self._installs), client, secret, pages)

    def _client(self, token: str) -> AsyncWebClient:
        if self._session is None or self._session.closed:
            self._session = ClientSession(timeout=ClientTimeout(total=SECONDS_TO_ANSWER))
        # Without the library's retries: after a lost answer they would post a second time.
        return AsyncWebClient(
            token=token or None,
            base_url=self._settings.base_url,
            session=self._session,
            logger=SILENT,
            retry_handlers=[],
        )
