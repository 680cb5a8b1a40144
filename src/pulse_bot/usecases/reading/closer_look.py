"""Two lengths of a digest: the message, which fits a phone's screen, and a closer look at the rest.

Pages and exports have all of it at once. What is said is the same, whoever looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulse_bot.domain.release.digest import Digest, Statement, StatementKind
from pulse_bot.errors import Refused
from pulse_bot.ports import Button, Card, CardKind, Pressed, Reply
from pulse_bot.storage import history
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.record_answer import someone

LONGEST: Final = 900
"""Characters of a message: about one screen of a phone, as it was measured on rendered ones."""

CLOSER: Final = "closer"
"""The first word of the button's action; behind it comes the number of the round."""

_SHELVES: Final = {
    "what was answered": frozenset({StatementKind.QUESTION, StatementKind.COMMENT}),
    "our themes over six rounds": frozenset({StatementKind.LEVEL, StatementKind.AGREEMENT}),
}
"""What a closer look is at, that first which a message leaves out first."""


def message_card(digest: Digest) -> Card:
    """A digest as a message: word for word, without what the button shows."""
    left = left_out(digest.statements)
    title, *rest = [one.text for one in digest.statements if one.kind not in left] or [""]
    button = Button("Look closer", f"{CLOSER}:{digest.number}")
    return Card(CardKind.DIGEST, title, tuple(rest), ((button,),) if left else ())


def left_out(statements: Sequence[Statement]) -> frozenset[StatementKind]:
    """The kinds of statement that a message leaves to a closer look: none, where all have room."""
    left: frozenset[StatementKind] = frozenset()
    for shelf in _SHELVES.values():
        if sum(len(one.text) for one in statements if one.kind not in left) <= LONGEST:
            break
        left |= shelf & {one.kind for one in statements}
    return left


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a message left out, as further cards. Raises Refused for a digest that is not there."""
    number = event.action.partition(":")[2]
    with installation.database.read() as session:
        _, partnership = someone(session, event.address)
        try:
            found = history.digest(session, partnership.id, _number(number))
        except LookupError:
            raise Refused("That digest is not there. Write “/pulse group” to see them.") from None
    return Reply(cards=tuple(_cards(found)))


def _cards(digest: Digest) -> Iterator[Card]:
    left = left_out(digest.statements)
    for name, shelf in _SHELVES.items():
        rest = tuple(one.text for one in digest.statements if one.kind in shelf & left)
        if rest:
            yield Card(CardKind.DIGEST, f"Round {digest.number}: {name}", rest)


def _number(digits: str) -> int:
    # Longer ones are forged, and no database's whole number holds them.
    return int(digits[:9]) if digits.isdecimal() else -1
