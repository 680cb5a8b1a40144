"""The titles of themes, and small numbers, as digests, pictures and tables write them."""

from __future__ import annotations

from typing import Final

LONGEST_THEME: Final = 32
_SPELLED: Final = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def spell_number(number: int) -> str:
    """A number in words, to twelve; above that in digits."""
    return _SPELLED[number] if number < len(_SPELLED) else str(number)


def theme_title(dimension: str) -> str:
    """A theme as people read it: "shared-goals" is "Shared goals"."""
    words = dimension.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def short_title(theme: str) -> str:
    """A theme's title in one line and no longer than there is room for."""
    title = " ".join("".join(sign if sign.isprintable() else " " for sign in theme).split())
    title = theme_title(title)
    return title if len(title) <= LONGEST_THEME else f"{title[: LONGEST_THEME - 1].rstrip()}…"
