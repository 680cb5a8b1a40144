"""Noting that a job did not succeed: it has a name, an age, and a time to be tried again."""

from __future__ import annotations

import logging

from pulse_bot.errors import PulseBotError
from pulse_bot.storage import troubles
from pulse_bot.storage.troubles import TroubleSubject
from pulse_bot.usecases.context import Installation

_log = logging.getLogger(__name__)

_TRIED_AGAIN = "The job “%s” did not succeed (%s), and is tried again. See: pulse-bot trouble list"


def note_trouble(installation: Installation, subject: TroubleSubject, error: BaseException) -> None:
    """Note a failure, in the log and in the database where that can be written.

    Call it after the transaction that failed. Raises nothing: the failure is what matters.
    """
    kind = troubles.describe_error(error)
    extra = {"partnership": subject.partnership, "round": subject.subject}
    _log.error(_TRIED_AGAIN, subject.job, kind, extra=extra)
    try:
        with installation.database.write() as session:
            troubles.record_trouble(session, subject, kind, installation.clock.now())
    except PulseBotError:
        _log.warning("That could not be noted either.")
