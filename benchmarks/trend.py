"""How often the trend cries wolf, is silent, or forgets: `make bench-trend`.

Made-up years and a half (`_trend_scenarios`), printed by the lot as the product prints them. On the
same answers stands the call of the first edition, from exact sums of all of them, and a naive rule.
The run fails where a bound is not kept (statistics, What was measured).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import CHOSEN
from benchmarks._promise_printed import Crowd, PrintedYears, print_years
from benchmarks._promise_reader import Bools, Ints
from benchmarks._running import SCALE, bounded, scaled
from benchmarks._trend_calls import Calls, call_trends
from benchmarks._trend_scenarios import AGAIN, HAPPENS, SCENARIOS, YEAR, simulate_answers
from benchmarks._trend_years import FEWEST, Years
from benchmarks._trend_years import call_trends as call_first_edition
from pulse_bot.domain.release.trend import EARLIEST_SPLIT, LEAST_SHOWN

GROUPS: Final = scaled(600, least=6)
BOUND: Final = 900
SEED: Final = 20261129
MEMBERS: Final = (8, 10, 12, 14, 20, 40) if SCALE >= 0.1 else (8, 12)
RESPONSE: Final = 0.7
OTHER_RESPONSES: Final = (0.6, 0.9)
HALF_YEAR: Final = 26
WITHIN: Final = 8
SOON: Final = 13
DIP: Final = 6

UNMOVED: Final = (
    "steady",
    "weekly shocks of 0.2",
    "one week of -1.0",
    "two camps",
    "half the members replaced",
)
MOST_FALSE: Final = {"steady": 0.13, "weekly shocks of 0.2": 0.30, "half the members replaced": 0.2}
"""Calls a theme and year: the bounds, and what chance adds to them in so few years."""
LEAST_FOUND: Final = {12: 28, 14: 38, 20: 62, 40: 88}
"""Of half a point, within eight weeks, %."""
LEAST_TRUTHFUL: Final = 90
MOST_WRONG: Final = 0.7
LEAST_SHOWS: Final = 80


class Said(NamedTuple):
    """What a rule said, by group and week: the calls it made, and the call that its digest has."""

    made: Ints
    standing: Ints


class Lived(NamedTuple):
    """A scenario, printed, and what each rule said of it."""

    years: PrintedYears
    first: Said
    now: Said
    calls: Calls
    naive: float
    """Calls a year of "moved by more than 0.2 since last week"."""


def live(name: str, crowd: Crowd) -> Lived:
    """So many groups through a scenario, always the same."""
    place = list(SCENARIOS).index(name)
    draw = np.random.default_rng((SEED, place, crowd.members, round(100 * crowd.response)))
    answers, answered = simulate_answers(draw, SCENARIOS[name], crowd)
    printed = print_years(draw, CHOSEN, answers, answered)
    calls = call_trends(printed)
    exact = _add_up(answers, answered)
    words = call_first_edition(exact)
    before = np.concatenate([np.zeros_like(words[:, :1]), words[:, :-1]], axis=1)
    first = Said(np.where(words != before, words, 0), words)
    mean = exact.total / np.maximum(exact.n, 1)
    naive = float((np.abs(np.diff(mean, axis=1)) > 0.2)[:, YEAR].sum(axis=1).mean())
    return Lived(printed, first, Said(calls.made, calls.standing), calls, naive)


def _add_up(answers: Ints, answered: Bools) -> Years:
    """What the first edition kept."""
    n = answered.sum(axis=2)
    counted = n >= FEWEST
    drawn = answers * answered
    return Years(
        (n * counted).astype(float), drawn.sum(axis=2) * counted, (drawn**2).sum(axis=2) * counted
    )


def count_calls(said: Said) -> float:
    """Calls a year, in a year that follows half a year."""
    return float((said.made[:, YEAR] != 0).sum(axis=1).mean())


def find_share(standing: Ints, sign: int, first: int, weeks: int) -> float:
    """The share of groups, in %, in which a digest of these weeks says so."""
    return 100 * float((standing[:, first : first + weeks] == sign).any(axis=1).mean())


def find_made(said: Said, sign: int, first: int, weeks: int) -> float:
    """The share of groups, in %, in which it is called in these weeks."""
    return find_share(said.made, sign, first, weeks)


def find_truth(said: Said, sign: int = 1) -> tuple[float, float]:
    """Of the digests of the half-year after a true call: which say it, and which deny it, in %."""
    true = denied = digests = 0
    for made, standing in zip(said.made, said.standing, strict=True):
        called = np.flatnonzero(made[HAPPENS : HAPPENS + SOON] == sign)
        if called.size:
            first = HAPPENS + int(called[0])
            after = standing[first : first + HALF_YEAR]
            digests += after.size
            true += int((after == sign).sum())
            denied += int((after != sign).sum())
    return 100 * true / max(1, digests), 100 * denied / max(1, digests)


def find_shows(lived: Lived) -> tuple[float, float]:
    """Where a digest says that half a point would have shown: how often, and how often it did."""
    newest = slice(HAPPENS - EARLIEST_SPLIT, HAPPENS)
    spoken = ~np.isnan(lived.years.value[:, newest])
    opened = (lived.years.is_open[:, newest] != 0).sum(axis=1)
    said = lived.calls.chance[:, HAPPENS - 1] <= LEAST_SHOWN
    said &= 3 * opened <= spoken.sum(axis=1)
    said &= lived.now.standing[:, HAPPENS - 1] == 0
    found = (lived.now.made[:, HAPPENS : HAPPENS + SOON] == 1).any(axis=1)
    return 100 * float(said.mean()), 100 * float((said & found).sum() / max(1, said.sum()))


Row = tuple[str, float, float]
"""What is measured, by the first edition and now; not a number where it says no such thing."""


def measure(members: int, response: float = RESPONSE) -> list[Row]:
    """All rows of one number of members."""
    crowd = Crowd(GROUPS, members, response)
    rows: list[Row] = []
    for name in UNMOVED:
        lived = live(name, crowd)
        rows.append((f"{name}: calls a year", count_calls(lived.first), count_calls(lived.now)))
        if name == "steady":
            rows.append(("moved by 0.2 since last week: calls a year", lived.naive, np.nan))
    rows += _measure_half_point(live("half a point", crowd))
    return [*rows, *_measure_others(crowd)]


def _measure_half_point(lived: Lived) -> list[Row]:
    rows = [
        (f"half a point within {weeks} weeks, %", *_both(find_made, lived, 1, HAPPENS, weeks))
        for weeks in (4, WITHIN, SOON)
    ]
    truths = [find_truth(said) for said in (lived.first, lived.now)]
    rows.append(("the wrong direction within 13, %", *_both(find_made, lived, -1, HAPPENS, SOON)))
    rows.append(("digests of the half-year after that say it, %", truths[0][0], truths[1][0]))
    rows.append(("that deny it, %", truths[0][1], truths[1][1]))
    often, found = find_shows(lived)
    rows.append(("“would have shown” is said, %", np.nan, often))
    rows.append(("and did, within 13 weeks, %", np.nan, found))
    return rows


def _measure_others(crowd: Crowd) -> list[Row]:
    back, again = live("and back", crowd), live("and again", crowd)
    rise, fall = live("a point within a year", crowd), live("half a point down from 4.4", crowd)
    dip = live("six weeks of -0.5", crowd)
    over = HAPPENS + DIP + SOON
    return [
        ("20 weeks on, back again, within 8, %", *_both(find_made, back, -1, AGAIN, WITHIN)),
        ("20 weeks on, the same again, within 8, %", *_both(find_made, again, 1, AGAIN, WITHIN)),
        ("a point within a year, ever, %", *_both(find_made, rise, 1, HAPPENS, 52)),
        ("from 4.4 down half a point, within 8, %", *_both(find_made, fall, -1, HAPPENS, WITHIN)),
        ("six weeks of -0.5, called, %", *_both(find_made, dip, -1, HAPPENS, SOON)),
        ("said still, 13 weeks after its end, %", *_stands(dip, -1, over)),
    ]


def _both(count: Callable[..., float], lived: Lived, *where: int) -> tuple[float, float]:
    return count(lived.first, *where), count(lived.now, *where)


def _stands(lived: Lived, sign: int, week: int) -> tuple[float, float]:
    return (
        find_share(lived.first.standing, sign, week, 1),
        find_share(lived.now.standing, sign, week, 1),
    )


def missed_bounds(rows: Sequence[Row], members: int) -> list[str]:
    """The bounds that the rule did not keep."""
    now: Mapping[str, float] = {label: value for label, _, value in rows}
    checks = {
        **{f"{name}: calls a year": (0, most) for name, most in MOST_FALSE.items()},
        "half a point within 8 weeks, %": (LEAST_FOUND.get(members, 0), 100),
        "the wrong direction within 13, %": (0, MOST_WRONG),
        "digests of the half-year after that say it, %": (LEAST_TRUTHFUL, 100),
    }
    if now["“would have shown” is said, %"] > 5:
        checks["and did, within 13 weeks, %"] = (LEAST_SHOWS, 100)
    return [
        f"N = {members}: {label} {now[label]:.2f}, not between {least} and {most}"
        for label, (least, most) in checks.items()
        if not least <= now[label] <= most
    ]


def print_table(table: Mapping[int, Sequence[Row]]) -> None:
    """One line a row, the first edition and now for each number of members."""
    print(f"{'first edition / now':<48}" + "".join(f"{f'N = {n}':>12}" for n in table))
    for lines in zip(*table.values(), strict=True):
        cells = "".join(f"{_write(label, *values):>12}" for label, *values in lines)
        print(f"{lines[0][0]:<48}{cells}", flush=True)


def _write(label: str, first: float, now: float) -> str:
    places = 0 if label.endswith("%") and "wrong" not in label else 2
    return " / ".join("-" if np.isnan(value) else f"{value:.{places}f}" for value in (first, now))


def main() -> None:
    """Print the tables; exit with 1 where a bound is not kept."""
    print(f"{GROUPS:,} groups a cell, {100 * RESPONSE:.0f} % response\n")
    table = {members: measure(members) for members in MEMBERS}
    print_table(table)
    for response in OTHER_RESPONSES:
        print(f"\nat {100 * response:.0f} % response")
        crowds = {members: Crowd(GROUPS, members, response) for members in MEMBERS}
        print_table({members: _measure_briefly(crowd) for members, crowd in crowds.items()})
    broken = [entry for members in MEMBERS for entry in missed_bounds(table[members], members)]
    print("\n" + ("\n".join(["Not kept:", *broken]) if broken else "All bounds are kept."))
    # Of a few years chance says more than the rule.
    sys.exit(bool(broken) and SCALE >= 1)


def _measure_briefly(crowd: Crowd) -> list[Row]:
    steady, moved = live("steady", crowd), live("half a point", crowd)
    return [
        ("steady: calls a year", count_calls(steady.first), count_calls(steady.now)),
        ("half a point within 8 weeks, %", *_both(find_made, moved, 1, HAPPENS, WITHIN)),
        ("half a point within 13 weeks, %", *_both(find_made, moved, 1, HAPPENS, SOON)),
    ]


if __name__ == "__main__":
    with bounded(BOUND):
        main()
