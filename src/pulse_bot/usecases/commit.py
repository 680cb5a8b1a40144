"""Commitments: written down, called kept or dropped, and read by everybody."""

from __future__ import annotations

from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Pressed, Reply, Submitted
from pulse_bot.usecases.installation import Installation


def listed(installation: Installation, address: Address) -> Reply:
    """The commitments of the group, open ones first: the same for everybody."""
    raise Refused("This is not there yet.")


def submitted(installation: Installation, event: Submitted) -> Reply:
    """Write down a commitment. Raises Refused."""
    raise Refused("This is not there yet.")


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a commitment does: the form, kept, dropped. Raises Refused."""
    raise Refused("This is not there yet.")
