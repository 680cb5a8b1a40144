"""Items as they are kept with the round that asked them: plain values, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pulse_bot.domain.asking.items import Choice, Item, Kind, Wording


def freeze(item: Item) -> dict[str, Any]:
    """An item as it is kept with the round that asked it."""
    return asdict(item)


def thaw(kept: Mapping[str, Any]) -> Item:
    """An item as it was asked."""
    fixed = {
        "kind": Kind(kept["kind"]),
        "choices": _choices(kept["choices"]),
        "ends": tuple(kept["ends"]),
        # A round that was opened before there were languages has none.
        "translations": tuple(_wording(one) for one in kept.get("translations", ())),
    }
    return Item(**{**kept, **fixed})


def _wording(kept: Mapping[str, Any]) -> Wording:
    fixed = {"choices": _choices(kept["choices"]), "ends": tuple(kept["ends"])}
    return Wording(**{**kept, **fixed})


def _choices(kept: Iterable[Mapping[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in kept)
