"""Draws for the soft borders of `choose`, from the lowest border to the highest."""

from __future__ import annotations


def lowest(values: int) -> int:
    """Every border as low as it can be drawn."""
    assert values > 0
    return 0


def highest(values: int) -> int:
    """Every border as high as it can be drawn."""
    return values - 1
