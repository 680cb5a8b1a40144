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
    OperatorError,
    translate_errors,
)
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RENEWED_BEFORE: Final = 2 * 60 * 60
"""Seconds before a token runs out. Slack gives tokens that rotate for twelve hours."""

NewClient = Callable[[str], AsyncWebClient]
"""A client of the Web API that speaks with this token."""


class WorkspaceDirectory(Protocol):
    """Where workspaces are found."""

    async def find_workspace(self, workspace_id: str) -> Workspace:
        """The workspace. Raises AdapterError: OperatorsTrouble where the app is not installed."""

    async def find_for_event(self, workspace_id: str) -> Workspace:
        """The workspace that an event came from. Raises AdapterError."""

    async def forget_workspace(self, workspace_id: str) -> None:
        """The workspace took its agreement back. Raises AdapterError."""


class SingleWorkspace:
    """The workspace whose bot's token is in the settings."""

    def __init__(self, new_client: NewClient, token: str) -> None:
        """Nothing is asked of Slack before `find`."""
        self._new_client = new_client
        self._token = token
        self._workspace: Workspace | None = None
        self._connecting = asyncio.Lock()
        self._notices = OperatorNotices()

    @property
    def trouble(self) -> str:
        """What only the operator can mend; empty where nothing is known."""
        return self._workspace.trouble if self._workspace else ""

    async def connect_once(self) -> Workspace:
        """The one there is. Raises AdapterError."""
        async with self._connecting:
            if self._workspace is None:
                client = self._new_client(self._token)
                with translate_errors():
                    identity = await client.auth_test()
                self._workspace = Workspace(
                    str(identity["team_id"]), str(identity["user_id"]), client
                )
            return self._workspace

    async def find_workspace(self, workspace_id: str) -> Workspace:
        """The workspace. Raises AdapterError: OperatorsTrouble where it is another one."""
        workspace = await self.connect_once()
        with self._notices.log_once(workspace_id):
            if workspace_id != workspace.id:
                raise OperatorError(NOT_INSTALLED, permanent=False)
        return workspace

    async def find_for_event(self, workspace_id: str) -> Workspace:
        """The one there is: in a shared channel, Slack may name somebody else's."""
        return await self.connect_once()

    async def forget_workspace(self, workspace_id: str) -> None:
        """Tell the operator: the settings cannot be changed from here."""
        log.error("%s", BOT_REFUSED)


class OperatorNotices:
    """What only the operator can mend, said once for each workspace until it is well again."""

    def __init__(self) -> None:
        """All is well."""
        self._logged: set[str] = set()

    @contextmanager
    def log_once(self, workspace_id: str) -> Iterator[None]:
        """Say it where it is raised inside."""
        try:
            yield
        except OperatorError as error:
            if workspace_id not in self._logged:
                self._logged.add(workspace_id)
                log.error("%s", error)  # noqa: TRY400 - a traceback would quote what was sent
            raise
        self._logged.discard(workspace_id)


@dataclass(frozen=True, slots=True)
class InstallationRecord:
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


