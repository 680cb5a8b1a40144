"""Which workspaces the app is in, with which token: one from the settings, or many by OAuth.

The many are kept in the core's vault, sealed with the installation's key; what OAuth tells of the
person who installed the app is thrown away.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Final, ParamSpec, Protocol, TypeVar

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.errors import AdapterError, PulseBotError
from pulse_bot.ports import Vault
from pulse_bot_slack.errors import (
    BOT_REFUSED,
    NOT_INSTALLED,
    RENEWAL_REFUSED,
    OperatorsTrouble,
    translated,
)
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RENEWED_BEFORE: Final = 2 * 60 * 60
"""Seconds before a token runs out. Slack gives tokens that rotate for twelve hours."""

NewClient = Callable[[str], AsyncWebClient]
"""A client of the Web API that speaks with this token."""


class Installs(Protocol):
    """Where workspaces are found."""

    async def find(self, workspace_id: str) -> Workspace:
        """The workspace. Raises AdapterError: OperatorsTrouble where the app is not installed."""

    async def of_event(self, workspace_id: str) -> Workspace:
        """The workspace that an event came from. Raises AdapterError."""

    async def forget(self, workspace_id: str) -> None:
        """The workspace took its agreement back. Raises AdapterError."""


class OneInstall:
    """The workspace whose bot's token is in the settings."""

    def __init__(self, new_client: NewClient, token: str) -> None:
        """Nothing is asked of Slack before `find`."""
        self._new_client = new_client
        self._token = token
        self._workspace: Workspace | None = None
        self._asking = asyncio.Lock()
        self._troubles = Troubles()

    async def only(self) -> Workspace:
        """The one there is. Raises AdapterError."""
        async with self._asking:
            if self._workspace is None:
                client = self._new_client(self._token)
                with translated():
                    known = await client.auth_test()
                self._workspace = Workspace(str(known["team_id"]), str(known["user_id"]), client)
            return self._workspace

    async def find(self, workspace_id: str) -> Workspace:
        """The workspace. Raises AdapterError: OperatorsTrouble where it is another one."""
        workspace = await self.only()
        with self._troubles.said_of(workspace_id):
            if workspace_id != workspace.id:
                raise OperatorsTrouble(NOT_INSTALLED, permanent=False)
        return workspace

    async def of_event(self, workspace_id: str) -> Workspace:
        """The one there is: in a shared channel, Slack may name somebody else's."""
        return await self.only()

    async def forget(self, workspace_id: str) -> None:
        """Tell the operator: the settings cannot be changed from here."""
        log.error("%s", BOT_REFUSED)


