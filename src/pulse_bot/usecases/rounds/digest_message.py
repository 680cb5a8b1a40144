"""A digest as a message: what fits a phone's screen, word for word."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pulse_bot.adapter_kit.actions import Action, encode
from pulse_bot.domain.release.record import Digest, Statement, StatementKind
from pulse_bot.errors import DrawingFailed, MissingExtra
from pulse_bot.ports import Button, Card, CardKind, Picture
from pulse_bot.usecases.context import Installation

_log = logging.getLogger(__name__)

MESSAGE_LENGTH: Final = 900
"""Characters of a message: about one screen of a phone, as it was measured on rendered ones."""


LOOK_CLOSER: Final = "closer"
"""The first word of the button's action."""


@dataclass(frozen=True, slots=True)
class LookCloser(Action):
    """The button under a digest."""

    NAME: ClassVar[str] = LOOK_CLOSER
    round: int
    """Its number."""


SHELVES: Final = {
    "what was answered": frozenset({StatementKind.QUESTION, StatementKind.COMMENT}),
    "our themes over six rounds": frozenset({StatementKind.LEVEL, StatementKind.AGREEMENT}),
}
"""What a closer look is at, that first which a message leaves out first."""


def message_card(digest: Digest) -> Card:
    """A digest as a message: word for word, without what the button shows."""
    omitted = select_left_out(digest.statements)
    title, *rest = [
        statement.text for statement in digest.statements if statement.kind not in omitted
    ] or [""]
    button = Button("Look closer", encode(LookCloser(digest.number)))
    return Card(CardKind.DIGEST, title, tuple(rest), ((button,),) if omitted else ())


def select_left_out(statements: Sequence[Statement]) -> frozenset[StatementKind]:
    """The kinds of statement that a message leaves to a closer look: none, where all have room."""
    omitted: frozenset[StatementKind] = frozenset()
    for shelf in SHELVES.values():
        if (
            sum(len(statement.text) for statement in statements if statement.kind not in omitted)
            <= MESSAGE_LENGTH
        ):
            break
        omitted |= shelf & {statement.kind for statement in statements}
    return omitted


MOST_DRAWN = 60
"""Digests in a picture: more points than that are none to the eye."""


def draw_digests(
    installation: Installation, digests: Sequence[Digest], *, can_wait: bool = False
) -> Picture | None:
    """What was released over time, as a picture; None where there is none to show.

    `can_wait`: raises DrawingFailed where it may be drawn another time.
    """
    try:
        return installation.renderer.picture(digests)
    except MissingExtra:
        return None
    except Exception as error:
        if can_wait and isinstance(error, DrawingFailed):
            raise
        # The words say it all; a digest must not wait for a drawing.
        _log.warning("A picture could not be drawn.", exc_info=True)
        return None
