"""The Web API's methods of installing: codes for tokens, tokens for new ones, and the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.platforms.slack.calls import Call, Refusal
from tests.platforms.slack.world import Token

if TYPE_CHECKING:
    from tests.platforms.slack.server import Slack

Json = dict[str, Any]

HALF_A_DAY = 43_200


def access(slack: Slack, call: Call) -> Json:
    """oauth.v2.access: a code, or a token that refreshes, for a new pair of tokens."""
    given = (call.text("client_id"), call.text("client_secret"))
    if given != (slack.app.client_id, slack.app.client_secret):
        raise Refusal("bad_client_secret")
    if call.text("grant_type") == "refresh_token":
        old = slack.world.tokens.get(call.text("refresh_token"))
        if old is None or old.kind != "refresh" or old.revoked:
            raise Refusal("invalid_refresh_token")
        old.revoked = True
        return slack.installed(old.team)
    team = slack.codes.pop(call.text("code"), "")
    if not team:
        raise Refusal("invalid_code")
    slack.world.teams[team].installed = True
    return slack.installed(team)


def revoke(slack: Slack, call: Call) -> Json:
    """auth.revoke."""
    if call.truth("test"):
        return {"revoked": False}
    slack.world.tokens[call.token].revoked = True
    return {"revoked": True}


def connect(slack: Slack, call: Call) -> Json:
    """apps.connections.open: where to connect to, once."""
    if slack.sockets is None:
        raise Refusal("socket_mode_not_enabled")
    address = slack.origin.replace("http://", "ws://")
    return {"url": f"{address}/socket?ticket={slack.sockets.ticket()}"}


def new_tokens(slack: Slack, team: str, *, expires: bool) -> Json:
    """A pair of tokens of a workspace, as oauth.v2.access tells them."""
    world = slack.world
    number = world.number()
    access_token, refresh_token = f"xoxb-{number}-{team}", f"xoxe-1-{number}-{team}"
    world.tokens[access_token] = Token("bot", team, slack.app.scopes)
    told: Json = {
        "app_id": slack.app.id,
        "authed_user": {"id": world.teams[team].bot},
        "scope": ",".join(sorted(slack.app.scopes)),
        "token_type": "bot",
        "access_token": access_token,
        "bot_user_id": world.teams[team].bot,
        "team": {"id": team, "name": world.teams[team].name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if expires:
        world.tokens[refresh_token] = Token("refresh", team)
        told |= {"refresh_token": refresh_token, "expires_in": HALF_A_DAY}
    return told


ANSWERS = {
    "apps.connections.open": connect,
    "auth.revoke": revoke,
    "oauth.v2.access": access,
}
