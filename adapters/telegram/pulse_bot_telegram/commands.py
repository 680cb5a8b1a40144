"""The menu of commands: what everybody is offered, in private and in groups, and what some are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from pulse_bot_telegram.places import ChatPlace
from pulse_bot_telegram.sending import Bot

EVERYBODY: Final = (
    "pulse",
    "group",
    "report",
    "workshops",
    "pack",
    "commitments",
    "roles",
    "log",
    "privacy",
    "pause",
    "resume",
    "leave",
    "language",
    "time",
    "help",
)
IN_GROUPS: Final = ("join", "setup", "link", "help")

DESCRIPTIONS: Final = {
    "pulse": "Your open question, or what comes next",
    "group": "What came of the last rounds",
    "report": "What came of the last half-term",
    "workshops": "Which workshops come, and what is asked for them",
    "pack": "The material of the newest workshop",
    "commitments": "What we said we would do, and by when",
    "roles": "Who may do what",
    "log": "What was changed, and by whom",
    "privacy": "What is kept about you, and what is not",
    "pause": "Stop the questions for a while",
    "resume": "Be asked again",
    "leave": "Leave for good",
    "language": "Choose your language",
    "time": "Choose when you are asked",
    "help": "What this bot does, and how",
    "join": "Show the button to join",
    "setup": "Set up this group by a few questions",
    "link": "Link this group by a code",
    "trends": "How things went over time",
    "settings": "What is set up, and who may change it",
    "seed": "Prepare a workshop with questions",
}


class CommandMenu:
    """What was offered last; asked again, nothing goes out."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._offered: dict[ChatPlace, tuple[str, ...]] = {}

    async def offer_to_all(self) -> None:
        """Offer everybody's commands, where people may write. Raises TelegramError."""
        # A language of its own comes with the first bank in it; these stand for all until then.
        private, groups = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()
        await self._bot.set_my_commands(_describe_commands(EVERYBODY), scope=private)
        await self._bot.set_my_commands(_describe_commands(IN_GROUPS), scope=groups)

    async def offer_to_person(self, chat: ChatPlace, more: Sequence[str]) -> None:
        """Offer one person what they may do beside that. Failing does no harm: it can be typed."""
        offered = tuple(more)
        if self._offered.get(chat) == offered:
            return
        commands = _describe_commands((*EVERYBODY, *offered))
        try:
            await self._bot.set_my_commands(commands, scope=BotCommandScopeChat(chat.chat))
        except TelegramError:
            return
        self._offered[chat] = offered


def _describe_commands(names: Iterable[str]) -> list[BotCommand]:
    return [BotCommand(name, DESCRIPTIONS[name]) for name in names if name in DESCRIPTIONS]
