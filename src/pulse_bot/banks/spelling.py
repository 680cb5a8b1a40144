"""The guess at what a misspelt key or name was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A sentence with a leading blank that offers the nearest known word, or lists them all."""
    names = list(candidates)
    near = difflib.get_close_matches(word[:60], names, n=1)
    if near:
        return f' Did you mean "{near[0]}"?'
    return f" There is: {', '.join(names)}." if names else ""
