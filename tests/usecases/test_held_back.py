"""How long a workshop's results may wait for it: its day moves, but not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulse_bot.ports import Address, Outcome
from pulse_bot.usecases.workshops import pack
from tests.made_up import answer_all, at
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import (
    ASKED,
    CLOSED,
    LEAD,
    MEMBER,
    Workshop,
    workshop,
)

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


async def test_what_was_answered_is_held_back_for_a_fortnight_at_most(valley: Workshop) -> None:
    await valley.planned(together="together")
    valley.run(ASKED)
    refused = await valley.send("day", on=("10 February",))
    assert "this workshop is on Monday 9 February 2026 at the latest" in refused.notice
    assert (await valley.send("day", on=("9 February",))).outcome is Outcome.DONE
    asked = valley.newest()
    everybody = [Address("fake", "", f"person-{who:02}") for who in range(14)]
    await answer_all(valley.made, asked, everybody)
    valley.run(CLOSED)

    # However often somebody moves it: it counts from the close.
    for now, still in ((CLOSED + DAY, "7 February"), (CLOSED + 11 * DAY, "9 February")):
        at(valley.made, now)
        for day in ("10 February", "1 June 2026", "2 June 2026"):
            refused = await valley.send("day", on=(day,))
            assert "may not be held back for more than 14 days" in refused.notice
        assert (await valley.send("day", on=(still,))).outcome is Outcome.DONE
    assert "No digest yet" in words([await valley.talk.look(MEMBER, "group")])

    at(valley.made, CLOSED + 13 * DAY)
    assert (await valley.send("day", on=("8 February",))).outcome is Outcome.DONE
    assert (await valley.talk.press(LEAD, "pack:open:1")).notice == pack.OPENED
    refused = await valley.send("day", on=("9 February",))
    assert "is open to everybody, so its day stays as it is" in refused.notice


async def test_a_workshop_whose_pack_comes_at_once_is_not_put_off_for_ever_either(
    valley: Workshop,
) -> None:
    await valley.planned()
    valley.run(ASKED)
    refused = await valley.send("day", on=("10 February",))
    assert "is 14 days after its questions have closed at most" in refused.notice
