"""The bars of the release policy: how many must answer, out of how many organisations.

What is decided with them is in `release.policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

WORDS_ROSTER: Final = 8
"""The smallest roster of which words are ever shown, and that is asked for comments."""

POLICY_VERSION: Final = 2
"""Which edition of the release policy is carried out here. It is kept with each round, so that
whoever computes from releases, or attacks them, knows by which rules they were printed."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The bars of the release policy, kept with its round (release policy, Frozen at the opening).

    They may be stricter than the policy, never laxer: its measurements hold for these bars.
    """

    answers: int = 6
    organisations: int = 4
    roster: int = 8
    block_rounds: int = 6
    block_least_rounds: int = 4

    def __post_init__(self) -> None:
        """Raise ValueError for a bar under the policy's own."""
        for name, least in _MINIMUMS.items():
            if getattr(self, name) < least:
                raise ValueError(f"The bar {name!r} of the release policy is never under {least}.")
        if self.block_rounds != BLOCK_ROUNDS:
            raise ValueError(f"A block is {BLOCK_ROUNDS} rounds, one whole turn of the core.")

    @classmethod
    def for_partnership(cls, organisations: int) -> Thresholds:
        """The bars for a partnership of so many organisations.

        One fewer than there are, or a number would tell that somebody of each had answered.
        """
        return cls(organisations=max(_MINIMUMS["organisations"], min(4, organisations - 1)))

    @classmethod
    def from_json(cls, stored: Mapping[str, object], version: int) -> Thresholds:
        """The bars as they were kept under an edition of the policy, whatever today's says.

        A bar that is missing, or no number, is the usual one. None is under that edition's own
        least: a promise that was laxer was never made. Of an edition that is not known the
        strictest is taken.
        """
        least = _MINIMUMS_BY_VERSION.get(version) or _MINIMUMS
        kept = object.__new__(cls)
        for name, usual in cls().to_json().items():
            value = stored.get(name)
            number = value if isinstance(value, int) else usual
            object.__setattr__(kept, name, max(number, least.get(name, number)))
        # One whole turn of the core, in every edition so far.
        object.__setattr__(kept, "block_rounds", BLOCK_ROUNDS)
        return kept

    def to_json(self) -> dict[str, int]:
        """The bars as they are kept."""
        return asdict(self)


BLOCK_ROUNDS: Final = 6
_MINIMUMS: Final = {
    "answers": 6,
    "organisations": 3,
    "roster": 8,
    "block_least_rounds": 4,
}
_FIRST_EDITION: Final = {**_MINIMUMS, "answers": 7, "roster": 10}
_MINIMUMS_BY_VERSION: Final = {1: _FIRST_EDITION, 2: _MINIMUMS}
"""An edition stays for as long as rounds of it are: whoever changes the least adds one here."""
