"""States of rounds: only forwards, and by one of several runners."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from pulse_bot.domain.asking.items import Choice, ItemKind, Wording
from pulse_bot.domain.asking.rounds import ALLOWED_MOVES, Round, RoundStatus
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.columns import StoredWord
from pulse_bot.storage.frozen import freeze_item, thaw_item
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.open_round import open_round
from tests.made_up import CLOSES, OPENS, PARTNERSHIP, at, found, item, opened_round, people

T = TypeVar("T")


def race(do: Callable[[int], T], runners: int = 4) -> list[T]:
    """What came of several runners who start at one moment."""
    start = threading.Barrier(runners)

    def run(runner: int) -> T:
        start.wait(60)
        return do(runner)

    with ThreadPoolExecutor(runners) as pool:
        return [one.result(60) for one in [pool.submit(run, n) for n in range(runners)]]


def moved(made: Installation, asked: Round, to: RoundStatus) -> bool:
    with made.database.write() as session:
        return rounds.move_round(session, asked.id, to)


@pytest.mark.parametrize("to", [RoundStatus.CLOSING, RoundStatus.LOST])
def test_one_of_several_runners_moves_a_round(made: Installation, to: RoundStatus) -> None:
    people(made)
    asked = opened_round(made)
    assert sorted(race(lambda _: moved(made, asked, to))) == [False, False, False, True]
    assert found(made, asked.id).state is to


def test_either_closed_or_lost_but_not_both(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    moved(made, asked, RoundStatus.CLOSING)
    ends = (RoundStatus.CLOSED, RoundStatus.LOST)
    won = race(lambda runner: moved(made, asked, ends[runner % 2]))
    assert won.count(True) == 1
    assert found(made, asked.id).state is ends[won.index(True) % 2]


@pytest.mark.parametrize("state", RoundStatus)
def test_a_round_only_moves_forwards(made: Installation, state: RoundStatus) -> None:
    people(made)
    asked = opened_round(made)
    for to in RoundStatus:
        with made.database.write() as session:
            session.execute(sa.update(RoundRow).values(state=state))
        assert moved(made, asked, to) is (to in ALLOWED_MOVES[state])


def test_a_round_that_is_not_there_does_not_move(made: Installation) -> None:
    with made.database.write() as session:
        assert not rounds.move_round(session, 404, RoundStatus.CLOSING)


def test_one_of_several_ticks_opens_a_slot(made: Installation) -> None:
    people(made)
    at(made, OPENS)
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
    opened = race(lambda _: open_round(made, OpenRound(partnership, OPENS, CLOSES)))
    assert opened.count(None) == 3
    with made.database.read() as session:
        [row] = session.scalars(sa.select(RoundRow)).all()
    assert row.number == 1
    assert row.id in opened
    keys = made.keys.load(row.id)
    assert keys is not None
    assert made.keys.list_rounds() == {row.id}


@pytest.mark.parametrize("kind", ItemKind)
def test_a_round_keeps_its_questions_as_they_were(kind: ItemKind) -> None:
    choices = (Choice("a", "Dewis a"), Choice("b", "Dewis b"))
    welsh = Wording("cy", "Testun.", "Sgwrs?", choices, ("dim", "popeth"))
    asked = replace(item("trust", 1, kind), translations=(welsh, Wording("pl", "Tekst.")))

    assert thaw_item(json.loads(json.dumps(freeze_item(asked)))) == asked


def test_a_round_from_before_there_were_languages_can_be_read() -> None:
    kept = freeze_item(item("trust", 1))
    for key in ("language", "translations"):
        del kept[key]
    assert thaw_item(kept) == item("trust", 1)


class ShoeSize(StrEnum):
    """States that no table has."""

    LARGE = "large"


def test_a_state_that_is_not_known_is_told_in_words(caplog: pytest.LogCaptureFixture) -> None:
    column = StoredWord(ShoeSize)
    assert column.process_result_value("large", sqlite.dialect()) is ShoeSize.LARGE
    assert caplog.text == ""
    assert column.process_result_value("vast", sqlite.dialect()) == "vast"
    assert "A stored shoe size cannot be read, and was passed over." in caplog.text
