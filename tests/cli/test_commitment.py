"""`pulse-bot commitment`: written down, listed, kept, dropped, opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import NAME, Shell

LESSONS = "We visit one another's lessons."
IN_A_MONTH = str(datetime.now(UTC).date() + timedelta(days=30))


def test_from_the_first_word_to_the_last(people: Shell) -> None:
    assert "Nothing is written down yet." in people.does("commitment", "list", NAME)

    told = people.does("commitment", "add", NAME, LESSONS, "--by", IN_A_MONTH)
    assert told.startswith("Commitment 1 is written down, by ")
    assert told.endswith(f": {LESSONS}\n")
    people.does("commitment", "add", NAME, "we share our reading plans", "--by", "in 3 weeks")

    assert people.does("commitment", "keep", NAME, "1") == f"Commitment 1 is kept: {LESSONS}\n"
    assert "Commitment 2 is dropped" in people.does("commitment", "drop", NAME, "2")
    assert "Commitment 2 is open again" in people.does("commitment", "open", NAME, "2")
    rows = people.json("commitment", "list", NAME)
    assert rows[0] == {"number": 1, "state": "kept", "due": IN_A_MONTH, "text": LESSONS}
    assert [row["state"] for row in rows] == ["kept", "open"]
    assert rows[1]["text"] == "We share our reading plans."


def test_the_operator_s_acts_are_in_the_log(people: Shell) -> None:
    people.does("commitment", "add", NAME, LESSONS, "--by", IN_A_MONTH)
    people.does("commitment", "keep", NAME, "1")

    log = people.does("partnership", "show", NAME)
    assert "the operator  wrote down commitment 1" in log
    assert "the operator  called commitment 1 kept: “We visit one another's lessons”" in log


def test_hard_words_are_told_beside_the_result(people: Shell) -> None:
    ended = people("commitment", "add", NAME, "We never cancel a visit.", "--by", IN_A_MONTH)

    assert ended.exit_code == 0
    assert "“never” is hard to keep" in ended.stderr
    assert "never” is hard" not in ended.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["add", NAME, "Visit one another.", "--by", IN_A_MONTH], 1, "Please begin with “We”"),
        (["add", NAME, "We visit Member 03.", "--by", IN_A_MONTH], 1, "“Member” may be the name"),
        (["add", NAME, LESSONS, "--by", "soon"], 1, "That is not a day."),
        (["add", NAME, LESSONS], 2, "Missing option '--by'"),
        (["add", "Elsewhere", LESSONS, "--by", IN_A_MONTH], 1, "no partnership"),
        (["keep", NAME, "1"], 1, f"There is no commitment 1 in {NAME}."),
        (["keep", NAME, "0"], 2, "is not in the range"),
        (["drop", NAME, "one"], 2, "is not a valid integer"),
    ],
)
def test_what_cannot_be(people: Shell, words: list[str], code: int, says: str) -> None:
    assert says in people.fails("commitment", *words, code=code)
    assert people.json("commitment", "list", NAME) == []


def test_what_ended_is_opened_before_it_ends_otherwise(people: Shell) -> None:
    people.does("commitment", "add", NAME, LESSONS, "--by", IN_A_MONTH)
    people.does("commitment", "drop", NAME, "1")

    said = people.fails("commitment", "keep", NAME, "1")
    assert "Commitment 1 is dropped already. Open it again first." in said
