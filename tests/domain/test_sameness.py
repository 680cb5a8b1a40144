"""Two writings of one sentence are one question; two sentences are two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Wording
from pulse_bot.domain.asking.same_question import (
    core_identities,
    item_identities,
    item_marks,
    text_identity,
    was_asked,
)
from tests.made_up import item

SENTENCE = "We trust one another, across 3 schools."


@pytest.mark.parametrize(
    "written",
    [
        "We trust one another across 3 schools",
        "we trust one another, across 3 schools!",
        "  We trust one-another  across 3 schools .",
        "WE TRUST ONE ANOTHER\N{EM DASH}ACROSS 3 SCHOOLS",
        "We trust one\N{ZERO WIDTH SPACE} another across 3 schools",
        "We trust one another across \N{FULLWIDTH DIGIT THREE} schools.",
    ],
)
def test_marks_case_and_blanks_make_no_other_question(written: str) -> None:
    assert text_identity(written) == text_identity(SENTENCE)


@pytest.mark.parametrize(
    "written", ["We trust one another, across 4 schools.", "We trusted one another across 3.", "…"]
)
def test_another_word_is_another_question(written: str) -> None:
    assert text_identity(written) != text_identity(SENTENCE)


def test_accents_written_in_two_ways_are_one() -> None:
    assert text_identity("Ymddiriedwn yn y tŷ") == text_identity("ymddiriedwn yn y ty\u0302")


@given(st.text(min_size=1), st.text(alphabet=" .,!-'", max_size=5))
def test_what_is_added_around_a_text_changes_nothing(text: str, around: str) -> None:
    sentence = f"We {text}"
    assert text_identity(f"{around}{sentence}{around}") == text_identity(sentence)


def test_texts_without_a_letter_are_not_all_the_same() -> None:
    assert text_identity("…") != text_identity("?!")


def test_a_question_is_known_by_its_id_and_in_every_language() -> None:
    both = replace(item("trust", 1), translations=(Wording("cy", "Mae'r ymddiriedaeth yn dda."),))
    in_welsh = replace(
        item("own", 7), text="Mae\N{RIGHT SINGLE QUOTATION MARK}r ymddiriedaeth yn dda!"
    )

    assert was_asked(in_welsh, item_marks(both))
    assert was_asked(replace(both, text="Reworded.", translations=()), {"trust-1"})
    assert not was_asked(item("own", 7), item_marks(both))


def test_the_letters_of_a_core_are_of_nothing_else() -> None:
    core, other = item("trust", 1), item("trust", 2, core=False)

    assert core_identities([core, other]) == item_identities(core)
    assert core_identities([]) == frozenset()
