"""Lots that are drawn as a test says."""

from __future__ import annotations


def lowest(_size: int) -> int:
    """The first that can be drawn."""
    return 0


def highest(size: int) -> int:
    """The last."""
    return size - 1
