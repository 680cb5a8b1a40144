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

from pulse_bot.adapter_kit.attachments import titled_picture
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
from pulse_bot_slack.errors import TriggerExpired
from pulse_bot_slack.home import home_view
from pulse_bot_slack.installs import WorkspaceDirectory
from pulse_bot_slack.modals import build_modal
from pulse_bot_slack.origins import again, all_at_once
from pulse_bot_slack.parse import SlackEvent
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import (
    SlackMessage,
    SlackPart,
    build_messages,
    context_parts,
    reply_parts,
)
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
ATTACHMENT_PAUSES: Final = (1.0, 5.0, 20.0)
"""Seconds between attempts at a picture or a file that somebody waits for."""
LONGEST_PAUSE: Final = 10.0
"""Seconds that a reply waits where Slack asks for a pause."""


class SlackResponder:
    """Takes what was heard, and sees to it that it is answered."""

    def __init__(self, workspaces: WorkspaceDirectory, handle: Handle) -> None:
        """Answers run on the running loop."""
        self._workspaces = workspaces
        self._handle = handle
        self._turns = Turns()
        self._showing = Showing()
        self._extra_commands: dict[Address, tuple[str, ...]] = {}

    def accept_event(self, incoming: SlackEvent) -> None:
        """Answer soon, and never raise."""
        self._queue_answer(incoming, None)

    async def accept_form(self, incoming: SlackEvent) -> str:
        """Answer a window that was sent; says why it was refused, where that is known in time.

        Said there, what was filled in is not lost. Whatever else comes of it is shown as ever.
        """
        refusal: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._queue_answer(incoming, refusal)
        with suppress(TimeoutError):
            return await asyncio.wait_for(refusal, SECONDS_TO_REFUSE)
        return ""

    def _queue_answer(self, incoming: SlackEvent, refusal: asyncio.Future[str] | None) -> None:
        self._turns.take(
            incoming.address,
            lambda: self._run_quietly(self._answer_event(incoming, refusal)),
            lambda: self._run_quietly(self._show_too_many(incoming)),
        )

    async def finish_answers(self) -> None:
        """Give what is under way a moment."""
        await self._turns.finish(self._showing.end)

    async def _answer_event(
        self, incoming: SlackEvent, refusal: asyncio.Future[str] | None
    ) -> None:
        workspace = await self._workspaces.find_workspace(incoming.address.workspace)
        try:
            complete = await _add_missing_name(workspace, incoming)
        except AdapterError:
            if incoming.trigger:  # somebody clicked, and waits
                await self._show_reply(workspace, incoming, SORRY)
            raise
        if complete is not None:
            reply = await self._handle_event(complete)
            if not _tell_refusal(reply, refusal):
                await self._show_reply(workspace, complete, reply)

    async def _show_too_many(self, incoming: SlackEvent) -> None:
        workspace = await self._workspaces.find_workspace(incoming.address.workspace)
        await self._show_reply(workspace, incoming, ONE_MOMENT)

    async def _run_quietly(self, answer: Awaitable[None]) -> None:
        try:
            await answer
        except AdapterError as error:
            # Whoever acted is gone, or Slack is down: nobody there can be told.
            if not error.gone:
                log.warning("An answer could not be shown in Slack. %s", error)
        except Exception:
            log.exception("An event was not answered.")

    async def _handle_event(self, incoming: SlackEvent) -> Reply:
        try:
            return await self._handle(incoming.event)
        except Exception:
            log.exception("An event was not handled.")
            return SORRY

    async def _show_reply(self, workspace: Workspace, incoming: SlackEvent, reply: Reply) -> None:
        if _is_unreachable(incoming):
            return
        if reply.commands is not None:
            self._extra_commands[incoming.address] = reply.commands
        delivery = _ReplyDelivery(
            workspace, incoming, reply, self._extra_commands.get(incoming.address, ())
        )
        async with self._showing.call():
            await delivery.open_form()
            await delivery.show_rest()


