"""Seedings: a workshop's questions, suggested from a bank, and when they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import chain, zip_longest
from typing import Final

from pulse_bot.domain.asking.items import Item

SUGGESTED_COUNT: Final = 6


class SeedingState(StrEnum):
    """Where a seeding is."""

    DRAFT = "draft"
    PLANNED = "planned"
    ASKED = "asked"
    """Its round is open, or has closed; nothing can be changed any more."""
    CANCELLED = "cancelled"


class ArrangementKind(StrEnum):
    """How a seeding goes with the weekly pulse."""

    ALONE = "alone"
    """No weekly round falls into its time."""
    MERGED = "merged"
    """One round asks both."""
    INSTEAD = "instead"
    """Both would be more than the weekly limit: the weekly questions wait for a week."""


def suggest_items(items: Sequence[Item], most: int = SUGGESTED_COUNT) -> tuple[Item, ...]:
    """A few questions of a bank, from as many of its facets as can be, in the bank's order.

    None of a core: its questions belong to the weekly series, which a workshop must not disturb.
    """
    facets: dict[str, list[Item]] = {}
    for item in items:
        if not item.core:
            facets.setdefault(item.facet or item.dimension, []).append(item)
    turns = chain.from_iterable(zip_longest(*facets.values()))
    chosen = {
        item.id for item in [candidate for candidate in turns if candidate is not None][:most]
    }
    return tuple(item for item in items if item.id in chosen)
