"""Roles: who is a lead, a facilitator or a member, and who may change it."""

from __future__ import annotations

from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Pressed, Reply, Submitted
from pulse_bot.usecases.installation import Installation


def listed(installation: Installation, address: Address) -> Reply:
    """Who may do what, and who has which role; buttons for leads."""
    raise Refused("This is not there yet.")


def submitted(installation: Installation, event: Submitted) -> Reply:
    """Give somebody a role. Raises Refused."""
    raise Refused("This is not there yet.")


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button among the roles does. Raises Refused."""
    raise Refused("This is not there yet.")
