"""The sweep at start-up and with every tick: keys and rounds that do not belong together."""

from __future__ import annotations

import logging

from pulse_bot.errors import KeyStoreError, StorageError
from pulse_bot.storage import rounds
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import declare_lost, forget_rounds

_log = logging.getLogger(__name__)


def sweep_rounds(installation: Installation) -> None:
    """Give up open rounds whose key is gone, and forget rounds that are over."""
    key_rounds = installation.keys.list_rounds()
    with installation.database.read() as session:
        keyless = [row.id for row in rounds.list_unclosed(session) if row.id not in key_rounds]
    for round_id in keyless:
        # Looked at again, because the listing of keys is older than the list of rounds.
        if installation.keys.load(round_id) is None:
            declare_lost(installation, round_id)
    with installation.database.read() as session:
        over = rounds.find_ended(session, key_rounds) | rounds.list_unforgotten(session)
    try:
        forget_rounds(installation, over)
    except (StorageError, KeyStoreError) as error:
        # Somebody reads the file, a backup perhaps. Rounds must open and close all the same.
        _log.warning("What closed rounds left behind could not be cleaned yet. %s", error)
