"""The Telegram adapter: private cards, groups that read their digests, forms as conversations.

The plug-in does not import python-telegram-bot: `build` does, so that settings can be checked
without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulse_bot.config.plugins import AdapterPlugin
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Card, ChatAdapter, Form
from pulse_bot_telegram.settings import TelegramSettings

__all__ = ["plugin"]


def build_adapter(settings: TelegramSettings) -> ChatAdapter:
    """The adapter, not yet listening. Raises MissingExtra."""
    try:
        from pulse_bot_telegram.adapter import TelegramAdapter
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pulse_bot"):
            raise
        raise MissingExtra("telegram", error.name) from error
    return TelegramAdapter(settings)


def preview_question(cards: Sequence[Card], form: Form) -> str:
    """How a question looks here, for people who write some. Raises MissingExtra."""
    try:
        from pulse_bot_telegram.preview import preview_cards as drawn
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pulse_bot"):
            raise
        raise MissingExtra("telegram", error.name) from error
    return drawn(cards)


plugin = AdapterPlugin(
    name="telegram", settings=TelegramSettings, build=build_adapter, preview=preview_question
)
