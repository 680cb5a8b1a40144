"""Organisations are things, not spellings: which names mean the same school.

The bar of schools counts them, so that one school in four spellings would lift it by itself. Two
schools that are taken for one only make the bar harder to pass.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_SILENT: Final = dict.fromkeys(map(ord, "'\u2019\u2018\u02bc`\u00b4."))
"""Signs that are written or left out inside a name: St. Mary's, St Marys."""
_SAME_WORDS: Final = {"saint": "st", "ste": "st", "&": "and"}
_KINDS: Final = ("school", "academy", "primary")
"""Words at a name's end that people leave out."""


def organisation_identity(name: str) -> str:
    """What spellings of one name share.

    Apostrophes, full stops, capitals, accents, "Saint" for "St", and "School", "Academy" and
    "Primary" at the end make no other organisation.
    """
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_SILENT)
    letters = (
        char if char.isalnum() or char == "&" else " "
        for char in folded
        if not unicodedata.combining(char)
    )
    words = [_SAME_WORDS.get(word, word) for word in "".join(letters).replace("&", " & ").split()]
    while len(words) > 1 and words[-1] in _KINDS:
        words.pop()
    # A name without a letter would be the same as every other such name.
    return "".join(words) or name.strip()
