"""Cards as Block Kit, pure: a reply becomes messages, or the blocks of a page.

No text of anybody's is ever markup: it stands in `plain_text` with emoji off. Only a message's
`text`, which notifications and screen readers use, is read as markup, and is escaped for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Button, Card, Field, FieldKind, Option, Outcome, Reply, Ticks
from pulse_bot_slack.texts import escape_markup, pack_value, shorten_text, split_text

Block = dict[str, Any]

ROOM: Final = 12_000
"""Characters in one message. Slack documents 3,000 for a block and 50 blocks, but answers
"msg_blocks_too_long" from some 13,000 characters on."""
BLOCKS_A_MESSAGE: Final = 50
BLOCKS_A_VIEW: Final = 100
SECTION: Final = 3000
HEADER: Final = 150
LABEL: Final = 75
LABEL_SEEN: Final = 30
"""About what Slack shows of a button's label before it cuts it."""
CONTEXT: Final = 2000
ALTERNATIVE: Final = 1000
"""Of a picture's text beside it; a longer one is written below the card."""
LISTED: Final = 10
"""Options side by side; more go into a menu."""
IN_A_MENU: Final = 100
VALUE: Final = 2000
OPTION_VALUE: Final = 75
FALLBACK: Final = 4000
DEFAULT_TEXT: Final = "pulse-bot"
BUTTONS_A_ROW: Final = 5
SHORT_BUTTONS_A_ROW: Final = 6
SHORT_LABEL: Final = 3

MARKS: Final = {Outcome.DONE: "", Outcome.REFUSED: "⚠️ ", Outcome.UNKNOWN: "❔ "}
"""What a notice begins with."""
NOBODY: Final = "You are not a member here. Ask your partnership's lead for an invitation."

PRESS, INVITE, TICKS, AGAIN, WORD = "press", "invite", "ticks", "again", "word"
"""What an action's id begins with, and so what becomes of its value."""
CHOSEN, TYPED = "o", "t"
"""What stands in the id of a block with a field: whether it is chosen or typed."""


@dataclass(frozen=True, slots=True)
class SlackPart:
    """A block, and what it says."""

    block: Block
    words: str


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message: its blocks, and the text that notifications and screen readers use."""

    blocks: tuple[Block, ...]
    text: str

    def blocks_with_mark(self, mark: str) -> list[Block]:
        """The blocks with a name by which the message is found again in a chat's history."""
        first, *rest = self.blocks
        return [{"block_id": mark, **first}, *rest]


def plain_text(text: str) -> Block:
    """Text that is shown letter for letter."""
    return {"type": "plain_text", "text": text, "emoji": False}


def reply_parts(
    reply: Reply, numbers: Iterator[int], *, pictures_spelled: bool = False
) -> list[SlackPart]:
    """A reply's notice and cards, one below the other; pictures only by what they say."""
    notice = reply.notice
    if reply.outcome is Outcome.UNKNOWN:
        notice = notice or NOBODY
    parts = section_parts(f"{MARKS[reply.outcome]}{notice}") if notice else []
    for card in reply.cards:
        if parts:
            parts.append(SlackPart({"type": "divider"}, ""))
        parts += card_parts(card, numbers)
        if card.picture and pictures_spelled:
            parts += context_parts(card.picture.alternative)
    return parts


def card_parts(card: Card, numbers: Iterator[int]) -> list[SlackPart]:
    """A card's blocks. `numbers` keeps the ids of actions apart."""
    parts = [*context_parts(card.progress), *_title_parts(card.title)]
    for paragraph in card.text:
        parts += section_parts(paragraph)
    if card.picture and len(card.picture.alternative) > ALTERNATIVE:
        parts += context_parts(card.picture.alternative)
    parts += context_parts(_scale_legend(card))
    if card.ticks:
        parts += _tick_parts(card.ticks, card.title, numbers)
    for row in card.buttons:
        parts += button_parts(row, numbers)
    return parts


def build_messages(parts: Iterable[SlackPart]) -> list[SlackMessage]:
    """Parts in as few messages as hold them."""
    finished: list[SlackMessage] = []
    pending: list[SlackPart] = []
    for part in parts:
        full = sum(len(held_part.words) for held_part in pending) + len(part.words) > ROOM
        if pending and (full or len(pending) == BLOCKS_A_MESSAGE):
            finished.append(_build_message(pending))
            pending = []
        pending.append(part)
    return [*finished, _build_message(pending)] if pending else finished


def section_parts(text: str) -> list[SlackPart]:
    """A text, in as many blocks as it takes."""
    return [
        SlackPart({"type": "section", "text": plain_text(piece), "expand": True}, piece)
        for piece in split_text(text, SECTION)
        if piece.strip()
    ]


def context_parts(text: str) -> list[SlackPart]:
    """A text beside the main thing."""
    return [
        SlackPart({"type": "context", "elements": [plain_text(piece)]}, piece)
        for piece in split_text(text, CONTEXT)
        if piece.strip()
    ]


