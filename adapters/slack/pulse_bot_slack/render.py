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
from pulse_bot_slack.texts import escaped, packed, pieces, short

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
class Part:
    """A block, and what it says."""

    block: Block
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its blocks, and the text that notifications and screen readers use."""

    blocks: tuple[Block, ...]
    text: str

    def marked(self, mark: str) -> list[Block]:
        """The blocks with a name by which the message is found again in a chat's history."""
        first, *rest = self.blocks
        return [{"block_id": mark, **first}, *rest]


def plain(text: str) -> Block:
    """Text that is shown letter for letter."""
    return {"type": "plain_text", "text": text, "emoji": False}


def reply_parts(
    reply: Reply, numbers: Iterator[int], *, pictures_spelled: bool = False
) -> list[Part]:
    """A reply's notice and cards, one below the other; pictures only by what they say."""
    notice = reply.notice
    if reply.outcome is Outcome.UNKNOWN:
        notice = notice or NOBODY
    parts = paragraphs(f"{MARKS[reply.outcome]}{notice}") if notice else []
    for card in reply.cards:
        if parts:
            parts.append(Part({"type": "divider"}, ""))
        parts += card_parts(card, numbers)
        if card.picture and pictures_spelled:
            parts += small(card.picture.alternative)
    return parts


def card_parts(card: Card, numbers: Iterator[int]) -> list[Part]:
    """A card's blocks. `numbers` keeps the ids of actions apart."""
    parts = [*small(card.progress), *_title(card.title)]
    for paragraph in card.text:
        parts += paragraphs(paragraph)
    if card.picture and len(card.picture.alternative) > ALTERNATIVE:
        parts += small(card.picture.alternative)
    parts += small(_ends(card))
    if card.ticks:
        parts += _ticks(card.ticks, card.title, numbers)
    for row in card.buttons:
        parts += button_parts(row, numbers)
    return parts


def messages(parts: Iterable[Part]) -> list[Message]:
    """Parts in as few messages as hold them."""
    found: list[Message] = []
    held: list[Part] = []
    for part in parts:
        full = sum(len(one.words) for one in held) + len(part.words) > ROOM
        if held and (full or len(held) == BLOCKS_A_MESSAGE):
            found.append(_message(held))
            held = []
        held.append(part)
    return [*found, _message(held)] if held else found


def paragraphs(text: str) -> list[Part]:
    """A text, in as many blocks as it takes."""
    return [
        Part({"type": "section", "text": plain(piece), "expand": True}, piece)
        for piece in pieces(text, SECTION)
        if piece.strip()
    ]


def small(text: str) -> list[Part]:
    """A text beside the main thing."""
    return [
        Part({"type": "context", "elements": [plain(piece)]}, piece)
        for piece in pieces(text, CONTEXT)
        if piece.strip()
    ]


def button_parts(row: Sequence[Button], numbers: Iterator[int]) -> list[Part]:
    """A row of buttons, broken where Slack would; labels that it would cut are spelled out."""
    labels = [button.label for button in row]
    parts = _spelled(labels, LABEL_SEEN)
    brief = all(len(label) <= SHORT_LABEL for label in labels)
    for some in _rows(row, SHORT_BUTTONS_A_ROW if brief else BUTTONS_A_ROW):
        buttons = [_button(button, next(numbers)) for button in some]
        parts.append(Part({"type": "actions", "elements": buttons}, ""))
    return parts


def button(kind: str, number: int, label: str, value: str) -> Block:
    """A button whose action's id says what becomes of its value."""
    if len(packed(value)) > VALUE:
        raise AdapterError("A button carries too much for Slack.", permanent=True)
    return {
        "type": "button",
        "action_id": f"{kind}:{number}",
        "text": plain(short(label, LABEL)),
        "value": packed(value),
    }


