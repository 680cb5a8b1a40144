"""Two lengths of a digest: the message, which fits a phone's screen, and a closer look at the rest.

Pages and exports have all of it at once. What is said is the same, whoever looks.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulse_bot.adapter_kit.actions import decode
from pulse_bot.domain.release.digest import Digest
from pulse_bot.errors import Refused
from pulse_bot.ports import Card, CardKind, Pressed, Reply
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.rounds.digest_message import SHELVES, LookCloser, left_out


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a message left out, as further cards. Raises Refused for a digest that is not there."""
    number = decode(LookCloser, event.action).round
    with installation.database.read() as session:
        _, partnership = someone(session, event.address)
        try:
            found = history.digest(session, partnership.id, number)
        except LookupError:
            raise Refused("That digest is not there. Write “/pulse group” to see them.") from None
    return Reply(cards=tuple(_cards(found)))


def _cards(digest: Digest) -> Iterator[Card]:
    left = left_out(digest.statements)
    for name, shelf in SHELVES.items():
        rest = tuple(one.text for one in digest.statements if one.kind in shelf & left)
        if rest:
            yield Card(CardKind.DIGEST, f"Round {digest.number}: {name}", rest)