def button_parts(row: Sequence[Button], numbers: Iterator[int]) -> list[SlackPart]:
    """A row of buttons, broken where Slack would; labels that it would cut are spelled out."""
    labels = [button.label for button in row]
    parts = _long_label_parts(labels, LABEL_SEEN)
    brief = all(len(label) <= SHORT_LABEL for label in labels)
    for chunk in _split_row(row, SHORT_BUTTONS_A_ROW if brief else BUTTONS_A_ROW):
        buttons = [_card_button(button, next(numbers)) for button in chunk]
        parts.append(SlackPart({"type": "actions", "elements": buttons}, ""))
    return parts


def action_button(kind: str, number: int, label: str, value: str) -> Block:
    """A button whose action's id says what becomes of its value."""
    if len(pack_value(value)) > VALUE:
        raise AdapterError("A button carries too much for Slack.", permanent=True)
    return {
        "type": "button",
        "action_id": f"{kind}:{number}",
        "text": plain_text(shorten_text(label, LABEL)),
        "value": pack_value(value),
    }


def choice_element(field: Field, number: int) -> tuple[list[SlackPart], Block]:
    """A field's options as an element, after what has to be spelled out before it."""
    labels = _number_labels([option.label for option in field.options])
    options = [_option_element(*pair) for pair in zip(field.options, labels, strict=True)]
    several = field.kind is FieldKind.SEVERAL
    element: Block = {"action_id": f"field:{number}"}
    if len(options) <= LISTED:
        element |= {"type": "checkboxes" if several else "radio_buttons", "options": options}
    elif len(options) <= IN_A_MENU:
        element |= {"type": _menu_type(several), "options": options}
    else:
        groups = [options[at : at + IN_A_MENU] for at in range(0, len(options), IN_A_MENU)]
        element |= {
            "type": _menu_type(several),
            "option_groups": [
                {"label": plain_text(f"{at * IN_A_MENU + 1} and on"), "options": group}
                for at, group in enumerate(groups)
            ],
        }
    return _label_parts(labels) if labels[0] != field.options[0].label else [], element


def field_id(number: int, kind: str, key: str) -> str:
    """The id of a block that asks for a field."""
    return f"{number}:{kind}:{pack_value(key)}"


def _build_message(parts: Sequence[SlackPart]) -> SlackMessage:
    words = "\n".join(part.words for part in parts if part.words)
    text = shorten_text(escape_markup(words), FALLBACK) or DEFAULT_TEXT
    return SlackMessage(tuple(part.block for part in parts), text)


def _title_parts(title: str) -> list[SlackPart]:
    if len(title) > HEADER or "\n" in title or not title.strip():
        return section_parts(title)
    return [SlackPart({"type": "header", "text": plain_text(title)}, title)]


def _scale_legend(card: Card) -> str:
    if card.ends is None or not card.buttons or not card.buttons[0]:
        return ""
    row = card.buttons[0]
    first, last = row[0].label, row[-1].label
    # Buttons that say it themselves need no second telling.
    if (first, last) == card.ends:
        return ""
    return f"{first} = {card.ends[0]} · {last} = {card.ends[1]}"


def _long_label_parts(labels: Sequence[str], seen: int) -> list[SlackPart]:
    if all(len(label) <= seen for label in labels):
        return []
    return _label_parts([f"• {label}" for label in labels])


def _number_labels(labels: Sequence[str]) -> Sequence[str]:
    """With numbers where Slack would cut one short: many begin with the same words."""
    if all(len(label) <= LABEL for label in labels):
        return labels
    return [f"{number}. {label}" for number, label in enumerate(labels, 1)]


def _label_parts(labels: Iterable[str]) -> list[SlackPart]:
    return [part for label in labels for part in section_parts(label)]


def _split_row(row: Sequence[Button], most: int) -> Iterator[Sequence[Button]]:
    """A row in pieces of about the same length."""
    row_count = -(-len(row) // most)
    for row_number in range(row_count):
        yield row[row_number * len(row) // row_count : (row_number + 1) * len(row) // row_count]


def _card_button(source: Button, number: int) -> Block:
    if source.invitation:
        return action_button(INVITE, number, source.label, source.invitation)
    return action_button(PRESS, number, source.label, source.action)


def _tick_parts(ticks: Ticks, above: str, numbers: Iterator[int]) -> list[SlackPart]:
    field, number = ticks.field, next(numbers)
    parts, element = choice_element(field, number)
    # The card's title is mostly the question itself, which need not be read twice.
    doubled = field.label == above and bool(field.hint)
    label, hint = (field.hint, "") if doubled else (field.label, field.hint)
    block = {
        "type": "input",
        "block_id": field_id(number, CHOSEN, field.key),
        "optional": True,
        "label": plain_text(label or "Choose"),
        "element": element,
    }
    if hint:
        block["hint"] = plain_text(shorten_text(hint, CONTEXT))
    options = "\n".join(option.label for option in field.options)
    # The same number tells which ticks of a page are sent.
    done = action_button(TICKS, number, ticks.submit, ticks.form)
    return [
        *parts,
        SlackPart(block, f"{label}\n{options}"),
        SlackPart({"type": "actions", "elements": [done]}, ""),
    ]


def _option_element(option: Option, label: str) -> Block:
    value = pack_value(option.value)
    if len(value) > OPTION_VALUE:
        raise AdapterError("A choice of this form is too long for Slack.", permanent=True)
    return {"text": plain_text(shorten_text(label, LABEL)), "value": value}


def _menu_type(several: bool) -> str:
    return "multi_static_select" if several else "static_select"
