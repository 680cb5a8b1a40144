"""A bank's questions as members will see them: the cards of a round that nobody is asked.

The cards and forms are the real ones of `cards`; here is only the made-up round around them. How a
platform draws them is told by its adapter, and where none is installed they are told plainly.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pulse_bot.cards.question_cards import answer_form, question_card
from pulse_bot.domain.asking.items import Item, slots
from pulse_bot.domain.asking.rounds import Round, State
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Button, Card, Form

Draw = Callable[[Sequence[Card], Form], str]

_OPENS: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_UNTIL: Final = "Friday 16:00"


@dataclass(frozen=True, slots=True)
class Preview:
    """An item as it is asked: its cards, one after another, and the form that asks the same."""

    item: Item
    cards: tuple[Card, ...]
    form: Form


def previews(items: Sequence[Item], only: str = "") -> Iterator[Preview]:
    """Each item, or the one with the id `only`: asked alone, the halves of a pair together."""
    for item in items:
        if only in ("", item.id):
            asked = _round(_asked(item, items))
            position = asked.items.index(item)
            cards = (question_card(asked, position, slot, _UNTIL) for slot in slots(item))
            yield Preview(item, tuple(cards), answer_form(asked, _UNTIL))


def preview_text(preview: Preview, draws: Mapping[str, Draw]) -> str:
    """A preview on each platform, by its name; in plain words where there is none."""
    if not draws:
        return "\n\n".join(card_text(card) for card in preview.cards)
    blocks = [f"{preview.item.id} ({preview.item.kind})"]
    for name, draw in draws.items():
        try:
            drawn = draw(preview.cards, preview.form)
        except MissingExtra as missing:
            drawn = str(missing)
        blocks.append(f"  {name}:\n{textwrap.indent(drawn, '    ')}")
    return "\n\n".join(blocks)


def _asked(item: Item, items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(one for one in items if one.pair == item.pair) if item.pair else (item,)


def _round(items: tuple[Item, ...]) -> Round:
    thresholds = Thresholds()
    return Round(
        id=0,
        partnership=0,
        number=1,
        state=State.OPEN,
        opens_at=_OPENS,
        closes_at=_OPENS + timedelta(days=4, hours=8),
        public_key=b"",
        roster_size=thresholds.roster,
        thresholds=thresholds,
        items=items,
    )


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
