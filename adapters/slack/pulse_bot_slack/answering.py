"""Answering: an event goes to the core, and its reply to where the person is looking.

A form opens in front of whoever clicked; what the App Home was asked is answered there; everything
else comes as a message, in the channel where it is public and to the person where it is not. The
card that was pressed is never changed, so nothing shows that somebody answered, or what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Final, TypeVar

from pulse_bot.adapter_kit.showing import Showing
from pulse_bot.adapter_kit.turns import Turns
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Added,
    Address,
    Card,
    Handle,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Outcome,
    Removed,
    Reply,
)
from pulse_bot_slack.errors import TooLate
from pulse_bot_slack.home import home_view
from pulse_bot_slack.installs import Installs
from pulse_bot_slack.modals import modal
from pulse_bot_slack.origins import again, all_at_once
from pulse_bot_slack.parse import Heard
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import Message, Part, messages, reply_parts, small
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)
T = TypeVar("T")

SORRY: Final = Reply(
    "Something went wrong on our side. Nothing was lost; please try again in a minute.",
    outcome=Outcome.REFUSED,
)
TOO_LATE: Final = Reply(
    "Slack did not open the form in time. Nothing was lost; please press the button once more.",
    outcome=Outcome.REFUSED,
)
ONE_MOMENT: Final = Reply(
    "You were faster than we are, and something of what you did last was not taken. Please look "
    "at it again.",
    outcome=Outcome.REFUSED,
)
NOT_IN_THE_CHANNEL: Final = Reply(
    "pulse-bot may not write in that channel yet. Write /invite @pulse-bot there, then try again.",
    outcome=Outcome.REFUSED,
)
OPEN: Final = "Open"
IN_MESSAGES: Final = "The file is on the tab Messages."
SECONDS_TO_REFUSE: Final = 2.0
"""Slack waits three for what becomes of a window, and then says itself that something failed."""
ATTEMPTS: Final = 3
LONGEST_PAUSE: Final = 10.0
"""Seconds that a reply waits where Slack asks for a pause."""


class Desk:
    """Takes what was heard, and sees to it that it is answered."""

    def __init__(self, installs: Installs, handle: Handle) -> None:
        """Answers run on the running loop."""
        self._installs = installs
        self._handle = handle
        self._turns = Turns()
        self._showing = Showing()
        self._extra: dict[Address, tuple[str, ...]] = {}

    def take(self, heard: Heard) -> None:
        """Answer soon, and never raise."""
        self._answer_in_turn(heard, None)

    async def take_form(self, heard: Heard) -> str:
        """Answer a window that was sent; says why it was refused, where that is known in time.

        Said there, what was filled in is not lost. Whatever else comes of it is shown as ever.
        """
        refusal: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answer_in_turn(heard, refusal)
        with suppress(TimeoutError):
            return await asyncio.wait_for(refusal, SECONDS_TO_REFUSE)
        return ""

    def _answer_in_turn(self, heard: Heard, refusal: asyncio.Future[str] | None) -> None:
        self._turns.take(
            heard.address,
            lambda: self._quietly(self._answer(heard, refusal)),
            lambda: self._quietly(self._too_many(heard)),
        )

    async def finish(self) -> None:
        """Give what is under way a moment."""
        await self._turns.finish(self._showing.end)

    async def _answer(self, heard: Heard, refusal: asyncio.Future[str] | None) -> None:
        workspace = await self._installs.find(heard.address.workspace)
        try:
            named = await _named(workspace, heard)
        except AdapterError:
            if heard.trigger:  # somebody clicked, and waits
                await self._show(workspace, heard, SORRY)
            raise
        if named is not None:
            reply = await self._asked(named)
            if not _is_told_there(reply, refusal):
                await self._show(workspace, named, reply)

    async def _too_many(self, heard: Heard) -> None:
        workspace = await self._installs.find(heard.address.workspace)
        await self._show(workspace, heard, ONE_MOMENT)

    async def _quietly(self, answer: Awaitable[None]) -> None:
        try:
            await answer
        except AdapterError as error:
            # Whoever acted is gone, or Slack is down: nobody there can be told.
            if not error.gone:
                log.warning("An answer could not be shown in Slack. %s", error)
        except Exception:
            log.exception("An event was not answered.")

    async def _asked(self, heard: Heard) -> Reply:
        try:
            return await self._handle(heard.event)
        except Exception:
            log.exception("An event was not handled.")
            return SORRY

    async def _show(self, workspace: Workspace, heard: Heard, reply: Reply) -> None:
        if _is_unseen(heard):
            return
        if reply.commands is not None:
            self._extra[heard.address] = reply.commands
        shown = _Shown(workspace, heard, reply, self._extra.get(heard.address, ()))
        async with self._showing.call():
            await shown.form()
            await shown.rest()


@dataclass(slots=True)
class _Shown:
    """One reply on its way to a person."""

    workspace: Workspace
    heard: Heard
    reply: Reply
    extra: tuple[str, ...]
    missed: bool = False
    """The form could not be opened, and has to be asked for again."""

    async def form(self) -> None:
        """Open the reply's form, first of all: Slack gives three seconds from the click."""
        if self.reply.form is None:
            return
        self.missed = True
        if not self.heard.trigger:
            return
        try:
            view = modal(self.reply.form, self.heard.origin)
            await self.workspace.open_view(self.heard.trigger, view)
            self.missed = False
        except TooLate:
            self.reply = replace(TOO_LATE, form=self.reply.form, cards=self.reply.cards)
        except AdapterError as error:
            log.warning("A form could not be shown in Slack. %s", error)
            self.reply = replace(SORRY, form=self.reply.form, cards=self.reply.cards)

    async def rest(self) -> None:
        """Show everything else, where the person looks."""
        numbers = count()
        in_home = self.heard.origin.home
        parts = reply_parts(self.reply, numbers, pictures_spelled=in_home)
        if in_home and any(card.file for card in self.reply.cards):
            # A page holds no files, so that the cards come as a message, too.
            await self._post(parts)
            parts = [*parts, *small(IN_MESSAGES)]
        if self.missed and self.reply.form:
            parts += again(self.heard.event, OPEN, numbers)
        if isinstance(self.heard.event, OpenedHome):
            parts += all_at_once(self.heard.address, self.reply.cards, numbers)
        opened = isinstance(self.heard.event, OpenedHome) and self.reply.form is None
        if in_home and (parts or opened):
            # The page that is opened has its own buttons; what takes its place needs a way back.
            view = home_view(parts, None if opened and parts else self.extra, numbers)
            await patiently(partial(self.workspace.publish, self.heard.address.user, view))
        elif parts:
            await self._post(parts)

    async def _post(self, parts: list[Part]) -> None:
        channel, user = self.heard.origin.channel, self.heard.address.user
        if self.reply.public and channel:
            try:
                await self._messages(channel, messages(parts))
            except AdapterError as error:
                if not error.permanent or user == channel:
                    raise
                told = messages(reply_parts(NOT_IN_THE_CHANNEL, count()))
                await self._messages(user, told)
            return
        if is_channel(user):
            return  # Slack did not say who it was, and this is for that person alone
        try:
            await self._messages(user, messages(parts))
        except AdapterError as error:
            if not error.permanent or not channel:
                raise
            for message in messages(parts):
                await self.workspace.whisper(channel, user, message)

    async def _messages(self, to: str, shown: list[Message]) -> None:
        chat = to
        for message in shown:
            chat = await patiently(partial(self.workspace.post, to, message))
        for card in self.reply.cards:
            await attach(self.workspace, chat, card)


