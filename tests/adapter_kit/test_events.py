"""Events that a message remembers: they come back as they were, those of older versions too."""

from __future__ import annotations

import json

import pytest

from pulse_bot.adapter_kit.events import decode_event, encode_event
from pulse_bot.ports import (
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    OpenedHome,
    Pressed,
    Submitted,
    Wrote,
)

ADA, GROUP = Address("chat", "north", "ada"), Address("chat", "north", "our-group")

EVENTS: list[Event] = [
    Pressed(ADA, 'q:1|"<&>é'),
    Wrote(ADA, "hello <there>"),
    Commanded(ADA, "link", "g7-abc"),
    Commanded(ADA, "link", "g7-abc", GROUP),
    OpenedHome(ADA),
    OpenedHome(ADA, at_once=False),
    Joined(ADA, GROUP, "Ada", "i7"),
    Joined(ADA, ADA, "Ada"),
    Submitted(ADA, "f:1", {"q1": ("4",), "q2": ("a", "b")}),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: type(one).__name__)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    assert decode_event(json.loads(json.dumps(encode_event(event))), ADA) == event


def test_the_address_is_that_of_whoever_acts_now() -> None:
    bob = Address("chat", "south", "bob")
    assert decode_event(encode_event(Pressed(ADA, "a")), bob) == Pressed(bob, "a")
    assert "ada" not in json.dumps(encode_event(Commanded(ADA, "help", "", GROUP)))


def test_no_form_answers_somebody_who_leaves() -> None:
    assert encode_event(Left(ADA, GROUP)) is None


@pytest.mark.parametrize(
    ("written", "event"),
    [
        ('["pressed","q:1"]', Pressed(ADA, "q:1")),
        ('["commanded","link","g7-abc",null]', Commanded(ADA, "link", "g7-abc")),
        ('["commanded","link","g7-abc","our-group"]', Commanded(ADA, "link", "g7-abc", GROUP)),
        ('["commanded","link","g7-abc",""]', Commanded(ADA, "link", "g7-abc")),
        ('["home"]', OpenedHome(ADA, at_once=False)),
        ('["home","at once"]', OpenedHome(ADA)),
        ('["joined","Ada","i7"]', Joined(ADA, ADA, "Ada", "i7")),
        ('["joined","our-group","Ada","i7"]', Joined(ADA, GROUP, "Ada", "i7")),
        ('["submitted","f:1",{"q1":["4"]}]', Submitted(ADA, "f:1", {"q1": ("4",)})),
    ],
)
def test_messages_of_older_versions_are_read(written: str, event: Event) -> None:
    """As the adapters of Slack and Telegram wrote them, each in its own way."""
    assert decode_event(json.loads(written), ADA) == event


@pytest.mark.parametrize(
    "forged",
    ["null", "[]", "7", '"home"', '["pressed"]', '["pressed",7]', '["joined",7]', '["x","y"]'],
)
def test_what_is_no_event_is_nothing(forged: str) -> None:
    assert decode_event(json.loads(forged), ADA) is None
