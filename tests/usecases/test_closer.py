"""Two lengths of a digest: nothing is lost between the message and the closer look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.adapter_kit.actions import LARGEST_NUMBER, NOT_IN_USE
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.release.record import Digest, SentenceFact, Statement, StatementKind
from pulse_bot.ports import Address, Outcome
from pulse_bot.usecases.reading.operator_lists import read_digests
from pulse_bot.usecases.reading.pages import digest_card
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.digest_message import MESSAGE_LENGTH, cut_message, message_card
from tests.made_up import CLOSES, PARTNERSHIP, POOL, answer_all, at, opened_round, people
from tests.outbox import send_due
from tests.usecases.scene import Talk

MEMBER = Address("fake", "", "person-02")
STRANGER = Address("fake", "", "nobody")
LONG = 600


def spoken(kind: StatementKind, characters: int) -> Statement:
    """A statement of that length."""
    return Statement(SentenceFact(kind), "x" * characters)


def a_digest(statements: Sequence[Statement]) -> Digest:
    """A digest of these."""
    return Digest(7, CLOSES, (spoken(StatementKind.HEADLINE, 20), *statements))


def test_a_short_digest_is_a_message_as_it_is() -> None:
    one = a_digest([spoken(kind, 50) for kind in StatementKind])
    assert message_card(one) == digest_card(one)


def lengths(statements: Sequence[Statement]) -> list[int]:
    return [len(statement.text) for statement in statements]


def test_a_long_one_is_cut_from_its_end() -> None:
    head, talk = spoken(StatementKind.HEADLINE, 20), spoken(StatementKind.TALK, 40)
    for room, shown in ((0, 3), (1, 2), (MESSAGE_LENGTH, 1)):
        # Each of the three with a line's end.
        long = spoken(StatementKind.QUESTION, MESSAGE_LENGTH - 63 + room)
        kept, left = cut_message([head, long, talk])
        assert len(kept) == shown, room
        assert [*kept, *left] == [head, long, talk]


def test_of_words_as_many_are_shown_as_there_is_room_for_beside_the_rest() -> None:
    words = [spoken(StatementKind.COMMENT, 100) for _ in range(5)]
    head, rest = spoken(StatementKind.HEADLINE, 20), spoken(StatementKind.NEXT, 600)
    kept, left = cut_message([head, *words, rest])
    assert lengths(kept) == [20, 100, 100, 600]
    assert lengths(left) == [100, 100, 100]
    kept, left = cut_message([head, *words, spoken(StatementKind.NEXT, 900)])
    assert lengths(kept) == [20]
    assert lengths(left) == [100] * 5 + [900]


@given(
    st.lists(
        st.builds(spoken, st.sampled_from(list(StatementKind)), st.integers(1, 600)), max_size=12
    )
)
def test_message_and_rest_are_the_digest_in_its_order(statements: list[Statement]) -> None:
    one = a_digest(statements)
    (kept, left), card = cut_message(one.statements), message_card(one)
    assert [card.title, *card.text] == [statement.text for statement in kept]
    assert bool(card.buttons) == bool(left)
    assert sum(lengths(kept)) <= MESSAGE_LENGTH
    remaining = iter(one.statements)
    assert all(any(statement is other for other in remaining) for statement in kept)
    assert len(kept) + len(left) == len(one.statements)
    # What people wrote goes first.
    if any(statement.kind is not StatementKind.COMMENT for statement in left):
        assert all(statement.kind is not StatementKind.COMMENT for statement in kept)


def wordy() -> Mapping[str, Sequence[Item]]:
    """Questions that are too long for one screen."""
    return {
        theme: [replace(one, text=f"{one.text} {'Really. ' * (LONG // 8)}") for one in items]
        for theme, items in POOL.items()
    }


@pytest.fixture
async def wordy_valley(talk: Talk) -> Talk:
    """A closed round of long questions."""
    long = Talk(replace(talk.made, pool=wordy), talk.record)
    addresses = people(long.made)
    asked = opened_round(long.made)
    await answer_all(long.made, asked, addresses)
    at(long.made, CLOSES)
    close_round(long.made, asked.id)
    return long


async def test_message_and_closer_look_say_all_of_it_and_nothing_else(wordy_valley: Talk) -> None:
    (whole,) = read_digests(wordy_valley.made, PARTNERSHIP)
    message_card = send_due(wordy_valley.made, OutgoingKind.DIGEST)[0].card
    ((button,),) = message_card.buttons
    assert button.label == "Look closer"

    reply = await wordy_valley.press(MEMBER, button.action)

    message = [message_card.title, *message_card.text]
    closer = [text for card in reply.cards for text in card.text]
    assert [*message, *closer] == [one.text for one in whole.statements]
    assert [card.title for card in reply.cards] == ["Round 1: the rest"]


async def test_members_get_the_same_message_as_the_group(wordy_valley: Talk) -> None:
    posted = send_due(wordy_valley.made, OutgoingKind.DIGEST)[0].card
    (card,) = (await wordy_valley.look(MEMBER, "group")).cards
    assert card == posted


@pytest.mark.parametrize("number", ["2", "0", str(LARGEST_NUMBER)])
async def test_a_digest_that_is_not_there_is_refused(wordy_valley: Talk, number: str) -> None:
    reply = await wordy_valley.press(MEMBER, f"closer:{number}")
    assert reply.outcome is Outcome.REFUSED
    assert "not there" in reply.notice


@pytest.mark.parametrize("number", ["-1", "x", "", "1" * 40, "²"])
async def test_a_forged_number_is_refused(wordy_valley: Talk, number: str) -> None:
    reply = await wordy_valley.press(MEMBER, f"closer:{number}")
    assert (reply.outcome, reply.notice) == (Outcome.REFUSED, NOT_IN_USE)


async def test_nobody_else_looks_closer(wordy_valley: Talk) -> None:
    reply = await wordy_valley.press(STRANGER, "closer:1")
    assert reply.outcome is Outcome.UNKNOWN
    assert reply.cards == ()
