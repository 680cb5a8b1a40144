"""`pulse-bot audit`: what it is given, what it says, and how it ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import NAME, Shell

DIGEST = """Round {number} of Colne Valley, closed 13 March.

- “I can rely on the others here.” About {about} out of 5.

Nine or more of us answered.

"""


def write_digests(folder: Path, *levels: str) -> None:
    texts = [DIGEST.format(number=number + 1, about=about) for number, about in enumerate(levels)]
    (folder / "chat.txt").write_text("".join(texts), encoding="utf-8")


def test_texts_that_tell_nothing_pass(empty_shell: Shell) -> None:
    write_digests(empty_shell.folder, "3.5", "3.5")

    told = empty_shell.does("audit", "--texts", "chat.txt", "--roster", "11")

    assert told.startswith("Attacked 2 printed numbers of 2 rounds.\n")
    assert told.endswith("\nPassed.\n")


def test_texts_that_the_policy_cannot_have_printed_fail(empty_shell: Shell) -> None:
    write_digests(empty_shell.folder, "3.5", "4.9")

    ended = empty_shell("audit", "--texts", "chat.txt", "--roster", "11")

    assert ended.exit_code == 1
    assert "- Round 2, “I can rely on the others here.”: what is printed cannot" in ended.stdout
    assert ended.stdout.endswith("\nFailed.\n")


def test_one_number_of_one_round_is_counted_as_one(empty_shell: Shell) -> None:
    write_digests(empty_shell.folder, "3.5")

    ended = empty_shell("audit", "--texts", "chat.txt", "--roster", "11")

    assert ended.stdout.startswith("Attacked 1 printed number of 1 round.\n")
    assert "Attacking 1 round\n" in ended.stderr


def test_lines_of_the_log_say_how_many_were_asked(empty_shell: Shell) -> None:
    write_digests(empty_shell.folder, "3.5")
    (empty_shell.folder / "log.txt").write_text("asked round 1: 11 people", encoding="utf-8")

    assert "Passed." in empty_shell.does("audit", "--texts", "chat.txt", "--log", "log.txt")
    told = empty_shell.fails("audit", "--texts", "chat.txt")
    assert "Nothing says how many were asked in round 1. Say it with --roster" in told


@pytest.mark.parametrize(
    "words", [(), (NAME, "--texts", "chat.txt"), (NAME, "--roster", "9"), ("--texts", "none.txt")]
)
def test_a_mistake_in_the_command_is_told(empty_shell: Shell, words: tuple[str, ...]) -> None:
    write_digests(empty_shell.folder, "3.5")

    assert "Usage: " in empty_shell.fails("audit", *words, code=2)


def test_a_file_without_a_digest_is_refused(empty_shell: Shell) -> None:
    (empty_shell.folder / "chat.txt").write_text("Hello.", encoding="utf-8")

    told = empty_shell.fails("audit", "--texts", "chat.txt", "--roster", "9")

    assert "There is no digest in chat.txt." in told


def test_a_partnership_is_attacked_by_its_digests_and_its_log(people: Shell) -> None:
    assert "has no digest yet" in people.fails("audit", NAME)
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)

    told = people.does("audit", NAME)

    assert told.startswith("Attacked 0 printed numbers of 1 round.\n")
    assert (
        "By probability: no number of a week was printed, and nothing else tells a side.\n" in told
    )
    assert "% of answers" not in told
    assert "looked at every digest" in people.does("partnership", "show", NAME)


def test_without_its_extra_the_audit_says_what_to_install(
    empty_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_digests(empty_shell.folder, "3.5")
    for name in [one for one in sys.modules if one.startswith("pulse_bot.audit.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)

    told = empty_shell.fails("audit", "--texts", "chat.txt", "--roster", "9")

    assert 'ortools is not installed. Run: pip install "pulse-bot[audit]"' in told
