"""What one address sees on the fake platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pulse_bot.ports import Button, Card, Field, File, Form, Picture, Reply, Sendable
from pulse_bot.testing.stage import Seen, plain


@dataclass(slots=True)
class Screen:
    """What one address sees: its messages, and what came of the last event."""

    sent: list[Sendable] = field(default_factory=list)
    last: Reply = field(default_factory=Reply)

    def seen(self) -> Seen:
        """All that can be seen now."""
        cards = (*self.cards(), *self.last.cards)
        form = self.last.form
        words = [word for shown in (*self.sent, *self.last.cards) for word in _words(shown)]
        words += [self.last.notice, *(_form_words(form) if form else ())]
        buttons = [button.label for card in cards for row in card.buttons for button in row]
        return Seen(
            text=plain(" ".join(words)),
            buttons=(*buttons, *([form.submit] if form else [])),
            outcome=self.last.outcome,
            files=tuple(_files(*self.sent, *self.last.cards)),
        )

    def cards(self) -> tuple[Card, ...]:
        """The cards that were sent, oldest first."""
        return tuple(shown for shown in self.sent if isinstance(shown, Card))

    def buttons(self) -> Iterator[Button]:
        """Every button, the newest card's first."""
        for card in (*reversed(self.last.cards), *reversed(self.cards())):
            for row in card.buttons:
                yield from row


def _words(shown: Sendable) -> Iterator[str]:
    match shown:
        case Card():
            yield from _card_words(shown)
        case Picture():
            yield from (shown.title, shown.alternative)


def _files(*shown: Sendable) -> Iterator[File]:
    for one in shown:
        file = one.file if isinstance(one, Card) else one
        if isinstance(file, File):
            yield file


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
