"""Finding questions by their words."""

from __future__ import annotations

import json

import pytest

from pulse_bot.banks.search import search_items
from tests.banks.example_bank import bank_of, item_text
from tests.banks.test_bank_commands import run

TEA = bank_of(
    item_text("tea-milk", "We take milk in it.", "facet: warm"),
    item_text("tea-warm", "We like it warm.", "facet: shared"),
    item_text("tea-old", "We like it warm and old.", "replaced_by: tea-warm"),
    item_text(
        "tea-which",
        "Which one?",
        "choices: [{key: a, label: Oolong}, {key: b, label: B}]",
        "choose",
    ),
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("milk", ["tea-milk"]),
        ("MILK", ["tea-milk"]),
        ("warm", ["tea-warm", "tea-milk"]),  # in the question before in the words of its facet
        ("war", ["tea-warm", "tea-milk"]),
        ("arm", []),
        ("oolong", ["tea-which"]),
        ("like milk", []),
        ("like, warm!", ["tea-warm"]),
        ("make of it", ["tea-milk", "tea-warm", "tea-which"]),
        ("?", []),
    ],
)
def test_questions_that_have_all_the_words(words: str, found: list[str]) -> None:
    assert [one.entry.item.id for one in search_items([TEA], words)] == found


def test_the_command_prints_the_questions() -> None:
    output = run("search", "car", "park").output
    assert output == (
        "honesty-doubts-in-the-meeting  (agree)\n"
        "  We raise our doubts in the meeting, not in the car park afterwards.\n"
    )


def test_the_command_prints_json() -> None:
    (found,) = json.loads(run("search", "car park", "--json").output)
    assert (found["id"], found["bank"]) == ("honesty-doubts-in-the-meeting", "honesty")


def test_nothing_found_is_said() -> None:
    result = run("search", "zeppelin")
    assert (result.exit_code, result.output.startswith("No question has all")) == (0, True)
