"""`pulse-bot programme`: what is asked and when, and what cannot be."""

from __future__ import annotations

import pytest

from tests.cli.conftest import NAME, Shell


@pytest.fixture
def valley(shell: Shell) -> Shell:
    shell.does("partnership", "create", NAME)
    return shell


def test_set_and_show(valley: Shell) -> None:
    told = valley.does(
        *("programme", "set", NAME, "--themes", " trust, honesty ,", "--items", "2"),
        *("--opens", "Tuesday 9:05", "--closes", "thu 17:00", "--remind", "20", "--remind", "40.5"),
    )

    assert told == f"Rounds of {NAME} open on Tuesday 09:05 and close on Thursday 17:00.\n"
    [row] = valley.json("programme", "show", NAME)
    assert (row["themes"], row["opens"], row["closes"]) == (
        "trust, honesty",
        "Tuesday 09:05",
        "Thursday 17:00",
    )
    assert "set the programme: trust, honesty" in valley.does("partnership", "show", NAME)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--themes", "trust,lust"], 1, 'There is no theme "lust". There are: accountability,'),
        (["--themes", " , "], 1, "needs at least one theme"),
        (["--themes", "trust,trust"], 1, "A theme is named twice."),
        (["--items", "4"], 1, "A round asks one to 3 questions."),
        (["--items", "many"], 2, "not a valid integer"),
        (["--opens", "Wed"], 1, '"Wed" is not a day and a time. Write it like "Wed 15:30".'),
        (["--closes", "Someday 15:30"], 1, "is not a day and a time"),
        (["--closes", "wednesday 15:30"], 1, "must close at another time than it opens"),
        (["--remind", "1", "--remind", "2", "--remind", "3"], 1, "at most 2 times"),
        (["--remind", "-1"], 2, "is not in the range"),
        (["--remind", "inf"], 2, "is not in the range"),
        (["--remind", "0.001"], 1, "a minute to a week after the opening"),
    ],
)
def test_a_programme_that_cannot_be(valley: Shell, words: list[str], code: int, says: str) -> None:
    assert says in valley.fails("programme", "set", NAME, *words, code=code)
    assert valley.json("programme", "show", NAME)[0]["themes"] is None


def test_the_weekly_limit(valley: Shell) -> None:
    told = valley.does("programme", "limit", NAME, "4")
    assert told == f"Nobody in {NAME} is asked more than 4 questions a week.\n"
    assert valley.json("programme", "show", NAME)[0]["weekly_limit"] == 4
    log = valley.does("partnership", "show", NAME)
    assert "set the weekly limit to 4 questions, instead of 6" in log
    for number, code in (("2", 1), ("13", 1), ("many", 2)):
        valley.fails("programme", "limit", NAME, number, code=code)
    assert valley.json("programme", "show", NAME)[0]["weekly_limit"] == 4


def test_only_themes_that_can_be_asked_weekly_are_named(valley: Shell) -> None:
    said = valley.fails("programme", "set", NAME, "--themes", "lust", code=1)

    assert said.strip().endswith("There are: accountability, honesty, trust.")


def test_reminders_may_be_left_out(valley: Shell) -> None:
    assert "open on" in valley.does("programme", "set", NAME, "--remind", "0")


def test_holidays(valley: Shell) -> None:
    told = valley.does("programme", "holiday", NAME, "2026-12-21", "2027-01-04")
    assert told == "Nobody is asked from 2026-12-21 to 2027-01-04.\n"
    own = ("programme", "holiday", NAME, "2026-12-18", "--organisation")
    assert 'There is no organisation "Skool A" in' in valley.fails(*own, "Skool A")
    valley.does("member", "add", NAME, "--name", "Ann", "--organisation", "School A")
    assert valley.does(*own, "school a") == "Nobody of school a is asked on 2026-12-18.\n"
    log = valley.does("partnership", "show", NAME)
    assert "added a holiday: 2026-12-21 to 2027-01-04" in log
    assert "added a holiday of School A: 2026-12-18" in log


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (["21.12.2026"], "21.12.2026 is not a day. Write it like 2026-12-21."),
        (["2026-02-30"], "2026-02-30 is not a day."),
        (["2026-12-21", "soon"], "soon is not a day."),
        (["2026-12-21", "2026-12-20"], "cannot end before it begins"),
    ],
)
def test_a_holiday_that_cannot_be(valley: Shell, days: list[str], says: str) -> None:
    assert says in valley.fails("programme", "holiday", NAME, *days)
    assert "holiday" not in valley.does("partnership", "show", NAME)
