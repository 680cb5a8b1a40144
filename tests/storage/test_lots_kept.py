"""What is kept of a lot, and for how long: sealed, for one block, of core questions alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pulse_bot.crypto.sealing import seal_tally
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.series import PastRound
from pulse_bot.domain.release.tallies import Lot
from pulse_bot.storage import history, leftovers, partnerships
from pulse_bot.storage.frozen import freeze_item
from pulse_bot.storage.models import RoundRow, TallyRow
from pulse_bot.storage.rounds import round_from_row
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.made_up import CLOSES, KEY, OPENS, PARTNERSHIP, WEEK, at, item, people

TRUST = item("trust", 1)
HONESTY = item("honesty", 1)


def keep(
    made: Installation,
    number: int,
    lots: Mapping[str, Lot | None],
    items: Sequence[Item] = (TRUST,),
    after: timedelta | None = None,
) -> Round:
    """A round that closes with these lots, so long after the first; a week each, if not said."""
    later = after if after is not None else number * WEEK
    with made.database.write() as session:
        row = RoundRow(
            partnership_id=partnerships.find_partnership(session, PARTNERSHIP).id,
            number=number,
            slot=OPENS + later,
            state=RoundStatus.CLOSED,
            opens_at=OPENS + later,
            closes_at=CLOSES + later,
            public_key=b"",
            roster_size=14,
            newcomers=0,
            thresholds=Thresholds().to_json(),
            items=[freeze_item(one) for one in items],
            again=False,
        )
        session.add(row)
        session.flush()
        asked = round_from_row(row)
        history.keep_lots(session, asked, lots, KEY)
        history.forget_lots(session, asked)
    return asked


def sealed(made: Installation, theme: str = "trust", bank: str = "") -> list[bool]:
    """Of each round of a series whether anything is kept, oldest first."""
    query = (
        select(TallyRow.sealed)
        .join(RoundRow, RoundRow.id == TallyRow.round_id)
        .where(TallyRow.series == theme, TallyRow.bank == (bank or theme))
        .order_by(RoundRow.number)
    )
    with made.database.read() as session:
        return [kept is not None for kept in session.scalars(query)]


def block(made: Installation, most: int = 5, asked: Item = TRUST) -> list[PastRound]:
    """What can be read of a theme's block."""
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
        return history.load_block(session, partnership, asked, most, KEY)


def test_a_lot_comes_back_as_it_was_drawn_and_stands_nowhere_in_plain(made: Installation) -> None:
    people(made)
    keep(made, 1, {TRUST.id: Lot(7, 24)})
    keep(made, 2, {TRUST.id: None})
    assert block(made) == [PastRound(Lot(7, 24)), PastRound(None)]
    with made.database.read() as session:
        kept = [row for row in session.scalars(select(TallyRow.sealed)) if row is not None]
    assert len(kept) == 2
    assert not any(b"24" in one and b"total" in one for one in kept)
    # Where too few answered, that is not to be seen without the key.
    assert len({len(one) for one in kept}) == 1


def test_lots_are_kept_until_their_block_ends_and_not_a_round_longer(made: Installation) -> None:
    people(made)
    for number in range(1, 6):
        keep(made, number, {TRUST.id: Lot(5, 10 + number)})
    assert sealed(made) == [True] * 5
    assert block(made) == [PastRound(Lot(5, 10 + number)) for number in range(1, 6)]

    keep(made, 6, {TRUST.id: Lot(5, 16)})
    assert sealed(made) == [False] * 6
    assert block(made, 0) == []

    keep(made, 7, {TRUST.id: Lot(5, 17)})
    assert sealed(made) == [*[False] * 6, True]
    # That it was asked is still counted: the next block ends with the twelfth round.
    with made.database.read() as session:
        assert history.series_lengths(session, 1) == {("trust", "trust"): 7}


