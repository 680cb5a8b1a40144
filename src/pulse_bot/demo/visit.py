"""The visitor's side of the demonstration: a member's page, with two buttons that move time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pulse_bot.demo.crowd import PARTNERSHIP
from pulse_bot.demo.play import Demonstration
from pulse_bot.ports import Button, Card, CardKind, Event, OpenedHome, Pressed, Reply

CLOSE: Final = "demo:close"
NEXT: Final = "demo:next"

_OPEN = Card(
    kind=CardKind.NOTICE,
    title="This is a demonstration",
    text=(
        f"You are a head teacher in the made-up {PARTNERSHIP}.",
        "The others have answered this week. Answer, change your mind, then let Friday come.",
    ),
    buttons=((Button("Close the round now", CLOSE),),),
)
_CLOSED = Card(
    kind=CardKind.NOTICE,
    title="This is a demonstration",
    text=(
        "The round is closed: answers added up, envelopes deleted, key destroyed.",
        "Read the newest digest under “Digests”, or let the next week begin.",
    ),
    buttons=((Button("Go to next Wednesday", NEXT),),),
)


class Visit:
    """Wraps the app's `handle` for the pages that the visitor sees."""

    def __init__(self, play: Demonstration) -> None:
        """The play must have been started."""
        self._play = play

    async def handle(self, event: Event) -> Reply:
        """The real reply, with the buttons of the demonstration beside it on the visitor's page."""
        if isinstance(event, Pressed) and event.action == CLOSE:
            await self._play.close_round()
            return Reply("Friday, 16:00: the round is closed. Read the digest under “Digests”.")
        if isinstance(event, Pressed) and event.action == NEXT:
            await self._play.open_for_visitor()
            return await self.handle(OpenedHome(event.address))
        reply = await self._play.app.handle(event)
        if not isinstance(event, OpenedHome):
            return reply
        return replace(reply, cards=(*reply.cards, _OPEN if reply.form else _CLOSED))
