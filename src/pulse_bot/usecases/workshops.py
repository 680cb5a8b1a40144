"""Workshops: what is planned, and what can still be changed of it."""

from __future__ import annotations

from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Reply
from pulse_bot.usecases.installation import Installation


def listed(installation: Installation, address: Address) -> Reply:
    """The workshops that are planned or were asked: the same for everybody."""
    raise Refused("This is not there yet.")
