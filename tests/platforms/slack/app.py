"""What Slack knows of the app: its manifest, as far as it decides what the app gets and may do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

MANIFEST = Path(__file__).parents[3] / "adapters" / "slack" / "manifest.yaml"

SCOPES = [
    "chat:write",
    "im:write",
    "im:history",
    "commands",
    "users:read",
    "channels:read",
    "groups:read",
    "files:write",
]
EVENTS = [
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "tokens_revoked",
    "user_change",
]

EVENT_SCOPES = {
    "message.im": {"im:history"},
    "user_change": {"users:read"},
    "team_join": {"users:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "channel_archive": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_shared": {"channels:read"},
    "channel_unshared": {"channels:read"},
    "channel_id_changed": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
}
"""Every one of these is needed to subscribe; an event that is not here needs none."""


@dataclass(frozen=True, slots=True)
class App:
    """An app, as its manifest describes it."""

    scopes: frozenset[str] = frozenset(SCOPES)
    events: frozenset[str] = frozenset(EVENTS)
    commands: frozenset[str] = frozenset({"/pulse"})
    shortcuts: frozenset[str] = frozenset()
    """The callback_ids of global shortcuts."""
    home: bool = True
    can_write: bool = True
    """Whether a person can type into the messages tab."""
    id: str = "A0LOOPBACK"
    client_id: str = "111.222"
    client_secret: str = "the-client-secret"
    signing_secret: str = "the-signing-secret"
    app_token: str = "xapp-1-A0LOOPBACK-1-the-app-token"

    def mistakes(self) -> list[str]:
        """Events that the app subscribes to without the scopes for them."""
        return [
            f"{event} needs {scope}"
            for event in sorted(self.events)
            for scope in sorted(EVENT_SCOPES.get(event, set()) - self.scopes)
        ]


def from_manifest(path: Path = MANIFEST) -> App:
    """The app of a manifest."""
    manifest = yaml.safe_load(path.read_text())
    features, settings = manifest["features"], manifest["settings"]
    home = features.get("app_home", {})
    return App(
        scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
        events=frozenset(settings["event_subscriptions"]["bot_events"]),
        commands=frozenset(one["command"] for one in features.get("slash_commands", ())),
        shortcuts=frozenset(one["callback_id"] for one in features.get("shortcuts", ())),
        home=bool(home.get("home_tab_enabled")),
        can_write=bool(home.get("messages_tab_enabled"))
        and not home.get("messages_tab_read_only_enabled"),
    )
