"""Whole years under attack: the lot passes; the first edition does not, where it broke."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from pulse_bot.audit.attack import audit
from pulse_bot.audit.published import PublishedRound
from pulse_bot.audit.report import AuditFinding, FindingKind, Somebody, Whose
from pulse_bot.domain.release.results import End, Level
from tests.audit.years import Year, print_first_edition, print_second_edition, usual_year

DISSENTER = Year(
    [[1] + [4] * 9] * 6, lambda _week, _person: True, lambda _week, _person: True, weeks=24
)
"""Ten members who answer every week: one always 1, nine always 4."""
FIRST_WEEK = 20


def joiner(members: list[int], answer: int) -> Year:
    """Ten members who always answer alike, and one who joins."""
    return Year(
        [[*members, answer]] * 6,
        lambda week, person: person < len(members) or week >= FIRST_WEEK,
        lambda _week, _person: True,
        weeks=30,
    )


JOINED = Somebody(Whose.JOINED, FIRST_WEEK + 1)


def find(rounds: Sequence[PublishedRound], *kinds: FindingKind) -> list[AuditFinding]:
    return [one for one in audit(rounds, drawn=1).findings if one.kind in kinds]


@pytest.mark.parametrize("members", [8, 12, 20, 40])
def test_a_year_under_the_lot_passes(members: int) -> None:
    draw = random.Random(members)
    year = replace(usual_year(members, draw, joins=members != 12, themes=1), weeks=24)

    report = audit(print_second_edition(year, draw), drawn=1)

    assert report.numbers > 0
    assert report.rates
    assert report.findings == []
    assert report.passes


def test_in_the_dissenters_year_the_trend_word_tells_of_all() -> None:
    found = find(print_first_edition(DISSENTER), FindingKind.WHOLE_THEME)

    # Whoever answered 1 all along knows where everybody else stands.
    assert [(one.reader.friends, one.reader.answers) for one in found] == [(1, (0,))]
    assert found[0].somebody == Somebody(Whose.ANYBODY)


def test_without_its_trend_word_the_dissenters_year_tells_nothing() -> None:
    report = audit(print_first_edition(DISSENTER, trends=False), drawn=1)

    # That how many answered is told stays true: the first edition's grid hangs on it.
    assert {one.kind for one in report.findings} == {FindingKind.COUNT}


def test_a_joiner_whom_the_first_edition_shows_is_found() -> None:
    # 38 of ten is "3.8 or higher", so 37 at least; 39 of eleven is 3.4, so 39 at most.
    report = audit(print_first_edition(joiner([4] * 8 + [3] * 2, 1)), drawn=1)

    found = [one for one in report.findings if one.kind is FindingKind.ONE_SIDE]
    assert JOINED in {one.somebody for one in found if one.reader.friends == 0}
    assert not any(rate.is_kept for rate in report.rates)


def test_a_joiner_of_a_unanimous_group_is_found_by_the_trend_word_alone() -> None:
    year = joiner([4] * 10, 1)
    shown = {
        has_trends: {
            one.somebody
            for one in find(
                print_first_edition(year, trends=has_trends),
                FindingKind.WHOLE_THEME,
                FindingKind.ONE_SIDE,
            )
        }
        for has_trends in (True, False)
    }

    assert JOINED in shown[True]
    assert shown[False] == set()


@pytest.mark.parametrize(
    "year", [DISSENTER, joiner([4] * 8 + [3] * 2, 1)], ids=["dissenter", "joiner"]
)
def test_the_same_years_under_the_lot_pass(year: Year) -> None:
    assert audit(print_second_edition(year, random.Random(5)), drawn=1).passes


def test_a_number_that_the_policy_cannot_print_is_found() -> None:
    year = replace(usual_year(12, random.Random(1), themes=1), weeks=3)
    rounds = list(print_second_edition(year, random.Random(2)))
    forged = replace(rounds[1].questions[0], says=Level(Decimal("4.9"), End.NONE), least=6)
    rounds[1] = replace(rounds[1], questions=(forged,))

    found = find(rounds, FindingKind.OFF_POLICY)

    assert [(one.rounds, one.question) for one in found] == [((2,), forged.item)]


@pytest.mark.parametrize(("length", "is_found"), [(5, False), (10, False), (6, True)])
def test_a_list_of_another_length_is_found(length: int, is_found: bool) -> None:
    year = replace(usual_year(12, random.Random(1), themes=1), weeks=2)
    rounds = list(print_second_edition(year, random.Random(2)))
    rounds[0] = replace(rounds[0], lengths=(length,))

    assert bool(find(rounds, FindingKind.LENGTH)) is is_found


def test_the_same_material_gives_the_same_report() -> None:
    year = replace(usual_year(9, random.Random(3), themes=1), weeks=12)
    rounds = print_second_edition(year, random.Random(4))

    assert audit(rounds, drawn=1) == audit(rounds, drawn=1)


def test_nothing_is_no_material() -> None:
    with pytest.raises(ValueError, match="Nothing was published"):
        audit(())
