"""Text as Slack draws it, so that a missing escape is seen by whoever reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Names = Callable[[str], str]
"""What a user or a channel is called."""

ANGLES = re.compile(r"<([^<>\n]*)>")
CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
STYLES = tuple(
    re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])")
    for mark in (r"\*", "_", "~")
)
EMOJI = re.compile(r":([a-z0-9_+'-]+):")
PINGS = re.compile(r"<(!(?:channel|here|everyone|subteam)[^<>]*|@[A-Z0-9]+[^<>]*)>")
QUOTE = re.compile(r"^(?:>|&gt;)+ ?", re.MULTILINE)
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
KEPT = "\ue000{}\ue001"
"""Stands for what is drawn already while the rest is looked at; from the private use area."""


def escaped(text: str) -> str:
    """Text without links and mentions for mrkdwn; Slack does so with what people type."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pings(text: str) -> list[str]:
    """Whom a mrkdwn text would call: everybody in the channel, a group, or one user."""
    return PINGS.findall(text)


def draw(text: str, names: Names) -> str:
    """A mrkdwn text as somebody reads it."""
    kept: list[str] = []

    def keep(drawn: str) -> str:
        kept.append(drawn)
        return KEPT.format(len(kept) - 1)

    text = CODE.sub(lambda found: keep(_plain(found[1] or found[2])), text)
    text = ANGLES.sub(lambda found: keep(_angle(found[1], names)), text)
    text = QUOTE.sub("", text)
    for style in STYLES:
        text = style.sub(r"\1", text)
    text = _plain(_emoji(text))
    for place, drawn in reversed(list(enumerate(kept))):
        text = text.replace(KEPT.format(place), drawn)
    return text


def draw_text(text: Json, names: Names) -> str:
    """A text object, of either type, as somebody reads it."""
    if text["type"] == "mrkdwn":
        return draw(text["text"], names)
    return str(text["text"]) if text.get("emoji") is False else _emoji(text["text"])


def _emoji(text: str) -> str:
    return EMOJI.sub(lambda found: f"\N{WHITE SMILING FACE}{found[1]}", text)


def _plain(text: str) -> str:
    for entity, sign in ENTITIES:
        text = text.replace(entity, sign)
    return text


def _angle(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or names(target[1:]))
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    return _plain(label or target.removeprefix("mailto:"))
