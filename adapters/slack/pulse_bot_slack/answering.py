"""Answering: an event goes to the core, and its reply to where the person is looking.

Slack is told that an event has come once the core has it on disk; after two seconds it is told all
the same, because it waits no longer than three, and the person reads that it is not recorded yet.

A form opens in front of whoever clicked; what the App Home was asked is answered there; everything
else comes as a message, in the channel where it is public and to the person where it is not. The
card that was pressed is never changed, so nothing shows that somebody answered, or what.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Final

from pulse_bot.adapter_kit.acknowledgements import NOT_YET, SECONDS_TO_RECORD, Acknowledgement
from pulse_bot.adapter_kit.attachments import titled_picture
from pulse_bot.adapter_kit.showing import Showing, show_until_arrived
from pulse_bot.adapter_kit.turns import Turns, screen_of
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


class SlackResponder:
    """Takes what was heard, and sees to it that it is answered."""

    def __init__(self, workspaces: WorkspaceDirectory, handle: Handle) -> None:
        """Answers run on the running loop."""
        self._workspaces = workspaces
        self._handle = handle
        self._turns = Turns()
        self._showing = Showing()
        self._is_ending = False
        self._warned: set[Address] = set()
        """Who was told to be slower, and has not been answered since."""
        self._extra_commands: dict[Address, tuple[str, ...]] = {}

    async def accept_event(self, incoming: SlackEvent) -> bool:
        """Answer it in its turn; whether Slack may be told that it need not come again.

        It may once it is on disk; or after two seconds, when the person is told that it is not.
        """
        return await self._accept(incoming, _Taken()) is not False

    async def accept_form(self, incoming: SlackEvent) -> tuple[bool, str]:
        """The same for a window that was sent; and why it was refused, where that is known in time.

        Said there, what was filled in is not lost. Whatever else comes of it is shown as ever.
        """
        taken = _Taken(in_window=True)
        is_recorded = await self._accept(incoming, taken)
        return is_recorded is not False, taken.refusal

    async def _accept(self, incoming: SlackEvent, taken: _Taken) -> bool | None:
        person = incoming.address
        if self._turns.is_too_fast(person) or self._turns.is_too_fast(screen_of(person)):
            if person not in self._warned:
                self._warned.add(person)
                self._show_in_turn(incoming, ONE_MOMENT)
            return True
        self._warned.discard(person)
        self._turns.append(person, lambda: self._handle_in_turn(incoming, taken))
        is_recorded = await taken.acknowledgement.wait(SECONDS_TO_RECORD)
        if is_recorded is None and self._is_ending:
            return False  # nobody would hear what comes of it
        if is_recorded is None:
            # What comes of it is told as any other reply, behind this.
            taken.in_window = False
            if incoming.is_awaited and not isinstance(incoming.event, OpenedHome):
                self._show_in_turn(incoming, Reply(NOT_YET))
        return is_recorded

    async def _handle_in_turn(self, incoming: SlackEvent, taken: _Taken) -> None:
        try:
            await self._run_quietly(self._answer_event(incoming, taken))
        finally:
            taken.acknowledgement.give_up()  # where nothing else became of it

    async def settle_acknowledgements(self) -> None:
        """Wait a moment until what is under way can be acknowledged, before it all ends."""
        self._is_ending = True
        await self._turns.settle()

    async def finish_answers(self) -> None:
        """Give what is under way a moment."""
        self._is_ending = True
        await self._turns.finish(self._showing.end)

    async def _answer_event(self, incoming: SlackEvent, taken: _Taken) -> None:
        workspace = await self._workspaces.find_workspace(incoming.address.workspace)
        try:
            complete = await _add_missing_name(workspace, incoming)
        except AdapterError:
            if incoming.trigger:  # somebody clicked, and waits
                self._show_in_turn(incoming, SORRY)
                taken.acknowledgement.record()
            raise
        if complete is None:
            taken.acknowledgement.record()
            return
        reply = await self._handle_event(complete)
        if reply is None and not complete.is_awaited:
            return  # nobody is told, so that it had better come again
        reply = reply or SORRY
        if not taken.take_refusal(reply):
            self._show_in_turn(complete, reply)
        taken.acknowledgement.record()

    def _show_in_turn(self, incoming: SlackEvent, reply: Reply) -> None:
        """Show it after whatever is shown to the same person, while more of theirs is handled."""
        self._turns.append(
            screen_of(incoming.address),
            lambda: self._run_quietly(self._find_and_show(incoming, reply)),
        )

    async def _find_and_show(self, incoming: SlackEvent, reply: Reply) -> None:
        workspace = await self._workspaces.find_workspace(incoming.address.workspace)
        await self._show_reply(workspace, incoming, reply)

    async def _run_quietly(self, answer: Awaitable[None]) -> None:
        try:
            await answer
        except AdapterError as error:
            # Whoever acted is gone, or Slack is down: nobody there can be told.
            if not error.gone:
                log.warning("An answer could not be shown in Slack. %s", error)
        except Exception:
            log.exception("An event was not answered.")

    async def _handle_event(self, incoming: SlackEvent) -> Reply | None:
        """The core's reply; None where it failed, and nothing is recorded."""
        try:
            return await self._handle(incoming.event)
        except Exception:
            log.exception("An event was not handled.")
            return None

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
class _Taken:
    """What becomes of one event, for whoever acknowledges it."""

    acknowledgement: Acknowledgement = field(default_factory=Acknowledgement)
    in_window: bool = False
    """Whether it is a window that was sent, and that waits to be closed."""
    refusal: str = ""
    """What is said in that window, instead of closing it."""

    def take_refusal(self, reply: Reply) -> bool:
        """Whether a reply is a refusal that is said in the window."""
        refused = reply.outcome is Outcome.REFUSED and not (reply.cards or reply.form)
        if self.in_window and refused:
            self.refusal = reply.notice
        return bool(self.refusal)


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
            await show_until_arrived(
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
            chat_id = await show_until_arrived(partial(self.workspace.post_message, to, message))
        for card in self.reply.cards:
            await attach_files(self.workspace, chat_id, card)


async def attach_files(workspace: Workspace, chat_id: str, card: Card) -> None:
    """Show a card's picture and file after its text, which says the same or where it is.

    Somebody waits for them, so that they are tried a few times. Never fails: that would bring the
    text a second time.
    """
    if card.picture:
        picture = titled_picture(card.picture, card)
        try:
            await show_until_arrived(partial(workspace.show_picture, chat_id, picture))
        except AdapterError:
            log.warning("A picture could not be shown in Slack; its text was.")
    if card.file:
        try:
            await show_until_arrived(partial(workspace.show_file, chat_id, card.file))
        except AdapterError:
            log.warning("A file could not be shown in Slack; its text was.")


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


def _is_unreachable(incoming: SlackEvent) -> bool:
    """Whether whoever it is about cannot be shown anything."""
    event = incoming.event
    return isinstance(event, Removed | Moved) or (
        isinstance(event, Left) and event.group == event.address
    )
