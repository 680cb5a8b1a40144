"""Listening: Bolt checks who calls, we acknowledge at once, and the desk answers in its own time.

Bolt is asked to wait for our listeners, which only put what they heard on the desk: waiting costs
less than Bolt's other way, which looks every ten milliseconds whether something was acknowledged.
"""

from __future__ import annotations

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

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Added, Address, Joined, Left, Removed
from pulse_bot_slack import parse
from pulse_bot_slack.answering import Desk
from pulse_bot_slack.errors import NOT_INSTALLED
from pulse_bot_slack.installs import Installs
from pulse_bot_slack.modals import refused, too_long
from pulse_bot_slack.parse import Heard
from pulse_bot_slack.places import address_of
from pulse_bot_slack.quiet import SILENT
from pulse_bot_slack.workspaces import Workspace

log = logging.getLogger(__name__)
P = ParamSpec("P")
Body = dict[str, Any]

ANYTHING: Final = re.compile(".*", re.DOTALL)
WORKSPACE: Final = "workspace"
REMEMBERED: Final = 10_000
"""Events whose repeats are known as such."""
TOLD_WITHIN: Final = 60.0
"""Seconds between the two events for being taken out of one channel, at most."""


class Authorized(AsyncAuthorize):
    """Tells Bolt with which bot a workspace is answered; nothing is asked of Slack for it."""

    def __init__(self, installs: Installs) -> None:
        """`installs` knows the workspaces."""
        self._installs = installs

    async def __call__(
        self, *, context: AsyncBoltContext, **told: object
    ) -> AuthorizeResult | None:
        try:
            workspace = await self._installs.of_event(str(told.get("team_id") or ""))
        except AdapterError:
            return None
        context[WORKSPACE] = workspace
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.id,
            bot_user_id=workspace.bot,
            bot_token=workspace.client.token,
        )


class Ears:
    """Bolt's listeners: each acknowledges, and puts what it heard on the desk."""

    def __init__(self, desk: Desk, installs: Installs) -> None:
        """Nothing has been heard yet."""
        self._desk = desk
        self._installs = installs
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._removed: dict[Address, float] = {}

    def listen(self, app: AsyncApp) -> None:
        """Register with Bolt. What is not ours is acknowledged, too, or Slack would repeat it."""
        app.action(ANYTHING)(self.on_action)
        app.view(ANYTHING)(self.on_view)
        app.command(ANYTHING)(self.on_command)
        app.shortcut(ANYTHING)(self.on_shortcut)
        app.event(ANYTHING)(self.on_event)

    async def on_action(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A button was pressed. The same press delivered twice is passed on twice."""
        self._take(parse.action, body, _workspace(context).id)
        await ack()

    async def on_view(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A modal was sent. One that is refused stays open, with what was filled in."""
        mistakes = too_long(body["view"])
        if not mistakes and (heard := self._read(parse.submission, body, _workspace(context).id)):
            mistakes = refused(body["view"], await self._desk.take_form(heard))
        if mistakes:
            await ack(response_action="errors", errors=mistakes)
        else:
            await ack()

    async def on_command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """A slash command was given."""
        self._take(parse.command, body, _workspace(context).id)
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """The shortcut was chosen."""
        self._take(parse.shortcut, body, _workspace(context).id)
        await ack()

    async def on_event(self, body: Body, context: AsyncBoltContext) -> None:
        """Something happened in the workspace; Bolt acknowledges it."""
        event = body["event"]
        if self._is_repeated(body):
            return
        if event["type"] in ("app_uninstalled", "tokens_revoked"):
            if event["type"] == "app_uninstalled" or event.get("tokens", {}).get("bot"):
                await self._installs.forget(context.get("team_id") or "")
            return
        workspace = _workspace(context)
        if event["type"] == "user_change":
            self._take(_changed, event["user"], workspace)
        else:
            self._take(parse.news, event, workspace.id, workspace.bot)

    def _take(self, read: Callable[P, Heard | None], *args: P.args, **kwargs: P.kwargs) -> None:
        heard = self._read(read, *args, **kwargs)
        if heard is not None and not self._is_told_twice(heard):
            self._desk.take(heard)

    def _read(
        self, read: Callable[P, Heard | None], *args: P.args, **kwargs: P.kwargs
    ) -> Heard | None:
        try:
            return read(*args, **kwargs)
        except (LookupError, TypeError, ValueError):
            log.warning("Something from Slack could not be read.", exc_info=True)
            return None

    def _is_repeated(self, body: Body) -> bool:
        """Slack repeats what it thinks was not acknowledged in time."""
        event_id = str(body.get("event_id") or "")
        if not event_id or event_id in self._heard:
            return bool(event_id)
        self._heard[event_id] = None
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return False

    def _is_told_twice(self, heard: Heard) -> bool:
        """Slack has two events for being taken out of a channel, and may send both."""
        event, now = heard.event, time.monotonic()
        if isinstance(event, Added):
            self._removed.pop(event.group, None)
        if not isinstance(event, Removed):
            return False
        # Another process may have heard that it was added again, so this is not known for long.
        self._removed = {one: at for one, at in self._removed.items() if now - at < TOLD_WITHIN}
        known = event.group in self._removed
        self._removed.setdefault(event.group, now)
        return known


def bolt(
    installs: Installs,
    ears: Ears,
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
        authorize=Authorized(installs),  # type: ignore[arg-type]  # Bolt takes one, and says less
        oauth_flow=flow,
        process_before_response=True,
        user_facing_authorize_error_message=NOT_INSTALLED,
    )
    ears.listen(app)
    app.error(_log_failure)
    return app


async def _log_failure(error: Exception) -> None:
    """Instead of Bolt's own record, whose logger is silent: it would quote the request."""
    if isinstance(error, AdapterError):
        log.warning("A request of Slack's could not be taken. %s", error)
    else:
        log.error("A request of Slack's could not be taken.", exc_info=error)


def _workspace(context: AsyncBoltContext) -> Workspace:
    found = context[WORKSPACE]
    if not isinstance(found, Workspace):
        raise TypeError("Bolt went on without a workspace.")
    return found


def _changed(profile: Body, workspace: Workspace) -> Heard | None:
    """Somebody was switched off, or on again as far as we knew them to be off."""
    before, now = workspace.people.changed(profile)
    own = address_of(workspace.id, str(profile["id"]))
    was_off = before is not None and before.deleted
    if now.is_bot or now.deleted == was_off:
        return None
    return Heard(Left(own, own) if now.deleted else Joined(own, own, now.name))
