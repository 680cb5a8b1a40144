"""What people do, as Slack tells the app of it; and what the app's acknowledgement makes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.platforms.slack import payloads
from tests.platforms.slack.answers_views import new_view, replace
from tests.platforms.slack.delivery import Ack, Envelope, until
from tests.platforms.slack.drawing import (
    FILLED_IN,
    Control,
    Drawing,
    draw_message,
    draw_view,
)
from tests.platforms.slack.mrkdwn import escaped
from tests.platforms.slack.server import Slack
from tests.platforms.slack.shapes import wrong_message, wrong_view
from tests.platforms.slack.world import Channel, Message, Team, User, View

Json = dict[str, Any]

SLACKBOT = "USLACKBOT"
EMPTY: dict[str, Json] = {
    "plain_text_input": {"value": None},
    "radio_buttons": {"selected_option": None},
    "static_select": {"selected_option": None},
    "checkboxes": {"selected_options": []},
    "multi_static_select": {"selected_options": []},
}


def draw(slack: Slack, source: Message | View) -> Drawing:
    """What is seen of a message or a view."""
    names = slack.world.name_of
    if isinstance(source, View):
        return draw_view(source, names)
    return draw_message(source, names)


def state_of(slack: Slack, source: Message | View, user: str) -> Json:
    """What somebody has chosen and typed there, as Slack tells it: every input, the empty too."""
    kept = source.state if isinstance(source, View) else source.states.setdefault(user, {})
    told: Json = {}
    for control in draw(slack, source).controls:
        if control.kind in FILLED_IN:
            empty = {"type": control.kind, **EMPTY[control.kind]}
            value = kept.get(control.block, {}).get(control.action, empty)
            told.setdefault(control.block, {})[control.action] = value
    return told


def touched(slack: Slack, user: User, team: Team, control: Control) -> Json:
    """A button pressed, or something chosen that is told at once."""
    source = control.source
    state = state_of(slack, source, user.id)
    action = {
        "action_id": control.action,
        "block_id": control.block,
        "type": control.kind,
        "action_ts": slack.world.time(),
    }
    if control.kind == "button":
        told = {key: control.element[key] for key in ("value", "url") if key in control.element}
        action |= told | {"text": payloads.echoed(control.element["text"])}
    else:
        action |= payloads.echoed(state[control.block][control.action])
    made = payloads.interaction(
        "block_actions", user, team, slack.app, slack.world.trigger(user.id)
    )
    made["actions"] = [action]
    if isinstance(source, View):
        container: Json = {"type": "view", "view_id": source.id}
        shown = {**payloads.view(source, team, slack.app), "state": {"values": state}}
        return made | {"container": container, "view": shown}
    channel = slack.world.channels[source.channel]
    container = {
        "type": "message",
        "message_ts": source.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(source.only),
    }
    made |= {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": payloads.echoed(state)},
        "response_url": slack.response_url(user.id, channel.id, source.ts),
    }
    if not source.only:
        made["message"] = payloads.message(source, team, slack.app)
    return made


def submitted(slack: Slack, user: User, team: Team, view: View) -> Json:
    """A modal that was sent."""
    made = payloads.interaction(
        "view_submission", user, team, slack.app, slack.world.trigger(user.id)
    )
    state = {"values": payloads.echoed(state_of(slack, view, user.id))}
    made["view"] = {**payloads.view(view, team, slack.app), "state": state}
    return made | {"response_urls": []}


def commanded(slack: Slack, user: User, team: Team, channel: Channel, words: str) -> Json:
    """A slash command, as the form that Slack posts."""
    command, _, text = words.partition(" ")
    if command not in slack.app.commands:
        raise AssertionError(f"The manifest has no command {command!r}.")
    return {
        "token": payloads.VERIFICATION,
        "team_id": team.id,
        "team_domain": team.name,
        "channel_id": channel.id,
        "channel_name": "privategroup" if channel.kind == "private" else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": escaped(text),
        "api_app_id": slack.app.id,
        "is_enterprise_install": "false",
        "response_url": slack.response_url(user.id, channel.id),
        "trigger_id": slack.world.trigger(user.id),
    }


async def bring(slack: Slack, kind: str, payload: Json, *, again: bool = False) -> Ack:
    """Deliver what somebody did; tell them, as Slack does, where it was not taken."""
    ack = await slack.postman.bring(Envelope(kind, payload), again=again)
    if ack.failed:
        user = slack.world.users[payload.get("user_id") or payload["user"]["id"]]
        channel = slack.world.direct(slack.world.team_of(user.id).bot, user.id)
        words = {"text": "⚠️ Slack: that did not work."}
        slack.post(channel, SLACKBOT, words, only=user.id)
    return ack


def command_answered(slack: Slack, payload: Json, answer: Json | None) -> None:
    """Show what came with the acknowledgement of a command."""
    if not answer or not (answer.get("text") or answer.get("blocks")):
        return
    wrong = [one for one in wrong_message({"text": " ", **answer}) if one]
    slack.violations += [f"answer to a command: {one}" for one in wrong]
    channel = slack.world.channels[payload["channel_id"]]
    only = "" if answer.get("response_type") == "in_channel" else payload["user_id"]
    if not wrong:
        slack.post(channel, slack.world.teams[payload["team_id"]].bot, answer, only=only)


def view_answered(slack: Slack, view: View, answer: Json | None) -> None:
    """Do with a sent modal what its acknowledgement says: close it, say mistakes, show another."""
    stack = slack.world.modals[view.user]
    action = (answer or {}).get("response_action", "")
    if action == "":
        if view in stack:
            stack.remove(view)
    elif action == "clear":
        stack.clear()
    elif action == "errors":
        view.errors = dict((answer or {})["errors"])
        view.shown = slack.world.next_shown()
        asked = {one["block_id"] for one in view.body["blocks"] if one["type"] == "input"}
        slack.violations += [f"an error for {one}" for one in sorted(view.errors.keys() - asked)]
    else:
        _show_another(slack, view, action, (answer or {}).get("view", {}))


def _show_another(slack: Slack, view: View, action: str, body: Json) -> None:
    wrong = wrong_view(body, "modal")
    slack.violations += [f"response_action: {one}" for one in wrong]
    if wrong or action not in ("update", "push"):
        return
    if action == "update":
        replace(slack, view, body)
    else:
        slack.world.modals[view.user].append(new_view(slack, view.user, body))


async def answered(
    slack: Slack, who: str, newest: Callable[[], int], work: Awaitable[Ack | None]
) -> None:
    """Do something, and wait until the app has answered it, as far as anybody can tell.

    The core tells where it is watched; otherwise something new has to be seen. After that comes a
    while in which nothing happens at all.
    """
    watched = slack.watched
    before = newest()
    told = watched.answered[who] if watched else 0
    ack = await work
    if not ack or not (ack.failed or (ack.answer or {}).get("response_action") == "errors"):
        if watched:
            await until(lambda: watched.answered[who] > told, slack.patience)
        else:
            await until(lambda: newest() != before, slack.patience)
    await quiet(slack)


async def quiet(slack: Slack) -> None:
    """Wait until nothing is under way, for several turns in a row."""
    calm, turns = 0, -1

    def is_quiet() -> bool:
        nonlocal calm, turns
        working = slack.watched.at_work if slack.watched else 0
        busy = slack.busy or slack.postman.under_way or working
        calm = 0 if busy or turns != slack.turns else calm + 1
        turns = slack.turns
        return calm >= slack.quiet_turns

    await until(is_quiet, slack.patience)
