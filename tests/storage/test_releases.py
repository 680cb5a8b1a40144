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
from pulse_bot.domain.release.trend import Direction, Move, Trend
from pulse_bot.storage.plain_values import UnknownShape
from pulse_bot.storage.releases import FACT_TYPES, keep_fact, read_fact

TENTHS = st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10)
LEVELS = st.builds(Level, TENTHS, st.sampled_from(End), st.none() | TENTHS)
THEME_LEVELS = LEVELS | st.sampled_from(LevelWord)
VALUES = st.one_of(
    LEVELS,
    st.builds(OutOfTen, TENTHS, st.sampled_from(End), st.none() | TENTHS),
    st.builds(Journey, LEVELS, LEVELS),
    st.sampled_from(Lean),
    st.builds(
        Choices,
        st.lists(st.tuples(st.text(), st.sampled_from(ChoiceFrequency)), max_size=5).map(tuple),
    ),
)
SAYS = st.one_of(VALUES, st.sampled_from(Silence), st.none())
MOMENTS = st.datetimes(timezones=st.just(UTC))


def of_shape(shape: type[ReleasedFact]) -> st.SearchStrategy[ReleasedFact]:
    """Facts of one kind, whatever they say."""
    match shape:
        case record.ReleasedQuestion:
            return st.builds(shape, says=SAYS, before=st.lists(VALUES, max_size=3).map(tuple))
        case record.ReleasedBlock:
            words = st.sampled_from(LevelWord) | st.sampled_from(Silence)
            said = LEVELS | words | st.none()
            return st.builds(shape, says=said, before=st.lists(THEME_LEVELS).map(tuple))
        case record.ReleasedTrend:
            levels = st.lists(THEME_LEVELS, max_size=3).map(tuple)
            return st.builds(shape, levels=st.lists(levels, max_size=3).map(tuple))
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
        its_run = {"running": 0, "times": 0, "of": 0}
        assert keep_fact(fact) == ("answered", fields | its_run)
        # As it was kept before its run was told.
        assert read_fact("answered", fields) == fact


def test_what_was_kept_before_digests_told_more_is_read_as_it_was() -> None:
    """Rows as the versions before wrote them: without news, earlier values, levels and prompts."""
    level = {"level": {"value": "3.4", "end": "none", "step": "0.4"}}
    asked: dict[str, object] = {
        "item": "trust-1",
        "text": "We do.",
        "theme": "trust",
        "says": level,
        "kind": "agree",
    }
    asked |= {"reverse": False, "weekly": True, "bank": "trust", "commitment": None, "least": 9}
    move = {"direction": "up", "since": 9}
    trend: dict[str, object] = {
        "now": move,
        "before": None,
        "withdrawn": None,
        "unclear": None,
        "confirmed": True,
    }
    trend |= {"by_block": False, "numbers_needed": 0}
    for kind, fields, fact in (
        (
            "headline",
            {"round_number": 3, "workshop": "", "workshop_on": None},
            record.HeadlineFact(3),
        ),
        (
            "question",
            asked,
            record.ReleasedQuestion(
                "trust-1",
                "We do.",
                "trust",
                Level(Decimal("3.4"), step=Decimal("0.4")),
                ItemKind.AGREE,
                bank="trust",
                least=9,
            ),
        ),
        (
            "block",
            {"theme": "trust", "number": 1, "says": level},
            record.ReleasedBlock("trust", 1, Level(Decimal("3.4"), step=Decimal("0.4"))),
        ),
        (
            "trend-call",
            {"themes": ["trust"], "trend": trend, "is_new": False},
            record.ReleasedTrend(("trust",), Trend(now=Move(Direction.UP, 9), confirmed=True)),
        ),
        ("talk", {"prompt": "Why?", "about": ""}, record.TalkFact("Why?")),
    ):
        assert read_fact(kind, fields) == fact


def test_earlier_values_are_kept_each_with_its_kind() -> None:
    """Numbers of 1 to 5 and of 0 to 10 have the same fields."""
    level, of_ten = Level(Decimal("3.0")), OutOfTen(Decimal("3.0"))
    for value in (level, of_ten, Lean.MORE_NO):
        fact = record.ReleasedQuestion("q", "Q?", "trust", value, before=(value, value))
        kind, fields = keep_fact(fact)
        found = read_fact(kind, json.loads(json.dumps(fields)))
        assert isinstance(found, record.ReleasedQuestion)
        assert [type(one) for one in found.before] == [type(value)] * 2


def test_a_level_in_a_word_is_kept_as_that_word() -> None:
    says = {"level word": "rather high"}
    pool = record.ReleasedPool(LevelWord.RATHER_HIGH)
    assert keep_fact(pool) == ("pool", {"says": says})
    assert read_fact("pool", {"says": says}) == pool
    block = record.ReleasedBlock("trust", 2, LevelWord.RATHER_HIGH)
    fields = {"theme": "trust", "number": 2, "says": says, "before": []}
    assert keep_fact(block) == ("block", fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("rumour", {}),
        ("talk", {}),
        ("talk", {"prompt": "Why?", "about": "", "count": 7}),
        ("block", {"theme": "trust", "number": 1, "says": {}, "before": ["3.4"]}),
        ("block", {"theme": "trust", "number": 1, "says": None, "before": [{"lean": "no"}]}),
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