@dataclass(slots=True)
class _ReplyDelivery:
    """One reply on its way to a person."""

    workspace: Workspace
    incoming: SlackEvent
    reply: Reply
    extra_commands: tuple[str, ...]
    form_missed: bool = False
    """The form could not be opened, and has to be asked for again."""

    async def open_form(self) -> None:
        """Open the reply's form, first of all: Slack gives three seconds from the click."""
        if self.reply.form is None:
            return
        self.form_missed = True
        if not self.incoming.trigger:
            return
        try:
            view = build_modal(self.reply.form, self.incoming.origin)
            await self.workspace.open_view(self.incoming.trigger, view)
            self.form_missed = False
        except TriggerExpired:
            self.reply = replace(TOO_LATE, form=self.reply.form, cards=self.reply.cards)
        except AdapterError as error:
            log.warning("A form could not be shown in Slack. %s", error)
            self.reply = replace(SORRY, form=self.reply.form, cards=self.reply.cards)

    async def show_rest(self) -> None:
        """Show everything else, where the person looks."""
        numbers = count()
        in_home = self.incoming.origin.home
        parts = reply_parts(self.reply, numbers, pictures_spelled=in_home)
        if in_home and any(card.file for card in self.reply.cards):
            # A page holds no files, so that the cards come as a message, too.
            await self._post_parts(parts)
            parts = [*parts, *context_parts(IN_MESSAGES)]
        if self.form_missed and self.reply.form:
            parts += again(self.incoming.event, OPEN, numbers)
        if isinstance(self.incoming.event, OpenedHome):
            parts += all_at_once(self.incoming.address, self.reply.cards, numbers)
        opened = isinstance(self.incoming.event, OpenedHome) and self.reply.form is None
        if in_home and (parts or opened):
            # The page that is opened has its own buttons; what takes its place needs a way back.
            view = home_view(parts, None if opened and parts else self.extra_commands, numbers)
            await retry_after_pause(
                partial(self.workspace.publish_home, self.incoming.address.user, view)
            )
        elif parts:
            await self._post_parts(parts)

    async def _post_parts(self, parts: list[SlackPart]) -> None:
        channel, user = self.incoming.origin.channel, self.incoming.address.user
        if self.reply.public and channel:
            try:
                await self._post_messages(channel, build_messages(parts))
            except AdapterError as error:
                if not error.permanent or user == channel:
                    raise
                not_invited = build_messages(reply_parts(NOT_IN_THE_CHANNEL, count()))
                await self._post_messages(user, not_invited)
            return
        if is_channel(user):
            return  # Slack did not say who it was, and this is for that person alone
        try:
            await self._post_messages(user, build_messages(parts))
        except AdapterError as error:
            if not error.permanent or not channel:
                raise
            for message in build_messages(parts):
                await self.workspace.post_ephemeral(channel, user, message)

    async def _post_messages(self, to: str, outgoing: list[SlackMessage]) -> None:
        chat_id = to
        for message in outgoing:
            chat_id = await retry_after_pause(partial(self.workspace.post_message, to, message))
        for card in self.reply.cards:
            await attach_files(self.workspace, chat_id, card)


async def attach_files(workspace: Workspace, chat_id: str, card: Card) -> None:
    """Show a card's picture and file after its text, which says the same or where it is.

    Somebody waits for them, so that they are tried a few times. Never fails: that would bring the
    text a second time.
    """
    if card.picture:
        picture = titled_picture(card.picture, card)
        if not await _try_often(partial(workspace.show_picture, chat_id, picture)):
            log.warning("A picture could not be shown in Slack; its text was.")
    if card.file and not await _try_often(partial(workspace.show_file, chat_id, card.file)):
        log.warning("A file could not be shown in Slack; its text was.")


async def _try_often(call: Callable[[], Awaitable[None]]) -> bool:
    """Whether it went well at last."""
    for pause in (*ATTACHMENT_PAUSES, None):
        try:
            await call()
        except AdapterError as error:
            if error.permanent or pause is None:
                return False
            await asyncio.sleep(max(pause, min(error.retry_after, ATTACHMENT_PAUSES[-1])))
        else:
            return True
    return False


async def retry_after_pause(call: Callable[[], Awaitable[T]]) -> T:
    """Wait and repeat where Slack asks for a short pause: somebody waits for this."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await call()
        except AdapterError as error:
            if not 0 < error.retry_after <= LONGEST_PAUSE:
                raise
            await asyncio.sleep(error.retry_after)
    return await call()


async def _add_missing_name(workspace: Workspace, incoming: SlackEvent) -> SlackEvent | None:
    """With the names that Slack does not send along; None for a bot that came into a channel."""
    event = incoming.event
    if isinstance(event, Joined) and not event.name:
        person = await workspace.people.find_user(event.address.user)
        named_event = replace(event, name=person.name, guest=person.guest)
        return None if person.is_bot else replace(incoming, event=named_event)
    if isinstance(event, Added) and not event.name:
        with suppress(AdapterError):  # a greeting needs no name
            name = await workspace.channel_name(event.group.user)
            return replace(incoming, event=replace(event, name=name))
    return incoming


def _tell_refusal(reply: Reply, refusal: asyncio.Future[str] | None) -> bool:
    """Tell what came of a window in it, where that is a refusal and somebody waits for it there."""
    if refusal is None or refusal.done():
        return False
    refused = reply.outcome is Outcome.REFUSED and not (reply.cards or reply.form)
    refusal.set_result(reply.notice if refused else "")
    return refused and bool(reply.notice)


def _is_unreachable(incoming: SlackEvent) -> bool:
    """Whether whoever it is about cannot be shown anything."""
    event = incoming.event
    return isinstance(event, Removed | Moved) or (
        isinstance(event, Left) and event.group == event.address
    )
