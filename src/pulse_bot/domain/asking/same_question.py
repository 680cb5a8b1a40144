"""Sameness: a question is its letters, so that another full stop does not make it another question.

Which rounds asked it is the storage's business; how long it rests is in `programme`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from pulse_bot.domain.asking.items import Item


@lru_cache(maxsize=1024)
def text_identity(text: str) -> str:
    """What two writings of one sentence share: its letters and digits, small, and nothing else.

    Remembered: a digest looks at the questions of two years, which are a few dozen sentences.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    # A text that has none would be the same as every other such text.
    return "".join(char for char in folded if char.isalnum()) or folded


def item_identities(item: Item) -> frozenset[str]:
    """The identities of a question, one a language."""
    return frozenset(
        map(text_identity, (item.text, *(wording.text for wording in item.translations)))
    )


def item_marks(item: Item) -> frozenset[str]:
    """All that a question is known again by: its id, and its letters in each language."""
    return item_identities(item) | {item.id}


def core_identities(items: Iterable[Item]) -> frozenset[str]:
    """The letters of every question of a core among these: the weekly series' alone."""
    return frozenset().union(*(item_identities(item) for item in items if item.core))


def was_asked(item: Item, asked_marks: Collection[str]) -> bool:
    """Whether a question is among what was asked, by its id or by its letters."""
    return any(mark in asked_marks for mark in item_marks(item))
