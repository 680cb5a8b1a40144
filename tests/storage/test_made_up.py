"""The scene that other tests stand on plays a whole round."""

from __future__ import annotations

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import CLOSES, answer_all, at, found, opened_round, people, say


async def test_a_round_is_asked_answered_and_closed(made: Installation) -> None:
    everybody = people(made)
    asked = opened_round(made)
    await answer_all(made, asked, everybody)
    assert not await say(made, asked, everybody[0], "2")
    at(made, CLOSES)
    close_round(made, asked.id)
    assert found(made, asked.id).state is RoundStatus.CLOSED
    with made.database.read() as session:
        [digest] = history.list_digests(session, asked.partnership)
    assert len(digest.statements) > 3
