"""Formatted texts, parsed by Telegram's own library, so that what it refuses is refused here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tdjson import td_execute

from tests.platforms.telegram.refusals import avoidable

MODES = {
    "HTML": {"@type": "textParseModeHTML"},
    "MarkdownV2": {"@type": "textParseModeMarkdown", "version": 2},
    "Markdown": {"@type": "textParseModeMarkdown", "version": 1},
}
KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
}
"""TDLib's names of entities, and the Bot API's."""

Entity = dict[str, Any]


def _execute(**request: Any) -> dict[str, Any]:
    """Ask TDLib something that it answers at once. The only place that calls it."""
    request["@type"] = request.pop("kind")
    answer = td_execute(json.dumps(request).encode())
    found: dict[str, Any] = json.loads(answer or b"{}")
    return found


_execute(kind="setLogVerbosityLevel", new_verbosity_level=0)


def units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """A part of a text, in UTF-16 code units."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def parsed(text: str, mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """The plain text and its entities, as a message keeps them. Raises Avoidable."""
    found = entities or []
    if mode:
        if mode not in MODES:
            raise avoidable("unsupported parse_mode")
        answer = _execute(kind="parseTextEntities", text=text, parse_mode=MODES[mode])
        if answer["@type"] == "error":
            told = str(answer["message"])
            raise avoidable(told[:1].lower() + told[1:])
        text, found = answer["text"], [_converted(one) for one in answer["entities"]]
    text, found = _trimmed(text, found)
    return text, sorted([*found, *_noticed(text, found)], key=lambda one: int(one["offset"]))


def typed(text: str) -> list[Entity]:
    """The entities of a text that a person typed: commands, links, names."""
    return list(_noticed(text, []))


def _converted(one: dict[str, Any]) -> Entity:
    kind = one["type"]
    entity: Entity = {
        "type": KINDS[kind["@type"].removeprefix("textEntityType")],
        "offset": one["offset"],
        "length": one["length"],
    }
    if entity["type"] == "text_mention":
        entity["user"] = {"id": kind["user_id"], "is_bot": False, "first_name": "Somebody"}
    for name in ("url", "language", "custom_emoji_id"):
        if name in kind:
            entity[name] = kind[name]
    return entity


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without blanks at both ends, as Telegram sends messages; entities move along."""
    lead = units(text) - units(text.lstrip(" \t\n\r"))
    text = text.strip(" \t\n\r")
    kept = []
    for one in entities:
        start = max(int(one["offset"]) - lead, 0)
        end = min(int(one["offset"]) + int(one["length"]) - lead, units(text))
        if end > start:
            kept.append({**one, "offset": start, "length": end - start})
    return text, kept


def _noticed(text: str, given: list[Entity]) -> Iterator[Entity]:
    """What Telegram notices by itself, where nothing was marked: links, names, commands."""
    answer = _execute(kind="getTextEntities", text=text)
    for one in answer["entities"]:
        if one["type"]["@type"].removeprefix("textEntityType") not in KINDS:
            continue
        entity = _converted(one)
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if not any(start < b["offset"] + b["length"] and b["offset"] < end for b in given):
            yield entity
