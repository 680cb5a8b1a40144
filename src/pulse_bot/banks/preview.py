"""A bank's questions as a member will see them: the cards of a round that nobody is asked.

The cards are the real ones of `cards`; here is only the made-up round around them, and a card in
plain text for the command line. How a platform draws a card lives in its adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pulse_bot.cards import question_card
from pulse_bot.domain.items import Item, slots
from pulse_bot.domain.rounds import Round, State
from pulse_bot.domain.thresholds import Thresholds
from pulse_bot.ports import Button, Card

_OPENS: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_UNTIL: Final = "Friday 16:00"


def preview_cards(items: Sequence[Item], only: str = "") -> tuple[Card, ...]:
    """The cards of each item, or of the one with the id `only`, in order.

    Each is asked alone, the halves of a pair together.
    """
    return tuple(
        card
        for item in items
        if only in ("", item.id)
        for card in _cards(item, _asked(item, items))
    )


def _asked(item: Item, items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(one for one in items if one.pair == item.pair) if item.pair else (item,)


def _cards(item: Item, asked: tuple[Item, ...]) -> tuple[Card, ...]:
    example = Round(
        id=0,
        partnership=0,
        number=1,
        state=State.OPEN,
        opens_at=_OPENS,
        closes_at=_OPENS + timedelta(days=4, hours=8),
        public_key=b"",
        roster_size=0,
        thresholds=Thresholds(),
        items=asked,
    )
    position = asked.index(item)
    return tuple(question_card(example, position, slot, _UNTIL) for slot in slots(item))


def card_text(card: Card) -> str:
    """A card as plain text: title, paragraphs, what the ends mean, ticks, rows of buttons."""
    parts = [card.progress, card.title, *card.text]
    parts += [f"{card.ends[0]} … {card.ends[1]}"] if card.ends else []
    if card.ticks:
        field = card.ticks.field
        parts += [field.hint, *(f"[ ] {option.label}" for option in field.options)]
        parts += [f"[ {card.ticks.submit} ]"]
    parts += [_row(row) for row in card.buttons if row]
    return "\n".join(part for part in parts if part)


def _row(row: Sequence[Button]) -> str:
    return " ".join(f"[ {button.label} ]" for button in row)
