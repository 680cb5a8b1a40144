"""The page of everything that was released: for the members of a partnership, and for nobody else.

Adapters that serve pages show it; the others show the digests, as for `group`.
"""

from __future__ import annotations

from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Address, Reply
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.reading import pages


def show_history(installation: Installation, address: Address) -> Reply:
    """Every digest of the member's partnership on one page, newest first: the same for all."""
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        digests = history.list_digests(session, partnership.id)
        name, time_zone = partnership.name, partnership.time_zone
    cards = pages.show_digests(installation, address).cards
    try:
        return Reply(cards=cards, page=installation.renderer.page(name, time_zone, digests))
    except MissingExtra:
        return Reply(cards=cards)
