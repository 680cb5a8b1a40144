"""How often the first edition's trend call cries wolf, and is silent: `make bench-trend`.

The product calls no trend until it does so from what was printed; this is what that has to beat.

Simulated years of a theme that stays where it is, or moves by so much in week 26 and stays there.
The run fails where a bound is not met (statistics, What the next call has to beat). Naive rules
stand beside it. Model and numbers of members: `_trend_years`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from benchmarks._running import SCALE, bounded, scaled
from benchmarks._trend_years import (
    ROUNDS_NEEDED,
    SHIFT_AT,
    Floats,
    Words,
    Years,
    call_trends,
    simulate_years,
)

GROUPS: Final = scaled(4000)
BOUND: Final = 900
AT_ONCE: Final = 500
SEED: Final = 20260107
Rule = Callable[[Years], Words]

MEMBERS: Final = (12, 20, 40)
SHIFTS: Final = (0.3, 0.5, 0.8)
WITHIN: Final = (4, 8, 13)

FALSE_CALLS: Final = (0.06, 0.14)
"""A theme and year (statistics, What the next call has to beat)."""
LEAST_POWER: Final = {12: 0.65, 20: 0.88, 40: 0.99}
"""A shift of half a point, called within eight weeks."""
MOST_WRONG: Final = 0.002


def weekly_rule(years: Years) -> Words:
    """Moved by more than 0.2 since last week, whatever was asked."""
    mean = years.total / np.where(years.n > 0, years.n, np.nan)
    step = np.diff(mean, axis=1, prepend=np.nan)
    words: Words = np.nan_to_num(np.sign(step) * (np.abs(step) > 0.2)).astype(np.int64)
    return words


def four_week_rule(years: Years) -> Words:
    """The mean of four weeks moved by more than 0.2 from the mean of the four before."""
    words = np.zeros(years.n.shape, dtype=np.int64)
    for week in range(ROUNDS_NEEDED - 1, years.n.shape[1]):
        now, then = slice(week - 3, week + 1), slice(week - 7, week - 3)
        step = _window_mean(years, now) - _window_mean(years, then)
        words[:, week] = np.sign(step) * (np.abs(step) > 0.2)
    return words


def _window_mean(years: Years, weeks: slice) -> Floats:
    mean: Floats = years.total[:, weeks].sum(axis=1) / years.n[:, weeks].sum(axis=1)
    return mean


def at_95(years: Years) -> Words:
    """Ours at 95 %, without its guard."""
    return call_trends(years, 0.95, guarded=False)


RULES: Final[dict[str, Rule]] = {
    "first edition": call_trends,
    "at 95 %, no guard": at_95,
    "four weeks, 0.2": four_week_rule,
    "last week, 0.2": weekly_rule,
}


class RuleFigures(NamedTuple):
    """What a rule does in a year: false calls, power by shift and weeks, wrong directions."""

    false: float
    power: dict[float, dict[int, float]]
    wrong: float


def calls_a_year(words: Words) -> float:
    """How many calls a year: a call that goes on next week is one."""
    before = np.concatenate([np.zeros_like(words[:, :1]), words[:, :-1]], axis=1)
    return float(((words != 0) & (words != before)).sum(axis=1).mean())


def try_rules(rules: Iterable[Rule], members: int, groups: int = GROUPS) -> list[RuleFigures]:
    """Each rule on the same simulated years of groups of so many."""
    rules = list(rules)
    words: list[dict[float, Words]] = [{} for _ in rules]
    for moved in (0.0, *SHIFTS):
        draw = np.random.default_rng((SEED, members, round(10 * moved)))
        parts = [min(AT_ONCE, groups - done) for done in range(0, groups, AT_ONCE)]
        part_words = [
            [rule(years) for rule in rules] for years in _draw_years(draw, parts, members, moved)
        ]
        for rule_words, of_rule in zip(words, zip(*part_words, strict=True), strict=True):
            rule_words[moved] = np.concatenate(of_rule)
    return [_sum_up(rule_words) for rule_words in words]


def _draw_years(
    draw: np.random.Generator, parts: Iterable[int], members: int, moved: float
) -> Iterator[Years]:
    # By and by: a year of answers of thousands of groups would fill the memory.
    return (simulate_years(draw, part, members, moved) for part in parts)


def _sum_up(words: Mapping[float, Words]) -> RuleFigures:
    after = {moved: words[moved][:, SHIFT_AT : SHIFT_AT + max(WITHIN)] for moved in SHIFTS}
    return RuleFigures(
        calls_a_year(words[0.0]),
        {
            moved: {week: float((calls_made[:, :week] == 1).any(axis=1).mean()) for week in WITHIN}
            for moved, calls_made in after.items()
        },
        float(np.mean([(calls_made == -1).any(axis=1).mean() for calls_made in after.values()])),
    )


def missed_bounds(figures: RuleFigures, members: int) -> list[str]:
    """The bounds that the trend call did not keep."""
    power = figures.power[0.5][8]
    checks = {
        f"{figures.false:.3f} false calls": FALSE_CALLS[0] <= figures.false <= FALSE_CALLS[1],
        f"power {power:.3f}": power >= LEAST_POWER[members],
        f"wrong direction {figures.wrong:.4f}": figures.wrong < MOST_WRONG,
    }
    return [f"N = {members}: {what}" for what, is_met in checks.items() if not is_met]


def main() -> None:
    """Print the table; exit with 1 where a bound is not kept."""
    print(f"{GROUPS:,} years each; calls by chance a year; called within 4, 8 and 13 weeks of a")
    print("shift by so much (%); wrong direction (% of years that moved)\n")
    shifts = "".join(f"{f'moved {moved}':>15}" for moved in SHIFTS)
    print(f"{'rule':<19}{'N':>4}{'false':>8}{shifts}{'wrong':>8}")
    broken: list[str] = []
    for members in MEMBERS:
        for (name, rule), figures in zip(
            RULES.items(), try_rules(RULES.values(), members), strict=True
        ):
            power = "".join(
                f"{' '.join(f'{100 * share:4.0f}' for share in figures.power[moved].values()):>15}"
                for moved in SHIFTS
            )
            print(f"{name:<19}{members:>4}{figures.false:>8.2f}{power}{100 * figures.wrong:>8.2f}")
            if rule is call_trends:
                broken += missed_bounds(figures, members)
    print("\n" + ("\n".join(["Not kept:", *broken]) if broken else "All bounds are kept."))
    # Of a few years chance says more than the rule.
    sys.exit(bool(broken) and SCALE >= 1)


if __name__ == "__main__":
    with bounded(BOUND):
        main()
