"""`pulse-bot round` and `pulse-bot digest`: the same rules by hand, and the same words for all."""

from __future__ import annotations

import json

from tests.cli.conftest import NAME, Shell


def test_without_a_programme_or_members(shell: Shell) -> None:
    shell.does("partnership", "create", NAME)
    assert "pulse-bot programme set" in shell.fails("round", "open", NAME)
    shell.does("programme", "set", NAME)
    assert "pulse-bot member add" in shell.fails("round", "open", NAME)
    assert shell.does("round", "list", NAME) == "No round yet.\n"
    assert shell.json("round", "list", NAME) == []
    assert f"No round of {NAME} is open." in shell.fails("round", "close", NAME)


def test_open_and_close(people: Shell) -> None:
    assert people.does("round", "open", NAME).startswith("Round 1 is open until Friday ")
    assert len(list(people.keys.glob("round-*.key"))) == 1
    assert "Round 1 is still open. Close it first." in people.fails("round", "open", NAME)

    [row] = people.json("round", "list", NAME)
    assert {key: row[key] for key in ("round", "state", "asked", "questions")} == {
        "round": 1,
        "state": "open",
        "asked": 14,
        "questions": 3,
    }
    assert row.keys() == {"round", "state", "opened", "closes", "asked", "questions"}

    assert people.does("round", "close", NAME) == (
        f'Round 1 is closed. Read it with: pulse-bot digest show "{NAME}"\n'
    )
    assert [file.name for file in people.keys.iterdir()] == ["store.marker"]
    assert f"No round of {NAME} is open." in people.fails("round", "close", NAME)
    assert "closed" in people.does("round", "list", NAME)


def test_a_digest_before_there_is_one(people: Shell) -> None:
    assert f"{NAME} has no digest yet: no round has closed." in people.fails("digest", "show", NAME)
    people.does("round", "open", NAME)
    for words in (("digest", "show", NAME), ("digest", "show", NAME, "--round", "1")):
        assert "has no digest" in people.fails(*words)


def test_a_digest_is_shown_and_exported_as_it_was_released(people: Shell) -> None:
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)

    shown = people.json("digest", "show", NAME)
    assert shown.keys() == {"round", "closed_at", "statements"}
    assert shown["round"] == 1
    assert [said.keys() for said in shown["statements"]] == [
        {"kind", "theme", "subject", "text", "level", "edge"} for _ in shown["statements"]
    ]
    assert shown["statements"][0]["kind"] == "headline"
    assert people.json("digest", "show", NAME, "--round", "1") == shown
    exported = people.json("digest", "export", NAME)
    # What is said of several themes in one sentence has a row for each.
    texts = {row["place"]: row["text"] for row in exported["Statements"]}
    assert list(texts.values()) == [said["text"] for said in shown["statements"]]
    text = people.does("digest", "show", NAME)
    assert "Round 1: " in text
    assert people.does("digest", "show", NAME) == text

    assert people.does("digest", "export", NAME, "--to", "page.html") == (
        "Wrote 1 digest to page.html.\n"
    )
    page = (people.folder / "page.html").read_text("utf-8")
    assert "Round 1: " in page
    people.does("digest", "export", NAME, "--json", "--to", "log.json")
    assert json.loads((people.folder / "log.json").read_text("utf-8")) == exported
    # Every look is in the log that all members can read.
    assert "looked at the digest of round 1" in people.does("partnership", "show", NAME)


def test_a_digest_that_is_none_or_cannot_be_written(people: Shell) -> None:
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)

    told = people.fails("digest", "show", NAME, "--round", "2")
    assert f"Round 2 of {NAME} has no digest: it is not closed." in told
    told = people.fails("digest", "export", NAME, "--to", "nowhere/page.html")
    assert "nowhere/page.html cannot be written: No such file or directory." in told
