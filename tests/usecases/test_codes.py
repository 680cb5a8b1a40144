"""Codes: each fits its purpose, its partnership, its number and its installation, and no other."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pulse_bot.crypto.codes import CodePurpose, make_code, matches_code, read_partnership
from tests.made_up import KEY

NUMBER = st.integers(0, 10**6)
PARTNERSHIP = st.integers(1, 10**9 - 1)
PURPOSE = st.sampled_from(CodePurpose)
WHOSE = st.tuples(st.binary(min_size=32, max_size=32), PURPOSE, PARTNERSHIP, NUMBER)


@given(WHOSE)
def test_a_code_fits_and_names_its_partnership(whose: tuple[bytes, CodePurpose, int, int]) -> None:
    key, purpose, partnership, number = whose
    made = make_code(key, purpose, partnership, number)

    assert matches_code(key, purpose, partnership, number, made)
    assert read_partnership(purpose, made) == partnership
    # What a deep link and a typed command carry on every platform.
    assert re.fullmatch(r"[a-z0-9-]{1,48}", made)


@given(WHOSE, WHOSE)
@example((KEY, CodePurpose.LINK, 1, 12), (KEY, CodePurpose.LINK, 11, 2))
@example((KEY, CodePurpose.LINK, 1, 1), (KEY, CodePurpose.JOIN, 1, 1))
def test_no_code_fits_elsewhere(
    one: tuple[bytes, CodePurpose, int, int], other: tuple[bytes, CodePurpose, int, int]
) -> None:
    assert matches_code(*other, make_code(*one)) == (one == other)


@given(PURPOSE, PARTNERSHIP, NUMBER, st.text(max_size=60) | st.from_regex(r"[gj]\d{1,12}-\w{20}"))
@example(CodePurpose.LINK, 1, 0, make_code(KEY, CodePurpose.LINK, 1, 0) + "\n")
@example(CodePurpose.LINK, 1, 0, make_code(KEY, CodePurpose.LINK, 1, 0).upper())
@example(CodePurpose.LINK, 1, 0, make_code(KEY, CodePurpose.LINK, 1, 0).replace("g1-", "g01-"))
@example(CodePurpose.LINK, 1, 0, make_code(KEY, CodePurpose.LINK, 1, 0).replace("g1-", "g٣-"))
@example(CodePurpose.LINK, 1, 0, "")
def test_nothing_that_is_made_up_fits(
    purpose: CodePurpose, partnership: int, number: int, text: str
) -> None:
    assert not matches_code(KEY, purpose, partnership, number, text)


@given(st.text(max_size=60))
@example("g99999999999999999999-" + "a" * 20)
@example("g0-" + "a" * 20)
def test_a_name_that_is_read_is_a_number_a_database_holds(text: str) -> None:
    for purpose in CodePurpose:
        named = read_partnership(purpose, text)
        assert named is None or 1 <= named < 2**31
