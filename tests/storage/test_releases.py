"""Released facts come back as they were kept, numbers as numbers, and unknown ones are refused."""

from __future__ import annotations

import json
from datetime import UTC
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release import record
from pulse_bot.domain.release.record import ReleasedFact
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    OutOfTen,
    Silence,
)
from pulse_bot.storage.plain_values import UnknownShape
from pulse_bot.storage.releases import FACT_TYPES, keep_fact, read_fact

TENTHS = st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10)
LEVELS = st.builds(Level, TENTHS, st.sampled_from(End), st.none() | TENTHS)
SAYS = st.one_of(
    LEVELS,
    st.builds(OutOfTen, TENTHS, st.sampled_from(End), st.none() | TENTHS),
    st.builds(Journey, LEVELS, LEVELS),
    st.sampled_from(Lean),
    st.builds(
        Choices,
        st.lists(st.tuples(st.text(), st.sampled_from(ChoiceFrequency)), max_size=5).map(tuple),
    ),
    st.sampled_from(Silence),
    st.none(),
)
MOMENTS = st.datetimes(timezones=st.just(UTC))


def of_shape(shape: type[ReleasedFact]) -> st.SearchStrategy[ReleasedFact]:
    """Facts of one kind, whatever they say."""
    match shape:
        case record.ReleasedQuestion:
            return st.builds(shape, says=SAYS)
        case record.ReleasedBlock:
            words = st.sampled_from(LevelWord) | st.sampled_from(Silence)
            return st.builds(shape, says=LEVELS | words | st.none())
        case record.AnsweredFact:
            return st.builds(shape, st.integers(0, 57), st.none() | st.integers(5, 59))
        case record.NextRoundFact:
            return st.builds(shape, opens_at=st.none() | MOMENTS)
    return st.builds(shape)


FACTS = st.sampled_from(list(FACT_TYPES.values())).flatmap(of_shape)


def test_every_released_fact_has_a_kind() -> None:
    assert set(FACT_TYPES.values()) == set(get_args(ReleasedFact))


@given(fact=FACTS)
def test_a_fact_comes_back_from_what_is_kept_of_it(fact: ReleasedFact) -> None:
    kind, fields = keep_fact(fact)
    found = read_fact(kind, json.loads(json.dumps(fields)))
    assert (type(found), found) == (type(fact), fact)


def test_a_number_is_kept_with_its_end_and_its_step() -> None:
    level = Level(Decimal("4.2"), End.HIGH, Decimal("0.4"))
    fact = record.ReleasedQuestion("trust-1", "We do.", "trust", level, ItemKind.AGREE)
    kind, fields = keep_fact(fact)
    assert kind == "question"
    assert fields["says"] == {"level": {"value": "4.2", "end": "high", "step": "0.4"}}


def test_how_many_answered_is_kept_as_a_class() -> None:
    for fact, fields in (
        (record.AnsweredFact(6, 8), {"least": 6, "most": 8}),
        (record.AnsweredFact(9), {"least": 9, "most": None}),
    ):
        assert keep_fact(fact) == ("answered", fields)
        assert read_fact("answered", fields) == fact


def test_a_level_in_a_word_is_kept_as_that_word() -> None:
    says = {"level word": "rather high"}
    pool = record.ReleasedPool(LevelWord.RATHER_HIGH)
    assert keep_fact(pool) == ("pool", {"says": says})
    assert read_fact("pool", {"says": says}) == pool
    block = record.ReleasedBlock("trust", 2, LevelWord.RATHER_HIGH)
    assert keep_fact(block) == ("block", {"theme": "trust", "number": 2, "says": says})


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("rumour", {}),
        ("talk", {}),
        ("talk", {"prompt": "Why?", "about": "", "count": 7}),
        ("response", {"band": "exactly seven"}),
        ("block", {"theme": "trust", "number": 1, "says": {"mean": {"value": "3.14159"}}}),
        ("block", {"theme": "trust", "number": 1, "says": {"silence": "no idea"}}),
        ("block", {"theme": "trust", "number": 1, "says": {"level word": "very high"}}),
        ("pool", {"says": {"silence": "too few answers"}}),
        ("answered", {"least": 6, "most": 8, "exactly": 7}),
    ],
)
def test_what_is_not_known_is_refused(kind: str, fields: dict[str, object]) -> None:
    with pytest.raises(UnknownShape):
        read_fact(kind, fields)
