"""Linkage: who is behind which envelope, worked out from the order in which envelopes appear.

The thief has a copy of the database after every answer, so the order is known to the last place,
and so are roster, invitations, names and everything else that the database says of members.
"""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
import sqlalchemy as sa

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.sealing import make_tag
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.outgoing import NextStep, OutgoingKind, OutgoingState
from pulse_bot.ports import Address
from pulse_bot.storage import outbox
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import MemberRow, OutboxRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import Submission
from tests.attacks.restart import keys_of
from tests.attacks.thief import Contents, contents
from tests.made_up import CLOSES, OPENS, WEEK, at, opened_round, people, recording

MEMBERS = 20
ROUNDS = 5
CHANCE = ROUNDS
"""Right guesses by chance: one a round, however many members."""
TOO_MANY = CHANCE + 6 * math.sqrt(CHANCE)
"""Six standard deviations above: by chance not once in 100,000 runs, all guessers together."""

Order = Sequence[bytes]
"""Envelopes, or what stands for them, in some order."""


@dataclass(frozen=True)
class Watched:
    """What a thief saw of one round, and what only this test knows."""

    copies: Sequence[Contents]
    members: Sequence[int]
    """In the order in which the members' table has them."""
    sent: Sequence[int]
    """In the order in which their invitations were sent."""
    truth: Mapping[bytes, int]
    """Who is behind a tag."""


def appearances(copies: Iterable[Contents]) -> Order:
    """Tags in the order in which they came, by comparing each copy with the one before."""
    seen: dict[bytes, None] = {}
    for copy in copies:
        for row in copy["envelope"]:
            one = row[-2]
            assert isinstance(one, bytes)
            seen.setdefault(one)
    return list(seen)


def stored(copies: Sequence[Contents]) -> Order:
    """Tags as they lie in the last copy: where PostgreSQL put each row, or in SQLite's order."""
    tags = [row[-2] for row in sorted(copies[-1]["envelope"], key=_place)]
    return [one for one in tags if isinstance(one, bytes)]


def _place(row: Sequence[object]) -> tuple[int, ...]:
    place = row[1] if isinstance(row[1], str) else "(0,0)"
    return tuple(int(number) for number in place.strip("()").split(","))


def _matched(tags: Order, members: Sequence[int]) -> dict[bytes, int]:
    return dict(zip(tags, members, strict=True))


GUESSERS: Mapping[str, Callable[[Watched], dict[bytes, int]]] = {
    "appearance and roster": lambda w: _matched(appearances(w.copies), w.members),
    "appearance and roster backwards": lambda w: _matched(appearances(w.copies), w.members[::-1]),
    "appearance and sending": lambda w: _matched(appearances(w.copies), w.sent),
    "appearance and sending backwards": lambda w: _matched(appearances(w.copies), w.sent[::-1]),
    "place and roster": lambda w: _matched(stored(w.copies), w.members),
    "place and sending": lambda w: _matched(stored(w.copies), w.sent),
    "tags and roster": lambda w: _matched(sorted(appearances(w.copies)), w.members),
    "tags and sending": lambda w: _matched(sorted(appearances(w.copies)), w.sent),
}


def right(guess: Mapping[bytes, int], truth: Mapping[bytes, int]) -> int:
    return sum(truth[one] == member for one, member in guess.items())


def by_what_else_changed(copies: Sequence[Contents], members: Sequence[int]) -> dict[bytes, int]:
    """The strongest guess: a row of a member that changed together with an envelope."""
    found: dict[bytes, int] = {}
    for before, after in pairwise(copies):
        new = appearances([after])
        came = [one for one in new if one not in appearances([before])]
        changed = [
            row
            for name in after
            if name != "envelope"
            for row in after[name]
            if row not in before[name]
        ]
        named = [value for row in changed for value in row if value in members]
        if came and named and isinstance(named[0], int):
            found[came[0]] = named[0]
    return found


