"""Addresses of people and of groups' chats, and what Telegram calls them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address

ADAPTER: Final = "telegram"

_PLACE: Final = re.compile(r"(-?[1-9][0-9]{0,15})(?:/([1-9][0-9]{0,9}))?")


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A chat, and a topic in it where the chat has topics."""

    chat: int
    topic: int | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is one person's chat with the bot: groups have numbers below nought."""
        return self.chat > 0

    @property
    def address(self) -> Address:
        """The address that the core keeps: "12345", "-100123", or with a topic "-100123/45"."""
        user = str(self.chat) if self.topic is None else f"{self.chat}/{self.topic}"
        return Address(ADAPTER, "", user)


def read_address(address: Address) -> ChatPlace:
    """Where an address leads. Raises AdapterError where it is none of Telegram's."""
    match = _PLACE.fullmatch(address.user)
    if address.adapter != ADAPTER or address.workspace or match is None:
        raise AdapterError("This is no address in Telegram.", permanent=True)
    return ChatPlace(int(match[1]), int(match[2]) if match[2] else None)
