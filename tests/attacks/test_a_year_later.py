"""A disk that is stolen a year later, with the installation key: what can be read of past rounds.

Passes when it is the printed record, and of each theme the sums of lots of one block at most, whose
last round is not over yet; to the last byte of the files.
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from pulse_bot.crypto.sealing import unseal_tally
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.storage import history
from pulse_bot.storage.models import RoundRow, TallyRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.rounds.close import close_round
from tests.attacks.thief import held, held_by_server
from tests.made_up import CLOSES, KEY, WEEK, answer_all, at, opened_round, people

WEEKS = 2 * BLOCK_ROUNDS + 2


def sealed_lots(made: Installation) -> dict[int, list[bytes]]:
    """What is sealed with the installation key, by the number of its round."""
    found: dict[int, list[bytes]] = {}
    query = select(RoundRow.number, TallyRow.sealed).join(
        RoundRow, RoundRow.id == TallyRow.round_id
    )
    with made.database.read() as session:
        for number, sealed in session.execute(query.where(TallyRow.sealed.is_not(None))):
            found.setdefault(number, []).append(sealed or b"")
    return found


async def play(made: Installation) -> list[bytes]:
    """More than two blocks of rounds; a piece of all that was ever sealed in them."""
    everybody = people(made)
    pieces = []
    for week in range(WEEKS):
        asked = opened_round(made, week)
        await answer_all(made, asked, everybody[: 9 + week % 4])
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)
        newest = sealed_lots(made).get(week + 1, [])
        assert bool(newest) is ((week + 1) % BLOCK_ROUNDS != 0)
        pieces += [sealed[8:48] for sealed in newest]
    return pieces


def in_files(made: Installation, tmp_path: Path, traces: list[bytes]) -> list[bytes]:
    if made.database.is_sqlite:
        return held(tmp_path / "pulse-bot.db", traces)
    return held_by_server(made.database, traces)


async def test_of_a_year_the_lots_of_one_block_can_be_read(
    made: Installation, tmp_path: Path
) -> None:
    pieces = await play(made)
    kept = sealed_lots(made)
    assert sorted(kept) == [WEEKS - 1, WEEKS]
    for lots in kept.values():
        assert [json.loads(unseal_tally(KEY, one)).keys() for one in lots] == [
            {"counted", "total"}
        ] * 3
    left = [sealed[8:48] for lots in kept.values() for sealed in lots]
    gone = [piece for piece in pieces if piece not in left]
    assert len(gone) == 3 * (WEEKS - 2 - 2)

    assert clean_files(made)
    made.database.close()
    # The control: the search sees what is there.
    assert in_files(made, tmp_path, [*gone, *left]) == left


async def test_what_was_printed_is_all_that_is_there(made: Installation) -> None:
    await play(made)
    with made.database.read() as session:
        digests = history.list_digests(session, 1)
    assert len(digests) == WEEKS
    assert all(digest.statements for digest in digests)
