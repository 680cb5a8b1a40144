"""Commitments: their wording, their day, what answers make of them, and the share that was kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.partnership.commitments import (
    FURTHEST_DUE,
    LONGEST_TEXT,
    Commitment,
    CommitmentError,
    CommitmentState,
    count_kept_and_due,
    news_of_answers,
    normalise_commitment,
    parse_due_day,
)
from pulse_bot.domain.release.digest import CommitmentNews
from pulse_bot.domain.release.results import Lean, Level, Silence
from tests import printed

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("we  visit one another's lessons", "We visit one another's lessons."),
        ("Let's visit one another's lessons!", "Let's visit one another's lessons!"),
        ("Our heads meet in March.", "Our heads meet in March."),
        ("We say “yes” to it.” Kept. “We", "We say \u2018yes\u2019 to it.\u2019 Kept. \u2018We."),
    ],
)
def test_a_commitment_is_one_tidy_line(typed: str, kept: str) -> None:
    assert normalise_commitment(typed) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "in a few words"),
        ("We do it.", "in a few words"),
        ("Visit one another's lessons.", "begin with “We”"),
        ("Werner visits one another's lessons.", "begin with “We”"),
        ("Will we visit one another?", "That is a question"),
        ("We are about 4.6 out of 5 now.", "reads like a result"),
        ("We ask \u0410nna to visit us.", "mixes letters of different alphabets"),
        ("We ask An\u200bna to visit us.", "sign that nobody sees"),
        (f"We {'visit ' * 40}", "242 characters, and there is room for 140"),
    ],
)
def test_what_is_none_is_refused_with_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(CommitmentError, match=says):
        normalise_commitment(typed)


def test_other_languages_have_their_own_word_for_we() -> None:
    assert normalise_commitment("byddwn yn ymweld", english=False) == "Byddwn yn ymweld."


@given(st.text(alphabet="We visit., \t", min_size=1, max_size=200))
def test_what_is_kept_stays_as_it_is_when_it_is_read_again(typed: str) -> None:
    try:
        kept = normalise_commitment(typed)
    except CommitmentError:
        return
    assert len(kept) <= LONGEST_TEXT + 1
    assert normalise_commitment(kept[:LONGEST_TEXT]) == kept


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-04", date(2026, 12, 4)),
        ("4 December", date(2026, 12, 4)),
        ("  friday 4th dec 2026 ", date(2026, 12, 4)),
        ("Friday, 4 December, 2026", date(2026, 12, 4)),
        ("4/12/2026", date(2026, 12, 4)),
        ("4.12.2026", date(2026, 12, 4)),
        ("in 3 weeks", date(2026, 12, 9)),
        ("in 1 week", date(2026, 11, 25)),
        ("18 november", TODAY),
        ("3 May", date(2027, 5, 3)),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, day: date) -> None:
    assert parse_due_day(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["", "soon", "31 November", "4 Foo", "4 Decade 20", "32/1/2027"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(CommitmentError, match="not a day"):
        parse_due_day(typed, TODAY)


def test_a_day_lies_between_today_and_a_year_from_now() -> None:
    with pytest.raises(CommitmentError, match="is over"):
        parse_due_day("17/11/2026", TODAY)
    with pytest.raises(CommitmentError, match="more than a year ahead"):
        parse_due_day("2027-11-20", TODAY)


@given(st.integers(0, FURTHEST_DUE.days))
def test_a_day_that_we_say_is_read_back(days: int) -> None:
    day = TODAY + timedelta(days=days)

    assert parse_due_day(format_full_date(day), TODAY) == parse_due_day(str(day), TODAY) == day


@pytest.mark.parametrize(
    ("says", "news"),
    [
        (Lean.YES, CommitmentNews.KEPT),
        (Lean.MORE_YES, CommitmentNews.KEPT),
        (Lean.BETWEEN, CommitmentNews.ON_ITS_WAY),
        (Lean.MORE_NO, CommitmentNews.ON_ITS_WAY),
        (Lean.NO, CommitmentNews.ON_ITS_WAY),
        (printed.level("4.2"), CommitmentNews.ON_ITS_WAY),
        *((silence, CommitmentNews.UNHEARD) for silence in Silence),
    ],
)
def test_a_commitment_is_kept_by_what_was_released(
    says: Lean | Level | Silence, news: CommitmentNews
) -> None:
    assert news_of_answers(says) is news


def test_the_share_counts_what_was_due_and_what_ended() -> None:
    states = [
        (CommitmentState.KEPT, 10),
        (CommitmentState.KEPT, -10),
        (CommitmentState.DROPPED, 10),
        (CommitmentState.OPEN, 0),
        (CommitmentState.OPEN, 1),
    ]
    there = [
        Commitment(number, "We meet.", TODAY + timedelta(days=days), state)
        for number, (state, days) in enumerate(states, start=1)
    ]

    assert count_kept_and_due(there, TODAY) == (2, 4)
    assert count_kept_and_due([], TODAY) == (0, 0)
