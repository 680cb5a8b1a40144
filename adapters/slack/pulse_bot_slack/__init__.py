"""The Slack adapter: cards in direct messages, forms as modals, digests in channels, the App Home.

The plug-in does not import Slack's libraries: `build` does, so that settings can be checked without
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulse_bot.config.plugins import AdapterPlugin
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Card, ChatAdapter, Form
from pulse_bot_slack.settings import SlackSettings

__all__ = ["plugin"]


def build_adapter(settings: SlackSettings) -> ChatAdapter:
    """The adapter, not yet listening. Raises MissingExtra."""
    try:
        from pulse_bot_slack.adapter import SlackAdapter
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pulse_bot"):
            raise
        raise MissingExtra("slack", error.name) from error
    return SlackAdapter(settings)


def preview_question(cards: Sequence[Card], form: Form) -> str:
    """How a question looks here, for people who write some."""
    from pulse_bot_slack.preview import preview_cards as drawn

    return drawn(cards)


plugin = AdapterPlugin(
    name="slack", settings=SlackSettings, build=build_adapter, preview=preview_question
)
