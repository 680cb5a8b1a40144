"""Rounds as they were frozen, for whoever shows or takes something: nothing of a changed one."""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import Round
from pulse_bot.errors import ForgedRound, KeyStoreError, Refused
from pulse_bot.storage import authenticity, rounds
from pulse_bot.usecases.context import Installation

_log = logging.getLogger(__name__)

_UNSHOWN: Final = (
    "Your questions cannot be shown just now: something has to be mended first. It stands in the "
    "log of whoever runs pulse-bot. Please try again later."
)


def load_frozen(session: Session, installation: Installation, round_id: int) -> Round | None:
    """A round with its present state. Raises ForgedRound, which is noted, and KeyStoreError.

    Where its key is gone nobody can tell whether it was changed: then it takes no answers either.
    """
    keys = installation.keys.load(round_id)
    if keys is None:
        return rounds.load_round(session, round_id)
    try:
        return authenticity.load_checked(session, round_id, keys)
    except ForgedRound as forged:
        note_suspect(installation, forged)
        raise


def find_asked(session: Session, installation: Installation, member_id: int) -> Round | None:
    """The open round on whose roster a member is, to be shown to them. Raises Refused."""
    round_id = rounds.find_open_round(session, member_id)
    if round_id is None:
        return None
    frozen = installation.frozen_rounds.get(round_id)
    try:
        return frozen.round if frozen else load_frozen(session, installation, round_id)
    except ForgedRound:
        raise Refused(_UNSHOWN) from None
    except KeyStoreError as error:
        _log.error("A round cannot be shown. %s", error, extra={"round": round_id})
        raise Refused(_UNSHOWN) from None


def find_promised(session: Session, installation: Installation, member_id: int) -> Round | None:
    """The same for the promise alone: where it cannot be shown, the usual bars are promised."""
    try:
        return find_asked(session, installation, member_id)
    except Refused:
        return None


def note_suspect(installation: Installation, forged: ForgedRound) -> None:
    """Say in the log what was changed; a tick looks again, and says it to the others.

    Not here: at the time of an answer nothing but envelopes is written.
    """
    if forged.round not in installation.suspects:
        _log.error("A round is not as it was frozen. %s", forged, extra={"round": forged.round})
    installation.suspects.add(forged.round)
