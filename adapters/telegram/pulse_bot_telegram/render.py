"""Cards as Telegram shows them: HTML texts, inline keyboards, and what buttons carry.

A button of the core carries its action behind one mark, so that the adapter's own are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from pulse_bot.errors import AdapterError
from pulse_bot.ports import LONGEST_ACTION, Button, Card, Option, Outcome, Picture, Reply, Ticks
from pulse_bot_telegram.hidden import hidden
from pulse_bot_telegram.texts import LONGEST_CAPTION, Paragraph, count_units, split_messages
from pulse_bot_telegram.ticks import LINE, number_labels, tick_rows

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
class TelegramPart:
    """One message."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


def build_parts(paragraphs: Iterable[Paragraph], keys: Keys, state: str = "") -> list[TelegramPart]:
    """A text with its buttons in as many messages as it takes; the buttons are in the last."""
    *before, last = split_messages(paragraphs, state)
    keyboard = InlineKeyboardMarkup(keys) if keys else None
    return [*(TelegramPart(html) for html in before), TelegramPart(last, keyboard)]


def notice_paragraphs(reply: Reply, *more: str) -> list[Paragraph]:
    """The notice of a reply, dressed by its outcome, and whatever is said with it."""
    nobody = NOBODY if reply.outcome is Outcome.UNKNOWN else ""
    texts = [text for text in (reply.notice or nobody, *more) if text]
    return [
        Paragraph(("" if number else MARKS[reply.outcome]) + text)
        for number, text in enumerate(texts)
    ]


def card_parts(card: Card, username: str, before: Sequence[Paragraph] = ()) -> list[TelegramPart]:
    """A card, behind what is said before it. Raises AdapterError where it cannot be shown."""
    paragraphs = (*before, *_card_paragraphs(card), *_long_caption(card))
    keys = (
        [*_tick_keys(card.ticks), *_card_keys(card, username)]
        if card.ticks
        else _card_keys(card, username)
    )
    return build_parts(paragraphs, keys, _tick_state(card.ticks) if card.ticks else "")


def picture_caption(picture: Picture) -> str:
    """What a picture says in words, below it; nothing where that is too long for one.

    Without its title, which stands above it in the words that it came with.
    """
    words = picture.alternative
    return words if count_units(words) <= LONGEST_CAPTION else ""


def picture_parts(picture: Picture) -> list[TelegramPart]:
    """The same as a message: before a picture that it is too long for, or instead of one."""
    title = [Paragraph(picture.title, "b")] if picture.title else []
    return build_parts([*title, Paragraph(picture.alternative)], [])


def choice_rows(options: Sequence[tuple[str, str]]) -> Keys:
    """Buttons of (label, data): side by side where they are short, else one a row."""
    longest = max((len(label) for label, _ in options), default=0)
    a_row = max(1, min(BUTTONS_A_ROW, LINE // max(longest, 1)))
    rows = -(-len(options) // a_row) if a_row < len(options) else 1
    # Rows of one length, so that eleven points are six and five.
    each = -(-len(options) // rows) if options else 1
    buttons = [InlineKeyboardButton(label, callback_data=data) for label, data in options]
    return [buttons[start : start + each] for start in range(0, len(buttons), each)]


def long_labels(options: Sequence[Option], *, ticked: bool) -> Iterator[Paragraph]:
    """The labels that a phone would cut short on a button or beside a tick, in the text."""
    labels = number_labels(options)
    if ticked and any(label != option.label for label, option in zip(labels, options, strict=True)):
        yield Paragraph("\n".join(labels))
        return
    long = [f"• {option.label}" for option in options if len(option.label) > LINE]
    if long:
        yield Paragraph("\n".join(long))


def _card_paragraphs(card: Card) -> Iterator[Paragraph]:
    if card.progress:
        yield Paragraph(card.progress, "i")
    yield Paragraph(card.title, "b")
    yield from (Paragraph(text) for text in card.text if text)
    if card.ticks:
        field = card.ticks.field
        more = (field.label if field.label != card.title else "", field.hint)
        yield from (Paragraph(text) for text in more if text)
        yield from long_labels(field.options, ticked=True)
    if card.ends and card.buttons:
        first, *_, last = _scale_labels(card.buttons[0])
        yield Paragraph(f"{first} = {card.ends[0]} · {last} = {card.ends[1]}")


def _long_caption(card: Card) -> Iterator[Paragraph]:
    if card.picture and not picture_caption(card.picture):
        yield Paragraph(card.picture.alternative)


def _scale_labels(row: Sequence[Button]) -> list[str]:
    """The labels of a scale's points: their numbers, where the words do not fit side by side."""
    labels = [button.label for button in row]
    if max(map(len, labels)) * min(len(labels), BUTTONS_A_ROW) <= LINE:
        return labels
    return [str(number) for number in range(1, len(row) + 1)]


def _card_keys(card: Card, username: str) -> Keys:
    keys: Keys = []
    for number, row in enumerate(card.buttons):
        labels = (
            _scale_labels(row) if card.ends and number == 0 else [button.label for button in row]
        )
        for button, label in zip(row, labels, strict=True):
            _check_button(button, label)
        if any(button.invitation for button in row):
            keys += [[_card_key(button, username)] for button in row]
        else:
            pairs = zip(row, labels, strict=True)
            keys += choice_rows([(label, ACTION + button.action) for button, label in pairs])
    return keys


def _card_key(button: Button, username: str) -> InlineKeyboardButton:
    if not button.invitation:
        return InlineKeyboardButton(button.label, callback_data=ACTION + button.action)
    return InlineKeyboardButton(button.label, url=private_chat_link(username, button.invitation))


def private_chat_link(username: str, invitation: str = HELLO) -> str:
    """The link to a private chat with the bot, whoever follows it."""
    return f"https://t.me/{username}?start={invitation}"


def open_button(username: str) -> InlineKeyboardButton:
    """A button that opens the private chat with the bot."""
    return InlineKeyboardButton("Open a private chat", url=private_chat_link(username))


def _check_button(button: Button, label: str) -> None:
    too_long = len(button.action.encode()) > LONGEST_ACTION
    if not label or too_long or bool(button.action) == bool(button.invitation):
        raise AdapterError(
            "A button has no label, no action, or too long a one for Telegram.", permanent=True
        )


def _tick_keys(ticks: Ticks) -> Keys:
    done = InlineKeyboardButton(ticks.submit, callback_data=DONE)
    return [*tick_rows(ticks.field.options, TICK), [done]]


def _tick_state(ticks: Ticks) -> str:
    values = [option.value for option in ticks.field.options]
    state = hidden([ticks.form, ticks.field.key, values])
    if state is None:
        raise AdapterError("A card has more choices than Telegram can carry.", permanent=True)
    return state
