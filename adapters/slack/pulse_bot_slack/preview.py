"""A question in plain text, laid out as its Block Kit is; for people who write questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from pulse_bot.ports import Card
from pulse_bot_slack.render import Block, card_parts, messages

_MARKS = {"radio_buttons": "( )", "checkboxes": "[ ]"}


def preview(cards: Sequence[Card]) -> str:
    """The cards as Slack shows them, one message below the other."""
    shown = [message for card in cards for message in messages(card_parts(card, count()))]
    return "\n\n".join("\n".join(_lines(message.blocks)) for message in shown)


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "actions":
            yield " ".join(f"[ {one['text']['text']} ]" for one in block["elements"])
        elif block["type"] == "context":
            yield from (one["text"] for one in block["elements"])
        elif block["type"] == "input":
            yield from _asked(block)
        else:
            yield block["text"]["text"]


def _asked(block: Block) -> Iterator[str]:
    element: dict[str, Any] = block["element"]
    yield block["label"]["text"]
    mark = _MARKS.get(element["type"], "-")
    yield from (f"{mark} {one['text']['text']}" for one in element.get("options", ()))
