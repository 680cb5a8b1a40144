"""The sweep at start-up and with every tick: keys and rounds that do not belong together."""

from __future__ import annotations

from pulse_bot.storage import rounds
from pulse_bot.usecases.close import forget, lose
from pulse_bot.usecases.installation import Installation


def sweep(installation: Installation) -> None:
    """Destroy the keys of rounds that are over, and give up open rounds whose key is gone."""
    kept = installation.keys.rounds()
    with installation.database.read() as session:
        over = rounds.ended(session, kept)
        keyless = [row.id for row in rounds.unclosed(session) if row.id not in kept]
    for round_id in over:
        forget(installation, round_id)
    for round_id in keyless:
        # Looked at again, because the listing of keys is older than the list of rounds.
        if installation.keys.load(round_id) is None:
            lose(installation, round_id)
