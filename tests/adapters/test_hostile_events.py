"""Whatever comes in a platform's name is an event, or nothing: never an exception deep inside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Update

from pulse_bot.adapter_kit.acknowledgements import Acknowledgement
from pulse_bot.adapter_kit.cleaning import clean_events
from pulse_bot.adapter_kit.turns import Turns
from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Pressed,
    Removed,
    Reply,
    Submitted,
    Wrote,
)
from pulse_bot.usecases.router import route_event
from pulse_bot_slack import parse
from pulse_bot_slack.listening import MISREAD
from pulse_bot_slack.modals import length_errors, refusal_errors
from pulse_bot_telegram.inbox import Inbox, TakenUpdate
from pulse_bot_telegram.listening import _read_update
from pulse_bot_telegram.parse import TelegramEvent, read_membership, read_message
from tests.engine.databases import PostgresCopies
from tests.made_up import installation, opened_round, people, recording

NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(st.characters(), max_size=30),
    st.sampled_from(["\x00", "\ud800", "\u202e", "U1\x00", "C1", "", "x" * 1_000_000, "/leave"]),
)
JSON = st.recursive(
    NASTY,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)

SLACK: dict[str, dict[str, Any]] = {
    "command": {"user_id": "U1", "channel_id": "C1", "text": "link g7", "trigger_id": "t"},
    "action": {
        "actions": [{"type": "button", "action_id": "press:1", "value": "answer:7:0:now:4"}],
        "user": {"id": "U1"}, "trigger_id": "t", "channel": {"id": "C1"},
        "view": {"type": "home"}, "state": {"values": {}},
    },
    "view": {
        "user": {"id": "U1"}, "trigger_id": "t",
        "view": {
            "private_metadata": '["round:7", "", false]', "blocks": [
                {"type": "input", "block_id": "0:t:q", "element": {
                    "action_id": "field:0", "max_length": 40}}],
            "state": {"values": {"0:t:q": {"field:0": {"value": "Words."}}}},
        },
    },
    "event": {
        "type": "message", "channel_type": "im", "user": "U1", "text": "Hello", "channel": "D1",
    },
    "joined": {"type": "member_joined_channel", "user": "U1", "channel": "C1", "inviter": "U2"},
    "home": {"type": "app_home_opened", "user": "U1", "tab": "home"},
    "ends": {"type": "channel_archive", "channel": "C1", "user": "U1", "actor_id": "U2"},
    "moved": {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"},
}  # fmt: skip

USER = {"id": 7, "is_bot": False, "first_name": "Ada", "last_name": "L"}
CHAT = {"id": 7, "type": "private"}
MESSAGE = {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": "/start j7-abc"}
IN_A_GROUP = {**MESSAGE, "chat": {"id": -100, "type": "supergroup", "title": "A group"}}
MEMBER = {"status": "member", "user": {**USER, "is_bot": True}}
TELEGRAM: dict[str, dict[str, Any]] = {
    "message": {"update_id": 1, "message": MESSAGE},
    "group": {"update_id": 1, "message": {**IN_A_GROUP, "text": "/link g7"}},
    "press": {"update_id": 1, "callback_query": {
        "id": "1", "from": USER, "chat_instance": "1", "message": MESSAGE, "data": ".answer:1"}},
    "member": {"update_id": 1, "my_chat_member": {
        "chat": {"id": -100, "type": "group", "title": "A"}, "from": USER, "date": 1,
        "old_chat_member": {**MEMBER, "status": "left"}, "new_chat_member": MEMBER}},
    "moved": {"update_id": 1, "message": {**IN_A_GROUP, "migrate_to_chat_id": -1007}},
}  # fmt: skip


def places(thing: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload."""
    yield path
    pairs = (
        thing.items()
        if isinstance(thing, dict)
        else enumerate(thing)
        if isinstance(thing, list)
        else ()
    )
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def changed(thing: Any, path: tuple[Any, ...], value: Any, *, missing: bool) -> Any:
    """A payload with something else in one place, or nothing there at all."""
    if not path:
        return value
    copy = dict(thing) if isinstance(thing, dict) else list(thing)
    if missing and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(thing[path[0]], path[1:], value, missing=missing)
    return copy


@st.composite
def broken(draw: st.DrawFn, payloads: dict[str, dict[str, Any]]) -> tuple[str, Any]:
    """One of the payloads, broken in one or two places."""
    name = draw(st.sampled_from(sorted(payloads)))
    payload: Any = payloads[name]
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in places(payload) if path]))
        missing = draw(st.booleans())
        payload = changed(payload, path, draw(JSON), missing=missing)
        if not isinstance(payload, dict) or not payload:
            break
    return name, payload


def read_slack(name: str, payload: Any) -> Event | None:
    """As the listener reads it."""
    with suppress(*MISREAD):
        readers = {"command": parse.read_command, "action": parse.read_action}
        if name in readers:
            found = readers[name](payload, "T1")
        elif name == "view":
            found = parse.read_submission(payload, "T1")
            length_errors(payload["view"])
            refusal_errors(payload["view"], "No.")
        else:
            found = parse.read_event(payload, "T1", "UBOT")
        return found.event if found else None
    return None