def choice(field: Field, number: int) -> tuple[list[Part], Block]:
    """A field's options as an element, after what has to be spelled out before it."""
    labels = _numbered([option.label for option in field.options])
    options = [_option(*one) for one in zip(field.options, labels, strict=True)]
    several = field.kind is FieldKind.SEVERAL
    element: Block = {"action_id": f"field:{number}"}
    if len(options) <= LISTED:
        element |= {"type": "checkboxes" if several else "radio_buttons", "options": options}
    elif len(options) <= IN_A_MENU:
        element |= {"type": _menu(several), "options": options}
    else:
        groups = [options[at : at + IN_A_MENU] for at in range(0, len(options), IN_A_MENU)]
        element |= {
            "type": _menu(several),
            "option_groups": [
                {"label": plain(f"{at * IN_A_MENU + 1} and on"), "options": group}
                for at, group in enumerate(groups)
            ],
        }
    return _listed(labels) if labels[0] != field.options[0].label else [], element


def field_id(number: int, kind: str, key: str) -> str:
    """The id of a block that asks for a field."""
    return f"{number}:{kind}:{packed(key)}"


def _message(parts: Sequence[Part]) -> Message:
    words = "\n".join(part.words for part in parts if part.words)
    text = short(escaped(words), FALLBACK) or DEFAULT_TEXT
    return Message(tuple(part.block for part in parts), text)


def _title(title: str) -> list[Part]:
    if len(title) > HEADER or "\n" in title or not title.strip():
        return paragraphs(title)
    return [Part({"type": "header", "text": plain(title)}, title)]


def _ends(card: Card) -> str:
    if card.ends is None or not card.buttons or not card.buttons[0]:
        return ""
    row = card.buttons[0]
    first, last = row[0].label, row[-1].label
    # Buttons that say it themselves need no second telling.
    if (first, last) == card.ends:
        return ""
    return f"{first} = {card.ends[0]} · {last} = {card.ends[1]}"


def _spelled(labels: Sequence[str], seen: int) -> list[Part]:
    if all(len(label) <= seen for label in labels):
        return []
    return _listed([f"• {label}" for label in labels])


def _numbered(labels: Sequence[str]) -> Sequence[str]:
    """With numbers where Slack would cut one short: many begin with the same words."""
    if all(len(label) <= LABEL for label in labels):
        return labels
    return [f"{number}. {label}" for number, label in enumerate(labels, 1)]


def _listed(labels: Iterable[str]) -> list[Part]:
    return [part for label in labels for part in paragraphs(label)]


def _rows(row: Sequence[Button], most: int) -> Iterator[Sequence[Button]]:
    """A row in pieces of about the same length."""
    many = -(-len(row) // most)
    for at in range(many):
        yield row[at * len(row) // many : (at + 1) * len(row) // many]


def _button(shown: Button, number: int) -> Block:
    if shown.invitation:
        return button(INVITE, number, shown.label, shown.invitation)
    return button(PRESS, number, shown.label, shown.action)


def _ticks(ticks: Ticks, above: str, numbers: Iterator[int]) -> list[Part]:
    field, number = ticks.field, next(numbers)
    parts, element = choice(field, number)
    # The card's title is mostly the question itself, which need not be read twice.
    doubled = field.label == above and bool(field.hint)
    label, hint = (field.hint, "") if doubled else (field.label, field.hint)
    block = {
        "type": "input",
        "block_id": field_id(number, CHOSEN, field.key),
        "optional": True,
        "label": plain(label or "Choose"),
        "element": element,
    }
    if hint:
        block["hint"] = plain(short(hint, CONTEXT))
    options = "\n".join(option.label for option in field.options)
    # The same number tells which ticks of a page are sent.
    done = button(TICKS, number, ticks.submit, ticks.form)
    return [
        *parts,
        Part(block, f"{label}\n{options}"),
        Part({"type": "actions", "elements": [done]}, ""),
    ]


def _option(option: Option, label: str) -> Block:
    value = packed(option.value)
    if len(value) > OPTION_VALUE:
        raise AdapterError("A choice of this form is too long for Slack.", permanent=True)
    return {"text": plain(short(label, LABEL)), "value": value}


def _menu(several: bool) -> str:
    return "multi_static_select" if several else "static_select"
