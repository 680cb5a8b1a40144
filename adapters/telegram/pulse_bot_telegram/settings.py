"""The section `telegram` of the settings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


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
