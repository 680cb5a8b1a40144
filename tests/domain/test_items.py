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
    Kind,
    Wording,
    check,
    options,
    score,
    slots,
)
from pulse_bot.domain.asking.scales import SCALES

LETTERS = tuple(Choice(key, key.upper()) for key in "abc")


def item(kind: Kind, *, reverse: bool = False, most: int = 2) -> Item:
    """An item of that kind, with three choices where it can have any."""
    choices = LETTERS if kind is Kind.CHOOSE else ()
    return Item(
        "q", "bank", "Text.", kind, "trust", "Talk?", reverse=reverse, choices=choices, most=most
    )


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Kind.AGREE, ["1", "2", "3", "4", "5"]),
        (Kind.FREQUENCY, ["1", "2", "3", "4", "5"]),
        (Kind.JOURNEY, ["1", "2", "3", "4", "5"]),
        (Kind.SCALE, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]),
        (Kind.YES_NO, ["yes", "partly", "no"]),
        (Kind.CHOOSE, ["a", "b", "c"]),
        (Kind.WORDS, []),
    ],
)
def test_the_choices_of_each_kind(kind: Kind, keys: list[str]) -> None:
    assert [choice.key for choice in options(item(kind))] == keys


@pytest.mark.parametrize("kind", list(Kind))
def test_every_choice_and_a_skip_fit(kind: Kind) -> None:
    asked = item(kind)
    for slot in slots(asked):
        assert check(asked, slot, SKIP) == SKIP
        for choice in options(asked):
            assert check(asked, slot, choice.key) == choice.key


def test_a_journey_takes_two_answers() -> None:
    assert slots(item(Kind.JOURNEY)) == ("now", "later")
    assert {slots(item(kind)) for kind in Kind if kind is not Kind.JOURNEY} == {("answer",)}


@pytest.mark.parametrize(
    ("kind", "slot", "raw"),
    [
        (Kind.AGREE, "answer", "0"),
        (Kind.AGREE, "answer", "6"),
        (Kind.AGREE, "answer", "3.5"),
        (Kind.AGREE, "answer", "٣"),  # a digit to Python, but none of the choices
        (Kind.AGREE, "answer", ""),
        (Kind.AGREE, "answer", "1,2"),
        (Kind.SCALE, "answer", "11"),
        (Kind.SCALE, "answer", "-1"),
        (Kind.YES_NO, "answer", "maybe"),
        (Kind.CHOOSE, "answer", "d"),
        (Kind.CHOOSE, "answer", "a,b,c"),
        (Kind.CHOOSE, "answer", "a,,b"),
        (Kind.JOURNEY, "answer", "3"),
        (Kind.AGREE, "now", "3"),
        (Kind.WORDS, "answer", " \n "),
        (Kind.AGREE, COMMENT, ""),
        (Kind.AGREE, COMMENT, "x" * (LONGEST_COMMENT + 1)),
    ],
)
def test_what_does_not_fit_is_refused_with_a_message(kind: Kind, slot: str, raw: str) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        check(item(kind), slot, raw)
    assert str(refusal.value).endswith(".")
    if raw.strip():
        assert raw not in str(refusal.value), "an answer never travels in an error"


def test_several_choices_are_written_in_one_order_and_once() -> None:
    assert check(item(Kind.CHOOSE), "answer", "c,a,c") == "a,c"


def test_a_comment_keeps_its_words_and_loses_what_cannot_be_seen() -> None:
    said = check(item(Kind.AGREE), COMMENT, "  نعم 👍\x00\nyes\x1b ")
    assert said == "نعم 👍\nyes"


@given(raw=st.text(max_size=60))
def test_nothing_typed_gets_past_the_choices(raw: str) -> None:
    for kind in (Kind.AGREE, Kind.FREQUENCY, Kind.SCALE, Kind.YES_NO):
        asked = item(kind)
        try:
            answer = check(asked, "answer", raw)
        except InvalidAnswer:
            continue
        assert answer in {SKIP, *(choice.key for choice in options(asked))}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_skip_scores_nothing(kind: Kind) -> None:
    assert score(item(kind), SKIP) is None
    assert score(item(kind, reverse=True), SKIP) is None


@pytest.mark.parametrize(
    ("kind", "reverse", "answer", "expected"),
    [
        (Kind.AGREE, False, "4", 4),
        (Kind.AGREE, True, "4", 2),
        (Kind.FREQUENCY, True, "1", 5),
        (Kind.JOURNEY, False, "5", 5),
        (Kind.SCALE, False, "10", 10),
        (Kind.SCALE, True, "10", 0),
        (Kind.YES_NO, False, "yes", None),
        (Kind.CHOOSE, False, "a", None),
        (Kind.WORDS, False, "4", None),
    ],
)
def test_what_an_answer_scores(
    kind: Kind, reverse: bool, answer: str, expected: int | None
) -> None:
    assert score(item(kind, reverse=reverse), answer) == expected


WELSH = Wording("cy", "Testun.", "Sgwrs?", choices=(Choice("a", "AA"),), ends=("dim", "popeth"))


def translated(kind: Kind) -> Item:
    """An item of that kind with a translation into Welsh, of one choice alone."""
    return replace(item(kind), translations=(WELSH,))


@pytest.mark.parametrize("kind", list(Kind))
def test_another_language_changes_words_and_nothing_else(kind: Kind) -> None:
    asked, read = translated(kind), translated(kind).in_language("cy")
    assert (read.text, read.talk, read.ends) == ("Testun.", "Sgwrs?", ("dim", "popeth"))
    assert [one.key for one in options(read)] == [one.key for one in options(asked)]
    assert (read.id, read.kind, read.reverse, slots(read)) == (
        asked.id, asked.kind, asked.reverse, slots(asked)
    )  # fmt: skip


def test_the_answers_have_the_names_of_the_language() -> None:
    agree = [one.label for one in options(translated(Kind.AGREE).in_language("cy"))]
    assert (agree[0], agree[-1]) == ("Anghytuno'n gryf", "Cytuno'n gryf")
    choose = [one.label for one in options(translated(Kind.CHOOSE).in_language("cy"))]
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
    assert translated(Kind.AGREE).in_language(language).text == text


def test_what_was_not_translated_stays_as_it_is() -> None:
    bare = replace(item(Kind.SCALE), ends=("low", "high"), translations=(Wording("cy", "Testun."),))
    read = bare.in_language("cy")
    assert (read.text, read.talk, read.ends) == ("Testun.", "Talk?", ("low", "high"))


def test_every_language_names_every_answer() -> None:
    for scales in SCALES.values():
        assert {kind: len(labels) for kind, labels in scales.items()} == {
            kind: len(labels) for kind, labels in SCALES["en"].items()
        }
        assert all(len(set(labels)) == len(labels) for labels in scales.values())
