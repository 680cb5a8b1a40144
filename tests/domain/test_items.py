"""Items: which answers fit a kind, in which one form they are written, and what they score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import (
    COMMENT,
    LONGEST_COMMENT,
    SKIP,
    Choice,
    InvalidAnswer,
    Item,
    ItemKind,
    Wording,
    list_options,
    list_slots,
    score_answer,
    validate_answer,
)
from pulse_bot.domain.asking.scales import SCALES

LETTERS = tuple(Choice(key, key.upper()) for key in "abc")


def item(kind: ItemKind, *, reverse: bool = False, most: int = 2) -> Item:
    """An item of that kind, with three choices where it can have any."""
    choices = LETTERS if kind is ItemKind.CHOOSE else ()
    return Item(
        "q", "bank", "Text.", kind, "trust", "Talk?", reverse=reverse, choices=choices, most=most
    )


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (ItemKind.AGREE, ["1", "2", "3", "4", "5"]),
        (ItemKind.FREQUENCY, ["1", "2", "3", "4", "5"]),
        (ItemKind.JOURNEY, ["1", "2", "3", "4", "5"]),
        (ItemKind.SCALE, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]),
        (ItemKind.YES_NO, ["yes", "partly", "no"]),
        (ItemKind.CHOOSE, ["a", "b", "c"]),
        (ItemKind.WORDS, []),
    ],
)
def test_the_choices_of_each_kind(kind: ItemKind, keys: list[str]) -> None:
    assert [choice.key for choice in list_options(item(kind))] == keys


@pytest.mark.parametrize("kind", list(ItemKind))
def test_every_choice_and_a_skip_fit(kind: ItemKind) -> None:
    asked = item(kind)
    for slot in list_slots(asked):
        assert validate_answer(asked, slot, SKIP) == SKIP
        for choice in list_options(asked):
            assert validate_answer(asked, slot, choice.key) == choice.key


def test_a_journey_takes_two_answers() -> None:
    assert list_slots(item(ItemKind.JOURNEY)) == ("now", "later")
    assert {list_slots(item(kind)) for kind in ItemKind if kind is not ItemKind.JOURNEY} == {
        ("answer",)
    }


@pytest.mark.parametrize(
    ("kind", "slot", "raw"),
    [
        (ItemKind.AGREE, "answer", "0"),
        (ItemKind.AGREE, "answer", "6"),
        (ItemKind.AGREE, "answer", "3.5"),
        (ItemKind.AGREE, "answer", "٣"),  # a digit to Python, but none of the choices
        (ItemKind.AGREE, "answer", ""),
        (ItemKind.AGREE, "answer", "1,2"),
        (ItemKind.SCALE, "answer", "11"),
        (ItemKind.SCALE, "answer", "-1"),
        (ItemKind.YES_NO, "answer", "maybe"),
        (ItemKind.CHOOSE, "answer", "d"),
        (ItemKind.CHOOSE, "answer", "a,b,c"),
        (ItemKind.CHOOSE, "answer", "a,,b"),
        (ItemKind.JOURNEY, "answer", "3"),
        (ItemKind.AGREE, "now", "3"),
        (ItemKind.WORDS, "answer", " \n "),
        (ItemKind.AGREE, COMMENT, ""),
        (ItemKind.AGREE, COMMENT, "x" * (LONGEST_COMMENT + 1)),
    ],
)
def test_what_does_not_fit_is_refused_with_a_message(kind: ItemKind, slot: str, raw: str) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        validate_answer(item(kind), slot, raw)
    assert str(refusal.value).endswith(".")
    if raw.strip():
        assert raw not in str(refusal.value), "an answer never travels in an error"


def test_several_choices_are_written_in_one_order_and_once() -> None:
    assert validate_answer(item(ItemKind.CHOOSE), "answer", "c,a,c") == "a,c"


def test_a_comment_keeps_its_words_and_loses_what_cannot_be_seen() -> None:
    said = validate_answer(item(ItemKind.AGREE), COMMENT, "  نعم 👍\x00\nyes\x1b ")
    assert said == "نعم 👍 yes"


@given(raw=st.text(max_size=60))
def test_nothing_typed_gets_past_the_choices(raw: str) -> None:
    for kind in (ItemKind.AGREE, ItemKind.FREQUENCY, ItemKind.SCALE, ItemKind.YES_NO):
        asked = item(kind)
        try:
            answer = validate_answer(asked, "answer", raw)
        except InvalidAnswer:
            continue
        assert answer in {SKIP, *(choice.key for choice in list_options(asked))}


@pytest.mark.parametrize("kind", list(ItemKind))
def test_a_skip_scores_nothing(kind: ItemKind) -> None:
    assert score_answer(item(kind), SKIP) is None
    assert score_answer(item(kind, reverse=True), SKIP) is None


@pytest.mark.parametrize(
    ("kind", "reverse", "answer", "expected"),
    [
        (ItemKind.AGREE, False, "4", 4),
        (ItemKind.AGREE, True, "4", 2),
        (ItemKind.FREQUENCY, True, "1", 5),
        (ItemKind.JOURNEY, False, "5", 5),
        (ItemKind.SCALE, False, "10", 10),
        (ItemKind.SCALE, True, "10", 0),
        (ItemKind.YES_NO, False, "yes", None),
        (ItemKind.CHOOSE, False, "a", None),
        (ItemKind.WORDS, False, "4", None),
    ],
)
def test_what_an_answer_scores(
    kind: ItemKind, reverse: bool, answer: str, expected: int | None
) -> None:
    assert score_answer(item(kind, reverse=reverse), answer) == expected


WELSH = Wording("cy", "Testun.", "Sgwrs?", choices=(Choice("a", "AA"),), ends=("dim", "popeth"))


def translated(kind: ItemKind) -> Item:
    """An item of that kind with a translation into Welsh, of one choice alone."""
    return replace(item(kind), translations=(WELSH,))


@pytest.mark.parametrize("kind", list(ItemKind))
def test_another_language_changes_words_and_nothing_else(kind: ItemKind) -> None:
    asked, read = translated(kind), translated(kind).in_language("cy")
    assert (read.text, read.talk, read.ends) == ("Testun.", "Sgwrs?", ("dim", "popeth"))
    assert [one.key for one in list_options(read)] == [one.key for one in list_options(asked)]
    assert (read.id, read.kind, read.reverse, list_slots(read)) == (
        asked.id, asked.kind, asked.reverse, list_slots(asked)
    )  # fmt: skip


def test_the_answers_have_the_names_of_the_language() -> None:
    agree = [one.label for one in list_options(translated(ItemKind.AGREE).in_language("cy"))]
    assert (agree[0], agree[-1]) == ("Anghytuno'n gryf", "Cytuno'n gryf")
    choose = [one.label for one in list_options(translated(ItemKind.CHOOSE).in_language("cy"))]
    assert choose == ["AA", "B", "C"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("cy", "Testun."),
        ("cy-GB", "Testun."),
        ("en", "Text."),
        ("en-GB", "Text."),
        ("pl", "Text."),
    ],
)
def test_the_nearest_language_that_there_is(language: str, text: str) -> None:
    assert translated(ItemKind.AGREE).in_language(language).text == text


def test_what_was_not_translated_stays_as_it_is() -> None:
    bare = replace(
        item(ItemKind.SCALE), ends=("low", "high"), translations=(Wording("cy", "Testun."),)
    )
    read = bare.in_language("cy")
    assert (read.text, read.talk, read.ends) == ("Testun.", "Talk?", ("low", "high"))


def test_every_language_names_every_answer() -> None:
    for scales in SCALES.values():
        assert {kind: len(labels) for kind, labels in scales.items()} == {
            kind: len(labels) for kind, labels in SCALES["en"].items()
        }
        assert all(len(set(labels)) == len(labels) for labels in scales.values())
