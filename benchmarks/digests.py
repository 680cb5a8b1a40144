"""Digests as a reader meets them, and how good they are: `make digests ARGS="--folder ~/digests"`.

Made-up groups, each for a year and a half, are played through the real pipeline
(`_digests_played`), and written out, a text file each: of every week the message that the chat
gets, then the whole digest. Without a folder nothing is written. Then stands, for each size of
group, how good is good (`_digests_counts`), with its goal:

- **something to act on**: a new call, a withdrawal, a half-term's level, a commitment that came due
  or was kept, a prompt that fits what was printed lowest or moved most in this week or the last, or
  a question's number beside another one of before. What each of these takes is in `Ground`. A
  number alone is none of it; the row below them counts it, too.
- **repeats a sentence**: of all messages but each group's first, those with a sentence, exactly,
  that stood in the message of the week before. Every sentence counts, the date of the next round
  among them. The row below leaves out how a theme stands, which is to be said for as long as it
  does; which parts of a digest were repeated is named below the table.
- **holds all of them**: of the digests that release anything of a question or a half-term, those
  whose message has all of it.
- **length** of a message in characters, without its button.
- **a lasting change**: in how many of the years that have one it is called; and of the digests of
  half a year from that one on, those that say it, and those that deny it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._digests_counts import (
    Ground,
    find_kinds,
    find_repeated,
    find_truth,
    has_number,
    holds_numbers,
    list_grounds,
)
from benchmarks._digests_played import (
    SCENARIOS,
    WEEKS,
    Plan,
    PlayedGroup,
    PlayedWeek,
    message_text,
    play_group,
    write_group,
)
from benchmarks._running import SCALE, bounded, scaled
from pulse_bot.domain.release.record import StatementKind

SIZES: Final = (8, 10, 14, 20, 40) if SCALE >= 0.1 else (14,)
YEARS: Final = 1
"""Groups of each size and scenario."""
SEED: Final = 20261129
PLAYED: Final = scaled(WEEKS, least=8)
BOUND: Final = 3_600
LONGEST: Final = 900

Value = float | None
"""A share in %, a length or a count; None where there was nothing to count."""


@dataclass(frozen=True)
class Row:
    """What is counted, its goal, and how it is counted in the groups of one size."""

    label: str
    goal: str
    count: Callable[[Sequence[PlayedGroup]], Value]


def _share(flags: Sequence[bool]) -> Value:
    return 100 * sum(flags) / len(flags) if flags else None


def _all_weeks(groups: Sequence[PlayedGroup]) -> list[PlayedWeek]:
    return [week for group in groups for week in group.weeks]


def share_to_act_on(groups: Sequence[PlayedGroup], *, number_counts: bool = False) -> Value:
    """Of digests with something to act on, in %."""
    return _share(
        [
            bool(grounds) or (number_counts and has_number(week.digest))
            for group in groups
            for week, grounds in zip(group.weeks, list_grounds(group.weeks), strict=True)
        ]
    )


def _share_with(ground: Ground) -> Callable[[Sequence[PlayedGroup]], Value]:
    return lambda groups: _share(
        [ground in grounds for group in groups for grounds in list_grounds(group.weeks)]
    )


def _share_repeating(groups: Sequence[PlayedGroup]) -> Value:
    return _share(
        [bool(find_repeated(*pair)) for group in groups for pair in pairwise(group.weeks)]
    )


def _share_repeating_else(groups: Sequence[PlayedGroup]) -> Value:
    """Of messages that repeat more than how a theme stands: a call is to be said for as long."""
    kinds = [
        find_kinds(after.digest, find_repeated(before, after))
        for group in groups
        for before, after in pairwise(group.weeks)
    ]
    return _share([bool(found - {StatementKind.TREND}) for found in kinds])


def _share_holding(groups: Sequence[PlayedGroup]) -> Value:
    return _share([holds_numbers(week) for week in _all_weeks(groups) if has_number(week.digest)])


def _lengths(groups: Sequence[PlayedGroup]) -> list[int]:
    return [len(message_text(week.message)) for week in _all_weeks(groups)]


def _count_truth(groups: Sequence[PlayedGroup]) -> tuple[Value, Value, Value]:
    """Of changes the share called; of the digests after a call those that say and deny it, in %."""
    truths = [truth for group in groups if (truth := find_truth(group)) is not None]
    digests = sum(truth.digests for truth in truths)
    says, denies = (sum(getattr(truth, name) for truth in truths) for name in ("says", "denies"))
    return (
        _share([truth.called for truth in truths]),
        100 * says / digests if digests else None,
        100 * denies / digests if digests else None,
    )


ROWS: Final = (
    Row("something to act on, %", "80 from ten on", share_to_act_on),
    *(Row(f"  {ground}", "", _share_with(ground)) for ground in Ground),
    Row("or any number at all, %", "", lambda groups: share_to_act_on(groups, number_counts=True)),
    Row("repeats a sentence of the week before, %", "under 10", _share_repeating),
    Row("  other than how themes stand", "", _share_repeating_else),
    Row(
        "has a number, %",
        "",
        lambda groups: _share([has_number(w.digest) for w in _all_weeks(groups)]),
    ),
    Row("  and the message holds all of them, %", "100", _share_holding),
    Row("length of a message: median", "", lambda groups: median(_lengths(groups))),
    Row("  longest", f"{LONGEST}", lambda groups: max(_lengths(groups))),
    Row("lasting changes that are called, %", "", lambda groups: _count_truth(groups)[0]),
    Row("  then said for half a year, %", "80", lambda groups: _count_truth(groups)[1]),
    Row("  then denied, %", "0", lambda groups: _count_truth(groups)[2]),
)


def count_repeated_kinds(groups: Sequence[PlayedGroup]) -> Iterator[tuple[str, float]]:
    """Of messages, the share in % that repeats a sentence of each part of a digest, most first."""
    pairs = [pair for group in groups for pair in pairwise(group.weeks)]
    counts: Counter[str] = Counter()
    for before, week in pairs:
        kinds = find_kinds(week.digest, find_repeated(before, week))
        counts.update(kind.value if kind else "of the message alone" for kind in kinds)
    yield from ((name, 100 * count / len(pairs)) for name, count in counts.most_common())


def print_counts(played: Mapping[int, Sequence[PlayedGroup]]) -> None:
    """A row of figures by size of group, each beside its goal."""
    print(f"{'members':<44}{'goal':<16}" + "".join(f"{members:>7}" for members in played))
    for row in ROWS:
        values = [row.count(groups) for groups in played.values()]
        print(f"{row.label:<44}{row.goal:<16}" + "".join(f"{_say(value):>7}" for value in values))
    every = [group for groups in played.values() for group in groups]
    repeated = ", ".join(f"{name} {share:.0f}" for name, share in count_repeated_kinds(every))
    print(f"messages that repeat a sentence of each part, %: {repeated or 'none'}")


def _say(value: Value) -> str:
    return "-" if value is None else f"{value:.0f}"


def play_all(
    sizes: Sequence[int], years: int, seed: int, folder: Path | None
) -> dict[int, list[PlayedGroup]]:
    """All groups by their size, written into `folder` where there is one."""
    played: dict[int, list[PlayedGroup]] = {}
    for members in sizes:
        for scenario in SCENARIOS:
            for number in range(1, years + 1):
                group = play_group(Plan(members, scenario, number, PLAYED, seed))
                played.setdefault(members, []).append(group)
                if folder:
                    print(f"written: {write_group(group, folder)}", flush=True)
    return played


def main(arguments: Sequence[str] | None = None) -> None:
    """Play, write and count."""
    parser = argparse.ArgumentParser(
        prog="make digests", description="Digests as readers meet them."
    )
    parser.add_argument("--folder", type=Path, help="where the texts go; it is made")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="members of a group")
    parser.add_argument("--years", type=int, default=YEARS, help="groups of each size and scenario")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    played = play_all(chosen.sizes, chosen.years, chosen.seed, chosen.folder)
    count = sum(map(len, played.values()))
    print(f"{count} groups of {PLAYED} weeks: {', '.join(one.name for one in SCENARIOS)}")
    print_counts(played)


if __name__ == "__main__":
    with bounded(BOUND):
        main()
