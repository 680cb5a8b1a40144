"""A digest as a message: what fits a phone's screen, word for word."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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


def message_card(digest: Digest) -> Card:
    """A digest as a message: word for word, without what the button shows."""
    shown, left = cut_message(digest.statements)
    title, *rest = [statement.text for statement in shown] or [""]
    button = Button("Look closer", encode(LookCloser(digest.number)))
    return Card(CardKind.DIGEST, title, tuple(rest), ((button,),) if left else ())


def cut_message(
    statements: Sequence[Statement],
) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """What a message shows of a digest, and what it leaves to a closer look, each in its order.

    A digest stands in the order of its news, so what has no room is cut from its end. But first of
    what people wrote: as much is shown of it as there is room for beside all the rest.
    """
    words = [place for place, entry in enumerate(statements) if _is_words(entry)]
    others = [place for place, entry in enumerate(statements) if not _is_words(entry)]
    kept: list[int] = []
    room = MESSAGE_LENGTH
    for places in (others, words):
        for place in places:
            # With what parts it from the next.
            room -= len(statements[place].text) + 1
            # The headline is shown, however long; after the first that has no room, none is.
            if room < 0 and place:
                break
            kept.append(place)
    shown = [entry for place, entry in enumerate(statements) if place in kept]
    return shown, [entry for place, entry in enumerate(statements) if place not in kept]


def _is_words(statement: Statement) -> bool:
    return statement.kind is StatementKind.COMMENT


MOST_DRAWN = 60
"""Digests in a picture: more points than that are none to the eye."""


def draw_digests(
    installation: Installation, digests: Sequence[Digest], *, can_wait: bool = False
) -> Picture | None:
    """What was released over time, as a picture; None where there is none to show.

    `can_wait`: raises DrawingFailed where it may be drawn another time.
    """
    return draw_guarded(partial(installation.renderer.picture, digests), can_wait=can_wait)


def draw_guarded(draw: Callable[[], Picture | None], *, can_wait: bool = False) -> Picture | None:
    """A picture; None where there is none to show, or it cannot be drawn. `can_wait`: as above."""
    try:
        return draw()
    except MissingExtra:
        return None
    except Exception as error:
        if can_wait and isinstance(error, DrawingFailed):
            raise
        # The words say it all; a digest must not wait for a drawing.
        _log.warning("A picture could not be drawn.", exc_info=True)
        return None
