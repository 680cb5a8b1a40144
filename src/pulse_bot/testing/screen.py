"""What one address sees on the fake platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pulse_bot.ports import Button, Card, Field, Form, Reply
from pulse_bot.testing.stage import Seen, plain


@dataclass(slots=True)
class Screen:
    """What one address sees: its messages, and what came of the last event."""

    cards: list[Card] = field(default_factory=list)
    last: Reply = field(default_factory=Reply)

    def seen(self) -> Seen:
        """All that can be seen now."""
        cards = (*self.cards, *self.last.cards)
        form = self.last.form
        words = [word for card in cards for word in _card_words(card)]
        words += [self.last.notice, *(_form_words(form) if form else ())]
        buttons = [button.label for card in cards for row in card.buttons for button in row]
        return Seen(
            text=plain(" ".join(words)),
            buttons=(*buttons, *([form.submit] if form else [])),
            outcome=self.last.outcome,
            files=tuple(card.file for card in cards if card.file),
        )

    def buttons(self) -> Iterator[Button]:
        """Every button, the newest card's first."""
        for card in (*reversed(self.last.cards), *reversed(self.cards)):
            for row in card.buttons:
                yield from row


def _card_words(card: Card) -> Iterator[str]:
    yield card.title
    yield from card.text
    yield from card.ends or ()
    yield card.progress
    if card.ticks:
        yield from _field_words(card.ticks.field)
    if card.picture:
        yield card.picture.alternative


def _form_words(form: Form) -> Iterator[str]:
    yield form.title
    yield from form.text
    for field_ in form.fields:
        yield from _field_words(field_)


def _field_words(field_: Field) -> Iterator[str]:
    yield field_.label
    yield field_.hint
    yield from (option.label for option in field_.options)
