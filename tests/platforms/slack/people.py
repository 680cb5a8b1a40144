"""People on the loopback Slack: they read what Slack draws, and do what it lets them do."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

from pulse_bot.ports import Address, Form, Outcome
from pulse_bot.testing import Seen, plain
from tests.platforms.slack.acting import (
    answered,
    bring,
    command_answered,
    commanded,
    draw,
    quiet,
    submitted,
    touched,
    view_answered,
)
from tests.platforms.slack.delivery import Ack
from tests.platforms.slack.drawing import Control, Drawing, documents
from tests.platforms.slack.filling import choices
from tests.platforms.slack.mrkdwn import escaped
from tests.platforms.slack.payloads import interaction
from tests.platforms.slack.payloads import user as told_user
from tests.platforms.slack.server import Slack
from tests.platforms.slack.world import Channel, Message, Team, User, View

DRESSED = {"\N{WARNING SIGN}": Outcome.REFUSED, "\N{WHITE QUESTION MARK ORNAMENT}": Outcome.UNKNOWN}


class SlackPerson:
    """Somebody, in the terms of `Person`."""

    def __init__(self, slack: Slack, user: User, team: Team) -> None:
        self.slack = slack
        self.user = user
        self.team = team
        """The workspace where the app is installed; a stranger is of another."""
        self._at_home = False

    @property
    def address(self) -> Address:
        """In the workspace where the app is installed."""
        return Address("slack", self.team.id, self.user.id)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The id, the name and the tokens."""
        app = self.slack.app
        return (
            self.user.id,
            self.user.name,
            self.slack.bot_token,
            app.app_token,
            app.signing_secret,
        )

    @property
    def direct(self) -> Channel:
        """The conversation with the bot."""
        return self.slack.world.direct(self.team.bot, self.user.id)

    @property
    def modal(self) -> View | None:
        """The modal in front, if there is one."""
        stack = self.slack.world.modals.get(self.user.id)
        return stack[-1] if stack else None

    async def look(self) -> Seen:
        """Everything that is on the screen, and how the newest of it is dressed."""
        return self.seen()

    def seen(self) -> Seen:
        """The same, at once."""
        drawings = list(self.screen())
        words = [word for drawing in drawings for word in drawing.words]
        newest = max(drawings, key=lambda one: one.source.shown, default=None)
        shown = plain(" ".join(words))
        return Seen(shown, tuple(labels(drawings)), _outcome(newest), documents(drawings))

    def screen(self) -> Iterator[Drawing]:
        """The conversation, what only this person sees elsewhere, the home, the modal in front."""
        world, direct = self.slack.world, self.direct
        shown: list[Message | View] = [
            message
            for channel in world.channels.values()
            for message in channel.messages.values()
            if message.only == self.user.id or (channel is direct and not message.only)
        ]
        if self._at_home and self.user.id in world.homes:
            shown.append(world.homes[self.user.id])
        if self.modal is not None:
            shown.append(self.modal)
        yield from (draw(self.slack, source) for source in shown)

    def newest(self) -> int:
        """When something was shown last."""
        return max((one.source.shown for one in self.screen()), default=0)

    async def open_home(self) -> Seen:
        """Open the app's home."""
        self._at_home = True
        await self._do(self._open_tab("home"))
        return self.seen()

    async def press(self, label: str, *, times: int = 1) -> Seen:
        """Press the newest button of this label; or send the modal, if that is its name."""
        if self.modal is not None and label == draw(self.slack, self.modal).words[-1]:
            await self.send_modal(times=times)
        else:
            await self.touch(self.find(label), times=times)
        return self.seen()

    def find(self, label: str, among: Iterator[Drawing] | None = None) -> Control:
        """The newest button of this label. Raises AssertionError."""
        drawings = sorted(among or self.screen(), key=lambda one: one.source.shown, reverse=True)
        for drawing in drawings:
            for control in drawing.controls:
                if control.kind == "button" and drawing.label(control.element) == plain(label):
                    return control
        raise AssertionError(f"No button {label!r}; there are {list(labels(drawings))}.")

    async def touch(self, control: Control, *, times: int = 1) -> None:
        """Press a button, however old."""
        payload = touched(self.slack, self.user, self.team, control)
        for attempt in range(times):
            await self._do(bring(self.slack, "interactive", payload, again=attempt > 0))

    async def fill(self, form: Form, values: Mapping[str, tuple[str, ...]]) -> Seen:
        """Fill in the newest thing that asks for it, and send it."""
        before = self.seen()
        drawing = next(
            one
            for one in sorted(self.screen(), key=lambda one: one.source.shown, reverse=True)
            if any(control.kind != "button" for control in one.controls)
        )
        for control, value in choices(drawing, form, values):
            await self._choose(control, value)
        if isinstance(drawing.source, View):
            await self.send_modal()
        else:
            await self.touch(self.find(form.submit, iter([drawing])))
        after = self.seen()
        return Seen(f"{before.text} {after.text}", after.buttons, after.outcome)

    async def _choose(self, control: Control, value: dict[str, object]) -> None:
        source = control.source
        kept = (
            source.state if isinstance(source, View) else source.states.setdefault(self.user.id, {})
        )
        kept.setdefault(control.block, {})[control.action] = value
        if control.submits:
            payload = touched(self.slack, self.user, self.team, control)
            await bring(self.slack, "interactive", payload)

    async def send_modal(self, *, times: int = 1) -> None:
        """Send the modal in front as it is."""
        view = self.modal
        if view is None:
            raise AssertionError("There is no modal to send.")
        payload = submitted(self.slack, self.user, self.team, view)

        async def work(attempt: int) -> Ack:
            ack = await bring(self.slack, "interactive", payload, again=attempt > 0)
            if not ack.failed:
                view_answered(self.slack, view, ack.answer)
            return ack

        for attempt in range(times):
            await self._do(work(attempt))

    async def command(self, command: str) -> Seen:
        """Give a command in the conversation with the bot."""
        await self.command_in(self.direct, command)
        return self.seen()

    async def command_in(self, channel: Channel, command: str) -> None:
        """Give a command somewhere."""
        payload = commanded(self.slack, self.user, self.team, channel, f"/pulse {command}".strip())

        async def work() -> Ack:
            ack = await bring(self.slack, "slash_commands", payload)
            command_answered(self.slack, payload, ack.answer)
            return ack

        await self._do(work())

    async def shortcut(self, name: str) -> Seen:
        """Choose one of the app's global shortcuts."""
        if name not in self.slack.app.shortcuts:
            raise AssertionError(f"The manifest has no shortcut {name!r}.")
        trigger = self.slack.world.trigger(self.user.id)
        told = interaction("shortcut", self.user, self.team, self.slack.app, trigger)
        told |= {"callback_id": name, "action_ts": self.slack.world.time()}
        await self._do(bring(self.slack, "interactive", told))
        return self.seen()

    async def write(self, text: str) -> Seen:
        """Type a message to the bot; its conversation is opened for that."""
        if not self.slack.app.can_write:
            raise AssertionError("The manifest lets nobody write to the bot.")
        await self._open_tab("messages")

        async def work() -> None:
            self.slack.post(self.direct, self.user.id, {"text": escaped(text)})

        await self._do(work())
        return self.seen()

    async def join(self, channel: Channel) -> None:
        """Come into a channel."""
        channel.members.append(self.user.id)
        await self._tell("member_joined_channel", channel)

    async def leave(self, channel: Channel) -> None:
        """Go out of a channel."""
        channel.members.remove(self.user.id)
        await self._tell("member_left_channel", channel)

    async def deactivate(self, *, again: bool = False) -> None:
        """Be deactivated by the workspace's admins; or reactivated."""
        self.user.deleted = not again
        for channel in self.slack.world.channels.values():
            if not again and channel.kind != "im" and self.user.id in channel.members:
                channel.members.remove(self.user.id)

        async def work() -> None:
            told = told_user(self.user, self.team)
            self.slack.announce({"type": "user_change", "user": told}, team=self.team)

        await self._do(work())

    async def _tell(self, kind: str, channel: Channel) -> None:
        async def work() -> None:
            self.slack.announce(
                {
                    "type": kind,
                    "user": self.user.id,
                    "channel": channel.id,
                    "channel_type": channel.id[0],
                    "team": self.user.team,
                },
                channel,
            )

        await self._do(work())

    async def _open_tab(self, tab: str) -> None:
        told = {
            "type": "app_home_opened",
            "user": self.user.id,
            "channel": self.direct.id,
            "tab": tab,
        }
        self.slack.announce(told, team=self.team)
        if tab != "home":
            await quiet(self.slack)

    async def _do(self, work: Awaitable[Ack | None]) -> None:
        await answered(self.slack, self.user.id, self.newest, work)


def new_person(slack: Slack, **more: Any) -> SlackPerson:
    """Somebody whom nobody has seen before, of the first workspace."""
    return SlackPerson(slack, slack.world.add_user(slack.team, **more), slack.team)


def labels(drawings: list[Drawing]) -> Iterator[str]:
    """What is written on everything that can be pressed."""
    for drawing in drawings:
        for control in drawing.controls:
            if control.kind == "button":
                yield drawing.label(control.element)
        if isinstance(drawing.source, View) and "submit" in drawing.source.body:
            yield drawing.words[-1]


def _outcome(drawing: Drawing | None) -> Outcome:
    if drawing is None or not drawing.words:
        return Outcome.DONE
    if isinstance(drawing.source, View) and drawing.source.errors:
        return Outcome.REFUSED
    first = drawing.words[0][:1]
    return DRESSED.get(first, Outcome.DONE)
