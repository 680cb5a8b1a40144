"""Holds a call of the Web API against Slack's own list: the arguments, their types, the scopes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

METHODS: dict[str, Json] = json.loads((Path(__file__).parent / "methods.json").read_text())

STRUCTURED = frozenset({"blocks", "view", "files", "attachments", "metadata"})
"""Given as JSON: as it is in a JSON body, as a string with JSON inside in a form."""

TRUTHS = frozenset({"0", "1", "true", "false"})

KINDS_OF_CHANNEL = {"public": "channels:", "private": "groups:", "im": "im:"}
"""How the scopes for a kind of conversation begin."""

ANYWHERE = frozenset({"team_id"})
"""Which workspace is meant, with a token for several; the libraries send it with every call."""

NEEDS_NO_TOKEN = frozenset({"api.test", "oauth.v2.access"})


class Refusal(Exception):
    """The Web API's error, in its own word, with what else the answer holds."""

    def __init__(self, error: str, *, recorded: str = "", **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.recorded = recorded
        """Why a call like this is always wrong; empty where it may happen to a good bot."""
        self.more = more


@dataclass(slots=True)
class Call:
    """One call, as it came in."""

    method: str
    arguments: Json
    token: str
    as_json: bool
    team: str = ""
    user: str = ""
    """The bot's own user, once the token is known."""
    scopes: frozenset[str] = field(default=frozenset())

    def text(self, name: str) -> str:
        """An argument as text, empty where it is missing."""
        return str(self.arguments.get(name) or "")

    def truth(self, name: str) -> bool:
        """An argument as yes or no."""
        return str(self.arguments.get(name, "")).lower() in ("1", "true")


def problems(call: Call) -> list[str]:
    """What Slack's list of methods has against this call. Unpacks what was packed as JSON."""
    known = METHODS[call.method]
    found = [
        f"{name} is no argument"
        for name in call.arguments
        if name not in {*known["args"], *ANYWHERE}
    ]
    missing = [name for name in known["required"] if name != "token"]
    found += [f"{name} is missing" for name in missing if call.arguments.get(name) in (None, "")]
    if call.as_json and not known["json"]:
        found.append("takes no JSON")
    for name, value in list(call.arguments.items()):
        if name not in known["args"]:
            continue
        if name in STRUCTURED:
            found += _unpack(call, name, value)
        elif not _fits(known["args"][name], value, call.as_json):
            found.append(f"{name} has the wrong type")
    return found


def _unpack(call: Call, name: str, value: object) -> list[str]:
    if isinstance(value, str):
        try:
            call.arguments[name] = value = json.loads(value)
        except ValueError:
            return [f"{name} is not JSON"]
    wanted = dict if name in ("view", "metadata") else list
    return [] if isinstance(value, wanted) else [f"{name} has the wrong type"]


def _fits(schema: Json, value: object, as_json: bool) -> bool:
    kinds = {one.get("type") for one in schema.get("anyOf", [schema])}
    if None in kinds:
        return True
    if isinstance(value, str) and not as_json:
        return bool(
            kinds & {"string", "array"}
            or ("boolean" in kinds and value.lower() in TRUTHS)
            or (kinds & {"integer", "number"} and value.isdigit())
        )
    python: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "boolean": (bool,),
        "integer": (int,),
        "number": (int, float),
        "array": (list,),
        "null": (type(None),),
        "object": (dict,),
    }
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, python[str(kind)]) for kind in kinds)


def needed(method: str, kind: str = "") -> frozenset[str]:
    """The scopes of which a bot needs one, for a kind of conversation where the method has one."""
    scopes = frozenset(METHODS[method]["scope"].get("bot", ()))
    prefix = KINDS_OF_CHANNEL.get(kind, "")
    own = frozenset(scope for scope in scopes if scope.startswith(prefix))
    return own or scopes
