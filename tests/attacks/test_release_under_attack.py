"""The policy that the attacks attack is the one that digests go through, for every total.

`release_cells` states steps and free points once more (release policy, The grid); here they are
held against `question` and `block`, so that neither can drift from the other unnoticed.
"""

from __future__ import annotations

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.policy import release_block, release_question
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import Moments, Tally
from tests.attacks.release_cells import block_of, week
from tests.domain.soft_borders import lowest

ITEM = Item("trust-1", "trust", "We trust one another.", ItemKind.AGREE, "trust", "When?")
BARS = Thresholds()


def counted(n: int, total: int) -> Tally:
    """A tally with this sum; the policy reads no other moment."""
    return Tally("trust-1", ItemKind.AGREE, n, 5, {"answer": Moments(n=n, total=total)})


def printed(said: object) -> str | None:
    """The text of a level, and nothing for a silence."""
    return str(said) if isinstance(said, Level) else None


@pytest.mark.parametrize("n", range(5, 61))
def test_a_week_is_printed_as_it_is_attacked(n: int) -> None:
    for total in range(n, 5 * n + 1):
        assert printed(release_question(ITEM, counted(n, total), 60, BARS, lowest)) == week(
            n, total
        )


@pytest.mark.parametrize("heard", range(1, 7))
@pytest.mark.parametrize("n", [5, 6, 7, 9, 10, 13, 14, 20, 60])
def test_a_block_is_printed_as_it_is_attacked(n: int, heard: int) -> None:
    policy = block_of(heard)
    for total in range(n, 5 * n + 1):
        rounds = [counted(n, total)] * heard + [counted(4, 4)] * (6 - heard)
        said = release_block([PastRound(one, BARS) for one in rounds], BARS)
        assert printed(said) == policy(n * heard, total * heard)


@pytest.mark.parametrize("n", range(28, 43))
def test_the_bars_of_a_block_are_met_at_every_count_around_them(n: int) -> None:
    """Three rounds of unequal sizes, with every total of the last one."""
    last = n - 18
    for total in range(last, 5 * last + 1):
        rounds = [counted(9, 27), counted(9, 36), counted(last, total)]
        left_out = [counted(0, 0)] * 3
        said = release_block([PastRound(one, BARS) for one in [*rounds, *left_out]], BARS)
        assert printed(said) == block_of(3)(n, 63 + total)
