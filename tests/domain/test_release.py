"""The release policy: its bars, one week, a block, and how many answered.

Expected values are worked out by hand from its tables. The attacks on it live in `tests/attacks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import POLICY_VERSION, Thresholds
from pulse_bot.domain.release.digest import ResponseClass
from pulse_bot.domain.release.policy import release_block, release_question, response_class
from pulse_bot.domain.release.results import Level, LevelWord, Silence
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import Lot, MemberAnswers, Tally, tally_item
from tests import printed

BARS = Thresholds()
ITEM = Item("trust-1", "trust", "We trust one another.", ItemKind.AGREE, "trust", "When?")


def counted(
    values: Iterable[int], roster: int = 14, organisations: int = 5, item: Item = ITEM
) -> Tally:
    """A tally of answers, in the lot's order, out of organisations that take turns."""
    answers = [MemberAnswers(k % organisations, {"answer": str(v)}) for k, v in enumerate(values)]
    return tally_item(item, answers, roster, BARS)


def said(values: Iterable[int], roster: int = 14, before: Level | None = None) -> object:
    """What is said of one question of one week."""
    return release_question(ITEM, counted(values, roster), roster, BARS, before)


@pytest.mark.parametrize(
    ("values", "roster", "expected"),
    [
        # Eight members: a lot of five, steps of 0.5 about 3, ends at 2.0 and 4.0.
        ([5] * 6, 8, printed.level("4.0", "or higher", step="0.5")),
        ([4, 4, 4, 3, 3, 1], 8, printed.level("3.5", step="0.5")),  # 3.6
        ([4, 4, 4, 4, 3, 1], 8, printed.level("4.0", "or higher", step="0.5")),  # 3.8 is over 3.75
        ([3] * 8, 8, printed.level("3.0", step="0.5")),
        ([1] * 8, 8, printed.level("2.0", "or lower", step="0.5")),
        # Fourteen: steps of 0.4. Of nine a lot of seven, ends at 1.8 and 4.2.
        ([5] * 9, 14, printed.level("4.2", "or higher", step="0.4")),
        ([4, 4, 4, 4, 3, 3, 3, 1, 1], 14, printed.level("3.4", step="0.4")),  # 25/7 is 3.57
        ([2] * 9, 14, printed.level("2.2", step="0.4")),  # 2.0 is a tie: towards the middle
        # Thirty: steps of 0.2.
        ([4] * 12, 30, printed.level("4.0", step="0.2")),
        ([3] * 11, 30, Silence.TOO_FEW),
        ([3] * 8, 20, Silence.TOO_FEW),
        ([3] * 5, 8, Silence.TOO_FEW),
        ([3] * 7, 7, Silence.SMALL_GROUP),
        ([], 7, Silence.SMALL_GROUP),
    ],
)
def test_one_week(values: list[int], roster: int, expected: object) -> None:
    assert said(values, roster) == expected


@pytest.mark.parametrize(
    ("before", "total", "expected"),
    [
        # A lot of seven of fourteen members; a number stays within 0.5.
        ("3.4", 24, "3.4"),  # 3.43
        ("3.4", 27, "3.4"),  # 3.86 is 0.46 away
        ("3.4", 28, "3.8"),  # 4.0 is 0.6 away; a tie of 3.8 and 4.2: towards the middle
        ("3.4", 35, "4.2"),  # 5.0, by two cells at most
        ("2.2", 35, "3.0"),
        ("3.4", 20, "3.0"),  # 2.86
    ],
)
def test_a_number_stays_until_the_answers_have_clearly_moved(
    before: str, total: int, expected: str
) -> None:
    answers = [1] * 7
    for place in range(total - 7):
        answers[place % 7] += 1
    now = said([*answers, 3, 3], 14, printed.level(before, step="0.4"))
    assert isinstance(now, Level)
    assert now.about == expected


def test_a_question_out_of_too_few_schools_is_not_said() -> None:
    assert release_question(ITEM, counted([3] * 12, organisations=3), 14, BARS) is Silence.TOO_FEW
    three = Thresholds.for_partnership(4)
    answers = [MemberAnswers(number % 3, {"answer": "3"}) for number in range(12)]
    heard = tally_item(ITEM, answers, 14, three)
    assert release_question(ITEM, heard, 14, three) == printed.level("3.0", step="0.4")


def test_words_have_no_number() -> None:
    words = replace(ITEM, kind=ItemKind.WORDS)
    assert release_question(words, counted([3] * 12, item=words), 14, BARS) is Silence.WORDS


def test_a_reverse_scored_question_is_printed_turned() -> None:
    turned = replace(ITEM, reverse=True)
    found = release_question(turned, counted([5] * 12, item=turned), 14, BARS)
    assert found == printed.level("1.8", "or lower", step="0.4")


def series(*lots: Lot | None, rounds: int = 6) -> Series:
    """A theme whose sixth round closes."""
    return Series("trust", rounds, tuple(PastRound(lot) for lot in lots))


