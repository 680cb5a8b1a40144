"""MACs of what a round froze: one way to write each value, and no two that say the same."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.crypto.authenticity import (
    FrozenPart,
    is_seat_authentic,
    list_changed,
    make_round_mac,
    make_seat_mac,
)
from pulse_bot.crypto.sealing import make_tag

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PARTS: dict[FrozenPart, object] = {
    FrozenPart.TIMES: [1, "2026-01-07T15:30:00+00:00"],
    FrozenPart.QUESTIONS: [1, [{"text": "Is the owl \N{OWL} in?", "ends": ("", "")}]],
    FrozenPart.BARS: [1, {"answers": 5, "roster": 10}],
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_what_is_as_it_was_is_not_changed() -> None:
    mac = make_round_mac(KEY, PARTS)
    assert list_changed(KEY, PARTS, mac) == []
    assert list_changed(OTHER_KEY, PARTS, mac) == list(PARTS)


@pytest.mark.parametrize("part", list(PARTS))
def test_a_part_that_was_changed_is_named_and_no_other(part: FrozenPart) -> None:
    mac = make_round_mac(KEY, PARTS)
    assert list_changed(KEY, {**PARTS, part: "odd"}, mac) == [part]
    # A part that is looked at alone is found by its place.
    assert list_changed(KEY, {part: PARTS[part]}, mac) == []


@pytest.mark.parametrize("mac", [None, b"", b"\0" * 96, make_round_mac(KEY, PARTS)[:-1]])
def test_without_macs_everything_counts_as_changed(mac: bytes | None) -> None:
    assert list_changed(KEY, PARTS, mac) == list(PARTS)


def test_a_mac_of_one_part_is_none_of_another() -> None:
    same = dict.fromkeys(PARTS, "the same")
    mac = make_round_mac(KEY, same)
    assert len({mac[:32], mac[32:64], mac[64:]}) == 3
    assert list_changed(KEY, same, mac[32:64] + mac[:32] + mac[64:]) == list(PARTS)[:2]


@given(VALUES)
def test_what_a_database_gives_back_is_the_same(value: Any) -> None:
    """As JSON, with its keys in whatever order."""
    mac = make_round_mac(KEY, dict.fromkeys(PARTS, value))
    back = json.loads(json.dumps(value, sort_keys=True))
    assert list_changed(KEY, dict.fromkeys(PARTS, back), mac) == []


@given(VALUES, VALUES)
def test_what_is_written_otherwise_is_something_else(one: Any, other: Any) -> None:
    mac = make_round_mac(KEY, dict.fromkeys(PARTS, one))
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (list_changed(KEY, dict.fromkeys(PARTS, other), mac) == []) == same


def test_a_seat_is_one_members_in_one_round_for_one_school() -> None:
    mac = make_seat_mac(KEY, 1, 23, 4)
    assert is_seat_authentic(KEY, 1, 23, 4, mac)
    for seat in ((12, 3, 4), (1, 2, 34), (1, 23, 5), (2, 23, 4), (1, 24, 4)):
        assert not is_seat_authentic(KEY, *seat, mac)
    assert not is_seat_authentic(OTHER_KEY, 1, 23, 4, mac)


@pytest.mark.parametrize("mac", [None, b"", "text", 7, make_seat_mac(KEY, 1, 23, 4)[:31]])
def test_whatever_else_stands_there_is_no_seats_mac(mac: object) -> None:
    assert not is_seat_authentic(KEY, 1, 23, 4, mac)


def test_nothing_that_a_round_makes_is_made_twice() -> None:
    """Tags stand beside the MACs in the database, under the same key."""
    made = [
        make_seat_mac(KEY, 1, 2, 3),
        make_tag(KEY, 1, "2", "3"),
        *(make_round_mac(KEY, PARTS)[at : at + 32] for at in (0, 32, 64)),
    ]
    assert all(one != other for one, other in combinations(made, 2) if one is not other)
