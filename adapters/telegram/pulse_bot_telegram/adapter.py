"""TelegramAdapter: to be written."""

from __future__ import annotations

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, Handle, Limits, Members, Sent
from pulse_bot_telegram.settings import TelegramSettings


class TelegramAdapter:
    """The `ChatAdapter` of Telegram."""

    name = "telegram"
    limits = Limits(text=4096, buttons_a_row=8, pictures=True)

    def __init__(self, settings: TelegramSettings) -> None:
        """Nothing is connected before `run`."""
        self._settings = settings

    async def run(self, handle: Handle) -> None:
        """Listen until cancelled. Raises AdapterError."""
        raise AdapterError("The Telegram adapter is not written yet.", permanent=True)

    async def send(self, address: Address, card: Card) -> Sent:
        """Show a card. Raises AdapterError."""
        raise AdapterError("The Telegram adapter is not written yet.", permanent=True)

    async def edit(self, sent: Sent, card: Card) -> None:
        """Replace a card. Raises AdapterError."""
        raise AdapterError("The Telegram adapter is not written yet.", permanent=True)

    async def members(self, group: Address) -> Members:
        """How many people are in a group's chat. Raises AdapterError."""
        raise AdapterError("The Telegram adapter is not written yet.", permanent=True)
