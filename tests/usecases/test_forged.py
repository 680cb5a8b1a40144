"""Whatever comes in as a button, a form or a field: it is refused, never raised, never written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pulse_bot.adapter_kit.actions import parse
from pulse_bot.cards import actions as card_actions
from pulse_bot.cards import question_cards
from pulse_bot.cards.actions import AnswerTarget, FillIn, form_key
from pulse_bot.domain.asking.items import InvalidAnswer, validate_answer
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.errors import StorageError
from pulse_bot.ports import Address, Event, Outcome, Pressed, Submitted
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from pulse_bot.usecases.router import BUTTONS, FORMS, route_event
from tests.made_up import opened_round, people
from tests.usecases.scene import snapshot

pytestmark = pytest.mark.both_databases

ANY = st.text(max_size=30) | st.text(st.characters(categories=["Cs", "Cc", "Nd"]), max_size=12)
NUMBER = st.integers(-3, 10**20).map(str) | ANY
ROUND = st.just("1") | NUMBER
SLOT = st.sampled_from(["answer", "comment", "now", "later"]) | ANY
VALUE = st.sampled_from(["1", "5", "6", "skip", "4,4", "", "1,2"]) | ANY

actions = st.one_of(
    ANY,
    st.builds("answer:{}:{}:{}:{}".format, ROUND, NUMBER, SLOT, VALUE),
    st.builds("more:{}:{}".format, ROUND, NUMBER),
    st.builds(
        "{}:{}".format,
        st.sampled_from([question_cards.ANSWER, question_cards.SAY_MORE, *BUTTONS]),
        ANY,
    ),
)
forms = st.one_of(
    st.just("answer:1"),
    st.builds("answer:{}".format, NUMBER),
    # None of their fields are among the keys below, and the invitation is nobody's.
    st.builds("{}:{}".format, st.sampled_from(sorted(FORMS)), ANY),
    st.sampled_from(sorted(FORMS)),
    ANY,
)
keys = st.builds("{}:{}".format, NUMBER, SLOT) | ANY
values = st.dictionaries(keys, st.lists(VALUE, max_size=3).map(tuple), max_size=4)

ONE = Address("fake", "", "person-00")
addresses = st.sampled_from([ONE, Address("fake", "", "nobody"), Address("", "", "")])
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Pressed, addresses, actions), st.builds(Submitted, addresses, forms, values)
)


@pytest.fixture
def take(made: Installation) -> Iterator[GroupCommit[Submission, RecordedAnswers]]:
    group = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
    yield group
    group.close()


def could_be_real(asked: Round, event: Event) -> bool:
    """Whether one could press this, or write it into a form of ours."""
    if isinstance(event, Pressed):
        answer = card_actions.read_answer(event.action)
        more = event.action in {f"{question_cards.SAY_MORE}:{asked.id}:{n}" for n in range(3)}
        return more or event.action in BUTTONS or bool(answer and fits(asked, *answer))
    if not isinstance(event, Submitted) or parse(FillIn, event.form) != FillIn(asked.id):
        return False
    given = {key: ",".join(chosen).strip() for key, chosen in event.values.items()}
    targets = {card_actions.read_field(asked.id, key): text for key, text in given.items() if text}
    return bool(targets) and all(fits(asked, one, text) for one, text in targets.items() if one)


def fits(asked: Round, target: AnswerTarget, value: str) -> bool:
    if target.round != asked.id or not 0 <= target.position < len(asked.items):
        return False
    try:
        validate_answer(asked.items[target.position], target.slot, value)
    except InvalidAnswer:
        return False
    return True


def test_forged_events_are_refused_and_write_nothing(
    made: Installation, take: GroupCommit[Submission, RecordedAnswers]
) -> None:
    people(made)
    asked = opened_round(made)
    before = snapshot(made)

    @given(events)
    @example(Pressed(ONE, "answer:1:999999999999:answer:4"))
    @example(Pressed(ONE, "answer:999999999999999:0:answer:4"))
    @example(Pressed(ONE, "answer:1:0:\ud800:4"))
    @example(Submitted(ONE, "answer:99999999999", {"0:answer": ("4",)}))
    @example(Submitted(ONE, "answer:1", {"0:answer": ("4",), "\x00": ("4",)}))
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def forge(event: Event) -> None:
        assume(not could_be_real(asked, event) or event.address != ONE)
        reply = asyncio.run(route_event(made, take.put, event))
        assert reply.outcome is not Outcome.DONE
        assert reply.notice

    forge()
    assert snapshot(made) == before


async def test_a_forged_event_beside_a_real_one_does_it_no_harm(
    made: Installation, take: GroupCommit[Submission, RecordedAnswers]
) -> None:
    """They share a transaction."""
    everybody = people(made)
    asked = opened_round(made)
    real = [Pressed(one, AnswerTarget(asked.id, 0, "answer").action_for("4")) for one in everybody]
    forged = [
        Submitted(ONE, form_key(number), {key: (value,)})
        for number in (-1, 0, 2, 10**8, 10**30)
        for key, value in (("0:answer", "4"), ("9:answer", "\x00"), ("0:\ud800", "x"))
    ]

    everything: list[Event] = [*forged, *real, *forged]

    replies = await asyncio.gather(*(route_event(made, take.put, event) for event in everything))

    done = [reply.outcome is Outcome.DONE for reply in replies]
    assert done == [False] * len(forged) + [True] * len(real) + [False] * len(forged)


@pytest.mark.parametrize("text", ["more:1:٣", "more:1:²", "more:1:", "more::", "more:1:-1"])
async def test_numbers_of_other_scripts(
    made: Installation, take: GroupCommit[Submission, RecordedAnswers], text: str
) -> None:
    people(made)
    opened_round(made)

    reply = await route_event(made, take.put, Pressed(ONE, text))

    assert reply.outcome is Outcome.REFUSED


async def test_a_database_that_fails_confirms_nothing(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    people(made)
    asked = opened_round(made)

    def fail(group: list[Submission]) -> list[RecordedAnswers]:
        raise StorageError("The disk is full. Free some space.")

    broken = GroupCommit[Submission, RecordedAnswers](fail)
    press = Pressed(ONE, AnswerTarget(asked.id, 0, "answer").action_for("4"))
    reply = await route_event(made, broken.put, press)
    broken.close()

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice == (
        "Your answer could not be saved just now. Nothing was recorded; please try again in a "
        "minute."
    )
    assert reply.cards == ()
    # The operator is told what to do, and nothing of the member.
    assert "The disk is full. Free some space." in caplog.text
    assert ONE.user not in caplog.text
    assert press.action not in caplog.text
