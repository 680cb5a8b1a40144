"""The titles of themes, and small numbers, as digests, pictures and tables write them."""

from __future__ import annotations

from collections.abc import Sequence
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


def join_themes(themes: Sequence[str], word: str) -> str:
    """Themes in the middle of a sentence: "trust, honesty or accountability"."""
    return join_words([theme_title(theme).lower() for theme in themes], word)


def join_words(words: Sequence[str], word: str) -> str:
    """ "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} {word} {last}" if first else last


def short_title(theme: str) -> str:
    """A theme's title in one line and no longer than there is room for."""
    title = " ".join("".join(sign if sign.isprintable() else " " for sign in theme).split())
    title = theme_title(title)
    return title if len(title) <= LONGEST_THEME else f"{title[: LONGEST_THEME - 1].rstrip()}…"
