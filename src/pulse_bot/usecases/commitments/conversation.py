"""Committing in a conversation: the list that everybody reads, the form, the buttons.

What is done then is in `commitments`; how they come back as questions is in `follow_up`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar, Final

from pulse_bot.adapter_kit.actions import Action, decode, encode
from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import full
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.commitments import LONGEST, WEEKS, Commitment, CommitmentState
from pulse_bot.domain.partnership.roles import Act, may, who_may
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Outcome,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.storage import commitments
from pulse_bot.storage.database import once_more
from pulse_bot.storage.models import MemberRow
from pulse_bot.usecases import form_values
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.commitments.register import (
    STANDS,
    WasThere,
    end,
    today,
    warnings,
    write_down,
)
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.permissions import check

NEW: Final = f"{question_cards.COMMITMENT}:new"
"""The button that opens the form, wherever a group decides: under a digest, a pack, the list."""


@dataclass(frozen=True, slots=True)
class MoveCommitment(Action):
    """A button that says how a commitment stands now."""

    NAME: ClassVar[str] = question_cards.COMMITMENT
    to: CommitmentState
    number: int


_LONGEST: Final = {"text": 4 * LONGEST, "due": 40}
"""Room for more than fits, so that what is too long is refused with its length."""
_ENDED_SHOWN: Final = 10
_NOTHING: Final = (
    "Nothing is written down yet. What the group says it will do is written down by "
    f"{who_may(Act.COMMIT)}, with a day; when it has come, everybody is asked whether it is done."
)
_COMES: Final = {
    follow_up.DONE: (
        "Everybody is asked about it again when its day has come, at most every fourth round."
    ),
    follow_up.WHAT_NOW: (
        "Everybody was asked three times whether it is done, and is asked once more, what is to "
        "become of it."
    ),
    None: (
        "Everybody was asked about it as often as can be, so nobody is asked again. Call it kept, "
        "or drop it, when the group knows."
    ),
}
"""What follows when a commitment is opened again."""


def listed(installation: Installation, address: Address) -> Reply:
    """The commitments of the group, open ones first: the same for everybody."""
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        found = commitments.every(session, partnership.id)
    text = tuple(_lines(found)) or (_NOTHING,)
    title = f"What {partnership.name} said it would do"
    return Reply(cards=(Card(CardKind.NOTICE, title, text, tuple(_buttons(member, found))),))


def _shown(found: Sequence[Commitment]) -> tuple[list[Commitment], list[Commitment]]:
    """Those that are open, the nearest day first, and the newest of those that ended."""
    still = [one for one in found if one.state is CommitmentState.OPEN]
    ended = [one for one in found if one.state is not CommitmentState.OPEN]
    return sorted(still, key=lambda one: (one.due, one.number)), ended[: -_ENDED_SHOWN - 1 : -1]


def _lines(found: Sequence[Commitment]) -> Iterator[str]:
    still, ended = _shown(found)
    for one in still:
        yield f"{one.number}. {one.text} By {full(one.due)}."
    for one in sorted(ended, key=lambda one: one.state is CommitmentState.DROPPED):
        yield f"{one.number}. {one.text} {STANDS[one.state].capitalize()}."
    if len(still) + len(ended) < len(found):
        yield "Older ones are not shown here."


def _buttons(member: MemberRow, found: Sequence[Commitment]) -> Iterator[tuple[Button, ...]]:
    if may(member.role, Act.COMMIT):
        yield (Button("Write one down", NEW),)
    if not may(member.role, Act.END_COMMITMENT):
        return
    still, ended = _shown(found)
    for one in still:
        yield (
            Button(f"{one.number} is kept", _action(CommitmentState.KEPT, one.number)),
            Button(f"Drop {one.number}", _action(CommitmentState.DROPPED, one.number)),
        )
    # The answers called one kept, perhaps, and the group knows better.
    if ended:
        yield tuple(_open_again(one.number) for one in ended)


def _open_again(number: int) -> Button:
    return Button(f"Open {number} again", _action(CommitmentState.OPEN, number))


def _action(to: CommitmentState, number: int) -> str:
    return encode(MoveCommitment(to, number))


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a commitment does: the form, kept, dropped, open again. Raises Refused."""
    if event.action == NEW:
        return _form(installation, event.address)
    wanted = decode(MoveCommitment, event.action)
    to = wanted.to
    with installation.database.write() as session:
        member, partnership = someone(session, event.address)
        check(member, Act.END_COMMITMENT)
        who = Actor.member(member.role)
        one = end(session, installation, partnership, wanted.number, to, who)
        comes = follow_up.asked_next(session, partnership.id, one.number)
    if to is CommitmentState.OPEN:
        title = f"Commitment {one.number} is open again"
        return Reply(cards=(Card(CardKind.NOTICE, title, (one.text, _COMES[comes])),))
    return Reply(cards=(_ended(one, to),))


def _ended(one: Commitment, to: CommitmentState) -> Card:
    text = "Everybody reads it here, and in a digest. If that was a mistake, open it again."
    title = f"Commitment {one.number} is {STANDS[to]}"
    return Card(CardKind.NOTICE, title, (one.text, text), ((_open_again(one.number),),))


def _was_there(one: Commitment) -> Card:
    title = f"Commitment {one.number} was {STANDS[one.state]}"
    return Card(CardKind.NOTICE, title, (one.text,), ((_open_again(one.number),),))


def _form(installation: Installation, address: Address) -> Reply:
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        check(member, Act.COMMIT)
        now = today(installation, partnership)
    days = [(weeks, now + timedelta(weeks=weeks)) for weeks in WEEKS]
    hint = "Choose, or type a day, such as 4 December. Leave more time than it seems to need."
    return Reply(
        form=Form(
            key=question_cards.COMMITMENT,
            title="Write down a commitment",
            text=(
                "Everybody reads it, and is asked whether it is done when its day has come.",
                "One thing, without names: the promise is the whole group's.",
            ),
            fields=(
                Field(
                    "text",
                    "What will we do?",
                    FieldKind.TEXT,
                    hint=(
                        "Begin with “We”, such as: We visit one another's lessons. At most "
                        f"{LONGEST} characters."
                    ),
                    longest=LONGEST,
                ),
                Field(
                    "due",
                    "By when?",
                    FieldKind.ONE,
                    tuple(
                        Option(str(day), f"In {weeks} weeks, {full(day)}") for weeks, day in days
                    ),
                    hint,
                    _LONGEST["due"],
                ),
            ),
            submit="Write it down",
        )
    )


def submitted(installation: Installation, event: Submitted) -> Reply:
    """Write down a commitment. Raises Refused."""
    given = form_values.read(event.values, _LONGEST)
    return once_more(partial(_submitted, installation, event.address, given["text"], given["due"]))


def _submitted(installation: Installation, address: Address, text: str, due: str) -> Reply:
    with installation.database.write() as session:
        member, partnership = someone(session, address)
        check(member, Act.COMMIT)
        try:
            one = write_down(
                session, installation, partnership, text, due, Actor.member(member.role)
            )
        except WasThere as error:
            return Reply(str(error), (_was_there(error.ended),), outcome=Outcome.REFUSED)
    told = f"From {full(one.due)} on everybody is asked whether it is done."
    card = Card(
        CardKind.NOTICE,
        f"Commitment {one.number} is written down",
        (one.text, told, *warnings(one.text)),
        ((Button(f"Drop {one.number}", _action(CommitmentState.DROPPED, one.number)),),),
    )
    return Reply(cards=(card,))
