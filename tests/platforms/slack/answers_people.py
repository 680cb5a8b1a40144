"""The Web API's methods about conversations, users and the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.platforms.slack import payloads
from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.world import Message

if TYPE_CHECKING:
    from tests.platforms.slack.server import Slack

Json = dict[str, Any]


def open_conversation(slack: Slack, call: Call) -> Json:
    """conversations.open: the direct conversation with one user."""
    if not call.text("users"):
        channel = slack.world.visible(call.text("channel"), call.user)
        return {"channel": {"id": channel.id}}
    if "," in call.text("users"):
        raise Refusal("missing_scope", recorded="several users need mpim:write")
    user = slack.world.known(call.text("users"), call.user)
    if user.is_bot:
        raise Refusal("cannot_dm_bot")
    if user.deleted:
        raise Refusal("user_disabled")
    return {"channel": {"id": slack.world.direct(call.user, user.id).id}}


def conversation(slack: Slack, call: Call) -> Json:
    """conversations.info."""
    channel = slack.world.visible(call.text("channel"), call.user)
    return {"channel": payloads.channel(channel, call.user)}


def members(slack: Slack, call: Call) -> Json:
    """conversations.members, page by page."""
    channel = slack.world.visible(call.text("channel"), call.user)
    page, more = _page(slack, call, channel.members, 100)
    return {"members": page, **more}


def history(slack: Slack, call: Call) -> Json:
    """conversations.history, newest first; what only one person saw is not in it."""
    channel = slack.world.visible(call.text("channel"), call.user)
    if call.user not in channel.members:
        raise Refusal("not_in_channel")
    found = [one for one in channel.messages.values() if not one.only and _within(one, call)]
    page, more = _page(slack, call, sorted(found, key=lambda one: one.ts, reverse=True), 100)
    team = slack.world.teams[call.team]
    told = [payloads.message(one, team, slack.app) for one in page]
    return {"messages": told, "has_more": bool(more["response_metadata"]["next_cursor"]), **more}


def join(slack: Slack, call: Call) -> Json:
    """conversations.join."""
    channel = slack.world.visible(call.text("channel"), call.user)
    if call.user not in channel.members:
        channel.members.append(call.user)
    return {"channel": payloads.channel(channel, call.user)}


def user(slack: Slack, call: Call) -> Json:
    """users.info."""
    found = slack.world.known(call.text("user"), call.user)
    team, locale = slack.world.teams[call.team], call.truth("include_locale")
    return {"user": payloads.user(found, team, locale=locale)}


def users(slack: Slack, call: Call) -> Json:
    """users.list: everybody of the workspace, the deleted and the bots among them."""
    team, locale = slack.world.teams[call.team], call.truth("include_locale")
    own = [one for one in slack.world.users.values() if one.team == team.id]
    page, more = _page(slack, call, own, 1000)
    return {"members": [payloads.user(one, team, locale=locale) for one in page], **more}


def auth_test(slack: Slack, call: Call) -> Json:
    """auth.test."""
    team = slack.world.teams[call.team]
    return {
        "url": f"{slack.origin}/",
        "team": team.name,
        "user": slack.world.users[team.bot].name,
        "team_id": team.id,
        "user_id": team.bot,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def team_info(slack: Slack, call: Call) -> Json:
    """team.info."""
    team = slack.world.teams[call.team]
    return {"team": {"id": team.id, "name": team.name, "domain": team.name}}


def bot_info(slack: Slack, call: Call) -> Json:
    """bots.info."""
    team = slack.world.teams[call.team]
    known = {"id": team.bot_id, "app_id": slack.app.id, "user_id": team.bot, "name": "pulse"}
    if call.text("bot") not in ("", team.bot_id):
        raise Refusal("bot_not_found")
    return {"bot": known}


def api_test(slack: Slack, call: Call) -> Json:
    """api.test."""
    return {"args": {}}


def _within(message: Message, call: Call) -> bool:
    oldest, latest = call.text("oldest"), call.text("latest")
    if call.truth("inclusive") and message.ts in (oldest, latest):
        return True
    after = not oldest or float(message.ts) > float(oldest)
    return after and (not latest or float(message.ts) < float(latest))


def _page(slack: Slack, call: Call, all_: Sequence[Any], most: int) -> tuple[list[Any], Json]:
    """One page, and where the next one begins."""
    start = int(call.text("cursor").removeprefix("from:") or 0)
    size = min(int(call.text("limit") or most), slack.page_size)
    following = f"from:{start + size}" if start + size < len(all_) else ""
    return list(all_[start : start + size]), {"response_metadata": {"next_cursor": following}}


ANSWERS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "bots.info": bot_info,
    "conversations.history": history,
    "conversations.info": conversation,
    "conversations.join": join,
    "conversations.members": members,
    "conversations.open": open_conversation,
    "team.info": team_info,
    "users.info": user,
    "users.list": users,
}
