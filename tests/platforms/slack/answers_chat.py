"""The Web API's methods that post, change and delete messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.platforms.slack import payloads
from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.shapes import wrong_message
from tests.platforms.slack.world import Channel, Message

if TYPE_CHECKING:
    from tests.platforms.slack.server import Slack

Json = dict[str, Any]


def post_message(slack: Slack, call: Call) -> Json:
    """chat.postMessage; a user's id leads to the direct conversation, a deleted user's too."""
    slack.refuse(wrong_message(call.arguments), "invalid_blocks")
    channel = _target(slack, call)
    slack.keep_to_rates(channel)
    message = slack.post(channel, call.user, call.arguments)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": payloads.message(message, slack.world.teams[call.team], slack.app),
    }


def post_ephemeral(slack: Slack, call: Call) -> Json:
    """chat.postEphemeral."""
    slack.refuse(wrong_message(call.arguments), "invalid_blocks")
    channel = writable(slack, call)
    if call.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    slack.keep_to_rates(channel)
    message = slack.post(channel, call.user, call.arguments, only=call.text("user"))
    return {"message_ts": message.ts}


def update(slack: Slack, call: Call) -> Json:
    """chat.update: text without blocks takes the blocks away."""
    slack.refuse(wrong_message(call.arguments), "invalid_blocks")
    message = _own(slack, call, "cant_update_message")
    slack.edit(message, call.arguments)
    team = slack.world.teams[call.team]
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": payloads.message(message, team, slack.app),
    }


def delete(slack: Slack, call: Call) -> Json:
    """chat.delete: a bot's own messages alone."""
    message = _own(slack, call, "cant_delete_message")
    slack.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def writable(slack: Slack, call: Call, name: str = "channel") -> Channel:
    """The channel of a call, where the bot may post. Raises Refusal."""
    channel = slack.world.visible(call.text(name), call.user)
    if channel.archived:
        raise Refusal("is_archived")
    if call.user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _target(slack: Slack, call: Call) -> Channel:
    name = call.text("channel")
    if not name.startswith(("U", "W")):
        return writable(slack, call)
    if name not in slack.world.users or slack.world.users[name].is_bot:
        raise Refusal("channel_not_found")
    return slack.world.direct(call.user, slack.world.known(name, call.user).id)


def _own(slack: Slack, call: Call, otherwise: str) -> Message:
    message = writable(slack, call).messages.get(call.text("ts"))
    if message is None or message.only:
        raise Refusal("message_not_found")
    if message.author != call.user:
        raise Refusal(otherwise)
    return message


ANSWERS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
