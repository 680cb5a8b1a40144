"""Cards as Telegram shows them: HTML texts, inline keyboards, and what buttons carry.

A button of the core carries its action behind one mark, so that the adapter's own are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from pulse_bot.errors import AdapterError
from pulse_bot.ports import LONGEST_ACTION, Button, Card, Option, Outcome, Reply, Ticks
from pulse_bot_telegram.hidden import hidden
from pulse_bot_telegram.texts import LONGEST_CAPTION, Paragraph, messages, units
from pulse_bot_telegram.ticks import LINE, numbered, tick_rows

ACTION: Final = "."
"""One byte: with it the longest action fills the 64 of a button's data."""
TICK: Final = "t"
DONE: Final = "T"
FORM: Final = "f"
"""What a button's data begins with."""


BUTTONS_A_ROW: Final = 8
HELLO: Final = "hello"
"""What a link carries that only opens the private chat."""

MARKS: Final = {Outcome.DONE: "", Outcome.REFUSED: "⚠️ ", Outcome.UNKNOWN: "❔ "}
NOBODY: Final = "You are not a member here. Ask your partnership's lead for an invitation."
SORRY: Final = Reply(
    "Something went wrong on our side. Nothing was lost; please try again in a minute.",
    outcome=Outcome.REFUSED,
)

Keys = list[list[InlineKeyboardButton]]


@dataclass(frozen=True, slots=True)
class Part:
    """One message."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


def parts(paragraphs: Iterable[Paragraph], keys: Keys, state: str = "") -> list[Part]:
    """A text with its buttons in as many messages as it takes; the buttons are in the last."""
    *before, last = messages(paragraphs, state)
    keyboard = InlineKeyboardMarkup(keys) if keys else None
    return [*(Part(html) for html in before), Part(last, keyboard)]


def notice_of(reply: Reply, *more: str) -> list[Paragraph]:
    """The notice of a reply, dressed by its outcome, and whatever is said with it."""
    nobody = NOBODY if reply.outcome is Outcome.UNKNOWN else ""
    said = [one for one in (reply.notice or nobody, *more) if one]
    return [
        Paragraph(("" if number else MARKS[reply.outcome]) + one) for number, one in enumerate(said)
    ]


def card_parts(card: Card, username: str, before: Sequence[Paragraph] = ()) -> list[Part]:
    """A card, behind what is said before it. Raises AdapterError where it cannot be shown."""
    said = (*before, *_words(card), *_caption_too_long(card))
    keys = (
        [*_tick_keys(card.ticks), *_keys(card, username)] if card.ticks else _keys(card, username)
    )
    return parts(said, keys, _state(card.ticks) if card.ticks else "")


def caption(card: Card) -> str:
    """What the card's picture says in words, below it; nothing where that is too long for one."""
    words = card.picture.alternative if card.picture else ""
    return words if units(words) <= LONGEST_CAPTION else ""


def choice_rows(options: Sequence[tuple[str, str]]) -> Keys:
    """Buttons of (label, data): side by side where they are short, else one a row."""
    longest = max((len(label) for label, _ in options), default=0)
    a_row = max(1, min(BUTTONS_A_ROW, LINE // max(longest, 1)))
    rows = -(-len(options) // a_row) if a_row < len(options) else 1
    # Rows of one length, so that eleven points are six and five.
    each = -(-len(options) // rows) if options else 1
    buttons = [InlineKeyboardButton(label, callback_data=data) for label, data in options]
    return [buttons[start : start + each] for start in range(0, len(buttons), each)]


def spelled_out(options: Sequence[Option], *, ticked: bool) -> Iterator[Paragraph]:
    """The labels that a phone would cut short on a button or beside a tick, in the text."""
    labels = numbered(options)
    if ticked and any(label != one.label for label, one in zip(labels, options, strict=True)):
        yield Paragraph("\n".join(labels))
        return
    long = [f"• {one.label}" for one in options if len(one.label) > LINE]
    if long:
        yield Paragraph("\n".join(long))


def _words(card: Card) -> Iterator[Paragraph]:
    if card.progress:
        yield Paragraph(card.progress, "i")
    yield Paragraph(card.title, "b")
    yield from (Paragraph(one) for one in card.text if one)
    if card.ticks:
        asked = card.ticks.field
        more = (asked.label if asked.label != card.title else "", asked.hint)
        yield from (Paragraph(one) for one in more if one)
        yield from spelled_out(asked.options, ticked=True)
    if card.ends and card.buttons:
        first, *_, last = _scale(card.buttons[0])
        yield Paragraph(f"{first} = {card.ends[0]} · {last} = {card.ends[1]}")


def _caption_too_long(card: Card) -> Iterator[Paragraph]:
    if card.picture and not caption(card):
        yield Paragraph(card.picture.alternative)


def _scale(row: Sequence[Button]) -> list[str]:
    """The labels of a scale's points: their numbers, where the words do not fit side by side."""
    labels = [one.label for one in row]
    if max(map(len, labels)) * min(len(labels), BUTTONS_A_ROW) <= LINE:
        return labels
    return [str(number) for number in range(1, len(row) + 1)]


def _keys(card: Card, username: str) -> Keys:
    keys: Keys = []
    for number, row in enumerate(card.buttons):
        labels = _scale(row) if card.ends and number == 0 else [one.label for one in row]
        for one, label in zip(row, labels, strict=True):
            _check(one, label)
        if any(one.invitation for one in row):
            keys += [[_key(one, username)] for one in row]
        else:
            pairs = zip(row, labels, strict=True)
            keys += choice_rows([(label, ACTION + one.action) for one, label in pairs])
    return keys


def _key(button: Button, username: str) -> InlineKeyboardButton:
    if not button.invitation:
        return InlineKeyboardButton(button.label, callback_data=ACTION + button.action)
    return InlineKeyboardButton(button.label, url=private_chat(username, button.invitation))


def private_chat(username: str, invitation: str = HELLO) -> str:
    """The link to a private chat with the bot, whoever follows it."""
    return f"https://t.me/{username}?start={invitation}"


def open_button(username: str) -> InlineKeyboardButton:
    """A button that opens the private chat with the bot."""
    return InlineKeyboardButton("Open a private chat", url=private_chat(username))


def _check(button: Button, label: str) -> None:
    too_long = len(button.action.encode()) > LONGEST_ACTION
    if not label or too_long or bool(button.action) == bool(button.invitation):
        raise AdapterError(
            "A button has no label, no action, or too long a one for Telegram.", permanent=True
        )


def _tick_keys(ticks: Ticks) -> Keys:
    done = InlineKeyboardButton(ticks.submit, callback_data=DONE)
    return [*tick_rows(ticks.field.options, TICK), [done]]


def _state(ticks: Ticks) -> str:
    values = [one.value for one in ticks.field.options]
    state = hidden([ticks.form, ticks.field.key, values])
    if state is None:
        raise AdapterError("A card has more choices than Telegram can carry.", permanent=True)
    return state
