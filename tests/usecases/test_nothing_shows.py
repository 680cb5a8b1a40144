"""What cannot be seen: results while a round is open, and at any time who answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pulse_bot.ports import Reply
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import (
    list_log_lines,
    list_members,
    list_partnerships,
    list_rounds,
    read_digests,
)
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import (
    CLOSES,
    PARTNERSHIP,
    START,
    answer_all,
    at,
    installation,
    opened_round,
    people,
    recording,
)
from tests.outbox import rows, tick
from tests.usecases.scene import Talk

Choose = Callable[[int, int], str]
Seen = dict[str, object]

LOOKER = 13
"""Who looks: the last of fourteen, who answers in no run."""


def operators_view(made: Installation) -> Seen:
    """What the commands print, made from what they print it from."""
    return {
        "partnership": list_partnerships(made),
        "members": list_members(made, PARTNERSHIP),
        "rounds": list_rounds(made, PARTNERSHIP),
        "log": list_log_lines(made, PARTNERSHIP),
        "digests": read_digests(made, PARTNERSHIP),
        "jobs": tick(made),
        "outbox": [(row.kind, row.user, row.due_at, row.state) for row in rows(made)],
    }


async def play(
    folder: Path, answered: Sequence[int], choose: Choose, *, closed: bool = False
) -> tuple[list[Reply], Seen]:
    """One run in which some members answered somehow: what another member and the operator see."""
    made = installation(f"sqlite:///{folder / 'pulse-bot.db'}", FixedClock(START))
    everybody = people(made)
    asked = opened_round(made)
    await answer_all(made, asked, [everybody[number] for number in answered], choose)
    if closed:
        at(made, CLOSES)
        close_round(made, asked.id)
    async with recording(made) as record:
        views = await Talk(made, record).all_views(everybody[LOOKER])
    seen = operators_view(made)
    made.database.close()
    return views, seen


VECTORS: dict[str, tuple[Sequence[int], Choose]] = {
    "nobody": ((), lambda *_: "1"),
    "one, high": ((0,), lambda *_: "5"),
    "all, high": (range(13), lambda *_: "5"),
    "all, low": (range(13), lambda *_: "1"),
    "all skip": (range(13), lambda *_: "skip"),
    "mixed": (range(4, 13), lambda person, position: str(1 + (person + position) % 5)),
}


async def test_while_a_round_is_open_every_view_is_the_same_whatever_was_answered(
    tmp_path: Path,
) -> None:
    seen = [
        await play(tmp_path / str(number), answered, choose)
        for number, (answered, choose) in enumerate(VECTORS.values())
    ]

    assert len(seen[0][0]) == 8
    for case, other in zip(VECTORS, seen, strict=True):
        assert other == seen[0], case


async def test_who_answered_changes_nothing_that_others_see(tmp_path: Path) -> None:
    """Ten of fourteen answer alike, whoever is drawn; which ten, no view tells after the close."""

    def alike(_person: int, position: int) -> str:
        return str(2 + position)

    first = await play(tmp_path / "first", range(10), alike, closed=True)
    others = await play(tmp_path / "others", range(3, 13), alike, closed=True)

    assert first == others
    assert "Round 1" in str(first[0][1])


@pytest.mark.both_databases
def test_the_operators_list_says_nothing_of_an_open_round(made: Installation) -> None:
    people(made)
    opened_round(made)

    [row] = list_rounds(made, PARTNERSHIP)

    # Its frozen size is known to everybody who can read the roster; nothing here counts answers.
    assert set(row) == {"round", "state", "opened", "closes", "asked", "questions"}
    assert (row["state"], row["asked"]) == ("open", 14)
    assert read_digests(made, PARTNERSHIP) == []


async def test_an_event_of_one_member_changes_no_view_of_another(talk: Talk) -> None:
    """Not by pressing, changing, skipping or writing; nor do refusals differ."""
    one, two, *_ = people(talk.made)
    asked = opened_round(talk.made)
    before = await talk.all_views(two)
    for value in ("5", "1", "skip", "9"):
        await talk.choose(asked, one, value)
        await talk.submit(asked, one, {"0:comment": "Some words.", "1:answer": "2"})

        assert await talk.all_views(two) == before

    assert await talk.choose(asked, one, "9") == await talk.choose(asked, two, "9")
