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
from pulse_bot.domain.asking.items import Item, list_slots
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.thresholds import WORDS_ROSTER, Thresholds
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Button, Card, Form

DrawPreview = Callable[[Sequence[Card], Form], str]

_OPENS: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_UNTIL: Final = "Friday 16:00"


@dataclass(frozen=True, slots=True)
class ItemPreview:
    """An item as it is asked: its cards, one after another, and the form that asks the same."""

    item: Item
    cards: tuple[Card, ...]
    form: Form


def preview_items(items: Sequence[Item], only: str = "") -> Iterator[ItemPreview]:
    """Each item, or the one with the id `only`: asked alone, the halves of a pair together."""
    for item in items:
        if only in ("", item.id):
            preview_round = _preview_round(_paired_items(item, items))
            position = preview_round.items.index(item)
            cards = (
                question_card(preview_round, position, slot, _UNTIL) for slot in list_slots(item)
            )
            yield ItemPreview(item, tuple(cards), answer_form(preview_round, _UNTIL))


def preview_text(preview: ItemPreview, draws: Mapping[str, DrawPreview]) -> str:
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


def _paired_items(item: Item, items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(other for other in items if other.pair == item.pair) if item.pair else (item,)


def _preview_round(items: tuple[Item, ...]) -> Round:
    thresholds = Thresholds()
    return Round(
        id=0,
        partnership=0,
        number=1,
        state=RoundStatus.OPEN,
        opens_at=_OPENS,
        closes_at=_OPENS + timedelta(days=4, hours=8),
        roster_size=WORDS_ROSTER,
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
    parts += [_button_row(row) for row in card.buttons if row]
    return "\n".join(part for part in parts if part)


def _button_row(row: Sequence[Button]) -> str:
    return " ".join(f"[ {button.label} ]" for button in row)
