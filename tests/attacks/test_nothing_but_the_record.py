"""Attack: other answers that print the same. Passes when nothing whatever looks different.

Two groups play weeks side by side. Whenever the lot prints the same of both, their digests, pages,
exports, pictures and packs are the same to the last byte, whatever else was answered: everything
that is said over time is made of what was printed. The control is a group of which something else
was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.record import Digest
from pulse_bot.storage import history
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds import decrypt
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.digest_message import message_card
from tests.made_up import CLOSES, START, WEEK, answer_all, at, installation, opened_round, people

WEEKS = 2 * BLOCK_ROUNDS + 1
ANSWERING = 11
COUNTED = 7
Answer = Callable[[int, int, int], int]
"""By week, person in the order of the lot, and question."""


def plain(week: int, person: int, position: int) -> int:
    """Leaning to 4, and moving with the weeks."""
    return min(5, 3 + (person + position) % 2 + week // 8)


def turned_round(week: int, person: int, position: int) -> int:
    """The same answers by other people of those who were drawn."""
    return plain(week, COUNTED - 1 - person if person < COUNTED else person, position)


def undrawn(week: int, person: int, position: int) -> int:
    """Those who were not drawn all say 1."""
    return plain(week, person, position) if person < COUNTED else 1


def spread(week: int, person: int, position: int) -> int:
    """The same sums out of other answers: one goes up, another goes down."""
    step = {0: -1, 1: 1}.get(person, 0) if plain(week, 1, position) < 5 else 0
    return plain(week, person, position) + step


def higher(week: int, person: int, position: int) -> int:
    """The control."""
    return 5


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lot draws people as they stand on the roster."""
    monkeypatch.setattr(decrypt, "draw_order", lambda roster, _: list(roster))


async def play(folder: Path, choose: Answer) -> Installation:
    """Weeks of a group of fourteen, of whom eleven answer."""
    made = installation(f"sqlite:///{folder / choose.__name__}.db", FixedClock(START))
    everybody = people(made)
    for week in range(WEEKS):
        asked = opened_round(made, week)

        def answer(person: int, position: int, week: int = week) -> str:
            return str(choose(week, person, position))

        await answer_all(made, asked, everybody[:ANSWERING], answer)
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)
    return made


def seen(made: Installation) -> Mapping[str, object]:
    """Everything that can be made of a partnership's record."""
    with made.database.read() as session:
        digests: Sequence[Digest] = history.list_digests(session, 1)
    name, zone, draw = "Colne Valley", "Europe/London", made.renderer
    picture = draw.picture(digests)
    return {
        "digests": [digest.statements for digest in digests],
        "texts": [draw.text(digest.statements) for digest in digests],
        "messages": [message_card(digest) for digest in digests],
        "page": draw.page(name, zone, digests),
        **{
            f"export {ending}": draw.export(f"pulse.{ending}", name, zone, digests)
            for ending in ("csv", "json", "xlsx", "pdf")
        },
        "picture": picture and (picture.png, picture.alternative),
    }


@pytest.mark.usefixtures("in_order")
async def test_other_answers_that_print_the_same_change_nothing(tmp_path: Path) -> None:
    made = await play(tmp_path, plain)
    expected = seen(made)
    assert "out of 5" in str(expected["texts"])
    assert "Trust: up since around round" in str(expected["texts"])
    for choose in (turned_round, undrawn, spread):
        other = await play(tmp_path, choose)
        for name, what in seen(other).items():
            assert what == expected[name], (choose.__name__, name)
    control = await play(tmp_path, higher)
    assert {name for name, what in seen(control).items() if what != expected[name]} == set(expected)
