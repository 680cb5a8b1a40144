"""What people see of blocks: the words in reading order, and what can be pressed or filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any

from pulse_bot.ports import File
from pulse_bot.testing import plain
from tests.platforms.slack.mrkdwn import Names, draw_text
from tests.platforms.slack.world import Message, View

Json = dict[str, Any]


@dataclass(slots=True)
class Control:
    """Something to press or to fill in, with the words that say what it is for."""

    element: Json
    block: str
    caption: str
    source: Message | View
    submits: bool = True
    """Whether touching it is told to the app at once."""
    optional: bool = True

    @property
    def kind(self) -> str:
        """Slack's name of the kind of element."""
        return str(self.element["type"])

    @property
    def action(self) -> str:
        """The element's id."""
        return str(self.element["action_id"])


@dataclass(slots=True)
class Drawing:
    """All that is seen of some blocks."""

    source: Message | View
    names: Names
    words: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    _since: int = 0
    """How many words there were when the last thing to fill in came."""

    def say(self, text: Json | None) -> None:
        """A text object, where there is one."""
        if text is not None:
            self.words.append(draw_text(text, self.names))

    def label(self, element: Json) -> str:
        """What is written on a button or an option."""
        return plain(draw_text(element["text"], self.names))

    def add(self, element: Json, block: Json) -> None:
        """A button, or something to fill in."""
        kind = element["type"]
        if kind == "image":
            self.words.append(str(element["alt_text"]))
            return
        control = Control(
            element, block["block_id"], " ".join(self.words[self._since :]), self.source
        )
        self.controls.append(control)
        if kind == "button":
            self.words.append(self.label(element))
            return
        if kind not in FILLED_IN:
            raise AssertionError(f"This Slack cannot draw a {kind} yet.")
        for option in element.get("options", ()):
            self.words.append(self.label(option))
            self.say(option.get("description"))
        self.say(element.get("placeholder"))
        self._since = len(self.words)


FILLED_IN = frozenset(
    {"radio_buttons", "checkboxes", "static_select", "multi_static_select", "plain_text_input"}
)


def draw_blocks(drawing: Drawing, blocks: list[Json]) -> Drawing:
    """Draw blocks, one below the other."""
    for block in blocks:
        draw = DRAWN.get(block["type"])
        if draw is None:
            raise AssertionError(f"This Slack cannot draw a {block['type']} block yet.")
        draw(drawing, block)
    return drawing


def draw_message(message: Message, names: Names) -> Drawing:
    """A message: its blocks, or its text where there are none, and its files."""
    drawing = Drawing(message, names)
    if message.blocks:
        draw_blocks(drawing, message.blocks)
    elif message.text:
        kind = "mrkdwn" if message.mrkdwn else "plain_text"
        drawing.say({"type": kind, "text": message.text})
    for file in message.files:
        drawing.words += [file.title or file.name, file.alt]
    return drawing


def documents(drawings: Iterable[Drawing]) -> tuple[File, ...]:
    """The files that can be kept, as they are once they were fetched; pictures are seen at once."""
    messages = [one.source for one in drawings if isinstance(one.source, Message)]
    files = [file for message in messages for file in message.files if not file.alt]
    return tuple(File(one.name, guess_type(one.name)[0] or "", one.data) for one in files)


def draw_view(view: View, names: Names) -> Drawing:
    """A modal or a home, with what Slack says about mistakes."""
    drawing = Drawing(view, names)
    drawing.say(view.body.get("title"))
    draw_blocks(drawing, view.body["blocks"])
    drawing.words += view.errors.values()
    drawing.say(view.body.get("submit"))
    return drawing


def _header(drawing: Drawing, block: Json) -> None:
    drawing.say(block["text"])


def _section(drawing: Drawing, block: Json) -> None:
    drawing.say(block.get("text"))
    for text in block.get("fields", ()):
        drawing.say(text)
    if "accessory" in block:
        drawing.add(block["accessory"], block)


def _context(drawing: Drawing, block: Json) -> None:
    for element in block["elements"]:
        if element["type"] == "image":
            drawing.words.append(element["alt_text"])
        else:
            drawing.say(element)


def _actions(drawing: Drawing, block: Json) -> None:
    for element in block["elements"]:
        drawing.add(element, block)


def _input(drawing: Drawing, block: Json) -> None:
    drawing.say(block["label"])
    drawing.add(block["element"], block)
    control = drawing.controls[-1]
    control.submits = bool(block.get("dispatch_action"))
    control.optional = bool(block.get("optional"))
    drawing.say(block.get("hint"))
    drawing._since = len(drawing.words)


def _image(drawing: Drawing, block: Json) -> None:
    drawing.say(block.get("title"))
    drawing.words.append(block["alt_text"])


def _rich_text(drawing: Drawing, block: Json) -> None:
    for part in block["elements"]:
        drawing.words.append("".join(_rich(part, drawing.names)))


def _rich(part: Json, names: Names) -> Iterator[str]:
    kind = part["type"]
    if "elements" in part:
        for one in part["elements"]:
            yield from _rich(one, names)
        yield "\n"
    elif kind == "text":
        yield part["text"]
    elif kind == "link":
        yield part.get("text") or part["url"]
    elif kind == "emoji":
        yield f"\N{WHITE SMILING FACE}{part['name']}"
    elif kind in ("user", "channel"):
        yield "@" + names(part[f"{kind}_id"])
    elif kind == "broadcast":
        yield "@" + part["range"]
    else:
        raise AssertionError(f"This Slack cannot draw a {kind} in rich_text yet.")


def _divider(drawing: Drawing, block: Json) -> None:
    """A line; there is nothing to read."""


DRAWN = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "rich_text": _rich_text,
    "divider": _divider,
}