async def attach(workspace: Workspace, chat: str, card: Card) -> None:
    """Show a card's picture and file after its text, which says the same or where it is.

    To fail here would bring the text a second time.
    """
    if card.picture:
        try:
            await workspace.show_picture(chat, card.picture, card.title)
        except AdapterError:
            log.warning("A picture could not be shown in Slack; its text was.")
    if card.file:
        try:
            await workspace.show_file(chat, card.file)
        except AdapterError:
            log.warning("A file could not be shown in Slack; its text was.")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Wait and repeat where Slack asks for a short pause: somebody waits for this."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await call()
        except AdapterError as error:
            if not 0 < error.retry_after <= LONGEST_PAUSE:
                raise
            await asyncio.sleep(error.retry_after)
    return await call()


async def _named(workspace: Workspace, heard: Heard) -> Heard | None:
    """With the names that Slack does not send along; None for a bot that came into a channel."""
    event = heard.event
    if isinstance(event, Joined) and not event.name:
        person = await workspace.people.find(event.address.user)
        told = replace(event, name=person.name, guest=person.guest)
        return None if person.is_bot else replace(heard, event=told)
    if isinstance(event, Added) and not event.name:
        with suppress(AdapterError):  # a greeting needs no name
            name = await workspace.channel_name(event.group.user)
            return replace(heard, event=replace(event, name=name))
    return heard


def _is_told_there(reply: Reply, refusal: asyncio.Future[str] | None) -> bool:
    """Tell what came of a window in it, where that is a refusal and somebody waits for it there."""
    if refusal is None or refusal.done():
        return False
    refused = reply.outcome is Outcome.REFUSED and not (reply.cards or reply.form)
    refusal.set_result(reply.notice if refused else "")
    return refused and bool(reply.notice)


def _is_unseen(heard: Heard) -> bool:
    """Whether whoever it is about cannot be shown anything."""
    event = heard.event
    return isinstance(event, Removed | Moved) or (
        isinstance(event, Left) and event.group == event.address
    )
