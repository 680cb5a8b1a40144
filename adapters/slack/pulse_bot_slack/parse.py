"""What Slack tells of people, pure: payloads in, events out, with what their replies need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Pressed,
    Removed,
    Submitted,
    Wrote,
)
from pulse_bot_slack import origins
from pulse_bot_slack.modals import Origin, read_metadata, read_values
from pulse_bot_slack.places import is_channel, slack_address
from pulse_bot_slack.render import AGAIN, INVITE, PRESS, TICKS, WORD
from pulse_bot_slack.texts import restore_typed, unescape_markup, unpack_value

Payload = Mapping[str, Any]

GROUP_ENDS: Final = (
    "channel_left",
    "group_left",
    "channel_archive",
    "group_archive",
    "channel_deleted",
    "group_deleted",
)
OF_THE_GROUP: Final = ("setup", "link", "join", "help")
"""Commands that are about the channel in which they are given; the others are about oneself."""
PRIVATE: Final = Origin()
OPENS_HOME: Final = ("", "now", "pulse")


@dataclass(frozen=True, slots=True)
class SlackEvent:
    """An event, and where and how its reply can be shown."""

    event: Event
    trigger: str = ""
    """Lets a window be opened, once, within three seconds."""
    origin: Origin = PRIVATE

    @property
    def address(self) -> Address:
        """Whoever did it."""
        return self.event.address

    @property
    def is_awaited(self) -> bool:
        """Whether somebody did it just now to have it answered, and is told what comes of it."""
        return bool(self.trigger) or isinstance(self.event, Wrote | OpenedHome)


def read_command(body: Payload, workspace_id: str) -> SlackEvent:
    """A slash command, its first word being ours."""
    address = slack_address(workspace_id, body["user_id"])
    word, _, text = unescape_markup(body.get("text") or "").strip().partition(" ")
    word = word.lower().removeprefix("/")
    channel = body.get("channel_id") or ""
    origin = Origin(channel if is_channel(channel) else "")
    group = (
        slack_address(workspace_id, channel) if origin.channel and word in OF_THE_GROUP else None
    )
    event = _command_event(address, word, text.strip(), group)
    return SlackEvent(event, body.get("trigger_id") or "", origin)


def read_shortcut(body: Payload, workspace_id: str) -> SlackEvent:
    """The shortcut that answers all questions at once."""
    event = OpenedHome(slack_address(workspace_id, body["user"]["id"]), at_once=True)
    return SlackEvent(event, body.get("trigger_id") or "")


def read_action(body: Payload, workspace_id: str) -> SlackEvent | None:
    """A button; None for what is none of ours, such as a tick that is not sent yet."""
    button = body["actions"][0]
    address = slack_address(workspace_id, body["user"]["id"])
    event = _press_event(button, body, address)
    if event is None:
        return None
    view = body.get("view") or {}
    channel = (body.get("channel") or {}).get("id") or ""
    origin = Origin(channel if is_channel(channel) else "", view.get("type") == "home")
    return SlackEvent(event, body.get("trigger_id") or "", origin)


def read_submission(body: Payload, workspace_id: str) -> SlackEvent:
    """A modal that was sent."""
    view = body["view"]
    key, origin = read_metadata(view)
    event = Submitted(
        slack_address(workspace_id, body["user"]["id"]), key, read_values(view.get("state") or {})
    )
    return SlackEvent(event, body.get("trigger_id") or "", origin)


def read_event(event: Payload, workspace_id: str, bot: str) -> SlackEvent | None:
    """One of the events that Slack sends by itself; None for those that mean nothing to us.

    Names are left empty: Slack does not send them along.
    """
    kind = event.get("type")
    if kind == "message":
        return _read_message(event, workspace_id)
    if kind == "app_home_opened" and event.get("tab") == "home":
        opened = OpenedHome(slack_address(workspace_id, event["user"]), at_once=False, page=True)
        return SlackEvent(opened, origin=Origin(home=True))
    if kind in ("member_joined_channel", "member_left_channel"):
        return _read_membership(event, workspace_id, bot)
    if kind in GROUP_ENDS:
        return _removal_event(
            workspace_id, event["channel"], event.get("actor_id") or event.get("user")
        )
    if kind == "channel_id_changed":
        old, new = event["old_channel_id"], event["new_channel_id"]
        return SlackEvent(Moved(slack_address(workspace_id, old), slack_address(workspace_id, new)))
    return None


def _command_event(
    address: Address, word: str, text: str = "", group: Address | None = None
) -> Commanded | OpenedHome:
    if word in OPENS_HOME:
        return OpenedHome(address, at_once=False)
    return Commanded(address, word, text, group)


def _press_event(button: Payload, body: Payload, address: Address) -> Event | None:
    kind, _, number = str(button.get("action_id")).partition(":")
    value = unpack_value(button.get("value") or "")
    match kind:
        case _ if kind == PRESS:
            return Pressed(address, value)
        case _ if kind == INVITE:
            return Joined(address, address, "", value)
        case _ if kind == WORD:
            return _command_event(address, value)
        case _ if kind == AGAIN:
            return origins.read(value, address)
        case _ if kind == TICKS:
            state = body.get("state") or (body.get("view") or {}).get("state") or {}
            return Submitted(address, value, read_values(state, number))
    return None


def _read_message(event: Payload, workspace_id: str) -> SlackEvent | None:
    """A message in a direct chat: not one that was changed, and not a bot's."""
    typed = event.get("subtype") in (None, "file_share")
    if event.get("channel_type") != "im" or not typed or event.get("bot_id"):
        return None
    text = restore_typed(event.get("text") or "")
    return (
        SlackEvent(Wrote(slack_address(workspace_id, event["user"]), text))
        if text.strip()
        else None
    )


def _read_membership(event: Payload, workspace_id: str, bot: str) -> SlackEvent | None:
    channel, came = event["channel"], event["type"] == "member_joined_channel"
    group, person = slack_address(workspace_id, channel), slack_address(workspace_id, event["user"])
    if event["user"] == bot and not came:
        return _removal_event(workspace_id, channel, None)
    if event["user"] == bot:
        by = event.get("inviter")
        added = Added(slack_address(workspace_id, by) if by else group, group, "")
        return SlackEvent(added, origin=Origin(channel))
    if came:
        return SlackEvent(Joined(person, group, ""), origin=Origin(channel))
    return SlackEvent(Left(person, group), origin=Origin(channel))


def _removal_event(workspace_id: str, channel: str, by: object) -> SlackEvent:
    group = slack_address(workspace_id, channel)
    return SlackEvent(
        Removed(slack_address(workspace_id, by) if isinstance(by, str) and by else group, group)
    )
