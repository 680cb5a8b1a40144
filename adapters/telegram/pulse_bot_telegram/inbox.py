"""What has come from Telegram: each update once, one person's in their order.

A press is shown as taken once it is on disk; after two seconds it is shown so all the same, with
the word that it is not recorded yet. Knows nothing of how updates come, nor of what they mean.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

from telegram import Update

from pulse_bot.adapter_kit.acknowledgements import SECONDS_TO_RECORD, Acknowledgement
from pulse_bot.adapter_kit.turns import Turns, screen_of

ONE_MOMENT: Final = "One moment, please. You were faster than I am; then tap once more."
NOT_YET: Final = (
    "That takes longer than usual, and is not recorded yet. I say here what comes of it."
)
"""Telegram shows 200 characters of it."""

REMEMBERED: Final = 10_000
"""Updates that are known when they come again."""


class TakenUpdate(Acknowledgement):
    """An update under way: whether it is on disk, and whether its press was shown as taken."""

    def __init__(self, acknowledge: Callable[[str], Coroutine[None, None, None]]) -> None:
        """`acknowledge` shows a press as taken, with a word beside it where that is not empty."""
        super().__init__()
        self._acknowledge = acknowledge
        self._shown: asyncio.Task[None] | None = None
        self._reply_shown = asyncio.Event()
        self._reply_shown.set()

    @property
    def is_shown(self) -> bool:
        """Whether nothing of a reply is left to show, as far as it is known."""
        return self._reply_shown.is_set()

    def begin_showing(self) -> None:
        """A reply is on its way to the person; `end_showing` says that it is there, or given up."""
        self._reply_shown.clear()

    def end_showing(self) -> None:
        """Nothing is left to show."""
        self._reply_shown.set()

    async def wait_shown(self, seconds: float) -> None:
        """Wait until the reply is shown, so long at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._reply_shown.wait(), seconds)

    async def show_taken(self, toast: str = "") -> None:
        """Show a press as taken, once; whatever else is shown for it comes behind that."""
        if self._shown is None:
            self._shown = asyncio.create_task(self._acknowledge(toast))
        await asyncio.shield(self._shown)


class Responder(Protocol):
    """What is done with updates. Nothing of it may raise."""

    def explain_press(self, update: Update) -> str:
        """Why nothing will come of a press; empty where something will."""

    async def acknowledge_press(self, update: Update, toast: str) -> None:
        """Show a press as taken, with a word beside it where that is not empty."""

    async def answer_update(self, update: Update, taken: TakenUpdate) -> None:
        """Answer an update; `taken` is told as soon as it is on disk."""


class Inbox:
    """Updates that have come, and what became of them."""

    def __init__(self, responder: Responder, turns: Turns) -> None:
        """Nobody waits."""
        self._responder = responder
        self._turns = turns
        self._taken: OrderedDict[int, TakenUpdate] = OrderedDict()

    def accept(self, update: Update) -> TakenUpdate:
        """Answer an update after all those of the same person, unless too many of them wait.

        One that comes again is answered again only where nothing came of it.
        """
        known = self._taken.get(update.update_id)
        if known is not None and (known.is_recorded or not known.is_settled):
            return known
        taken = TakenUpdate(partial(self._responder.acknowledge_press, update))
        self._remember(update.update_id, taken)
        person = _person_of(update)
        if self._turns.is_too_fast(person) or self._turns.is_too_fast(screen_of(person)):
            self._turns.begin(taken.show_taken(ONE_MOMENT))
            taken.record()  # they are told
            return taken
        why_not = self._responder.explain_press(update)
        self._turns.append(person, lambda: self._answer(update, taken))
        self._turns.begin(_show_in_time(taken, why_not))
        return taken

    async def settle(self) -> None:
        """Give what is under way a moment."""
        await self._turns.settle()

    async def finish(self, stop_showing: Callable[[], None]) -> None:
        """Wait until all is answered, and longer without showing any of it; then give it up."""
        await self._turns.finish(stop_showing)

    async def _answer(self, update: Update, taken: TakenUpdate) -> None:
        try:
            await self._responder.answer_update(update, taken)
        finally:
            taken.give_up()  # where nothing else became of it

    def _remember(self, number: int, taken: TakenUpdate) -> None:
        self._taken[number] = taken
        self._taken.move_to_end(number)
        while len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)


def _person_of(update: Update) -> int:
    """Whose turn it is; nobody's where there is nobody, or what cannot be read."""
    who = update.effective_user or update.effective_chat
    return who.id if who and isinstance(who.id, int) else 0


async def _show_in_time(taken: TakenUpdate, why_not: str) -> None:
    if not why_not and await taken.wait(SECONDS_TO_RECORD) is not True:
        why_not = NOT_YET
    await taken.show_taken(why_not)
