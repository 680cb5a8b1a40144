"""Listening: Bolt checks who calls; what was heard is acknowledged once it is on disk.

Bolt is asked to wait for our listeners, and says nothing to Slack before they have ended: killed
before that, we have not acknowledged anything that is lost.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, ParamSpec

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.adapter_kit.cleaning import check_address
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Added, Address, Joined, Left, Removed
from pulse_bot_slack import parse
from pulse_bot_slack.answering import SlackResponder
from pulse_bot_slack.errors import NOT_INSTALLED
from pulse_bot_slack.installs import WorkspaceDirectory
from pulse_bot_slack.modals import length_errors, refusal_errors
from pulse_bot_slack.parse import SlackEvent
from pulse_bot_slack.places import slack_address
from pulse_bot_slack.quiet import SILENT
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)
P = ParamSpec("P")
Body = dict[str, Any]

ANYTHING: Final = re.compile(".*", re.DOTALL)
WORKSPACE: Final = "workspace"
MISREAD: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What reading ends with where something else comes than Slack says that it sends."""
REMEMBERED: Final = 10_000
"""Events whose repeats are known as such."""
TOLD_WITHIN: Final = 60.0
"""Seconds between the two events for being taken out of one channel, at most."""


class WorkspaceAuthorizer(AsyncAuthorize):
    """Tells Bolt with which bot a workspace is answered; nothing is asked of Slack for it."""

    def __init__(self, workspaces: WorkspaceDirectory) -> None:
        """`installs` knows the workspaces."""
        self._workspaces = workspaces

    async def __call__(
        self, *, context: AsyncBoltContext, **details: object
    ) -> AuthorizeResult | None:
        try:
            workspace = await self._workspaces.find_for_event(str(details.get("team_id") or ""))
        except AdapterError:
            return None
        context[WORKSPACE] = workspace
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.id,
            bot_user_id=workspace.bot,
            bot_token=workspace.client.token,
        )