class OAuthWorkspaces:
    """The workspaces that installed the app themselves."""

    def __init__(self, new_client: NewClient, client_id: str, client_secret: str) -> None:
        """Usable from `keep_in` on."""
        self._new_client = new_client
        self._client_id = client_id
        self._client_secret = client_secret
        self._vault: Vault | None = None
        self._workspaces: dict[str, Workspace] = {}
        self._records: dict[str, InstallationRecord] = {}
        self._renewing: dict[str, asyncio.Lock] = {}
        self._notices = OperatorNotices()

    def keep_in(self, vault: Vault) -> None:
        """Where the tokens are kept."""
        self._vault = vault

    async def find_workspace(self, workspace_id: str) -> Workspace:
        """The workspace, its token renewed in time. Raises AdapterError."""
        async with self._renewing.setdefault(workspace_id, asyncio.Lock()):
            with self._notices.log_once(workspace_id):
                return self._open_workspace(workspace_id, await self._current_record(workspace_id))

    async def find_for_event(self, workspace_id: str) -> Workspace:
        """The same as `find`. Raises AdapterError."""
        return await self.find_workspace(workspace_id)

    async def save_installation(self, installation: Installation) -> None:
        """Keep what a workspace has just agreed to."""
        workspace_id = installation.to_dict().get("team_id")
        if installation.is_enterprise_install or not workspace_id:
            raise AdapterError("Install pulse-bot in each workspace by itself.", permanent=True)
        record = InstallationRecord(
            bot=installation.bot_user_id or "",
            token=installation.bot_token or "",
            refresh=installation.bot_refresh_token or "",
            runs_out=installation.bot_token_expires_at or 0,
        )
        await self._save_record(workspace_id, record)
        log.info("A Slack workspace has installed pulse-bot.")

    async def forget_workspace(self, workspace_id: str) -> None:
        """Forget a workspace that has taken its agreement back."""
        self._workspaces.pop(workspace_id, None)
        self._records.pop(workspace_id, None)
        await _call_vault(self._require_vault().forget, workspace_id)
        log.warning("A Slack workspace has removed pulse-bot; its token was deleted here.")

    async def _current_record(self, workspace_id: str) -> InstallationRecord:
        workspace = self._workspaces.get(workspace_id)
        if workspace is not None and workspace.is_refused:
            # It may have been installed anew, by way of another process.
            self._records.pop(workspace_id, None)
        record = self._records.get(workspace_id) or await self._load_record(workspace_id)
        if record is None:
            # Not for good: it may be installed again before a round closes.
            raise OperatorError(NOT_INSTALLED, permanent=False)
        if record.is_due:
            # Another worker may have renewed it: a token to renew by is good for one use.
            record = await self._load_record(workspace_id) or record
        if record.is_due:
            record = await self._renew_or_reload(workspace_id, record)
        self._records[workspace_id] = record
        return record

    def _open_workspace(self, workspace_id: str, record: InstallationRecord) -> Workspace:
        if workspace_id not in self._workspaces:
            client = self._new_client(record.token)
            self._workspaces[workspace_id] = Workspace(workspace_id, record.bot, client)
        workspace = self._workspaces[workspace_id]
        workspace.bot, workspace.client.token, workspace.is_refused = (
            record.bot,
            record.token,
            False,
        )
        return workspace

    async def _renew_or_reload(
        self, workspace_id: str, record: InstallationRecord
    ) -> InstallationRecord:
        try:
            return await self._renew_token(workspace_id, record)
        except AdapterError as error:
            # Another worker may have used it up after we looked.
            newer = await self._load_record(workspace_id)
            if newer is not None and not newer.is_due:
                return newer
            if not error.permanent:
                raise
            raise OperatorError(RENEWAL_REFUSED, permanent=False) from None

    async def _renew_token(
        self, workspace_id: str, record: InstallationRecord
    ) -> InstallationRecord:
        client = self._new_client("")
        with translate_errors():
            response = await client.oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret,
                grant_type="refresh_token",
                refresh_token=record.refresh,
            )
        renewed = replace(
            record,
            token=str(response["access_token"]),
            refresh=str(response["refresh_token"]),
            runs_out=int(time.time()) + int(response["expires_in"]),
        )
        await self._save_record(workspace_id, renewed)
        return renewed

    async def _load_record(self, workspace_id: str) -> InstallationRecord | None:
        stored = await _call_vault(self._require_vault().get, workspace_id)
        return InstallationRecord(**json.loads(stored)) if stored else None

    async def _save_record(self, workspace_id: str, record: InstallationRecord) -> None:
        self._records[workspace_id] = record
        await _call_vault(
            self._require_vault().put, workspace_id, json.dumps(asdict(record)).encode()
        )

    def _require_vault(self) -> Vault:
        if self._vault is None:
            raise AdapterError(
                "There is no place to keep the workspaces' tokens in.", permanent=True
            )
        return self._vault


async def _call_vault(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(call, *args, **kwargs)
    except PulseBotError as error:
        raise AdapterError(str(error), permanent=False) from error
