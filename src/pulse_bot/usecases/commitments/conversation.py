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
from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.commitments import (
    LONGEST_TEXT,
    OFFERED_WEEKS,
    Commitment,
    CommitmentState,
)
from pulse_bot.domain.partnership.roles import Permission, describe_allowed, is_allowed
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
from pulse_bot.storage.database import retry_on_conflict
from pulse_bot.storage.models import MemberRow
from pulse_bot.usecases import form_values
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.commitments.register import (
    STATE_WORDS,
    AlreadyEnded,
    add_commitment,
    local_today,
    set_commitment_state,
    warn_about_wording,
)
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.permissions import check_permission

NEW_COMMITMENT: Final = f"{question_cards.COMMITMENT}:new"
"""The button that opens the form, wherever a group decides: under a digest, a pack, the list."""


@dataclass(frozen=True, slots=True)
class MoveCommitment(Action):
    """A button that says how a commitment stands now."""

    NAME: ClassVar[str] = question_cards.COMMITMENT
    to: CommitmentState
    number: int


_LONGEST: Final = {"text": 4 * LONGEST_TEXT, "due": 40}
"""Room for more than fits, so that what is too long is refused with its length."""
_ENDED_SHOWN: Final = 10
_NOTHING: Final = (
    "Nothing is written down yet. What the group says it will do is written down by "
    f"{describe_allowed(Permission.COMMIT)}, with a day; when it has come, everybody is asked "
    "whether it is done."
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


def show_commitments(installation: Installation, address: Address) -> Reply:
    """The commitments of the group, open ones first: the same for everybody."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        all_commitments = commitments.list_commitments(session, partnership.id)
    text = tuple(_commitment_lines(all_commitments)) or (_NOTHING,)
    title = f"What {partnership.name} said it would do"
    return Reply(
        cards=(
            Card(CardKind.NOTICE, title, text, tuple(_commitment_buttons(member, all_commitments))),
        )
    )


def _select_shown(
    all_commitments: Sequence[Commitment],
) -> tuple[list[Commitment], list[Commitment]]:
    """Those that are open, the nearest day first, and the newest of those that ended."""
    still_open = [
        commitment for commitment in all_commitments if commitment.state is CommitmentState.OPEN
    ]
    ended = [
        commitment for commitment in all_commitments if commitment.state is not CommitmentState.OPEN
    ]
    return sorted(still_open, key=lambda commitment: (commitment.due, commitment.number)), ended[
        : -_ENDED_SHOWN - 1 : -1
    ]


def _commitment_lines(all_commitments: Sequence[Commitment]) -> Iterator[str]:
    still_open, ended = _select_shown(all_commitments)
    for commitment in still_open:
        yield f"{commitment.number}. {commitment.text} By {format_full_date(commitment.due)}."
    for commitment in sorted(
        ended, key=lambda commitment: commitment.state is CommitmentState.DROPPED
    ):
        state = STATE_WORDS[commitment.state].capitalize()
        yield f"{commitment.number}. {commitment.text} {state}."
    if len(still_open) + len(ended) < len(all_commitments):
        yield "Older ones are not shown here."


def _commitment_buttons(
    member: MemberRow, all_commitments: Sequence[Commitment]
) -> Iterator[tuple[Button, ...]]:
    if is_allowed(member.role, Permission.COMMIT):
        yield (Button("Write one down", NEW_COMMITMENT),)
    if not is_allowed(member.role, Permission.END_COMMITMENT):
        return
    still_open, ended = _select_shown(all_commitments)
    for commitment in still_open:
        yield (
            Button(
                f"{commitment.number} is kept",
                _button_action(CommitmentState.KEPT, commitment.number),
            ),
            Button(
                f"Drop {commitment.number}",
                _button_action(CommitmentState.DROPPED, commitment.number),
            ),
        )
    # The answers called one kept, perhaps, and the group knows better.
    if ended:
        yield tuple(_reopen_button(commitment.number) for commitment in ended)


def _reopen_button(number: int) -> Button:
    return Button(f"Open {number} again", _button_action(CommitmentState.OPEN, number))


def _button_action(new_state: CommitmentState, number: int) -> str:
    return encode(MoveCommitment(new_state, number))


def press_commitment_button(installation: Installation, event: Pressed) -> Reply:
    """What a button of a commitment does: the form, kept, dropped, open again. Raises Refused."""
    if event.action == NEW_COMMITMENT:
        return _commitment_form(installation, event.address)
    wanted = decode(MoveCommitment, event.action)
    new_state = wanted.to
    with installation.database.write() as session:
        member, partnership = find_member(session, event.address)
        check_permission(member, Permission.END_COMMITMENT)
        who = Actor.member(member.role)
        commitment = set_commitment_state(
            session, installation, partnership, wanted.number, new_state, who
        )
        next_question = follow_up.find_next_question(session, partnership.id, commitment.number)
    if new_state is CommitmentState.OPEN:
        title = f"Commitment {commitment.number} is open again"
        return Reply(
            cards=(Card(CardKind.NOTICE, title, (commitment.text, _COMES[next_question])),)
        )
    return Reply(cards=(_ended_card(commitment, new_state),))


def _ended_card(commitment: Commitment, new_state: CommitmentState) -> Card:
    text = "Everybody reads it here, and in a digest. If that was a mistake, open it again."
    title = f"Commitment {commitment.number} is {STATE_WORDS[new_state]}"
    return Card(
        CardKind.NOTICE, title, (commitment.text, text), ((_reopen_button(commitment.number),),)
    )


def _already_ended_card(commitment: Commitment) -> Card:
    title = f"Commitment {commitment.number} was {STATE_WORDS[commitment.state]}"
    return Card(CardKind.NOTICE, title, (commitment.text,), ((_reopen_button(commitment.number),),))


def _commitment_form(installation: Installation, address: Address) -> Reply:
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        check_permission(member, Permission.COMMIT)
        now = local_today(installation, partnership)
    days = tuple(
        Option(str(day), f"In {weeks} weeks, {format_full_date(day)}")
        for weeks in OFFERED_WEEKS
        for day in (now + timedelta(weeks=weeks),)
    )
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
                        f"{LONGEST_TEXT} characters."
                    ),
                    longest=LONGEST_TEXT,
                ),
                Field("due", "By when?", FieldKind.ONE, days, hint, _LONGEST["due"]),
            ),
            submit="Write it down",
        )
    )


def submit_commitment(installation: Installation, event: Submitted) -> Reply:
    """Write down a commitment. Raises Refused."""
    values = form_values.read_values(event.values, _LONGEST)
    return retry_on_conflict(
        partial(_add_submitted, installation, event.address, values["text"], values["due"])
    )


def _add_submitted(installation: Installation, address: Address, text: str, due: str) -> Reply:
    with installation.database.write() as session:
        member, partnership = find_member(session, address)
        check_permission(member, Permission.COMMIT)
        try:
            commitment = add_commitment(
                session, installation, partnership, text, due, Actor.member(member.role)
            )
        except AlreadyEnded as error:
            return Reply(str(error), (_already_ended_card(error.ended),), outcome=Outcome.REFUSED)
    notice = f"From {format_full_date(commitment.due)} on everybody is asked whether it is done."
    card = Card(
        CardKind.NOTICE,
        f"Commitment {commitment.number} is written down",
        (commitment.text, notice, *warn_about_wording(commitment.text)),
        (
            (
                Button(
                    f"Drop {commitment.number}",
                    _button_action(CommitmentState.DROPPED, commitment.number),
                ),
            ),
        ),
    )
    return Reply(cards=(card,))
