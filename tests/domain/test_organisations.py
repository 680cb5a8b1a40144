"""One school in several spellings is one; two schools stay two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.partnership.organisations import organisation_identity

ONE_SCHOOL = [
    ("St Mary's", "St Mary\u2019s", "St. Mary's", "St Marys", "SAINT MARY\u2018S", "st  mary`s"),
    ("Beech Grove", "Beech Grove School", "beech grove primary school", "Beech-Grove Academy"),
    ("Brook School", "Brook Primary"),
    ("Ysgol Gwynllŷw", "Ysgol Gwynllyw"),
    ("Ash & Elm", "Ash and Elm"),
    ("\uff33chool 2", "School 2"),
]


@pytest.mark.parametrize("spellings", ONE_SCHOOL)
def test_spellings_of_one_school_are_one(spellings: tuple[str, ...]) -> None:
    assert len(set(map(organisation_identity, spellings))) == 1


def test_other_schools_are_others() -> None:
    names = [spellings[0] for spellings in ONE_SCHOOL]
    names += [
        "St Mark's",
        "Beech Grove High",
        "Brookside",
        "School 1",
        "Academy",
        "School",
        "!",
        "?",
    ]
    assert len(set(map(organisation_identity, names))) == len(names)


@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_whatever_is_typed_is_something(name: str) -> None:
    assert organisation_identity(name)
    assert organisation_identity(f"  {name} ") == organisation_identity(name)
