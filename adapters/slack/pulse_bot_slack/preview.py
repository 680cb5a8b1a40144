"""A question in plain text, laid out as its Block Kit is; for people who write questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from pulse_bot.ports import Card
from pulse_bot_slack.render import Block, build_messages, card_parts

_MARKS = {"radio_buttons": "( )", "checkboxes": "[ ]"}


def preview_cards(cards: Sequence[Card]) -> str:
    """The cards as Slack shows them, one message below the other."""
    rendered = [message for card in cards for message in build_messages(card_parts(card, count()))]
    return "\n\n".join("\n".join(_block_lines(message.blocks)) for message in rendered)


def _block_lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "actions":
            yield " ".join(f"[ {element['text']['text']} ]" for element in block["elements"])
        elif block["type"] == "context":
            yield from (element["text"] for element in block["elements"])
        elif block["type"] == "input":
            yield from _input_lines(block)
        else:
            yield block["text"]["text"]


def _input_lines(block: Block) -> Iterator[str]:
    element: dict[str, Any] = block["element"]
    yield block["label"]["text"]
    mark = _MARKS.get(element["type"], "-")
    yield from (f"{mark} {option['text']['text']}" for option in element.get("options", ()))
