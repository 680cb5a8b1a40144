"""OAuth: how workspaces install the app themselves. Nothing of it touches a disk but the token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot_slack.installs import OAuthWorkspaces
from pulse_bot_slack.quiet import SILENT
from pulse_bot_slack.settings import SlackSettings

SCOPES: Final = (
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
)
"""The least that works; the manifest says the same."""
SECONDS_TO_AGREE: Final = 600


def build_flow(
    settings: SlackSettings, client: AsyncWebClient, workspaces: OAuthWorkspaces, public_url: str
) -> AsyncOAuthFlow:
    """Bolt's pages /slack/install and /slack/oauth_redirect. `public` is the address of /slack."""
    secret = settings.client_secret.get_secret_value()
    return AsyncOAuthFlow(
        client=client,
        logger=SILENT,
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=secret,
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=f"{public_url}/oauth_redirect",
            install_page_rendering_enabled=False,
            authorization_url=settings.authorize_url,
            installation_store=_InstallationSaver(workspaces),
            state_store=SignedStates(secret),
            state_expiration_seconds=SECONDS_TO_AGREE,
            logger=SILENT,
        ),
    )


class _InstallationSaver(AsyncInstallationStore):
    """Where Bolt puts an installation. It never asks for one: `Authorized` knows the workspaces."""

    def __init__(self, workspaces: OAuthWorkspaces) -> None:
        self._workspaces = workspaces

    async def async_save(self, installation: Installation) -> None:
        await self._workspaces.save_installation(installation)


class SignedStates(AsyncOAuthStateStore):
    """States that say by themselves until when they are good, signed; each is good for one use.

    Bolt binds a state to the browser by a cookie, beside this.
    """

    def __init__(self, secret: str) -> None:
        """`secret` signs."""
        self._secret = secret.encode()
        self._used: dict[str, float] = {}

    async def async_issue(self, *_: object, **__: object) -> str:
        """A new state."""
        payload = f"{int(time.time()) + SECONDS_TO_AGREE}.{secrets.token_hex(16)}"
        return f"{payload}.{self._sign_payload(payload)}"

    async def async_consume(self, state: str) -> bool:
        """Whether a state is ours, in time, and new."""
        payload, _, signature = state.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign_payload(payload).encode()):
            return False
        now, until = time.time(), int(payload.partition(".")[0])
        self._used = {used: end for used, end in self._used.items() if end > now}
        if until < now or payload in self._used:
            return False
        self._used[payload] = until
        return True

    def _sign_payload(self, payload: str) -> str:
        return hmac.new(self._secret, f"oauth state {payload}".encode(), hashlib.sha256).hexdigest()
