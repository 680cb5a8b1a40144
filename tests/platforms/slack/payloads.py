"""What Slack tells apps, and answers them: users, channels, messages, views and events as JSON."""

from __future__ import annotations

from typing import Any

from tests.platforms.slack.app import App
from tests.platforms.slack.mrkdwn import escaped
from tests.platforms.slack.world import Channel, Message, Team, User, View

Json = dict[str, Any]

VERIFICATION = "an-old-verification-token"


def user(one: User, team: Team, *, locale: bool = False) -> Json:
    """A user; of another workspace there is less to tell."""
    stranger = one.team != team.id
    told: Json = {
        "id": one.id,
        "team_id": one.team,
        "name": one.name,
        "deleted": one.deleted,
        "is_bot": one.is_bot,
        "is_app_user": False,
        "profile": {"real_name": one.name, "display_name": "", "team": one.team},
        "updated": 0,
    }
    if one.deleted:
        return told
    told |= {"real_name": one.name, "tz": one.tz, "tz_offset": 0, "is_stranger": stranger}
    if not stranger:
        told |= {"is_restricted": one.guest, "is_ultra_restricted": False, "is_admin": False}
    return told | ({"locale": one.locale} if locale and not stranger else {})


def channel(one: Channel, bot: str) -> Json:
    """A conversation, as a bot sees it."""
    told: Json = {
        "id": one.id,
        "created": 0,
        "is_archived": one.archived,
        "is_im": one.kind == "im",
        "is_mpim": False,
    }
    if one.kind == "im":
        return told | {"user": next(member for member in one.members if member != bot)}
    return told | {
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": one.id.startswith("C"),
        "is_group": one.id.startswith("G"),
        "is_private": one.kind == "private",
        "is_member": bot in one.members,
        "is_general": False,
        "is_shared": one.shared,
        "is_ext_shared": one.shared,
        "num_members": len(one.members),
        "topic": {"value": ""},
        "purpose": {"value": ""},
        "context_team_id": one.team,
    }


def echoed(thing: Any) -> Any:
    """Blocks as they come back: Slack escapes their texts."""
    if isinstance(thing, list):
        return [echoed(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    made = {key: echoed(value) for key, value in thing.items()}
    if made.get("type") == "plain_text":
        made["text"] = escaped(made["text"])
    return made


def message(one: Message, team: Team, app: App) -> Json:
    """A message, as it comes back."""
    told: Json = {"type": "message", "user": one.author, "ts": one.ts, "team": team.id}
    told |= {"text": one.text, "blocks": echoed(one.blocks)}
    if one.author == team.bot:
        told |= {"bot_id": team.bot_id, "app_id": app.id}
    if one.files:
        told["files"] = [{"id": file.id, "title": file.title} for file in one.files]
    return told


def view(one: View, team: Team, app: App) -> Json:
    """A view, as it comes back."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **one.body,
        "blocks": echoed(one.body["blocks"]),
        "id": one.id,
        "team_id": one.team,
        "app_id": app.id,
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
        "hash": one.hash,
        "root_view_id": one.id,
        "previous_view_id": None,
        "state": {"values": one.state},
    }


def event(inner: Json, number: int, team: Team, app: App, *, shared: bool = False) -> Json:
    """An event with what is told around it."""
    return {
        "token": VERIFICATION,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev0EVENT{number:06}",
        "event_time": int(float(inner["event_ts"])),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-event-{number}",
    }


def interaction(kind: str, by: User, team: Team, app: App, trigger: str) -> Json:
    """What every interaction begins with."""
    return {
        "type": kind,
        "user": by.brief(),
        "api_app_id": app.id,
        "token": VERIFICATION,
        "trigger_id": trigger,
        "team": {"id": team.id, "domain": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
