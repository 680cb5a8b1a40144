"""A question in plain text, with its buttons in the rows that Telegram shows them in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Final

from pulse_bot.ports import Card
from pulse_bot_telegram.render import TelegramPart, card_parts

_TAG: Final = re.compile(r"<a .*?</a>|<[^>]+>")
"""Links in a card carry what is ticked, and show nothing."""


def preview_cards(cards: Sequence[Card]) -> str:
    """The cards as Telegram shows them, one message below the other."""
    parts = (part for card in cards for part in card_parts(card, "pulse_bot"))
    return "\n\n".join("\n".join(_part_lines(part)) for part in parts)


def _part_lines(part: TelegramPart) -> Iterator[str]:
    yield unescape(_TAG.sub("", part.html))
    for row in part.keyboard.inline_keyboard if part.keyboard else ():
        yield " ".join(f"[ {button.text} ]" for button in row)
