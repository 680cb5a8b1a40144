"""SlackAdapter: the port on one side, the Web API, Bolt and Socket Mode on the other."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime
from typing import Final

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.adapter_kit.cleaning import clean_events
from pulse_bot.adapter_kit.health import SECONDS_OF_START, Health
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Handle, Host, Limits, Members, Sendable, Vault
from pulse_bot_slack import oauth, places, sockets
from pulse_bot_slack.answering import SlackResponder
from pulse_bot_slack.errors import OperatorError, before_posting
from pulse_bot_slack.installs import OAuthWorkspaces, SingleWorkspace, WorkspaceDirectory
from pulse_bot_slack.listening import SlackListener, build_bolt
from pulse_bot_slack.pages import PATH, SlackEndpoint
from pulse_bot_slack.places import ADAPTER, slack_address
from pulse_bot_slack.posting import SlackSender
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
        self._health = Health(log, "Slack")
        self._sender = SlackSender()
        self._endpoint = SlackEndpoint()
        self._public_url = ""
        self._oauth_workspaces: OAuthWorkspaces | None = None
        self._single_workspace: SingleWorkspace | None = None
        self._workspaces: WorkspaceDirectory
        if settings.uses_oauth:
            secret = settings.client_secret.get_secret_value()
            self._workspaces = self._oauth_workspaces = OAuthWorkspaces(
                self._new_client, settings.client_id, secret
            )
        else:
            token = settings.bot_token.get_secret_value()
            self._workspaces = self._single_workspace = SingleWorkspace(self._new_client, token)

    def serve_on(self, host: Host | None) -> None:
        """Take the server that Slack calls. Raises AdapterError where one is needed and none is."""
        listen = self._settings.listen
        if listen == "elsewhere" or (listen == "socket" and not self._settings.uses_oauth):
            return
        if host is None:
            raise AdapterError(
                "Slack has to reach a page of pulse-bot's. Switch on the web adapter with "
                'PULSE_BOT_WEB__PUBLIC_URL, or set PULSE_BOT_SLACK__LISTEN to "socket" and '
                "PULSE_BOT_SLACK__BOT_TOKEN to one workspace's token.",
                permanent=True,
            )
        self._public_url = host.mount(PATH, self._endpoint)

    def keep_in(self, vault: Vault) -> None:
        """Take the vault in which workspaces' tokens are kept."""
        if self._oauth_workspaces is not None:
            self._oauth_workspaces.keep_in(vault)

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled. Raises AdapterError where Slack refuses a token at the start."""
        responder = SlackResponder(self._workspaces, clean_events(handle))
        try:
            await self._check_token()
            await self._listen_forever(responder)
        except AdapterError as error:
            self._health.begin_trouble(str(error), passes_by=0.0)
            raise
        finally:
            self._health.end_listening()
            self._endpoint.stop_serving()
            await responder.finish_answers()
            if self._session is not None:
                await self._session.close()

    def health(self) -> str:
        """A sentence where people are not heard or answered just now; empty where they are."""
        refusal = self._single_workspace.trouble if self._single_workspace else ""
        return self._health.describe() or refusal

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Show something to a person or in a channel. Raises AdapterError."""
        await self._sender.send(await self._find_workspace(address), address, shown)
        return address

    async def has_arrived(self, address: Address, shown: Sendable, since: datetime) -> bool | None:
        """Whether a card arrived, in a direct chat at least. Raises AdapterError."""
        workspace = await self._find_workspace(address)
        return await self._sender.has_arrived(workspace, address, shown, since)

    async def members(self, group: Address) -> Members:
        """The people in a channel. Raises AdapterError."""
        workspace = await self._find_workspace(group)
        users = await workspace.list_members(group.user)
        addresses = tuple(slack_address(workspace.id, user) for user in users)
        guests = tuple(address for address in addresses if workspace.people.is_guest(address.user))
        return Members(len(addresses), addresses, guests)

    async def _find_workspace(self, address: Address) -> Workspace:
        places.check_address(address)
        with before_posting():
            return await self._workspaces.find_workspace(address.workspace)

    async def _check_token(self) -> None:
        """Wait until Slack knows the bot. Raises AdapterError where it does not take the token."""
        pause, started = FIRST_PAUSE, time.monotonic()
        while self._single_workspace is not None:
            try:
                await self._single_workspace.connect_once()
            except OperatorError as error:
                if time.monotonic() - started < SECONDS_OF_START:
                    raise AdapterError(str(error), permanent=True) from None
                self._health.begin_trouble(str(error), passes_by=0.0)
            except AdapterError as error:
                self._health.begin_trouble(sockets.UNREACHABLE)
                pause = max(pause, error.retry_after)
            else:
                self._health.end_trouble()
                self._health.end_listening()
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen_forever(self, responder: SlackResponder) -> None:
        if self._settings.listen != "elsewhere":
            app = self._build_bolt(responder)
            if self._public_url:
                self._endpoint.start_serving(app, events=self._settings.listen == "http")
            if self._settings.listen == "socket":
                token = self._settings.app_token.get_secret_value()
                await sockets.listen(
                    app,
                    token,
                    self._new_client(""),
                    self._health,
                    responder.settle_acknowledgements,
                )
        await asyncio.Event().wait()

    def _build_bolt(self, responder: SlackResponder) -> AsyncApp:
        client = self._new_client("")
        workspaces = self._oauth_workspaces
        oauth_flow = (
            oauth.build_flow(self._settings, client, workspaces, self._public_url)
            if workspaces
            else None
        )
        secret = self._settings.signing_secret.get_secret_value()
        return build_bolt(
            self._workspaces, SlackListener(responder, self._workspaces), client, secret, oauth_flow
        )

    def _new_client(self, token: str) -> AsyncWebClient:
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
