"""The section `telegram` of the settings."""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")


class TelegramSettings(BaseModel):
    """The bot, and how it hears of what people do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(description="The bot's token, from BotFather.")
    listen: Literal["polling", "webhook", "elsewhere"] = Field(
        default="polling",
        description="How it hears of people: it asks Telegram, Telegram calls its web pages, or "
        "another worker does either.",
    )
    base_url: str = Field(
        default="https://api.telegram.org/bot", description="Telegram's address, up to the token."
    )
    base_file_url: str = Field(
        default="https://api.telegram.org/file/bot",
        description="Telegram's address of files, up to the token.",
    )

    @field_validator("token")
    @classmethod
    def _check_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if not TOKEN.fullmatch(token):
            raise ValueError(
                "copy the whole token that BotFather gave you: digits, a colon, and letters"
            )
        return SecretStr(token)

    @field_validator("base_url", "base_file_url")
    @classmethod
    def _check_base_urls(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it in full, such as https://api.telegram.org/bot")
        if not parts.path.endswith("/bot") or parts.query or parts.fragment or "{" in value:
            raise ValueError("it has to end with /bot: the token is written behind it")
        return value
