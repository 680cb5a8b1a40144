"""What must hold after a run, whatever went wrong: pure functions over a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.chaos.plan import Kind
from tests.chaos.record import Record, Seen


@dataclass(frozen=True)
class Violation:
    """Something that must not be."""

    kind: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.evidence}"


def violations(record: Record) -> list[Violation]:
    """All that is wrong with a run."""
    return [one for check in CHECKS for one in check(record)]


def unharmed(record: Record) -> Iterator[Seen]:
    """The partnerships that must have lost nothing: nobody damaged them, and no key was lost."""
    if not record.plan.keys_lost:
        yield from (one for one in record.partnerships if one.name not in record.plan.victims)


def confirmed_answers_are_kept(record: Record) -> Iterator[Violation]:
    """As many envelopes as distinct answers that were confirmed; nobody else answered."""
    for one in unharmed(record):
        for when, wanted, there in one.envelopes:
            if there < wanted:
                told = f"{one.name}, {when}: {wanted} were confirmed, {there} are there"
                yield Violation("confirmed answer lost", told)


def acknowledged_clicks_are_heard(record: Record) -> Iterator[Violation]:
    """What a platform was told is taken comes to something, or the member is told that not."""
    for one in unharmed(record):
        if one.unheard.total():
            told = f"{one.name}: {dict(+one.unheard)} of {sorted(one.acknowledged)}"
            yield Violation("acknowledged click lost", told)


def everybody_can_answer(record: Record) -> Iterator[Violation]:
    """Once the trouble is over, all who go on answering are recorded."""
    for one in unharmed(record):
        if one.refused:
            told = f"{one.name}: {sorted(one.refused)[:6]}, {len(one.refused)} in all"
            yield Violation("answers refused for good", told)


def everybody_is_asked(record: Record) -> Iterator[Violation]:
    """Each member has a card; a second one at most where one was in flight."""
    for one in unharmed(record):
        without = [who for who in one.members if not one.cards[who]]
        if without:
            yield Violation("card missing", f"{one.name}: {without}")
        yield from _doubled(record, one.name, "card twice", one.cards, ("opening", "answering"))


def nobody_is_reminded_twice(record: Record) -> Iterator[Violation]:
    """At most once, whatever happened; and all but those of whom nobody can know the miss."""
    missing = 0
    for one in unharmed(record):
        twice = [who for who, times in one.reminders.items() if times > 1]
        if twice:
            yield Violation("reminder twice", f"{one.name}: {twice}")
        missed = [who for who in sorted(one.asked_again) if not one.reminders[who]]
        missing += len(missed)
        if missed and missing > record.plan.count_unknown(("reminding", "answering again")):
            yield Violation("reminder missing", f"{one.name}: {missed}")


def digests_arrive(record: Record) -> Iterator[Violation]:
    """Each chat has its digest and what belongs to it, and the operator can read it."""
    for one in unharmed(record):
        closing = ("closing", "workshop")
        for what, there in (("digest", one.digests), (_attachment(one), one.pictures)):
            missing = [chat for chat in one.chats if not there[chat]]
            if missing and _has_attachment(one, what):
                yield Violation(f"{what} missing", f"{one.name}: {missing}")
            yield from _doubled(record, one.name, f"{what} twice", there, closing)
        if not one.shown:
            yield Violation("digest not made", f"{one.name}: its rounds are {one.rounds}")


def nothing_outlives_a_deadline(record: Record) -> Iterator[Violation]:
    """No envelope and no key of a round past its deadline, the damaged partnership's too."""
    for one in record.partnerships:
        left = {number: count for number, count in one.left.items() if count}
        if left:
            yield Violation("envelopes past the deadline", f"{one.name}: {left}, {one.rounds}")
        if one.keys:
            yield Violation("key past the deadline", f"{one.name}: {one.keys}, {one.rounds}")


CHECKS: tuple[Callable[[Record], Iterator[Violation]], ...] = (
    confirmed_answers_are_kept,
    acknowledged_clicks_are_heard,
    everybody_can_answer,
    everybody_is_asked,
    nobody_is_reminded_twice,
    digests_arrive,
    nothing_outlives_a_deadline,
)

SHOWN_FROM = 10
"""Members that a partnership needs before a picture has anything to show."""


def _attachment(one: Seen) -> str:
    return "pack" if one.workshop else "picture"


def _has_attachment(one: Seen, what: str) -> bool:
    return what != "picture" or len(one.members) >= SHOWN_FROM


def _doubled(
    record: Record, name: str, kind: str, times: Counter[str], phases: tuple[str, ...]
) -> Iterator[Violation]:
    """More of something than was in flight when a send was interrupted."""
    more = {where: count for where, count in times.items() if count > 1}
    if sum(more.values()) - len(more) > record.plan.count_doubled(phases):
        yield Violation(kind, f"{name}: {more}")


def kinds(found: list[Violation]) -> Counter[str]:
    """How often each kind of violation was found."""
    return Counter(one.kind for one in found)


def skipped(record: Record, kind: Kind) -> bool:
    """Whether a fault of this kind could not be brought about here."""
    return any(kind.value in note for note in record.notes)
