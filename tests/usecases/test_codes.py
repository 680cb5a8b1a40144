"""Codes: each fits its purpose, its partnership, its number and its installation, and no other."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pulse_bot.crypto.codes import Purpose, code, fits, partnership_of
from tests.made_up import KEY

NUMBER = st.integers(0, 10**6)
PARTNERSHIP = st.integers(1, 10**9 - 1)
PURPOSE = st.sampled_from(Purpose)
WHOSE = st.tuples(st.binary(min_size=32, max_size=32), PURPOSE, PARTNERSHIP, NUMBER)


@given(WHOSE)
def test_a_code_fits_and_names_its_partnership(whose: tuple[bytes, Purpose, int, int]) -> None:
    key, purpose, partnership, number = whose
    made = code(key, purpose, partnership, number)

    assert fits(key, purpose, partnership, number, made)
    assert partnership_of(purpose, made) == partnership
    # What a deep link and a typed command carry on every platform.
    assert re.fullmatch(r"[a-z0-9-]{1,48}", made)


@given(WHOSE, WHOSE)
@example((KEY, Purpose.LINK, 1, 12), (KEY, Purpose.LINK, 11, 2))
@example((KEY, Purpose.LINK, 1, 1), (KEY, Purpose.JOIN, 1, 1))
def test_no_code_fits_elsewhere(
    one: tuple[bytes, Purpose, int, int], other: tuple[bytes, Purpose, int, int]
) -> None:
    assert fits(*other, code(*one)) == (one == other)


@given(PURPOSE, PARTNERSHIP, NUMBER, st.text(max_size=60) | st.from_regex(r"[gj]\d{1,12}-\w{20}"))
@example(Purpose.LINK, 1, 0, code(KEY, Purpose.LINK, 1, 0) + "\n")
@example(Purpose.LINK, 1, 0, code(KEY, Purpose.LINK, 1, 0).upper())
@example(Purpose.LINK, 1, 0, code(KEY, Purpose.LINK, 1, 0).replace("g1-", "g01-"))
@example(Purpose.LINK, 1, 0, code(KEY, Purpose.LINK, 1, 0).replace("g1-", "g٣-"))
@example(Purpose.LINK, 1, 0, "")
def test_nothing_that_is_made_up_fits(
    purpose: Purpose, partnership: int, number: int, text: str
) -> None:
    assert not fits(KEY, purpose, partnership, number, text)


@given(st.text(max_size=60))
@example("g99999999999999999999-" + "a" * 20)
@example("g0-" + "a" * 20)
def test_a_name_that_is_read_is_a_number_a_database_holds(text: str) -> None:
    for purpose in Purpose:
        named = partnership_of(purpose, text)
        assert named is None or 1 <= named < 2**31