async def watched(made: Installation, week: int, dice: random.Random) -> Watched:
    """A round that a thief watches: cards go out and answers come in, each in an order by dice."""
    asked = opened_round(made, week)
    sent = mark_as_sent(made.database, dice)
    with made.database.read() as session:
        everybody = session.scalars(sa.select(MemberRow).order_by(MemberRow.id)).all()
    copies = [contents(made.database)]
    coming = dice.sample(everybody, len(everybody))
    async with recording(made) as take:
        for member in coming:
            address = Address(member.adapter, member.workspace, member.user)
            await take(Submission(address, asked.id, {AnswerTarget(asked.id, 0, "answer"): "4"}))
            copies.append(contents(made.database))
    members = [member.id for member in everybody]
    return Watched(copies, members, sent, truth(made, asked, members))


def mark_as_sent(database: Database, dice: random.Random) -> list[int]:
    """The members in the order in which their invitations were marked as sent."""
    with database.read() as session:
        cards = sa.select(OutboxRow).where(OutboxRow.kind == OutgoingKind.CARD)
        found = [(row.id, row.member_id or 0) for row in session.scalars(cards)]
    waiting = list(found)
    dice.shuffle(waiting)
    for number, _ in waiting:
        assert outbox.claim_entries(database, [outbox.Claim(number, OPENS)]) == [True]
        sent = NextStep(OutgoingState.SENT, OPENS)
        outbox.settle_entries(database, [outbox.Settlement(number, sent)])
    return [member for _, member in waiting]


def truth(made: Installation, asked: Round, members: Sequence[int]) -> dict[bytes, int]:
    """What only somebody with the key can work out."""
    key = keys_of(made, asked).tag_key
    return {make_tag(key, member, asked.items[0].id, "answer"): member for member in members}


async def test_envelopes_are_linked_no_better_than_by_chance(made: Installation) -> None:
    dice = random.Random(7)
    people(made, MEMBERS)
    hits = dict.fromkeys(GUESSERS, 0)
    for week in range(ROUNDS):
        seen = await watched(made, week, dice)
        assert set(appearances(seen.copies)) == set(seen.truth)
        assert by_what_else_changed(seen.copies, seen.members) == {}
        for name, guesser in GUESSERS.items():
            hits[name] += right(guesser(seen), seen.truth)
        at(made, CLOSES + week * WEEK)
        close_round(made, max(made.keys.list_rounds()))
    assert {name: found for name, found in hits.items() if found > TOO_MANY} == {}


def naive(members: Sequence[int], coming: Sequence[int]) -> Watched:
    """Random keys, no member beside an answer; but a table says who has answered."""
    keys = {member: secrets.token_bytes(32) for member in members}
    copies: list[Contents] = [
        {
            "envelope": sorted((1, keys[member], b"sealed") for member in coming[:count]),
            "participation": sorted((member,) for member in coming[:count]),
        }
        for count in range(len(coming) + 1)
    ]
    return Watched(copies, members, coming, {keys[member]: member for member in members})


def test_a_table_of_who_has_answered_is_caught() -> None:
    """The control: everybody is linked, by the very comparison that finds nothing above."""
    members = list(range(1, MEMBERS + 1))
    seen = naive(members, random.Random(7).sample(members, MEMBERS))
    assert right(by_what_else_changed(seen.copies, seen.members), seen.truth) == MEMBERS


@pytest.mark.parametrize("guesser", ["appearance and roster", "appearance and sending"])
def test_answers_that_come_in_a_known_order_are_caught(guesser: str) -> None:
    """The control: envelopes written in the order of the roster give everybody away."""
    members = list(range(1, MEMBERS + 1))
    seen = naive(members, members)
    assert right(GUESSERS[guesser](seen), seen.truth) == MEMBERS
    assert right(GUESSERS["tags and roster"](seen), seen.truth) < MEMBERS / 2


def test_plain_members_as_tags_are_caught() -> None:
    """The control: a tag made without a key gives everybody away in its own order."""
    members = list(range(1, MEMBERS + 1))
    shuffled = random.Random(7).sample(members, MEMBERS)
    tags = {member.to_bytes(32, "big"): member for member in members}
    copies: list[Contents] = [
        {"envelope": sorted((1, member.to_bytes(32, "big"), b"") for member in shuffled[:count])}
        for count in range(MEMBERS + 1)
    ]
    seen = Watched(copies, members, shuffled, tags)
    assert right(GUESSERS["tags and roster"](seen), seen.truth) == MEMBERS
