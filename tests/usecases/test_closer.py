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
from pulse_bot.usecases.rounds.digest_message import MESSAGE_LENGTH, message_card, select_left_out
from tests.made_up import CLOSES, PARTNERSHIP, POOL, answer_all, at, opened_round, people
from tests.outbox import send_due
from tests.usecases.scene import Talk

MEMBER = Address("fake", "", "person-02")
STRANGER = Address("fake", "", "nobody")
LONG = 600
CLOSER = {
    StatementKind.QUESTION,
    StatementKind.COMMENT,
    StatementKind.LEVEL,
    StatementKind.AGREEMENT,
}


def spoken(kind: StatementKind, characters: int) -> Statement:
    """A statement of that length."""
    return Statement(SentenceFact(kind), "x" * characters)


def a_digest(statements: Sequence[Statement]) -> Digest:
    """A digest of these."""
    return Digest(7, CLOSES, (spoken(StatementKind.HEADLINE, 20), *statements))


def test_a_short_digest_is_a_message_as_it_is() -> None:
    one = a_digest([spoken(kind, 50) for kind in StatementKind])
    assert message_card(one) == digest_card(one)


def test_a_long_one_leaves_out_answers_first_and_then_the_levels() -> None:
    answers = spoken(StatementKind.QUESTION, 1)
    assert (
        select_left_out([answers, spoken(StatementKind.LEVEL, MESSAGE_LENGTH - 1)]) == frozenset()
    )
    assert select_left_out([answers, spoken(StatementKind.LEVEL, MESSAGE_LENGTH)]) == {
        StatementKind.QUESTION
    }
    assert select_left_out([answers, spoken(StatementKind.LEVEL, MESSAGE_LENGTH + 1)]) == {
        StatementKind.QUESTION,
        StatementKind.LEVEL,
    }


@given(
    st.lists(
        st.builds(spoken, st.sampled_from(list(StatementKind)), st.integers(1, 600)), max_size=12
    )
)
def test_what_changed_and_what_is_next_stay_in_the_message(statements: list[Statement]) -> None:
    one = a_digest(statements)
    left, card = select_left_out(one.statements), message_card(one)
    assert left <= CLOSER
    assert bool(card.buttons) == bool(left)
    kept = [said.text for said in one.statements if said.kind not in left]
    assert [card.title, *card.text] == kept
    assert (
        left == CLOSER & {said.kind for said in one.statements}
        or sum(map(len, kept)) <= MESSAGE_LENGTH
    )


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
    assert closer == [one.text for one in whole.statements if one.kind is StatementKind.QUESTION]
    assert sorted(message + closer) == sorted(one.text for one in whole.statements)
    assert [card.title for card in reply.cards] == ["Round 1: what was answered"]


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
