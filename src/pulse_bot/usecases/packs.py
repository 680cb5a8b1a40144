"""Packs: a workshop's material, for everybody at the same moment."""

from __future__ import annotations

from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Pressed, Reply
from pulse_bot.usecases.installation import Installation


def latest(installation: Installation, address: Address) -> Reply:
    """The newest pack, as a card with its file. Raises Refused where there is none."""
    raise Refused("This is not there yet.")


def page(installation: Installation, address: Address) -> Reply:
    """The newest pack as a page of its own, for platforms that serve pages. Raises Refused."""
    raise Refused("This is not there yet.")


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a pack does: show it, or open it together. Raises Refused."""
    raise Refused("This is not there yet.")


def reveal(installation: Installation, round_id: int) -> None:
    """Open a pack that is held, for everybody at once; harmless where it is open already."""