@pytest.mark.parametrize(
    ("lots", "roster", "expected"),
    [
        # Steps of 0.2 about 3; at 12 to 19 members the ends are 1.8 and 4.2, else 2.0 and 4.0.
        ([Lot(10, 34)] * 6, 14, printed.level("3.4", step="0.2")),
        ([Lot(10, 50)] * 6, 14, printed.level("4.2", "or higher", step="0.2")),
        ([Lot(16, 80)] * 6, 20, printed.level("4.0", "or higher", step="0.2")),
        ([Lot(5, 5)] * 6, 8, printed.level("2.0", "or lower", step="0.2")),
        # The mean of all answers, not of rounds: (7·3 + 3·50) / (7 + 30) is 4.62.
        (
            [Lot(7, 21), *[Lot(10, 50)] * 3, None, None],
            14,
            printed.level("4.2", "or higher", step="0.2"),
        ),
        ([Lot(10, 34)] * 3 + [None] * 3, 14, Silence.TOO_FEW),
        # Six and seven members: five words, of lots of four.
        ([Lot(4, 4)] * 6, 6, LevelWord.LOW),
        ([Lot(4, 10)] * 6, 6, LevelWord.RATHER_LOW),
        ([Lot(4, 12)] * 6, 7, LevelWord.MIDDLE),
        ([Lot(4, 14)] * 6, 7, LevelWord.RATHER_HIGH),
        ([Lot(4, 16)] * 4 + [None] * 2, 7, LevelWord.HIGH),
        ([Lot(4, 16)] * 3 + [None] * 3, 7, Silence.TOO_FEW),
        # Four rounds that were asked would tell that each had five or six answers.
        ([Lot(4, 16)] * 4, 7, Silence.TOO_FEW),
        ([*[Lot(4, 16)] * 3, Lot(5, 20)], 8, Silence.TOO_FEW),
        ([Lot(10, 34)] * 4, 14, printed.level("3.4", step="0.2")),
        ([Lot(4, 16)] * 6, 5, Silence.TOO_FEW),
    ],
)
def test_a_block(lots: list[Lot | None], roster: int, expected: object) -> None:
    assert release_block(series(*lots), roster, BARS) == expected


@pytest.mark.parametrize(("roster", "is_said"), [(8, False), (9, False), (10, True)])
@pytest.mark.parametrize("total", [24, 28, 34])
def test_bars_of_the_first_edition_print_a_block_or_nothing(
    total: int, roster: int, *, is_said: bool
) -> None:
    """Lots of a larger roster, in the week in which the edition changes."""
    lots = [*[Lot(7, total)] * 4, None, None]
    result = release_block(series(*lots), roster, Thresholds.from_json({}, 1))
    assert isinstance(result, Level) is is_said
    assert is_said or result is Silence.TOO_FEW


@pytest.mark.parametrize(
    ("answered", "roster", "expected"),
    [
        (0, 8, ResponseClass(0, 5)),
        (5, 8, ResponseClass(0, 5)),
        (6, 8, ResponseClass(6)),
        (8, 8, ResponseClass(6)),
        (8, 11, ResponseClass(6, 8)),
        (9, 11, ResponseClass(9)),
        (13, 14, ResponseClass(12)),
        (10, 14, ResponseClass(9, 11)),
        (8, 20, ResponseClass(0, 8)),
        (20, 20, ResponseClass(18)),
        (11, 30, ResponseClass(0, 11)),
        (3, 7, None),
        (7, 7, None),
    ],
)
def test_how_many_answered_is_a_class(
    answered: int, roster: int, expected: ResponseClass | None
) -> None:
    assert response_class(answered, roster, BARS.organisations, BARS) == expected


@pytest.mark.parametrize("roster", range(8, 201))
def test_no_class_of_answers_holds_fewer_than_three_counts(roster: int) -> None:
    told = [response_class(answered, roster, 9, BARS) for answered in range(roster + 1)]
    assert min(told.count(one) for one in told) >= 3
    assert len({told[roster - 2], told[roster - 1], told[roster]}) == 1


@pytest.mark.parametrize("roster", range(8, 40))
def test_the_bars_of_the_first_edition_leave_no_class_of_two_counts(roster: int) -> None:
    """They hold for rounds that were opened under it, and are printed by the lot."""
    first = Thresholds.from_json({}, 1)
    told = [response_class(answered, roster, 9, first) for answered in range(roster + 1)]
    assert min(told.count(one) for one in told) >= 3
    for answered in range(7):
        answers = [MemberAnswers(number, {"answer": "3"}) for number in range(answered)]
        heard = tally_item(ITEM, answers, roster, first)
        assert isinstance(release_question(ITEM, heard, roster, first), Silence)


def test_more_answers_than_were_asked_for_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="some of those who were asked"):
        response_class(9, 8, 4, BARS)


@pytest.mark.parametrize(
    ("organisations", "bar"), [(0, 3), (1, 3), (3, 3), (4, 3), (5, 4), (6, 4), (40, 4)]
)
def test_the_second_key_is_four_organisations_or_one_fewer_than_there_are(
    organisations: int, bar: int
) -> None:
    assert Thresholds.for_partnership(organisations).organisations == bar


def test_thresholds_are_kept_and_read_again() -> None:
    stricter = Thresholds(answers=8, organisations=5, roster=16)
    assert Thresholds.from_json(stricter.to_json(), POLICY_VERSION) == stricter


def test_those_of_the_first_edition_are_read_as_they_were_promised() -> None:
    kept = {
        "answers": 5,
        "organisations": 4,
        "week_answers": 7,
        "roster": 10,
        "block_rounds": 6,
        "block_answers": 28,
        "block_least_rounds": 3,
    }
    read = Thresholds.from_json(kept, 1)
    assert (read.answers, read.organisations, read.roster) == (7, 4, 10)


@pytest.mark.parametrize("change", [{"answers": 5}, {"organisations": 2}, {"block_rounds": 4}])
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
