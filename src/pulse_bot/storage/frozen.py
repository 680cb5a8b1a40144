"""Items as they are kept with the round that asked them: plain values, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pulse_bot.domain.asking.items import Choice, Item, ItemKind, Wording


def freeze_item(item: Item) -> dict[str, Any]:
    """An item as it is kept with the round that asked it."""
    return asdict(item)


def thaw_item(stored: Mapping[str, Any]) -> Item:
    """An item as it was asked."""
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