class Troubles:
    """What only the operator can mend, said once for each workspace until it is well again."""

    def __init__(self) -> None:
        """All is well."""
        self._of: set[str] = set()

    @contextmanager
    def said_of(self, workspace_id: str) -> Iterator[None]:
        """Say it where it is raised inside."""
        try:
            yield
        except OperatorsTrouble as error:
            if workspace_id not in self._of:
                self._of.add(workspace_id)
                log.error("%s", error)  # noqa: TRY400 - a traceback would quote what was sent
            raise
        self._of.discard(workspace_id)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an installation."""

    bot: str
    token: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    runs_out: int = 0
    """Seconds since 1970; 0 where the token never does."""

    @property
    def is_due(self) -> bool:
        """Whether it is time for a new token."""
        return bool(self.runs_out) and time.time() > self.runs_out - RENEWED_BEFORE


class ManyInstalls:
    """The workspaces that installed the app themselves."""

    def __init__(self, new_client: NewClient, client_id: str, client_secret: str) -> None:
        """Usable from `keep_in` on."""
        self._new_client = new_client
        self._client_id = client_id
        self._client_secret = client_secret
        self._vault: Vault | None = None
        self._workspaces: dict[str, Workspace] = {}
        self._kept: dict[str, Kept] = {}
        self._renewing: dict[str, asyncio.Lock] = {}
        self._troubles = Troubles()

    def keep_in(self, vault: Vault) -> None:
        """Where the tokens are kept."""
        self._vault = vault

    async def find(self, workspace_id: str) -> Workspace:
        """The workspace, its token renewed in time. Raises AdapterError."""
        async with self._renewing.setdefault(workspace_id, asyncio.Lock()):
            with self._troubles.said_of(workspace_id):
                return self._served(workspace_id, await self._current(workspace_id))

    async def of_event(self, workspace_id: str) -> Workspace:
        """The same as `find`. Raises AdapterError."""
        return await self.find(workspace_id)

    async def save(self, installation: Installation) -> None:
        """Keep what a workspace has just agreed to."""
        workspace = installation.to_dict().get("team_id")
        if installation.is_enterprise_install or not workspace:
            raise AdapterError("Install pulse-bot in each workspace by itself.", permanent=True)
        kept = Kept(
            bot=installation.bot_user_id or "",
            token=installation.bot_token or "",
            refresh=installation.bot_refresh_token or "",
            runs_out=installation.bot_token_expires_at or 0,
        )
        await self._save(workspace, kept)
        log.info("A Slack workspace has installed pulse-bot.")

    async def forget(self, workspace_id: str) -> None:
        """Forget a workspace that has taken its agreement back."""
        self._workspaces.pop(workspace_id, None)
        self._kept.pop(workspace_id, None)
        await _kept_safe(self._safe().forget, workspace_id)
        log.warning("A Slack workspace has removed pulse-bot; its token was deleted here.")

    async def _current(self, workspace_id: str) -> Kept:
        known = self._workspaces.get(workspace_id)
        if known is not None and known.is_refused:
            # It may have been installed anew, by way of another process.
            self._kept.pop(workspace_id, None)
        kept = self._kept.get(workspace_id) or await self._load(workspace_id)
        if kept is None:
            # Not for good: it may be installed again before a round closes.
            raise OperatorsTrouble(NOT_INSTALLED, permanent=False)
        if kept.is_due:
            # Another worker may have renewed it: a token to renew by is good for one use.
            kept = await self._load(workspace_id) or kept
        if kept.is_due:
            kept = await self._renewed(workspace_id, kept)
        self._kept[workspace_id] = kept
        return kept

    def _served(self, workspace_id: str, kept: Kept) -> Workspace:
        if workspace_id not in self._workspaces:
            client = self._new_client(kept.token)
            self._workspaces[workspace_id] = Workspace(workspace_id, kept.bot, client)
        workspace = self._workspaces[workspace_id]
        workspace.bot, workspace.client.token, workspace.is_refused = kept.bot, kept.token, False
        return workspace

    async def _renewed(self, workspace_id: str, kept: Kept) -> Kept:
        try:
            return await self._renew(workspace_id, kept)
        except AdapterError as error:
            # Another worker may have used it up after we looked.
            newer = await self._load(workspace_id)
            if newer is not None and not newer.is_due:
                return newer
            if not error.permanent:
                raise
            raise OperatorsTrouble(RENEWAL_REFUSED, permanent=False) from None

    async def _renew(self, workspace_id: str, kept: Kept) -> Kept:
        client = self._new_client("")
        with translated():
            fresh = await client.oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret,
                grant_type="refresh_token",
                refresh_token=kept.refresh,
            )
        renewed = replace(
            kept,
            token=str(fresh["access_token"]),
            refresh=str(fresh["refresh_token"]),
            runs_out=int(time.time()) + int(fresh["expires_in"]),
        )
        await self._save(workspace_id, renewed)
        return renewed

    async def _load(self, workspace_id: str) -> Kept | None:
        found = await _kept_safe(self._safe().get, workspace_id)
        return Kept(**json.loads(found)) if found else None

    async def _save(self, workspace_id: str, kept: Kept) -> None:
        self._kept[workspace_id] = kept
        await _kept_safe(self._safe().put, workspace_id, json.dumps(asdict(kept)).encode())

    def _safe(self) -> Vault:
        if self._vault is None:
            raise AdapterError(
                "There is no place to keep the workspaces' tokens in.", permanent=True
            )
        return self._vault


async def _kept_safe(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(call, *args, **kwargs)
    except PulseBotError as error:
        raise AdapterError(str(error), permanent=False) from error
