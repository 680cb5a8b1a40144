"""States of rounds: only forwards, and by one of several runners."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest
import sqlalchemy as sa

from pulse_bot.domain.asking.items import Choice, Kind, Wording
from pulse_bot.domain.asking.rounds import MOVES, Round, State
from pulse_bot.domain.asking.schedule import Open
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.frozen import freeze, thaw
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


def moved(made: Installation, asked: Round, to: State) -> bool:
    with made.database.write() as session:
        return rounds.move(session, asked.id, to)


@pytest.mark.parametrize("to", [State.CLOSING, State.LOST])
def test_one_of_several_runners_moves_a_round(made: Installation, to: State) -> None:
    people(made)
    asked = opened_round(made)
    assert sorted(race(lambda _: moved(made, asked, to))) == [False, False, False, True]
    assert found(made, asked.id).state is to


def test_either_closed_or_lost_but_not_both(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    moved(made, asked, State.CLOSING)
    ends = (State.CLOSED, State.LOST)
    won = race(lambda runner: moved(made, asked, ends[runner % 2]))
    assert won.count(True) == 1
    assert found(made, asked.id).state is ends[won.index(True) % 2]


@pytest.mark.parametrize("state", State)
def test_a_round_only_moves_forwards(made: Installation, state: State) -> None:
    people(made)
    asked = opened_round(made)
    for to in State:
        with made.database.write() as session:
            session.execute(sa.update(RoundRow).values(state=state))
        assert moved(made, asked, to) is (to in MOVES[state])


def test_a_round_that_is_not_there_does_not_move(made: Installation) -> None:
    with made.database.write() as session:
        assert not rounds.move(session, 404, State.CLOSING)


def test_one_of_several_ticks_opens_a_slot(made: Installation) -> None:
    people(made)
    at(made, OPENS)
    with made.database.read() as session:
        partnership = partnerships.by_name(session, PARTNERSHIP).id
    opened = race(lambda _: open_round(made, Open(partnership, OPENS, CLOSES)))
    assert opened.count(None) == 3
    with made.database.read() as session:
        assert session.scalars(sa.select(RoundRow.number)).all() == [1]
        [row] = rounds.unclosed(session)
    assert row.id in opened
    keys = made.keys.load(row.id)
    assert keys is not None
    assert made.keys.rounds() == {row.id}


@pytest.mark.parametrize("kind", Kind)
def test_a_round_keeps_its_questions_as_they_were(kind: Kind) -> None:
    choices = (Choice("a", "Dewis a"), Choice("b", "Dewis b"))
    welsh = Wording("cy", "Testun.", "Sgwrs?", choices, ("dim", "popeth"))
    asked = replace(item("trust", 1, kind), translations=(welsh, Wording("pl", "Tekst.")))

    assert thaw(json.loads(json.dumps(freeze(asked)))) == asked


def test_a_round_from_before_there_were_languages_can_be_read() -> None:
    kept = freeze(item("trust", 1))
    for key in ("language", "translations"):
        del kept[key]
    assert thaw(kept) == item("trust", 1)