def read_telegram(payload: Any) -> Event | None:
    """As the responder reads it."""
    update = _read_update(json.dumps(payload).encode(), None)  # type: ignore[arg-type]  # none is needed
    if update is None:
        return None
    read = (
        read_membership(update.my_chat_member)
        if update.my_chat_member
        else read_message(update.message, "bot")
        if update.message
        else None
    )
    return read.event if isinstance(read, TelegramEvent) else None


async def accept(event: Event) -> Reply:
    """Stands for the core: what it is handed can be written down."""
    for text in texts_in(asdict(event)):
        assert "\0" not in text
        text.encode()  # which no lone surrogate survives
    return Reply("Recorded.")


def texts_in(value: object) -> Iterator[str]:
    """Every text in what an event holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(texts_in, chain(value.keys(), value.values())))
    elif isinstance(value, tuple | list):
        yield from chain.from_iterable(map(texts_in, value))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(broken(SLACK))
def test_nothing_of_slacks_ends_in_an_exception(said: tuple[str, Any]) -> None:
    event = read_slack(*said)
    if event is not None:
        asyncio.run(handled(event))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(broken(TELEGRAM))
def test_nothing_of_telegrams_ends_in_an_exception(said: tuple[str, Any]) -> None:
    with suppress(*MISREAD):  # which the responder takes for what nobody foresaw, and goes on
        event = read_telegram(said[1])
        if event is not None:
            asyncio.run(handled(event))


async def handled(event: Event) -> Reply:
    """What comes of an event behind the door."""
    return await clean_events(accept)(event)


class Quiet:
    """A responder that does nothing."""

    def explain_press(self, update: Update) -> str:
        """Nothing."""
        return ""

    async def acknowledge_press(self, update: Update, toast: str) -> None:
        """Nothing."""

    async def answer_update(self, update: Update, taken: TakenUpdate) -> None:
        """Nothing."""
        taken.record()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(broken(TELEGRAM))
def test_no_update_stops_the_inbox(said: tuple[str, Any]) -> None:
    update = _read_update(json.dumps(said[1]).encode(), None)  # type: ignore[arg-type]  # likewise

    async def take() -> None:
        if update is not None:
            taken: Acknowledgement = Inbox(Quiet(), Turns()).accept(update)
            assert await taken.wait(60)

    asyncio.run(take())


# Behind the door, the real router and PostgreSQL

WORDS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.sampled_from(
        ["\x00", "\ud800", "\u202eevil", "answer:1:0:now:4\x00", "answer:99999999999:0:now:4"]
    ),
)
ACTIONS = st.one_of(
    WORDS,
    st.builds(
        "{}:{}:{}:{}:{}".format,
        st.sampled_from(["answer", "more", "write", "seed", "setup", "commitment", "pack"]),
        st.integers(-1, 10**12),
        st.integers(-1, 10**12),
        st.sampled_from(["now", "then", "comment", "\x00"]),
        WORDS,
    ),
)
MEMBER_ADDRESS = Address("fake", "", "person-00")
ADDRESSES = st.one_of(
    st.just(MEMBER_ADDRESS), st.builds(Address, st.just("fake"), st.just(""), WORDS)
)
COMMANDS = st.sampled_from(
    ["help", "log", "roster", "settings", "time", "language", "link", "setup", "seed", "pack", ""]
)
VALUES = st.dictionaries(WORDS, st.tuples(WORDS), max_size=3)
EVENTS = st.one_of(
    st.builds(Pressed, ADDRESSES, ACTIONS),
    st.builds(Wrote, ADDRESSES, WORDS),
    st.builds(Submitted, ADDRESSES, ACTIONS, VALUES),
    st.builds(Commanded, ADDRESSES, COMMANDS | WORDS, WORDS, st.none() | ADDRESSES),
    st.builds(Joined, ADDRESSES, ADDRESSES, WORDS, WORDS),
    st.builds(Left, ADDRESSES, ADDRESSES),
    st.builds(Added, ADDRESSES, ADDRESSES, WORDS),
    st.builds(Removed, ADDRESSES, ADDRESSES),
    st.builds(Moved, ADDRESSES, ADDRESSES),
    st.builds(OpenedHome, ADDRESSES),
)


@pytest.mark.postgres
@pytest.mark.parametrize("user", ["person\x00", "person\ud800"])
async def test_without_the_door_it_would_be(postgres_copies: PostgresCopies, user: str) -> None:
    with postgres_copies.copy() as url:
        made = installation(url)
        people(made)
        async with recording(made) as record:
            try:
                reply = await route_event(made, record, Commanded(Address("fake", "", user), "log"))
            except Exception:
                reply = Reply("It was raised deep inside; it could not be saved.")
        made.database.close()
    assert "could not be saved" in reply.notice or "cannot be shown just now" in reply.notice


@pytest.mark.postgres
def test_nothing_that_passes_the_door_is_refused_by_postgresql(
    postgres_copies: PostgresCopies,
) -> None:
    with postgres_copies.copy() as url:
        made = installation(url)
        people(made)
        opened_round(made)

        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(EVENTS)
        def route(event: Event) -> None:
            async def core(event: Event) -> Reply:
                async with recording(made) as record:
                    return await route_event(made, record, event)

            async def deliver() -> Reply:
                return await clean_events(core)(event)

            reply = asyncio.run(deliver())
            assert "could not be" not in reply.notice.replace("could not be read", "")
            assert "cannot be shown just now" not in reply.notice

        try:
            route()
        finally:
            made.database.close()
