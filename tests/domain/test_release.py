"""The release policy: its formula, its bars and the facts of a digest.

Expected values are worked out by hand, or by the formula as it is written (release policy, The
grid), word for word and slowly. The attacks on it live in `tests/attacks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import POLICY_VERSION, Thresholds
from pulse_bot.domain.release.digest import ResponseBand
from pulse_bot.domain.release.policy import (
    block_level,
    release_block,
    release_question,
    response_band,
)
from pulse_bot.domain.release.results import Level, Silence
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import MemberAnswers, Tally, tally_item
from tests import printed
from tests.domain.soft_borders import lowest

BARS = Thresholds()
STEPS = [Fraction(1, 2), Fraction(2, 5), Fraction(1, 5), Fraction(1, 10)]
ITEM = Item("trust-1", "trust", "We trust one another.", ItemKind.AGREE, "trust", "When?")


def as_it_is_written(n: int, total: int, d: int, step: Fraction) -> tuple[Fraction, int] | None:
    """(3 + g·k, -1 | 0 | 1 for the edge): the formula as the page has it, with its loop over k."""
    fitting = [k for k in range(1, 200) if floor(n * (3 + step * k - step / 2)) + 1 <= 5 * n - d]
    if not fitting:
        return None
    q = (Fraction(total, n) - 3) / step
    sign = (q > 0) - (q < 0)
    size = next(k for k in range(1000) if k >= abs(q) - Fraction(1, 2))  # ceil, never under 0
    k = sign * min(max(fitting), size)
    return 3 + step * k, sign if abs(k) == max(fitting) else 0


def rounds() -> st.SearchStrategy[tuple[int, int]]:
    """(n, a total that n answers from 1 to 5 can have)."""
    return st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(n, 5 * n)))


def counted(values: Iterable[int], organisations: int = 5, item: Item = ITEM) -> Tally:
    """A tally of answers that go round so many organisations."""
    return tally_item(
        item,
        [
            MemberAnswers(number % organisations, {"answer": str(v)})
            for number, v in enumerate(values)
        ],
    )


@pytest.mark.parametrize(
    ("n", "total", "d", "step", "text"),
    [
        # n = 10, g = 0.4: 33 + 1 and 36 + 1 are at most 5·10 - 10 = 40, 40 + 1 is not: kmax = 2.
        (10, 38, 10, Fraction(2, 5), "about 3.8 or higher"),
        (10, 50, 10, Fraction(2, 5), "about 3.8 or higher"),
        (10, 37, 10, Fraction(2, 5), "about 3.8 or higher"),
        (10, 36, 10, Fraction(2, 5), "about 3.4"),  # 3.6 is a tie between 3.4 and 3.8: towards 3
        (10, 32, 10, Fraction(2, 5), "about 3.0"),  # 3.2 is a tie, too
        (10, 28, 10, Fraction(2, 5), "about 3.0"),
        (10, 27, 10, Fraction(2, 5), "about 2.6"),
        (10, 10, 10, Fraction(2, 5), "about 2.2 or lower"),
        # n = 7, g = 0.5: 22 + 1 is at most 25, 26 + 1 is not: kmax = 1.
        (7, 22, 10, Fraction(1, 2), "about 3.0"),
        (7, 23, 10, Fraction(1, 2), "about 3.5 or higher"),
        # n = 12: kmax = 3; n = 20, g = 0.2: kmax = 7; n = 40, g = 0.1: kmax = 17.
        (12, 60, 10, Fraction(2, 5), "about 4.2 or higher"),
        (20, 100, 10, Fraction(1, 5), "about 4.4 or higher"),
        (20, 84, 10, Fraction(1, 5), "about 4.2"),
        (40, 200, 10, Fraction(1, 10), "about 4.7 or higher"),
        (40, 40, 10, Fraction(1, 10), "about 1.3 or lower"),
        (40, 142, 10, Fraction(1, 10), "about 3.5"),  # 3.55 is a tie
        # Blocks. m = 6, D = 50, n = 30: 99 + 1 is at most 100, 105 + 1 is not: kmax = 2.
        (30, 120, 50, Fraction(1, 5), "about 3.4 or higher"),
        # m = 3, D = 26, n = 28: 109 + 1 is at most 114, 114 + 1 is not: kmax = 5.
        (28, 112, 26, Fraction(1, 5), "about 4.0 or higher"),
    ],
)
def test_worked_examples(n: int, total: int, d: int, step: Fraction, text: str) -> None:
    assert str(block_level(n, total, d, step)) == text


@given(drawn=rounds(), d=st.integers(0, 60), step=st.sampled_from(STEPS))
def test_it_is_the_formula_of_the_policy(drawn: tuple[int, int], d: int, step: Fraction) -> None:
    n, total = drawn
    said, expected = block_level(n, total, d, step), as_it_is_written(n, total, d, step)
    if expected is None:
        assert said is None
    else:
        value, sign = expected
        edge = {1: "or higher", 0: "", -1: "or lower"}[sign]
        assert said == printed.level(f"{float(value):.1f}", edge, step=f"{float(step):.1f}")


@given(drawn=rounds(), d=st.integers(0, 60), step=st.sampled_from(STEPS))
def test_mirroring_the_scale_mirrors_what_is_said(
    drawn: tuple[int, int], d: int, step: Fraction
) -> None:
    n, total = drawn
    said, mirrored = block_level(n, total, d, step), block_level(n, 6 * n - total, d, step)
    if said is None or mirrored is None:
        assert said is mirrored
        return
    assert Fraction(said.about) + Fraction(mirrored.about) == 6
    assert (said.edge, mirrored.edge) in {
        ("", ""),
        ("or higher", "or lower"),
        ("or lower", "or higher"),
    }


@given(n=st.integers(1, 200), d=st.integers(0, 60), step=st.sampled_from(STEPS))
def test_a_higher_total_never_prints_a_lower_level(n: int, d: int, step: Fraction) -> None:
    said = [block_level(n, total, d, step) for total in range(n, 5 * n + 1)]
    printed = [Fraction(level.about) for level in said if level is not None]
    assert printed == sorted(printed)
    assert len(printed) in {0, 4 * n + 1}, "whether a level is printed never depends on the total"


@given(drawn=rounds(), step=st.sampled_from(STEPS))
def test_what_is_printed_away_from_the_ends_is_within_half_a_step(
    drawn: tuple[int, int], step: Fraction
) -> None:
    n, total = drawn
    said = block_level(n, total, 10, step)
    if said is not None and not said.edge:
        assert abs(Fraction(said.about) - Fraction(total, n)) <= step / 2


@pytest.mark.parametrize("total", [6, 36])
def test_a_total_that_cannot_be_is_not_printed(total: int) -> None:
    with pytest.raises(ValueError, match="of 7 answers lies between 7 and 35"):
        block_level(7, total, 10, Fraction(1, 2))


@pytest.mark.parametrize(
    ("n", "organisations", "roster", "expected"),
    [
        (4, 4, 10, Silence.TOO_FEW),
        (5, 3, 10, Silence.TOO_FEW),
        (10, 3, 10, Silence.TOO_FEW),
        (5, 4, 10, Silence.ENOUGH),
        (6, 6, 60, Silence.ENOUGH),
        (7, 4, 10, printed.level("3.0", step="0.5")),
        (9, 9, 9, Silence.SMALL_GROUP),
        (0, 1, 9, Silence.SMALL_GROUP),
    ],
)
def test_the_bars_of_one_week(
    n: int, organisations: int, roster: int, expected: Level | Silence
) -> None:
    assert release_question(ITEM, counted([3] * n, organisations), roster, BARS, lowest) == expected


@pytest.mark.parametrize(
    ("n", "step"), [(7, 5), (9, 5), (10, 4), (19, 4), (20, 2), (39, 2), (40, 1), (60, 1)]
)
def test_the_step_of_one_week(n: int, step: int) -> None:
    """The lowest level above 3, over all rounds with a mean of 3 to 4."""
    said = [
        release_question(ITEM, _with_total(n, total), 60, BARS, lowest)
        for total in range(3 * n, 4 * n)
    ]
    levels = [level for level in said if isinstance(level, Level)]
    assert min({Fraction(level.value) for level in levels} - {3}) == Fraction(30 + step, 10)
    assert {level.step for level in levels} == {Decimal(step) / 10}


def _with_total(n: int, total: int) -> Tally:
    values = [3] * n
    for number in range(total - 3 * n):
        values[number % n] += 1
    return counted(values)


@pytest.mark.parametrize(
    "kind", [ItemKind.SCALE, ItemKind.JOURNEY, ItemKind.YES_NO, ItemKind.CHOOSE, ItemKind.WORDS]
)
def test_a_block_is_of_answers_from_1_to_5_alone(kind: ItemKind) -> None:
    other = replace(counted([3] * 20), kind=kind)
    with pytest.raises(ValueError, match="from 1 to 5"):
        release_block([PastRound(other, BARS)] * 6, BARS)


def test_words_have_no_number() -> None:
    words = replace(ITEM, kind=ItemKind.WORDS)
    full = tally_item(
        words, [MemberAnswers(number, {"answer": "We talk."}) for number in range(20)]
    )
    assert release_question(words, full, 20, BARS, lowest) is Silence.WORDS


def test_frequency_is_scored_like_agreement() -> None:
    often = replace(ITEM, kind=ItemKind.FREQUENCY)
    assert release_question(
        often, counted([4] * 12, item=often), 12, BARS, lowest
    ) == printed.level("3.8", step="0.4")


def test_a_reverse_scored_question_is_printed_turned() -> None:
    turned = replace(ITEM, reverse=True)
    assert release_question(
        turned, counted([5] * 12, item=turned), 12, BARS, lowest
    ) == printed.level("1.8", "or lower", step="0.4")


def past(n: int, value: int = 4, organisations: int = 5, bars: Thresholds = BARS) -> PastRound:
    """A round of the series with `n` equal answers."""
    return PastRound(counted([value] * n, organisations), bars)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        # n = 30, D = 50: the worked example
        ([5, 5, 5, 5, 5, 5], printed.level("3.4", "or higher", step="0.2")),
        ([4, 4, 4, 4, 14, 14], Silence.TOO_FEW),  # two rounds are left
        ([4, 4, 4, 9, 9, 9], Silence.ENOUGH),  # 27 answers are left
        # 28 answers, D = 26: kmax = 5
        ([4, 4, 4, 9, 9, 10], printed.level("4.0", "or higher", step="0.2")),
        ([0, 0, 0, 14, 14, 14], printed.level("4.0", step="0.1")),  # 42 answers, D = 26, step 0.1
        ([5, 5, 5, 5, 4, 4], Silence.ENOUGH),  # 20: the left-out answers are not in it
    ],
)
def test_the_bars_of_a_block(sizes: list[int], expected: Level | Silence) -> None:
    assert release_block([past(n) for n in sizes], BARS) == expected


def test_a_round_that_was_left_out_changes_nothing_by_its_answers() -> None:
    heard = [past(9, value=2) for _ in range(5)]
    assert release_block([*heard, past(4, value=1)], BARS) == release_block(
        [*heard, past(4, value=5)], BARS
    )


def test_a_past_round_keeps_the_bars_that_were_promised_for_it() -> None:
    """The partnership shrank to three organisations; what was promised for four stays shut."""
    three = Thresholds.for_partnership(3)
    rounds_now = [past(10, organisations=3, bars=three)] * 3
    assert release_block([past(10, organisations=3)] * 3 + rounds_now, three) == printed.level(
        "4.0", step="0.2"
    )
    assert release_block([past(10, organisations=3)] * 4 + rounds_now[:2], three) is Silence.TOO_FEW


@pytest.mark.parametrize("roster", range(5, 201))
def test_the_top_band_holds_all_all_but_one_and_all_but_two(roster: int) -> None:
    tops = {response_band(answered, roster) for answered in (roster - 2, roster - 1, roster)}
    assert tops == {ResponseBand.MOST}


@pytest.mark.parametrize("roster", range(5, 201))
def test_no_band_holds_a_single_count(roster: int) -> None:
    bands = [response_band(answered, roster) for answered in range(roster + 1)]
    assert min(bands.count(one) for one in bands) >= 2


@pytest.mark.parametrize("roster", range(8, 201))
def test_bands_are_quarters(roster: int) -> None:
    quarters = [
        ResponseBand.UNDER_A_QUARTER,
        ResponseBand.TO_A_HALF,
        ResponseBand.TO_THREE_QUARTERS,
        ResponseBand.MOST,
    ]
    for answered in range(roster - 2):
        share = Fraction(answered, roster)
        expected = quarters[sum(share >= Fraction(border, 4) for border in (1, 2, 3))]
        assert response_band(answered, roster) is expected


def test_nothing_is_said_of_the_response_of_fewer_than_five() -> None:
    said = {
        response_band(answered, roster) for roster in range(5) for answered in range(roster + 1)
    }
    assert said == {ResponseBand.UNSAID}


def test_more_answers_than_were_asked_for_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="some of those who were asked"):
        response_band(9, 8)


@pytest.mark.parametrize(
    ("organisations", "bar"), [(0, 3), (1, 3), (2, 3), (3, 3), (4, 4), (5, 4), (40, 4)]
)
def test_the_second_key_is_four_organisations_or_all_three(organisations: int, bar: int) -> None:
    assert Thresholds.for_partnership(organisations).organisations == bar


def test_thresholds_are_kept_and_read_again() -> None:
    stricter = Thresholds(answers=8, organisations=5, roster=16)
    assert Thresholds.from_json(stricter.to_json(), POLICY_VERSION) == stricter


@pytest.mark.parametrize("change", [{"answers": 4}, {"organisations": 2}, {"block_rounds": 4}])
def test_thresholds_are_never_laxer_than_the_policy(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"never under|whole turn"):
        Thresholds(**change)


@pytest.mark.parametrize("version", [POLICY_VERSION, 404])
@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ({}, BARS),
        ({**BARS.to_json(), "bar": 1}, BARS),
        ({**BARS.to_json(), "answers": "many", "roster": None}, BARS),
        # Whoever can write to the database lifts no bar under what was promised.
        (dict.fromkeys(BARS.to_json(), 1), Thresholds(organisations=3)),
        (dict.fromkeys(BARS.to_json(), -(10**9)), Thresholds(organisations=3)),
        ({"answers": 9}, Thresholds(answers=9)),
    ],
)
def test_bars_are_read_as_they_were_kept_and_never_laxer(
    kept: dict[str, object], read: Thresholds, version: int
) -> None:
    assert Thresholds.from_json(kept, version) == read
