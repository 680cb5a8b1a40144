"""What people and platforms send: cleaned where it is typed, refused where it is a button's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.adapter_kit.cleaning import (
    LONGEST_NAME,
    LONGEST_TEXT,
    TOO_LONG,
    UNREADABLE,
    Unclean,
    clean_event,
    clean_events,
    clean_name,
    clean_text,
)
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
from pulse_bot.testing.samples import HOSTILE

ADA, GROUP = Address("fake", "T1", "ada"), Address("fake", "T1", "group")
NUL, LONE = "a\x00b", "a\ud800b"


@pytest.mark.parametrize("text", [*HOSTILE, "Line one\nline\ttwo\r\n", "", "👩‍👩‍👧", "e\u0301"])
def test_what_people_type_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [(NUL, "ab"), (LONE, "a\ufffdb"), ("a\x1b[2Jb", "a[2Jb"), ("\u202eevil\u202c", "evil")],
)
def test_what_cannot_be_kept_goes(text: str, cleaned: str) -> None:
    assert clean_event(Wrote(ADA, text)) == Wrote(ADA, cleaned)
    assert clean_event(Commanded(ADA, "log", text)) == Commanded(ADA, "log", cleaned)
    submitted = clean_event(Submitted(ADA, "f", {"q": (text,)}))
    assert submitted == Submitted(ADA, "f", {"q": (cleaned,)})
    assert clean_event(Joined(ADA, GROUP, text)) == Joined(ADA, GROUP, cleaned)


def test_a_name_is_one_line_and_not_endless() -> None:
    assert clean_name(" Ada\n\u202eLovelace\u2066  ") == "Ada Lovelace"
    assert clean_name("x" * 1_000_000) == "x" * LONGEST_NAME
    assert clean_event(Added(ADA, GROUP, "A\x00\ngroup")) == Added(ADA, GROUP, "A group")


BROKEN = Address("fake", "T1", "a\x00")
FORGED: list[Event] = [
    Pressed(ADA, NUL), Pressed(ADA, LONE), Pressed(ADA, "x" * 5000),
    Submitted(ADA, NUL, {}), Submitted(ADA, "f", {LONE: ("a",)}),
    Submitted(ADA, "f", dict.fromkeys(map(str, range(2000)), ("a",))),
    Commanded(ADA, LONE), Commanded(ADA, "link", "", BROKEN),
    Joined(ADA, GROUP, "Ada", NUL), Joined(ADA, BROKEN, "Ada"), Left(BROKEN, BROKEN),
    Removed(ADA, BROKEN), Moved(GROUP, BROKEN), Added(ADA, BROKEN, ""), OpenedHome(BROKEN),
    Wrote(Address("fake", "T1", "x" * 500), ""),
    Wrote(ADA, 7),  # type: ignore[arg-type]  # what a platform would not say
    Submitted(ADA, "f", {"q": 7}),  # type: ignore[dict-item]  # likewise
    Joined(ADA, GROUP, None),  # type: ignore[arg-type]  # likewise
    Pressed(None, "a"),  # type: ignore[arg-type]  # likewise
]  # fmt: skip


@pytest.mark.parametrize("event", FORGED, ids=lambda event: type(event).__name__)
async def test_what_is_forged_is_refused_and_the_core_never_sees_it(event: Event) -> None:
    seen: list[Event] = []

    async def core(event: Event) -> Reply:
        seen.append(event)
        return Reply("Recorded.")

    reply = await clean_events(core)(event)
    assert (reply, seen) == (UNREADABLE, [])


async def test_a_megabyte_is_refused_with_its_reason() -> None:
    async def core(event: Event) -> Reply:
        raise AssertionError("It was seen.")

    for event in (
        Wrote(ADA, "x" * 1_000_000),
        Submitted(ADA, "f", {"q": ("x" * (LONGEST_TEXT + 1),)}),
    ):
        assert await clean_events(core)(event) == TOO_LONG


ANYTHING = st.text(st.characters(), max_size=300)
EVENTS = st.one_of(
    st.builds(Pressed, st.just(ADA), ANYTHING),
    st.builds(Wrote, st.just(ADA), ANYTHING),
    st.builds(Submitted, st.just(ADA), ANYTHING, st.dictionaries(ANYTHING, st.tuples(ANYTHING))),
    st.builds(Commanded, st.just(ADA), ANYTHING, ANYTHING),
    st.builds(Joined, st.builds(Address, ANYTHING, ANYTHING, ANYTHING), st.just(GROUP), ANYTHING),
)


@given(EVENTS)
def test_whatever_the_core_sees_can_be_kept(event: Event) -> None:
    try:
        cleaned = clean_event(event)
    except Unclean:
        return
    kept = repr(cleaned).encode()  # which no lone surrogate survives, but as \\ud800
    assert b"\\x00" not in kept
    assert b"\\ud" not in kept
    assert clean_event(cleaned) == cleaned, "what is clean stays as it is"
