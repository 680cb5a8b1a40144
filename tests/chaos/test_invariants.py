"""Each invariant finds what breaks it, and nothing in a run where all went well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.invariants import kinds, violations
from tests.chaos.plan import ANSWERS, PHASES, SENDS, Fault, Kind, make_plan
from tests.chaos.record import Record, Seen

NAMES = ("Alder", "Birch")
CHAT = "chat"


def good(*faults: Fault) -> Record:
    """A run of one partnership of ten, in which all went well."""
    plan = replace(make_plan(1, "sqlite", NAMES), faults=faults)
    members = [f"member {number}" for number in range(10)]
    seen = Seen("Alder", members, [CHAT], shown=True, rounds=[(1, "closed")], left={1: 0})
    seen.confirmed = {(who, 1) for who in members[:8]}
    seen.envelopes = [("answering again", 8, 8)]
    seen.asked_again = set(members[5:])
    seen.cards, seen.reminders = Counter(members), Counter(members[5:])
    seen.digests, seen.pictures = Counter([CHAT]), Counter([CHAT])
    return Record(plan, [seen])


def lose_an_answer(seen: Seen) -> None:
    seen.envelopes.append(("answering again", 8, 7))


def lose_a_click(seen: Seen) -> None:
    seen.unheard["answering"] = 1


def refuse(seen: Seen) -> None:
    seen.refused = {("member 3", 1)}


def miss_a_card(seen: Seen) -> None:
    seen.cards["member 3"] = 0


def double_a_card(seen: Seen) -> None:
    seen.cards["member 3"] = 2


def remind_twice(seen: Seen) -> None:
    seen.reminders["member 7"] = 2


def miss_a_reminder(seen: Seen) -> None:
    seen.reminders["member 7"] = 0


def miss_a_digest(seen: Seen) -> None:
    seen.digests[CHAT] = 0


def double_a_digest(seen: Seen) -> None:
    seen.digests[CHAT] = 2


def miss_a_picture(seen: Seen) -> None:
    seen.pictures[CHAT] = 0


def make_no_digest(seen: Seen) -> None:
    seen.shown = False


def leave_an_envelope(seen: Seen) -> None:
    seen.left = {1: 3}


def leave_a_key(seen: Seen) -> None:
    seen.keys = {1}


WAYS: dict[str, Callable[[Seen], None]] = {
    "confirmed answer lost": lose_an_answer,
    "acknowledged click lost": lose_a_click,
    "answers refused for good": refuse,
    "card missing": miss_a_card,
    "card twice": double_a_card,
    "reminder twice": remind_twice,
    "reminder missing": miss_a_reminder,
    "digest missing": miss_a_digest,
    "digest twice": double_a_digest,
    "picture missing": miss_a_picture,
    "digest not made": make_no_digest,
    "envelopes past the deadline": leave_an_envelope,
    "key past the deadline": leave_a_key,
}


def test_a_good_run_violates_nothing() -> None:
    assert violations(good()) == []


@pytest.mark.parametrize("kind", WAYS)
def test_each_violation_is_found(kind: str) -> None:
    record = good()
    WAYS[kind](record.partnerships[0])

    assert kinds(violations(record)) == {kind: 1}


@pytest.mark.parametrize("kind", WAYS)
def test_of_a_damaged_partnership_only_what_was_promised_to_be_destroyed(kind: str) -> None:
    record = good(Fault("answering", 0.0, Kind.ROWS, victim="Alder"))
    WAYS[kind](record.partnerships[0])

    assert {one.kind for one in violations(record)} == {kind} & {
        "envelopes past the deadline",
        "key past the deadline",
    }


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault("closing", 0.0, Kind.KILL), 0),
        (Fault("closing", 0.0, Kind.PLATFORM, "slack, texts: answer dropped"), 0),
        (Fault("closing", 0.0, Kind.PLATFORM, "slack, texts: 503"), 1),
        (Fault("opening", 0.0, Kind.KILL), 1),
    ],
)
def test_what_was_in_flight_may_come_twice(fault: Fault, found: int) -> None:
    record = good(fault)
    double_a_digest(record.partnerships[0])

    assert kinds(violations(record))["digest twice"] == found


@pytest.mark.parametrize(
    ("how", "times", "found"),
    [("dropped", 1, 0), ("answer garbled", 1, 0), ("503", 1, 1), ("429", 4, 1), ("dropped", 0, 1)],
)
def test_a_reminder_may_stay_away_where_nobody_can_know_it(
    how: str, times: int, found: int
) -> None:
    detail = f"telegram, texts: {how}"
    record = good(Fault("reminding", 0.0, Kind.PLATFORM, detail, times=times))
    miss_a_reminder(record.partnerships[0])

    assert kinds(violations(record))["reminder missing"] == found


def test_a_plan_is_drawn_again_from_its_seed() -> None:
    assert make_plan(7, "postgres", NAMES) == make_plan(7, "postgres", NAMES)
    assert make_plan(7, "postgres", NAMES) != make_plan(8, "postgres", NAMES)


def test_a_hundred_plans_hold_every_kind_of_fault_at_every_kind_of_send() -> None:
    plans = [make_plan(seed, "postgres", NAMES) for seed in range(100)]
    faults = [fault for plan in plans for fault in plan.faults]

    assert {fault.kind for fault in faults} == set(Kind)
    assert {fault.phase for fault in faults} == set(PHASES)
    ways = {fault.platform for fault in faults if fault.kind is Kind.PLATFORM}
    assert {how for _, _, how in ways} == set(ANSWERS)
    assert {(name, sends) for name, sends, _ in ways} == {
        (name, sends) for name, kinds_of_it in SENDS.items() for sends in kinds_of_it
    }
