"""The section `slack` of the settings."""

from __future__ import annotations

from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

SLACK: Final = "https://slack.com/api/"


def _empty_secret() -> SecretStr:
    return SecretStr("")


class SlackSettings(BaseModel):
    """The app, the workspaces that it is in, and how it hears of what people do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr = Field(
        default_factory=_empty_secret, description="The token of the bot in one workspace: xoxb-…"
    )
    app_token: SecretStr = Field(
        default_factory=_empty_secret,
        description="The app-level token, xapp-…, with the scope connections:write.",
    )
    signing_secret: SecretStr = Field(
        default_factory=_empty_secret, description="What Slack signs its calls with."
    )
    client_id: str = Field(
        default="", description="The app's client id, where several workspaces install it."
    )
    client_secret: SecretStr = Field(
        default_factory=_empty_secret, description="The app's client secret, beside the client id."
    )
    listen: Literal["socket", "http", "elsewhere"] = Field(
        default="socket",
        description="How it hears of people: it connects to Slack, Slack calls its web pages, or "
        "another worker does either.",
    )
    base_url: str = Field(default=SLACK, description="Slack's address, up to the method.")

    @field_validator("bot_token", "app_token")
    @classmethod
    def _check_token_prefix(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if token and not token.startswith(("xoxb-", "xapp-")):
            raise ValueError(
                "copy the whole token from your app's pages: the bot's begins with xoxb-, the "
                "app-level one with xapp-"
            )
        return SecretStr(token)

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"write it in full, such as {SLACK}")
        if not parts.path.endswith("/api/") or parts.query or parts.fragment:
            raise ValueError("it has to end with /api/: the method is written behind it")
        return value

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if bool(self.client_id) != bool(self.client_secret.get_secret_value()):
            raise ValueError("client_id and client_secret belong together: set both or neither")
        if self.uses_oauth == bool(self.bot_token.get_secret_value()):
            raise ValueError(
                "set bot_token for one workspace, or client_id and client_secret for several"
            )
        if self.bot_token.get_secret_value().startswith("xapp-"):
            raise ValueError("bot_token is the one that begins with xoxb-")
        if self.listen == "socket" and not self._has_app_token:
            raise ValueError('listen = "socket" needs app_token, the one that begins with xapp-')
        if self.listen == "http" and not self.signing_secret.get_secret_value():
            raise ValueError('listen = "http" needs signing_secret')
        return self

    @property
    def _has_app_token(self) -> bool:
        return self.app_token.get_secret_value().startswith("xapp-")

    @property
    def uses_oauth(self) -> bool:
        """Whether workspaces install the app themselves, instead of one that gave its token."""
        return bool(self.client_id)

    @property
    def authorize_url(self) -> str:
        """Where somebody agrees to the app's scopes."""
        return f"{self.base_url.removesuffix('api/')}oauth/v2/authorize"
