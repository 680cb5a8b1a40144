"""Cleaning: what deleted rows leave in the files, once for all of them, and at a quiet moment.

It is the broom and not the promise: what it sweeps up was sealed, and its keys are destroyed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from pulse_bot.errors import StorageError
from pulse_bot.storage import leftovers, troubles
from pulse_bot.storage.troubles import TroubleSubject
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.note_trouble import note_trouble

_log = logging.getLogger(__name__)

CLEANED_WITHIN: Final = timedelta(hours=20)
"""Then it is done at whatever hour: with an hour's pause after a failure, within a day."""
_NIGHT: Final = range(1, 5)
"""Hours, in UTC."""
_SUBJECT: Final = TroubleSubject(troubles.CLEAN)


def is_cleaning_due(installation: Installation, now: datetime) -> bool:
    """Whether something is to be cleaned, and it is night, or that has lain there for long."""
    with installation.database.read() as session:
        oldest = leftovers.oldest_leftover(session)
        if oldest is None or troubles.is_waiting(session, _SUBJECT, now):
            return False
    return now.hour in _NIGHT or now - oldest >= CLEANED_WITHIN


def clean_files(installation: Installation) -> bool:
    """Clean the files of all that was deleted before; False where that has to wait.

    Whoever clicks meanwhile waits for a moment at most on PostgreSQL. On SQLite the whole file is
    written anew, and they wait for as long as that takes.
    """
    with installation.database.read() as session:
        found = leftovers.list_leftovers(session)
    if not found:
        return True
    try:
        installation.database.scrub()
    except StorageError as error:
        # Somebody reads the files, a backup perhaps.
        note_trouble(installation, _SUBJECT, error)
        return False
    with installation.database.write() as session:
        leftovers.clear_leftovers(session, found)
        troubles.clear_trouble(session, _SUBJECT)
    return True
