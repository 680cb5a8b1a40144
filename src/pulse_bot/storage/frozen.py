"""Items as they are kept with the round that asked them: plain values, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pulse_bot.domain.asking.items import Choice, Item, ItemKind, Wording

_log = logging.getLogger(__name__)


def freeze_item(item: Item) -> dict[str, Any]:
    """An item as it is kept with the round that asked it."""
    return asdict(item)


class UnreadableItem(ValueError):
    """A stored question is of a kind or a shape that this pulse-bot does not know."""


def thaw_item(stored: Mapping[str, Any]) -> Item:
    """An item as it was asked. Raises UnreadableItem."""
    try:
        item = _thaw(stored)
        if all(isinstance(word, str) for word in (item.id, item.bank, item.text, item.dimension)):
            return item
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise UnreadableItem("A stored question cannot be read.")


def thaw_readable(stored: Iterable[Any]) -> Iterator[Item]:
    """Those items that can be read."""
    for item in stored:
        try:
            yield thaw_item(item)
        except UnreadableItem as error:
            _log.error("%s", error)


def _thaw(stored: Mapping[str, Any]) -> Item:
    fixed = {
        "kind": ItemKind(stored["kind"]),
        "choices": _thaw_choices(stored["choices"]),
        "ends": tuple(stored["ends"]),
        # A round that was opened before there were languages has none.
        "translations": tuple(_thaw_wording(wording) for wording in stored.get("translations", ())),
    }
    return Item(**{**stored, **fixed})


def _thaw_wording(stored: Mapping[str, Any]) -> Wording:
    fixed = {"choices": _thaw_choices(stored["choices"]), "ends": tuple(stored["ends"])}
    return Wording(**{**stored, **fixed})


def _thaw_choices(stored: Iterable[Mapping[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in stored)
