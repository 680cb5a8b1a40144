"""The manifest: as Slack's schema wants it, and as the code needs it, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from pulse_bot_slack import parse
from pulse_bot_slack.oauth import SCOPES

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "adapters" / "slack" / "manifest.yaml"
SCHEMA = Path(__file__).parents[1] / "platforms" / "slack" / "manifest.schema.json"
README = ROOT / "adapters" / "slack" / "README.md"

HEARD_ELSEWHERE = {"app_uninstalled", "tokens_revoked", "user_change"}
"""Events that `listening` takes itself."""
EVENT = {"channel": "C1", "user": "U1", "old_channel_id": "C1", "new_channel_id": "C2"}


def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return read


def mistakes(said: dict[str, Any]) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [error.message for error in Draft7Validator(schema).iter_errors(said)]


def test_slack_would_take_it() -> None:
    assert mistakes(manifest()) == []


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("display_information", "name", "x" * 36), ("settings", "socket_mode", True)],
)
def test_what_slack_would_not_take_is_seen(section: str, key: str, value: object) -> None:
    wrong = manifest()
    wrong[section][key] = value

    assert mistakes(wrong)


def test_it_asks_for_the_scopes_that_an_installation_asks_for() -> None:
    assert tuple(manifest()["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_every_event_is_understood() -> None:
    """One that is not would be sent for nothing."""
    asked = set(manifest()["settings"]["event_subscriptions"]["bot_events"]) - HEARD_ELSEWHERE

    for kind in asked:
        name, _, chat = kind.partition(".")
        told = {**EVENT, "type": name, "channel_type": chat, "tab": "home", "text": "hello"}
        assert parse.read_event(told, "T1", "UBOT") is not None, kind


def test_the_readme_says_what_changes_for_http() -> None:
    for word in ("socket_mode_enabled", "request_url", "redirect_urls", "token_rotation_enabled"):
        assert word in README.read_text(encoding="utf-8")
