"""The rotation: which questions come next, over years, whatever was lost in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.calendar import Calendar, Holiday, parse_week_time, parse_zone
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.programme import (
    ROUNDS_BETWEEN,
    Programme,
    choose_items,
    last_window,
    next_opening,
)

OPENS, CLOSES = parse_week_time("Wed 15:30"), parse_week_time("Fri 16:00")
THEMES = ("trust", "honesty", "accountability")


def items(theme: str, count: int, *, core: bool = True) -> list[Item]:
    return [
        Item(f"{theme}-{n}", theme, "Text.", ItemKind.AGREE, theme, "Talk?", core=core)
        for n in range(1, count + 1)
    ]


POOL = {theme: [*items(theme, 6), *items(f"{theme}-more", 3, core=False)] for theme in THEMES}
"""As in a bank: a core of six, and questions beside it."""


def plan(count: int, *themes: str) -> Programme:
    return Programme(themes or THEMES, OPENS, CLOSES, count)


def asked(programme: Programme, rounds: int, pool: dict[str, list[Item]]) -> list[list[str]]:
    """The ids of so many rounds, one after another."""
    so_far: list[list[str]] = []
    for _ in range(rounds):
        so_far.append([item.id for item in choose_items(programme, pool, so_far)])
    return so_far


def of_theme(rounds: Sequence[Sequence[str]], theme: str) -> list[str]:
    return [item for ids in rounds for item in ids if item.startswith(f"{theme}-")]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_core_comes_in_its_fixed_order(count: int) -> None:
    rounds = asked(plan(count), 54, POOL)

    assert {len(ids) for ids in rounds} == {count}
    for theme in THEMES:
        turns = of_theme(rounds, theme)
        assert turns == [f"{theme}-{1 + n % 6}" for n in range(len(turns))]
        # Themes take turns: after 54 rounds each had its share.
        assert len(turns) == 54 * count // 3


def test_a_round_of_three_holds_every_theme_once() -> None:
    for ids in asked(plan(3), 18, POOL):
        assert sorted(item.rpartition("-")[0] for item in ids) == sorted(THEMES)


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_lost_rounds_leave_no_gap(count: int, themes: int, lost: list[bool]) -> None:
    programme = plan(count, *THEMES[:themes])
    kept: list[list[str]] = []
    for gone in lost:
        ids = [item.id for item in choose_items(programme, POOL, kept)]
        assert len(ids) == min(count, themes)
        if not gone:
            kept.append(ids)

    assert kept == asked(programme, len(kept), POOL)
    for theme in THEMES[:themes]:
        turns = of_theme(kept, theme)
        for start in range(len(turns) - 5):
            assert len(set(turns[start : start + 6])) == 6


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), min_size=30, max_size=30),
)
def test_no_question_comes_back_within_four_rounds(
    count: int, sizes: list[tuple[int, bool]], changes: list[int]
) -> None:
    """Whatever the themes hold, and however often the programme changes in between."""
    themes = THEMES[: len(sizes)]
    pool = {
        theme: items(theme, size, core=core)
        for theme, (size, core) in zip(themes, sizes, strict=True)
    }
    so_far: list[list[str]] = []
    for change in changes:
        now = plan(count, *themes[change % len(themes) :])
        ids = [item.id for item in choose_items(now, pool, so_far)]
        recent = [item for ids in so_far[-(ROUNDS_BETWEEN - 1) :] for item in ids]
        assert not set(ids) & set(recent)
        assert len(set(ids)) == len(ids)
        so_far.append(ids)


@given(st.integers(5, 12), st.integers(1, 40))
def test_outside_a_core_the_least_recently_asked_comes_first(size: int, rounds: int) -> None:
    pool = {"other": items("other", size, core=False)}
    so_far = asked(plan(1, "other"), rounds, pool)
    last = {ids[0]: n for n, ids in enumerate(so_far)}

    [chosen] = choose_items(plan(1, "other"), pool, so_far)

    assert last.get(chosen.id, -1) == min(last.get(item.id, -1) for item in pool["other"])


def test_a_theme_whose_bank_was_taken_away_is_left_out() -> None:
    pool = {theme: POOL[theme] for theme in THEMES[:2]}

    assert [item.id for item in choose_items(plan(3), pool, [])] == ["trust-1", "honesty-1"]
    assert choose_items(plan(3, "gone"), pool, []) == ()


def test_a_plan_that_cannot_be_says_why() -> None:
    for themes, count, reminders, why in (
        ((), 1, (), "at least one theme"),
        (("trust", "trust"), 1, (), "twice"),
        (THEMES, 0, (), "one to 3 questions"),
        (THEMES, 4, (), "one to 3 questions"),
        (THEMES, 3, (timedelta(hours=1),) * 3, "at most 2 times"),
        (THEMES, 3, (timedelta(hours=-1),), "after the opening"),
        # Kept in whole minutes.
        (THEMES, 3, (timedelta(seconds=59),), "a minute to a week after the opening"),
        (THEMES, 3, (timedelta(days=8),), "after the opening"),
    ):
        with pytest.raises(ValueError, match=why):
            Programme(themes, OPENS, CLOSES, count, reminders)
    with pytest.raises(ValueError, match="another time"):
        Programme(THEMES, OPENS, OPENS)


LONDON = parse_zone("Europe/London")
CALENDAR = Calendar(
    LONDON,
    (Holiday(date(2026, 4, 3), date(2026, 4, 17)), Holiday(date(2026, 10, 21), date(2026, 10, 21))),
)


@given(st.integers(0, 365 * 24 * 60))
def test_the_next_opening_skips_holidays(minutes: int) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    opening = next_opening(plan(3), CALENDAR, after)

    assert opening is not None
    local = opening.astimezone(LONDON)
    assert opening > after
    assert (local.weekday(), local.hour, local.minute) == (2, 15, 30)
    assert not CALENDAR.is_holiday(local.date())
    # None was left out without a holiday.
    skipped = opening - timedelta(days=7)
    while skipped > after:
        assert CALENDAR.is_holiday(skipped.astimezone(LONDON).date())
        skipped -= timedelta(days=7)


def test_no_opening_in_a_year_of_holidays() -> None:
    calendar = Calendar(LONDON, (Holiday(date(2026, 1, 1), date(2027, 6, 1)),))

    assert next_opening(plan(3), calendar, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_slot_spans_a_change_of_the_clocks() -> None:
    """Opened on the Saturday, closed on the Monday by local time, in 48 hours but one."""
    weekend = Programme(THEMES, parse_week_time("Sat 10:00"), parse_week_time("Mon 10:00"))
    found = last_window(weekend, CALENDAR, datetime(2026, 3, 29, 12, tzinfo=UTC))

    assert found == (datetime(2026, 3, 28, 10, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC))
    assert [one.astimezone(LONDON).hour for one in found] == [10, 10]


def test_openings_are_a_week_apart_by_the_clock_on_the_wall() -> None:
    after, found = datetime(2026, 3, 1, tzinfo=UTC), []
    for _ in range(5):
        following = next_opening(plan(3), Calendar(LONDON), after)
        assert following is not None
        after = following
        found.append(after)

    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert sorted(gaps) == [timedelta(days=7, hours=-1), *[timedelta(days=7)] * 3]
