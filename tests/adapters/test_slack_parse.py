"""Payloads in, events out. What they look like is from Slack's documentation."""

from __future__ import annotations

from typing import Any

import pytest

from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Form,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Pressed,
    Removed,
    Submitted,
    Wrote,
)
from pulse_bot_slack import origins, parse
from pulse_bot_slack.modals import Origin, build_modal
from pulse_bot_slack.texts import pack_value

ADA, GROUP, BOT = Address("slack", "T1", "U1"), Address("slack", "T1", "C1"), "UBOT"


def command(text: str, channel: str = "C1") -> parse.SlackEvent:
    said = {"user_id": "U1", "channel_id": channel, "text": text, "trigger_id": "t"}
    return parse.read_command(said, "T1")


def action(action_id: str, value: str = "", **more: Any) -> parse.SlackEvent | None:
    pressed = {"type": "button", "action_id": action_id, "value": value}
    return parse.read_action({"actions": [pressed], "user": {"id": "U1"}, **more}, "T1")


def heard(**event: Any) -> Event | None:
    found = parse.read_event({"channel": "C1", "user": "U1", **event}, "T1", BOT)
    return found.event if found else None


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("", OpenedHome(ADA, at_once=False)),
        (" NOW ", OpenedHome(ADA, at_once=False)),
        ("privacy", Commanded(ADA, "privacy")),
        ("link g7-abc", Commanded(ADA, "link", "g7-abc", GROUP)),
        ("/link g7-abc", Commanded(ADA, "link", "g7-abc", GROUP)),
        ("Setup  Alder &amp; Birch ", Commanded(ADA, "setup", "Alder & Birch", GROUP)),
    ],
)
def test_commands(text: str, event: Event) -> None:
    assert command(text).event == event


def test_a_command_in_a_direct_chat_has_no_group() -> None:
    found = command("help", channel="D1")

    assert found.event == Commanded(ADA, "help")
    assert found.origin == Origin()


@pytest.mark.parametrize(
    ("action_id", "value", "event"),
    [
        ("press:0", pack_value("q:<&>%20"), Pressed(ADA, "q:<&>%20")),
        ("invite:4", "j7-abc", Joined(ADA, ADA, "", "j7-abc")),
        ("word:9", "privacy", Commanded(ADA, "privacy")),
        ("word:9", "pulse", OpenedHome(ADA, at_once=False)),
        ("field:1", "x", None),
        ("", "", None),
    ],
)
def test_buttons(action_id: str, value: str, event: Event | None) -> None:
    found = action(action_id, value)

    assert (found and found.event) == event


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({"channel": {"id": "C1"}}, Origin("C1")),
        ({"channel": {"id": "G1"}}, Origin("G1")),
        ({"channel": {"id": "D1"}}, Origin()),
        ({"view": {"type": "home"}}, Origin(home=True)),
        ({"view": {"type": "modal"}}, Origin()),
    ],
)
def test_where_a_button_was_pressed(more: dict[str, Any], origin: Origin) -> None:
    found = action("press:0", "a", **more)

    assert found is not None
    assert found.origin == origin


def test_a_modal_comes_back_to_where_it_was_asked_for() -> None:
    view = build_modal(Form("join:j7", "Welcome", ()), Origin("C1"))
    found = parse.read_submission({"user": {"id": "U1"}, "view": {**view, "state": {}}}, "T1")

    assert found.event == Submitted(ADA, "join:j7", {})
    assert found.origin == Origin("C1")


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"type": "message", "channel_type": "im", "text": "hi"}, Wrote(ADA, "hi")),
        (
            {"type": "message", "channel_type": "im", "text": "see", "subtype": "file_share"},
            Wrote(ADA, "see"),
        ),
        ({"type": "message", "channel_type": "im", "text": "hi", "bot_id": "B1"}, None),
        ({"type": "message", "channel_type": "im", "subtype": "message_changed"}, None),
        ({"type": "message", "channel_type": "channel", "text": "hi"}, None),
        ({"type": "app_home_opened", "tab": "home"}, OpenedHome(ADA, at_once=False, page=True)),
        ({"type": "app_home_opened", "tab": "messages"}, None),
        ({"type": "member_joined_channel"}, Joined(ADA, GROUP, "")),
        ({"type": "member_left_channel"}, Left(ADA, GROUP)),
        (
            {"type": "member_joined_channel", "user": BOT, "inviter": "U1"},
            Added(ADA, GROUP, ""),
        ),
        ({"type": "member_joined_channel", "user": BOT}, Added(GROUP, GROUP, "")),
        ({"type": "member_left_channel", "user": BOT}, Removed(GROUP, GROUP)),
        ({"type": "channel_left", "actor_id": "U1", "user": None}, Removed(ADA, GROUP)),
        ({"type": "group_left", "user": None}, Removed(GROUP, GROUP)),
        ({"type": "channel_archive"}, Removed(ADA, GROUP)),
        ({"type": "channel_deleted", "user": None}, Removed(GROUP, GROUP)),
        (
            {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"},
            Moved(GROUP, Address("slack", "T1", "C2")),
        ),
        ({"type": "something_new"}, None),
    ],
)
def test_news(event: dict[str, Any], found: Event | None) -> None:
    assert heard(**event) == found


@pytest.mark.parametrize(
    "event",
    [
        Pressed(ADA, 'more:7|"<&>'),
        Commanded(ADA, "setup", "Alder & Birch", GROUP),
        Commanded(ADA, "time"),
        OpenedHome(ADA, at_once=True),
        OpenedHome(ADA, at_once=False),
        Joined(ADA, ADA, "Ada", "j7-abc"),
        Wrote(ADA, "hello"),
    ],
)
def test_an_event_can_wait_in_a_button(event: Event) -> None:
    written = origins.written(event)

    assert written is not None
    assert origins.read(written, ADA) == event


def test_answers_never_wait_in_a_button() -> None:
    assert origins.written(Submitted(ADA, "round:7", {"q1": ("5",)})) is None


def test_what_is_too_long_for_a_button_waits_in_none() -> None:
    assert origins.written(Wrote(ADA, "&" * 700)) is None
