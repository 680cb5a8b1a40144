"""Names in what a group writes are found, and ordinary words are let be."""

from __future__ import annotations

import pytest

from pulse_bot.ports import Address
from pulse_bot.storage import partnerships
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_members,
    create_partnership,
    remove_member,
)
from pulse_bot.usecases.members.name_check import find_names
from tests.made_up import stage_once

_PEOPLE = (
    ("Anna Lee", "Oakfield Primary School"),
    ("Will Okonkwo", "Church Lane Academy"),
    ("Zoë O'Brien-Shaw", "St Mary's Catholic School"),
    ("Jo Li", "Church Lane Academy"),
    ("José So", "Church Lane Academy"),
)


@pytest.fixture
def valley(made: Installation) -> int:
    return stage_once(made, ("names",), lambda: settle(made))


def settle(made: Installation) -> int:
    number = create_partnership(made, NewPartnership("Valley"))
    create_partnership(made, NewPartnership("Elsewhere"))
    for where, people in (("Valley", _PEOPLE), ("Elsewhere", (("Dilys Vaughan", "Crabtree"),))):
        add_members(
            made,
            where,
            [(NewMember(*one), Address("fake", where, str(n))) for n, one in enumerate(people)],
        )
    return number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We will share our reading plans in March.", ()),
        ("We will walk down the lane to church as schools do.", ()),
        ("Ask anna, then ANNA again.", ("anna",)),
        ("Anna\u2019s school hosts the first visit.", ("Anna",)),
        ("We visit oakfield and Mary's school.", ("oakfield", "Mary")),
        ("Zoe will write to the Shaw school.", ("Zoe", "Shaw")),
        ("We ask Will to go on.", ("Will",)),
        ("Will we visit? Lane by lane we will.", ()),
        ("We meet in Lane school.", ("Lane",)),
        ("We plan annals and banned lanes.", ()),
        # In other spellings, which the eye reads as the name all the same.
        ("We ask An\u0332na, Jose\u0301 and A\u034fn\ufe0fna.", ("Anna", "José")),
        ("We ask An\u00adna and Zo\u200be\u0308.", ("Anna", "Zoë")),
        ("We ask An\u115fna.", ("Anna",)),
        ("We ask \uff21\uff2e\uff2e\uff21 again.", ("ANNA",)),
        ("We ask A.n.n.a and An-na and An\u2011na.", ("A.n.n.a",)),
        ("We ask AnnaLee and Anna1.", ("AnnaLee", "Anna")),
        ("Annas plan and the Oakfields plan.", ("Annas", "Oakfields")),
        ("We ask OBrien and the Wills.", ("OBrien", "Wills")),
        # Short names are found by their capital, and ordinary short words are not.
        ("Jo says so, and Li does.", ("Jo", "Li")),
        ("So we meet, so that we learn, in St. Albans.", ()),
        ("We ask So about a jo-jo.", ("So",)),
        ("We re-plan co-op visits. We plan e.g. lessons.", ()),
        ("Dilys of Crabtree is somebody else's.", ()),
    ],
)
def test_names_are_found(made: Installation, valley: int, text: str, found: tuple[str]) -> None:
    with made.database.read() as session:
        assert find_names(session, valley, text) == found


def test_whoever_left_is_nobody_to_know(made: Installation, valley: int) -> None:
    with made.database.read() as session:
        [number] = [
            member.id
            for member, _ in partnerships.list_members(session, valley)
            if "Anna" in member.name
        ]
    remove_member(made, "Valley", number)
    with made.database.read() as session:
        assert find_names(session, valley, "Anna of Oakfield") == ("Oakfield",)
