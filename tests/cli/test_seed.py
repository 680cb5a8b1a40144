"""`pulse-bot seed`: the same workshops at the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.cli.conftest import NAME, Shell


def day(ahead: int) -> str:
    """The day so many days ahead."""
    return str(datetime.now(UTC).date() + timedelta(days=ahead))


def in_full(ahead: int) -> str:
    """That day, as it is said back."""
    one = datetime.now(UTC).date() + timedelta(days=ahead)
    return f"{one:%A} {one.day} {one:%B %Y}"


def test_a_workshop_is_planned_listed_moved_and_cancelled(people: Shell) -> None:
    about = "suggest six for a workshop on trust"
    said = people.does("seed", NAME, "--on", day(20), "--about", about)
    assert said.startswith(f"Workshop 1: Trust, {in_full(20)}\n")
    assert "They go out on " in said
    assert "The pack comes when they have closed" in said

    [row] = people.json("seed", "list", NAME)
    assert {key: row[key] for key in ("seeding", "title", "state", "arranged", "questions")} == {
        "seeding": 1,
        "title": "Trust",
        "state": "planned",
        "arranged": "instead",
        "questions": 6,
    }
    assert row["workshop_on"] == day(20)
    assert "Questions come on" in people.does("seed", "list", NAME)

    moved = people.does("seed", "move", NAME, "1", day(27))
    assert moved.startswith(f"Workshop 1 is moved: Trust, {in_full(27)}\n")
    assert "They go out on " in moved
    # The weekly questions that wait are told there, and to the group.
    assert "wait a week" in moved
    assert "so nothing was changed" in people.fails("seed", "move", NAME, "1", day(27))
    assert people.json("seed", "list", NAME)[0]["workshop_on"] == day(27)
    assert "Workshop 1 is cancelled." in people.does("seed", "cancel", NAME, "1")
    assert people.json("seed", "list", NAME) == []
    log = people.does("partnership", "show", NAME)
    assert "planned the workshop “Trust”" in log
    assert log.count("; the weekly questions of ") == 2
    assert "cancelled the workshop “Trust”" in log


def test_questions_by_id_and_of_ones_own(people: Shell) -> None:
    found = people.json(
        "seed",
        NAME,
        "--on",
        day(20),
        "--item",
        "trust-in-confidence",
        "--own",
        "We always keep our word.",
        "--together",
    )
    assert found["asked"][0]["id"] == "trust-in-confidence"
    assert found["asked"][1]["id"].startswith("own-")
    assert found["arranged"] == "merged"
    assert "allows no exception" in found["warnings"][0]


def test_a_bank_by_its_name_and_half_of_a_pair(people: Shell) -> None:
    said = people.does("seed", NAME, "--on", day(20), "--bank", "Peer review")
    assert said.startswith(f"Workshop 1: Peer review, {in_full(20)}\n")
    said = people.does("seed", NAME, "--on", day(40), "--item", "trust-pair-weakness-me")
    assert said.count("(trust-pair-weakness-") == 2
    assert "is asked together with “" in said


def test_a_search_finds_nothing_that_is_asked_afterwards(people: Shell) -> None:
    about = ("--about", "honest feedback")
    found = people.json("seed", NAME, "--on", day(20), *about)["asked"]
    assert len(found) == 6
    assert not [one["id"] for one in found if one["id"].startswith("after-the-workshop")]


def test_a_dry_run_plans_nothing(people: Shell) -> None:
    words = ("seed", NAME, "--on", day(20), "--bank", "trust", "--dry-run")
    shown = people.does(*words)
    assert shown.count("Made up: if ") == 3
    assert people.does(*words) == shown
    runs = people.json(*words)
    assert [(run["answers"], run["made_up"]) for run in runs] == [
        (6, True),
        (9, True),
        (14, True),
    ]
    assert [(run["shown"], run["questions"]) for run in runs] == [(6, 6)] * 3
    assert people.json("seed", "list", NAME) == []


def test_what_cannot_be_is_refused_and_says_what_to_do(people: Shell) -> None:
    for typed, said in (
        (("--on", day(1), "--bank", "trust"), "Use these as discussion prompts in the room"),
        (("--on", "2020-01-01", "--bank", "trust"), "is over"),
        (("--on", "soon", "--bank", "trust"), "is not a day"),
        (("--on", day(20)), "Say what to ask"),
        (("--on", day(20), "--bank", "trust", "--about", "trust"), "and not with more"),
        (("--on", day(20), "--item", "trust-x", "--about", "trust"), "and not with more"),
        (
            ("--on", day(20), "--bank", "trsut"),
            "There is no bank “trsut” with questions for a workshop",
        ),
        (("--on", day(20), "--about", "six on elephants"), "No question has these words"),
        (("--on", day(20), "--item", "trust-x"), "pulse-bot bank search"),
        (("--on", day(20), "--item", "trust-safe-to-say-unsure"), "There is no question"),
        (("--on", day(20), "--own", "Member is kind to us."), "may be the name of a member"),
        (("--on", day(20), *("--own", "Do we trust?")), "statement"),
    ):
        assert said in people.fails("seed", NAME, *typed)
    assert people.json("seed", "list", NAME) == []
    assert f"{NAME} has no workshop 7. There are: none yet." in people.fails(
        "seed", "cancel", NAME, "7"
    )
    assert "--on" in people.fails("seed", NAME, "--bank", "trust", code=2)
    assert people.does("seed", "list", NAME) == "No workshop yet.\n"


def test_a_core_question_and_one_that_was_just_asked_are_refused(people: Shell) -> None:
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)
    [core] = [one for one in people.json("bank", "show", "trust")["items"] if one["core"]][:1]
    told = people.fails("seed", NAME, "--on", day(20), "--item", core["id"])
    assert "one of the six questions that the weekly pulse follows" in told
