"""The Web API's methods that show modals and homes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.platforms.slack import payloads
from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.shapes import wrong_view
from tests.platforms.slack.world import VIEWS, View

if TYPE_CHECKING:
    from tests.platforms.slack.server import Slack

Json = dict[str, Any]


def open_view(slack: Slack, call: Call) -> Json:
    """views.open and views.push: one more modal, at most three on top of one another."""
    slack.refuse(wrong_view(call.arguments["view"], "modal"), "invalid_arguments")
    user = slack.world.exchange(call.text("trigger_id"))
    stack = slack.world.modals.setdefault(user, [])
    if len(stack) >= VIEWS:
        raise Refusal("push_limit_reached")
    view = new_view(slack, user, call.arguments["view"])
    stack.append(view)
    return _told(slack, call, view)


def update_view(slack: Slack, call: Call) -> Json:
    """views.update: of what is on a stack still, as long as nobody else has changed it."""
    named = (call.text("view_id"), call.text("external_id"))
    stacks = slack.world.modals.values()
    for stack in stacks:
        for view in stack:
            if view.id == named[0] or (named[1] and view.body.get("external_id") == named[1]):
                slack.refuse(wrong_view(call.arguments["view"], "modal"), "invalid_arguments")
                _same_hash(call, view)
                replace(slack, view, call.arguments["view"])
                return _told(slack, call, view)
    raise Refusal("not_found")


def publish(slack: Slack, call: Call) -> Json:
    """views.publish: somebody's home."""
    slack.refuse(wrong_view(call.arguments["view"], "home"), "invalid_arguments")
    if not slack.app.home:
        raise Refusal("not_enabled", recorded="the manifest has no home tab")
    user = slack.world.known(call.text("user_id"), call.user)
    home = slack.world.homes.get(user.id)
    if home is None:
        home = slack.world.homes[user.id] = new_view(slack, user.id, call.arguments["view"])
    else:
        _same_hash(call, home)
        replace(slack, home, call.arguments["view"])
    return _told(slack, call, home)


def new_view(slack: Slack, user: str, body: Json) -> View:
    """A view that is shown for the first time."""
    world = slack.world
    view = View(f"V0VIEW{world.number():03}", user, world.team_of(user).id, {}, 0, "")
    replace(slack, view, body)
    return view


def replace(slack: Slack, view: View, body: Json) -> None:
    """Show something else in a view."""
    world = slack.world
    view.body = {**body, "blocks": world.fill_in_ids(body["blocks"])}
    view.shown, view.hash, view.errors = world.next_shown(), f"h{world.number()}", {}
    kept = {block["block_id"] for block in view.body["blocks"]}
    view.state = {block: values for block, values in view.state.items() if block in kept}


def _same_hash(call: Call, view: View) -> None:
    if call.text("hash") not in ("", view.hash):
        raise Refusal("hash_conflict")


def _told(slack: Slack, call: Call, view: View) -> Json:
    return {"view": payloads.view(view, slack.world.teams[call.team], slack.app)}


ANSWERS = {
    "views.open": open_view,
    "views.publish": publish,
    "views.push": open_view,
    "views.update": update_view,
}