class SlackListener:
    """Bolt's listeners: each hands on what it heard, and acknowledges it then."""

    def __init__(self, responder: SlackResponder, workspaces: WorkspaceDirectory) -> None:
        """Nothing has been heard yet."""
        self._responder = responder
        self._workspaces = workspaces
        self._events: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self._removed: dict[Address, float] = {}

    def register_listeners(self, app: AsyncApp) -> None:
        """Register with Bolt. What is not ours is acknowledged, too, or Slack would repeat it."""
        app.action(ANYTHING)(self.on_action)
        app.view(ANYTHING)(self.on_view)
        app.command(ANYTHING)(self.on_command)
        app.shortcut(ANYTHING)(self.on_shortcut)
        app.event(ANYTHING)(self.on_event)

    async def on_action(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A button was pressed. The same press delivered twice is passed on twice."""
        await self._accept_event(parse.read_action, body, _context_workspace(context).id)
        await ack()

    async def on_view(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A modal was sent. One that is refused stays open, with what was filled in."""
        mistakes = _read_length_errors(body)
        if not mistakes and (
            incoming := self._try_read(parse.read_submission, body, _context_workspace(context).id)
        ):
            is_taken, refusal = await self._responder.accept_form(incoming)
            _check_taken(is_taken)
            mistakes = refusal_errors(body["view"], refusal)
        if mistakes:
            await ack(response_action="errors", errors=mistakes)
        else:
            await ack()

    async def on_command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A slash command was given."""
        await self._accept_event(parse.read_command, body, _context_workspace(context).id)
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """The shortcut was chosen."""
        await self._accept_event(parse.read_shortcut, body, _context_workspace(context).id)
        await ack()

    async def on_event(self, body: Body, context: AsyncBoltContext) -> None:
        """Something happened in the workspace; Bolt acknowledges it afterwards.

        Slack repeats what it thinks was not acknowledged in time: that waits for the first one, and
        is taken instead of it where nothing came of that.
        """
        event_id = str(body.get("event_id") or "")
        event = self._events.get(event_id)
        if event is None or (event.done() and _has_failed(event)):
            event = asyncio.ensure_future(self._take_event(body, context))
            event.add_done_callback(_has_failed)  # looked at, whoever waits for it or not
            self._remember(event_id, event)
        await asyncio.shield(event)

    async def _take_event(self, body: Body, context: AsyncBoltContext) -> None:
        event = body.get("event")
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return  # nobody knows what it would be
        if event["type"] in ("app_uninstalled", "tokens_revoked"):
            if event["type"] == "app_uninstalled" or event.get("tokens", {}).get("bot"):
                await self._workspaces.forget_workspace(context.get("team_id") or "")
            return
        workspace = _context_workspace(context)
        if event["type"] == "user_change":
            await self._accept_event(_read_user_change, event, workspace)
        else:
            await self._accept_event(parse.read_event, event, workspace.id, workspace.bot)

    def _remember(self, event_id: str, event: asyncio.Future[None]) -> None:
        if event_id:
            self._events[event_id] = event
            self._events.move_to_end(event_id)
        while len(self._events) > REMEMBERED:
            self._events.popitem(last=False)

    async def _accept_event(
        self, read: Callable[P, SlackEvent | None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Raises AdapterError where Slack had better bring it again."""
        incoming = self._try_read(read, *args, **kwargs)
        if incoming is not None and not self._is_second_removal(incoming):
            is_taken = await self._responder.accept_event(incoming)
            if not is_taken and isinstance(incoming.event, Removed):
                self._removed.pop(incoming.event.group, None)
            _check_taken(is_taken)

    def _try_read(
        self, read: Callable[P, SlackEvent | None], *args: P.args, **kwargs: P.kwargs
    ) -> SlackEvent | None:
        try:
            incoming = read(*args, **kwargs)
            if incoming is not None:
                check_address(incoming.address)
        except MISREAD:
            log.warning("Something from Slack could not be read.", exc_info=True)
            return None
        return incoming

    def _is_second_removal(self, incoming: SlackEvent) -> bool:
        """Slack has two events for being taken out of a channel, and may send both."""
        event, now = incoming.event, time.monotonic()
        if isinstance(event, Added):
            self._removed.pop(event.group, None)
        if not isinstance(event, Removed):
            return False
        # Another process may have heard that it was added again, so this is not known for long.
        self._removed = {group: at for group, at in self._removed.items() if now - at < TOLD_WITHIN}
        is_repeat = event.group in self._removed
        self._removed.setdefault(event.group, now)
        return is_repeat


def _check_taken(is_taken: bool) -> None:
    """Raises AdapterError where nothing came of it: Bolt then does not acknowledge it."""
    if not is_taken:
        raise AdapterError("Slack is not told that it was taken.", permanent=False)


def _has_failed(event: asyncio.Future[None]) -> bool:
    return event.cancelled() or event.exception() is not None


def build_bolt(
    workspaces: WorkspaceDirectory,
    listener: SlackListener,
    client: AsyncWebClient,
    signing_secret: str,
    flow: AsyncOAuthFlow | None,
) -> AsyncApp:
    """Bolt, listening with our ears."""
    app = AsyncApp(
        name="pulse-bot",
        logger=SILENT,
        client=client,
        signing_secret=signing_secret,
        authorize=WorkspaceAuthorizer(workspaces),  # type: ignore[arg-type]  # Bolt takes one, and says less
        oauth_flow=flow,
        process_before_response=True,
        user_facing_authorize_error_message=NOT_INSTALLED,
    )
    listener.register_listeners(app)
    app.error(_log_failure)
    return app


async def _log_failure(error: Exception) -> None:
    """Instead of Bolt's own record, whose logger is silent: it would quote the request."""
    if isinstance(error, AdapterError):
        log.warning("A request of Slack's could not be taken. %s", error)
    else:
        log.error("A request of Slack's could not be taken.", exc_info=error)


def _context_workspace(context: AsyncBoltContext) -> Workspace:
    workspace = context[WORKSPACE]
    if not isinstance(workspace, Workspace):
        raise TypeError("Bolt went on without a workspace.")
    return workspace


def _read_length_errors(body: Body) -> dict[str, str]:
    """What is too long in a window; nothing where it cannot be read, which is said later."""
    try:
        return length_errors(body["view"])
    except MISREAD:
        return {}


def _read_user_change(event: Body, workspace: Workspace) -> SlackEvent | None:
    """Somebody was switched off, or on again as far as we knew them to be off."""
    profile = event["user"]
    before, now = workspace.people.update_user(profile)
    address = slack_address(workspace.id, str(profile["id"]))
    was_off = before is not None and before.deleted
    if now.is_bot or now.deleted == was_off:
        return None
    return SlackEvent(Left(address, address) if now.deleted else Joined(address, address, now.name))
