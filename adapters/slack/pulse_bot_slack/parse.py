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
from pulse_bot_slack.modals import Origin, asked, filled
from pulse_bot_slack.places import address_of, is_channel
from pulse_bot_slack.render import AGAIN, INVITE, PRESS, TICKS, WORD
from pulse_bot_slack.texts import as_typed, unescaped, unpacked

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
class Heard:
    """An event, and where and how its reply can be shown."""

    event: Event
    trigger: str = ""
    """Lets a window be opened, once, within three seconds."""
    origin: Origin = PRIVATE

    @property
    def address(self) -> Address:
        """Whoever did it."""
        return self.event.address


def command(body: Payload, workspace_id: str) -> Heard:
    """A slash command, its first word being ours."""
    address = address_of(workspace_id, body["user_id"])
    word, _, text = unescaped(body.get("text") or "").strip().partition(" ")
    word = word.lower().removeprefix("/")
    channel = body.get("channel_id") or ""
    origin = Origin(channel if is_channel(channel) else "")
    here = address_of(workspace_id, channel) if origin.channel and word in OF_THE_GROUP else None
    event = _commanded(address, word, text.strip(), here)
    return Heard(event, body.get("trigger_id") or "", origin)


def shortcut(body: Payload, workspace_id: str) -> Heard:
    """The shortcut that answers all questions at once."""
    event = OpenedHome(address_of(workspace_id, body["user"]["id"]), at_once=True)
    return Heard(event, body.get("trigger_id") or "")


def action(body: Payload, workspace_id: str) -> Heard | None:
    """A button; None for what is none of ours, such as a tick that is not sent yet."""
    pressed = body["actions"][0]
    address = address_of(workspace_id, body["user"]["id"])
    event = _pressed(pressed, body, address)
    if event is None:
        return None
    view = body.get("view") or {}
    channel = (body.get("channel") or {}).get("id") or ""
    origin = Origin(channel if is_channel(channel) else "", view.get("type") == "home")
    return Heard(event, body.get("trigger_id") or "", origin)


def submission(body: Payload, workspace_id: str) -> Heard:
    """A modal that was sent."""
    view = body["view"]
    key, origin = asked(view)
    event = Submitted(
        address_of(workspace_id, body["user"]["id"]), key, filled(view.get("state") or {})
    )
    return Heard(event, body.get("trigger_id") or "", origin)


def news(event: Payload, workspace_id: str, bot: str) -> Heard | None:
    """One of the events that Slack sends by itself; None for those that mean nothing to us.

    Names are left empty: Slack does not send them along.
    """
    kind = event.get("type")
    if kind == "message":
        return _wrote(event, workspace_id)
    if kind == "app_home_opened" and event.get("tab") == "home":
        opened = OpenedHome(address_of(workspace_id, event["user"]), at_once=False, page=True)
        return Heard(opened, origin=Origin(home=True))
    if kind in ("member_joined_channel", "member_left_channel"):
        return _came_or_went(event, workspace_id, bot)
    if kind in GROUP_ENDS:
        return _removed(workspace_id, event["channel"], event.get("actor_id") or event.get("user"))
    if kind == "channel_id_changed":
        old, new = event["old_channel_id"], event["new_channel_id"]
        return Heard(Moved(address_of(workspace_id, old), address_of(workspace_id, new)))
    return None


def _commanded(
    address: Address, word: str, text: str = "", group: Address | None = None
) -> Commanded | OpenedHome:
    if word in OPENS_HOME:
        return OpenedHome(address, at_once=False)
    return Commanded(address, word, text, group)


def _pressed(pressed: Payload, body: Payload, address: Address) -> Event | None:
    kind, _, number = str(pressed.get("action_id")).partition(":")
    value = unpacked(pressed.get("value") or "")
    match kind:
        case _ if kind == PRESS:
            return Pressed(address, value)
        case _ if kind == INVITE:
            return Joined(address, address, "", value)
        case _ if kind == WORD:
            return _commanded(address, value)
        case _ if kind == AGAIN:
            return origins.read(value, address)
        case _ if kind == TICKS:
            state = body.get("state") or (body.get("view") or {}).get("state") or {}
            return Submitted(address, value, filled(state, number))
    return None


def _wrote(event: Payload, workspace_id: str) -> Heard | None:
    """A message in a direct chat: not one that was changed, and not a bot's."""
    typed = event.get("subtype") in (None, "file_share")
    if event.get("channel_type") != "im" or not typed or event.get("bot_id"):
        return None
    text = as_typed(event.get("text") or "")
    return Heard(Wrote(address_of(workspace_id, event["user"]), text)) if text.strip() else None


def _came_or_went(event: Payload, workspace_id: str, bot: str) -> Heard | None:
    channel, came = event["channel"], event["type"] == "member_joined_channel"
    group, person = address_of(workspace_id, channel), address_of(workspace_id, event["user"])
    if event["user"] == bot and not came:
        return _removed(workspace_id, channel, None)
    if event["user"] == bot:
        by = event.get("inviter")
        added = Added(address_of(workspace_id, by) if by else group, group, "")
        return Heard(added, origin=Origin(channel))
    if came:
        return Heard(Joined(person, group, ""), origin=Origin(channel))
    return Heard(Left(person, group), origin=Origin(channel))


def _removed(workspace_id: str, channel: str, by: object) -> Heard:
    group = address_of(workspace_id, channel)
    return Heard(
        Removed(address_of(workspace_id, by) if isinstance(by, str) and by else group, group)
    )
