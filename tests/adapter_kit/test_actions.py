"""Actions as text: buttons that are in chats already work, and what is forged is refused alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.adapter_kit.actions import (
    LARGEST_NUMBER,
    NOT_IN_USE,
    Action,
    Rest,
    decode,
    encode,
    name_of,
    parse,
)
from pulse_bot.cards import actions
from pulse_bot.cards.actions import GiveAnswer
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.errors import Refused
from pulse_bot.ports import LONGEST_ACTION, Address
from pulse_bot.usecases.commitments.conversation import MoveCommitment
from pulse_bot.usecases.members.join import ChosenSchool, JoinBy
from pulse_bot.usecases.members.roles import ChosenPerson
from pulse_bot.usecases.reading.pages import EarlierLog
from pulse_bot.usecases.rounds.digest_message import LookCloser
from pulse_bot.usecases.workshops.cards import DraftAct, UseDraft
from pulse_bot.usecases.workshops.pack import PackAct, UsePack


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Paint(Action):
    NAME: ClassVar[str] = "paint"
    wall: int
    colour: Colour
    word: str
    coats: int | None = None


@dataclass(frozen=True, slots=True)
class Hang(Action):
    NAME: ClassVar[str] = "hang"
    wall: int
    what: Rest


# As they were written by versions before this codec: these are in chats for ever.
IN_CHATS: list[tuple[str, Action]] = [
    ("answer:12:0:answer:4", GiveAnswer(12, 0, "answer", Rest("4"))),
    ("answer:12:2:later:skip", GiveAnswer(12, 2, "later", Rest("skip"))),
    ("answer:12:1:answer:a,c", GiveAnswer(12, 1, "answer", Rest("a,c"))),
    (
        "answer:12:1:answer:no-time-at-all",
        GiveAnswer(12, 1, "answer", Rest("no-time-at-all")),
    ),
    ("answer:12", actions.FillIn(12)),
    ("answer:12:3", actions.FillIn(12, 3)),
    ("more:12:0", actions.SayMore(12, 0)),
    ("write:12:1", actions.WriteWords(12, 1)),
    ("setup:T0%3A1:C0123/4", actions.SetUpChat("T0%3A1", Rest("C0123/4"))),
    ("setup::-100123456789", actions.SetUpChat("", Rest("-100123456789"))),
    ("join:j7-abc", JoinBy(Rest("j7-abc"))),
    ("closer:41", LookCloser(41)),
    ("log:512", EarlierLog(512)),
    ("commitment:kept:3", MoveCommitment(CommitmentState.KEPT, 3)),
    ("commitment:dropped:3", MoveCommitment(CommitmentState.DROPPED, 3)),
    ("commitment:open:3", MoveCommitment(CommitmentState.OPEN, 3)),
    ("pack:open:8", UsePack(PackAct.OPEN, 8)),
    ("pack:file:8", UsePack(PackAct.FILE, 8)),
    *((f"seed:{act}:9", UseDraft(act, 9)) for act in DraftAct),
    ("seed:plan:9", UseDraft(DraftAct.PLAN, 9)),
    ("m:5", ChosenPerson(5)),
    ("o:6", ChosenSchool(6)),
]


@pytest.mark.parametrize(("text", "action"), IN_CHATS, ids=[text for text, _ in IN_CHATS])
def test_buttons_that_are_in_chats_still_work(text: str, action: Action) -> None:
    assert decode(type(action), text) == action
    assert encode(action) == text
    assert name_of(text) == action.NAME


def test_a_field_and_a_chat_are_read_as_before() -> None:
    assert actions.read_field(12, "0:comment") == actions.AnswerTarget(12, 0, "comment")
    chat = Address("slack", "T0:1", "C0123/4")
    assert actions.setup_key(chat) == "setup:T0%3A1:C0123/4"
    assert actions.read_setup("setup:T0%3A1:C0123/4", "slack") == chat
    assert actions.read_setup("setup::", "slack") is None
    assert actions.read_setup("setup:%00:C0123", "slack") is None


FORGED = [
    "",
    ":",
    "paint",
    "paint:",
    "paint:1:red",
    "paint:1:red:w:2:3",
    "paint:one:red:w",
    "paint:-1:red:w",
    "paint:+1:red:w",
    "paint:01:red:w",
    "paint: 1:red:w",
    "paint:1_0:red:w",
    "paint:²:red:w",
    "paint:٣:red:w",
    f"paint:{LARGEST_NUMBER + 1}:red:w",
    "paint:99999999999999999999:red:w",
    "paint:1:blue:w",
    "paint:1:RED:w",
    "paint:1:red:w\x00",
    "paint:1:red:\ud800",
    "paint:1:red:two words",
    "paint:1:red:w:",
    "paint:1:red:w:x",
    "PAINT:1:red:w",
    "hang:1:red:w",
    f"paint:1:red:{'w' * 200}",
]


@pytest.mark.parametrize("text", FORGED)
def test_what_is_forged_is_refused_with_one_sentence(text: str) -> None:
    assert parse(Paint, text) is None
    with pytest.raises(Refused) as caught:
        decode(Paint, text)
    assert str(caught.value) == NOT_IN_USE


def test_what_is_right_is_read() -> None:
    """So the refusals above are for what is wrong with each."""
    assert decode(Paint, "paint:1:red:w") == Paint(1, Colour.RED, "w")
    assert decode(Paint, "paint:0:red::7") == Paint(0, Colour.RED, "", 7)
    assert decode(Paint, f"paint:{LARGEST_NUMBER}:red:w").wall == LARGEST_NUMBER
    assert decode(Hang, "hang:1:a: b, é:") == Hang(1, Rest("a: b, é:"))


@given(st.text(max_size=40) | st.from_regex(r"paint:[0-9]*:[a-z]*:.*", fullmatch=True))
def test_whatever_is_read_is_written_the_same(text: str) -> None:
    action = parse(Paint, text)
    assert action is None or encode(action) == text


NUMBERS = st.integers(0, LARGEST_NUMBER)


@given(NUMBERS, NUMBERS, st.none() | NUMBERS)
def test_whatever_is_written_is_read_the_same(wall: int, word: int, coats: int | None) -> None:
    action = Paint(wall, Colour.RED, f"w-{word}", coats)
    assert decode(Paint, encode(action)) == action


def test_the_longest_buttons_fit_the_narrowest_platform() -> None:
    most = LARGEST_NUMBER
    longest: list[Action] = [
        GiveAnswer(most, 99, "comment", Rest("a-choice-key-of-24-chars")),
        actions.WriteWords(most, most),
        MoveCommitment(CommitmentState.DROPPED, most),
        *(UseDraft(act, most) for act in DraftAct),
        *(UsePack(act, most) for act in PackAct),
        EarlierLog(most),
        LookCloser(most),
    ]
    assert all(len(encode(one).encode()) <= LONGEST_ACTION for one in longest)
