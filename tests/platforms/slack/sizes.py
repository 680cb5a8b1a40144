"""Sizes of blocks and views that no schema holds, from Slack's documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

BLOCKS = {"message": 50, "modal": 100, "home": 100}
MESSAGE_TEXT = 40_000
VIEW_BYTES = 250_000

TEXTS = {
    ("header", "text"): 150,
    ("section", "text"): 3000,
    ("section", "fields"): 2000,
    ("button", "text"): 75,
    ("image", "title"): 2000,
    ("input", "label"): 2000,
    ("input", "hint"): 2000,
    ("modal", "title"): 24,
    ("modal", "submit"): 24,
    ("modal", "close"): 24,
    ("option", "text"): 75,
    ("option", "description"): 75,
    ("*", "placeholder"): 150,
}
"""Characters of a text object, by what it stands in."""

STRINGS = {
    "action_id": 255,
    "block_id": 255,
    "callback_id": 255,
    "private_metadata": 3000,
    "alt_text": 2000,
    "image_url": 3000,
    "url": 3000,
}
VALUES = {"button": 2000, "option": 75}
LISTS = {
    ("radio_buttons", "options"): 10,
    ("checkboxes", "options"): 10,
    ("static_select", "options"): 100,
    ("multi_static_select", "options"): 100,
    ("overflow", "options"): 5,
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("section", "fields"): 10,
}
TYPED = 3000
"""The longest max_length of a plain_text_input."""


def too_large(thing: Json) -> list[str]:
    """What is too large, too small or there twice in a message's blocks or in a view."""
    found: list[str] = []
    names: Counter[str] = Counter()
    for kind, key, value in _walk(thing, str(thing.get("type", "message"))):
        if key in ("block_id", "action_id"):
            names[f"{key} {value}"] += 1
        if key.startswith("initial_"):
            found.append(f"{kind} is filled in beforehand")
        found += _too_large(kind, key, value)
    return found + [f"{name} is there {times} times" for name, times in names.items() if times > 1]


def _walk(thing: Json, kind: str) -> Iterator[tuple[str, str, Any]]:
    """Every value, with the kind of what it stands in."""
    for key, value in thing.items():
        yield kind, key, value
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                own = "option" if key == "options" else str(one.get("type", key))
                yield from _walk(one, own)


def _too_large(kind: str, key: str, value: Any) -> list[str]:
    most: int | None = STRINGS.get(key)
    found = []
    if key == "value":
        most = VALUES.get(kind)
    if (kind, key, value) == ("text", "text", ""):
        found.append("a piece of rich_text is empty")
    if key == "max_length":
        return [f"{kind}.max_length is out of bounds"] if not 0 < value <= TYPED else []
    if isinstance(value, list):
        bound = LISTS.get((kind, key))
        if bound and not 0 < len(value) <= bound:
            found.append(f"{kind}.{key} has {len(value)} of at most {bound}")
        found += [one for part in value for one in _too_long_text(kind, key, part)]
    elif isinstance(value, dict):
        found += _too_long_text(kind, key, value)
    elif isinstance(value, str) and most is not None and len(value) > most:
        found.append(f"{kind}.{key} has {len(value)} characters of at most {most}")
    return found


def _too_long_text(kind: str, key: str, part: Any) -> list[str]:
    if not isinstance(part, dict) or part.get("type") not in ("plain_text", "mrkdwn"):
        return []
    most = TEXTS.get((kind, key)) or TEXTS.get(("*", key)) or 3000
    length = len(part.get("text", ""))
    if 0 < length <= most:
        return []
    return [f"{kind}.{key} has {length} characters of 1 to {most}"]
