"""The log as typed events: each has words, comes back as it was, and none breaks the others."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.calendar import WeekTime
from pulse_bot.domain.partnership import audit_events as events
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.domain.partnership.announced import is_announced
from pulse_bot.domain.partnership.audit_events import EVENT_TYPES, AuditEvent, Unreadable
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage.audit_log import UnknownEvent, read_event
from pulse_bot.storage.models import LogEntryRow
from pulse_bot.storage.plain_values import to_plain
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, PULSE_BOT, Installation
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from pulse_bot.usecases.words import audit_words
from tests.made_up import PARTNERSHIP, at, people

MOMENTS = st.datetimes(timezones=st.just(UTC))
ASKINGS = st.builds(
    events.Asking,
    opens_at=MOMENTS,
    closes_at=MOMENTS,
    time_zone=st.sampled_from(["UTC", "Europe/London", "America/New_York"]),
    waiting=st.lists(MOMENTS, max_size=3).map(tuple),
)

WEEK_TIMES = st.builds(WeekTime, st.integers(0, 6), st.times())
NARROWER = {"asking": ASKINGS, "opens": WEEK_TIMES, "closes": WEEK_TIMES}


def of_kind(kind: EventKind) -> st.SearchStrategy[AuditEvent]:
    """Events of one kind, whatever they say."""
    shape = EVENT_TYPES[kind]
    named = {one.name for one in fields(shape)}
    return st.builds(shape, **{name: one for name, one in NARROWER.items() if name in named})


EVENTS = st.sampled_from(EventKind).flatmap(of_kind)


def test_every_kind_has_one_class_that_says_so() -> None:
    assert set(EVENT_TYPES) == set(EventKind)
    assert all(shape.kind is kind for kind, shape in EVENT_TYPES.items())


@given(event=EVENTS)
def test_an_event_comes_back_from_what_is_kept_of_it(event: AuditEvent) -> None:
    kept = json.loads(json.dumps(to_plain(event)))
    assert read_event(event.kind.value, kept) == event


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_words(kind: EventKind) -> None:
    @given(event=of_kind(kind))
    def is_said(event: AuditEvent) -> None:
        said = audit_words.what(event)
        assert said == getattr(event, "text", said) if kind is EventKind.SENTENCE else said
        # The words are the event's own, and no name of a class or of a field.
        assert type(event).__name__ not in said

    is_said()


def test_what_is_no_event_has_no_words() -> None:
    with pytest.raises(TypeError, match="str is no event"):
        audit_words.what("joined")


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        (OPERATOR, "the operator"),
        (PULSE_BOT, "pulse-bot"),
        (Actor(ActorKind.GROUP_CHAT), "a group chat"),
        (Actor(ActorKind.CODE_HOLDER), "whoever set up a group chat"),
        (Actor.member(Role.FACILITATOR), "a facilitator"),
        (Actor.member(Role.MEMBER, "School 1"), "a member of School 1"),
        (Actor(ActorKind.OTHER, None, "somebody of long ago"), "somebody of long ago"),
    ],
)
def test_every_actor_has_words(actor: Actor, words: str) -> None:
    assert audit_words.who(actor) == words


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("roof-painted", {}),
        ("round-opened", {}),
        ("round-opened", {"number": "seven"}),
        ("round-opened", {"number": 7, "by": "me"}),
        ("role-changed", {"before": "member", "role": "queen", "school": "S"}),
    ],
)
def test_what_is_not_known_is_refused(kind: str, kept: dict[str, object]) -> None:
    with pytest.raises(UnknownEvent, match=kind):
        read_event(kind, kept)


def test_a_line_that_cannot_be_read_breaks_no_other(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    people(made)
    with made.database.write() as session:
        audit_log.record(session, made, 1, OPERATOR, events.RoundOpened(7))
        row = {"partnership_id": 1, "at": made.clock.now(), "fields": {"colour": "blue"}}
        session.add(LogEntryRow(**row, actor="somebody-new", kind="roof-painted"))
        audit_log.record(session, made, 1, OPERATOR, events.RoundClosed(7))

    lines = [f"{row['who']} {row['what']}" for row in list_log_lines(made, PARTNERSHIP)]

    assert lines[0] == "the operator closed round 7"
    assert lines[1] == (
        "somebody did something that this version of pulse-bot cannot say (roof-painted)"
    )
    assert lines[2] == "the operator opened round 7"
    assert "Line" in caplog.text
    assert "blue" not in caplog.text
    with made.database.read() as session:
        assert stored_log.newest_entries(session, 1, 2)[1].event == Unreadable("roof-painted")


def test_what_is_repeated_stands_there_once_a_day(made: Installation) -> None:
    people(made)

    def look(number: int) -> int:
        with made.database.write() as session:
            audit_log.record_once(session, made, 1, OPERATOR, events.DigestRead(number))
        return len(list_log_lines(made, PARTNERSHIP))

    first = look(1)
    assert (look(1), look(2), look(2)) == (first, first + 1, first + 1)
    at(made, made.clock.now() + timedelta(days=1))
    assert look(1) == first + 2


def test_looks_and_what_concerns_one_member_are_not_announced() -> None:
    quiet = {kind.value for kind, shape in EVENT_TYPES.items() if not _is_announced(shape)}
    assert quiet == {
        "partnership-created", "schools-added", "member-went-from-chat", "member-came-back",
        "member-link-renewed", "invitation-replaced", "chat-lost", "chat-back", "round-opened",
        "round-asked", "round-closed", "digest-read", "digests-read", "pack-read", "sentence",
    }  # fmt: skip


def _is_announced(shape: type[AuditEvent]) -> bool:
    # Which class it is decides, and nothing that it holds.
    return is_announced(object.__new__(shape))