def test_each_theme_has_its_own_block(made: Installation) -> None:
    people(made)
    keep(made, 1, {HONESTY.id: Lot(5, 11)}, [HONESTY])
    for number in range(2, 8):
        keep(made, number, {TRUST.id: Lot(5, 12)})
    assert sealed(made, "trust") == [False] * 6
    assert sealed(made, "honesty") == [True]


def test_of_other_questions_than_the_cores_nothing_is_kept(made: Installation) -> None:
    people(made)
    own = item("honesty", 2, core=False)
    keep(made, 1, {TRUST.id: Lot(7, 24), own.id: Lot(7, 30)}, [own, TRUST])
    with made.database.read() as session:
        rows = [(row.series, row.position) for row in session.scalars(select(TallyRow))]
    assert rows == [("trust", 1)]


def test_a_core_of_another_bank_ends_the_series_before_it(made: Installation) -> None:
    people(made)
    for number in (1, 2):
        keep(made, number, {TRUST.id: Lot(5, 12)})
    keep(made, 3, {HONESTY.id: Lot(5, 12)}, [HONESTY])
    assert sealed(made) == [True, True], "another theme ends nothing"
    other = replace(TRUST, id="newer-1", bank="newer")
    keep(made, 4, {other.id: Lot(5, 20)}, [other])
    assert sealed(made) == [False, False]
    assert block(made, asked=other) == [PastRound(Lot(5, 20))]
    assert sealed(made, bank="newer") == [True]


def test_a_theme_that_is_asked_no_more_is_forgotten_after_a_year(made: Installation) -> None:
    people(made)
    keep(made, 1, {TRUST.id: Lot(5, 12)}, after=timedelta(0))
    keep(made, 2, {HONESTY.id: Lot(5, 12)}, [HONESTY], after=timedelta(days=366))
    assert sealed(made) == [True]
    keep(made, 3, {HONESTY.id: Lot(5, 12)}, [HONESTY], after=timedelta(days=367))
    assert sealed(made) == [False]
    assert sealed(made, "honesty") == [True, True]


def test_a_partnership_without_rounds_is_forgotten_after_a_year_too(made: Installation) -> None:
    people(made)
    keep(made, 1, {TRUST.id: Lot(5, 12)}, after=timedelta(0))
    at(made, CLOSES + timedelta(days=366))
    sweep_rounds(made)
    assert sealed(made) == [True]
    at(made, CLOSES + timedelta(days=366, seconds=1))
    sweep_rounds(made)
    assert sealed(made) == [False]
    with made.database.read() as session:
        assert leftovers.oldest_leftover(session) == CLOSES + timedelta(days=366, seconds=1)


def test_another_partnerships_lots_are_left_alone(made: Installation) -> None:
    people(made)
    asked = keep(made, 1, {TRUST.id: Lot(5, 12)})
    elsewhere = replace(asked, partnership=asked.partnership + 1)
    with made.database.write() as session:
        history.forget_lots(session, replace(elsewhere, closes_at=CLOSES + 104 * WEEK))
    assert sealed(made) == [True]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"nothing that was sealed", id="other bytes"),
        pytest.param(seal_tally(bytes(32), b'{"counted":5,"total":12}'), id="another key"),
        pytest.param(seal_tally(KEY, b"{}"), id="no lot"),
        pytest.param(seal_tally(KEY, b'{"counted":5,"total":26}'), id="more than five each"),
        pytest.param(seal_tally(KEY, b'{"counted":5,"total":4}'), id="less than one each"),
        pytest.param(seal_tally(KEY, json.dumps({"n": 9, "moments": {}}).encode()), id="older"),
    ],
)
def test_a_lot_that_cannot_be_read_is_told_as_missing(made: Installation, damage: bytes) -> None:
    people(made)
    first = keep(made, 1, {TRUST.id: Lot(7, 24)})
    keep(made, 2, {TRUST.id: Lot(7, 25)})
    with made.database.write() as session:
        session.execute(update(TallyRow).where(TallyRow.round_id == first.id).values(sealed=damage))
    assert block(made) == [PastRound(None, unreadable=True), PastRound(Lot(7, 25))]
