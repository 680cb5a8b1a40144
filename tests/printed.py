"""Numbers as the release policy prints them, written as people read them."""

from __future__ import annotations

from decimal import Decimal

from pulse_bot.domain.release.results import End, Level, OutOfTen

ENDS = {end.words: end for end in End}


def level(about: str, edge: str = "", *, step: str = "") -> Level:
    """Of answers from 1 to 5: level("4.2", "or higher", step="0.4")."""
    return Level(Decimal(about), ENDS[edge], Decimal(step) if step else None)


def out_of_ten(about: str, edge: str = "", *, step: str = "") -> OutOfTen:
    """Of answers from 0 to 10."""
    return OutOfTen(Decimal(about), ENDS[edge], Decimal(step) if step else None)
