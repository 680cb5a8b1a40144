"""The trend word of a theme: the seam for it, and as yet nothing more.

The call itself (statistics, "The trend call") is an issue of its own. Until it is built, a theme
that has been asked often enough gets no trend statement at all: "no clear change" would claim a
comparison that nobody made.
"""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.digest import Call, TrendFact

ROUNDS_NEEDED: Final = 8
"""Four recent rounds and four to compare them with: the call may speak from the eighth on."""


def call(dimension: str, rounds_seen: int) -> TrendFact | None:
    """The trend word after `rounds_seen` stored rounds of a theme; None says nothing at all."""
    if rounds_seen < ROUNDS_NEEDED:
        return TrendFact(dimension, Call.LEARNING, rounds_seen, ROUNDS_NEEDED)
    return None
