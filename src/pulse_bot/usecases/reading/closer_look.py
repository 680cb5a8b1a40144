"""Two lengths of a digest: the message, which fits a phone's screen, and a closer look at the rest.

Pages and exports have all of it at once. What is said is the same, whoever looks.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulse_bot.adapter_kit.actions import decode
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import Refused
from pulse_bot.ports import Card, CardKind, Pressed, Reply
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.rounds.digest_message import LookCloser, cut_message


def show_left_out(installation: Installation, event: Pressed) -> Reply:
    """What a message left out, as further cards. Raises Refused for a digest that is not there."""
    number = decode(LookCloser, event.action).round
    with installation.database.read() as session:
        _, partnership = find_member(session, event.address)
        try:
            digest = history.load_digest(session, partnership.id, number)
        except LookupError:
            raise Refused("That digest is not there. Write “/pulse group” to see them.") from None
    return Reply(cards=tuple(_left_out_cards(digest)))


def _left_out_cards(digest: Digest) -> Iterator[Card]:
    _, left = cut_message(digest.statements)
    if left:
        rest = tuple(statement.text for statement in left)
        yield Card(CardKind.DIGEST, f"Round {digest.number}: the rest", rest)
