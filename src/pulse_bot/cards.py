"""The cards and forms of the core, and what their buttons mean when they come back.

Platform-neutral and pure: a use case picks what to say, an adapter how it looks. An action is text
of at most 64 bytes, because that is what the narrowest platform carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from pulse_bot.domain.asking.calendar import Calendar, spoken
from pulse_bot.domain.asking.items import COMMENT, LONGEST_COMMENT, SKIP, Item, Kind, options, slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Ticks,
)

ANSWER: Final = "answer"
SAY_MORE: Final = "more"
WRITE: Final = "write"
PAUSE: Final = "pause"
RESUME: Final = "resume"
LEAVE: Final = "leave"
LEAVE_SURELY: Final = "leave-surely"
TIME: Final = "time"
LANGUAGE: Final = "language"
PROGRAMME: Final = "programme"
SEED: Final = "seed"
JOIN: Final = "join"
DECLINE: Final = "decline"
SETUP: Final = "setup"
PACK: Final = "pack"
COMMITMENT: Final = "commitment"
ROLE: Final = "role"
LOG: Final = "log"

_SLOT_TITLES: Final = {"now": "Where are we now?", "later": "Where do we want to be in 12 months?"}
_LONGEST_KEY: Final = 200
"""Characters of a key with a chat's address; longer ones are forged."""
_SKIP: Final = Option(SKIP, "Skip this question")


@dataclass(frozen=True, slots=True)
class Target:
    """Which answer a button or a field is about: the item's position in its round, and its slot."""

    round: int
    position: int
    slot: str

    def action(self, value: str) -> str:
        """The action of a button that gives this answer."""
        return f"{ANSWER}:{self.round}:{self.position}:{self.slot}:{value}"

    @property
    def field(self) -> str:
        """The key of a form's field that gives this answer."""
        return f"{self.position}:{self.slot}"


def read_answer(action: str) -> tuple[Target, str] | None:
    """The target and the value of an answering button; None for anything else."""
    parts = action.split(":", 4)
    if len(parts) != 5 or parts[0] != ANSWER or not (parts[1] + parts[2]).isdecimal():
        return None
    return Target(_number(parts[1]), _number(parts[2]), parts[3]), parts[4]


def read_field(round_id: int, key: str) -> Target | None:
    """The target of a form's field; None for a key that no form of ours has."""
    position, colon, slot = key.partition(":")
    if not colon or not position.isdecimal():
        return None
    return Target(round_id, _number(position), slot)


def form_key(round_id: int, position: int | None = None) -> str:
    """The key of the form that answers a round, or one question of it, after which others come."""
    return f"{ANSWER}:{round_id}" if position is None else f"{ANSWER}:{round_id}:{position}"


def read_form(key: str) -> tuple[int, int | None] | None:
    """The round and the question that an answering form belongs to; None for anything else."""
    kind, *rest = key.split(":")
    if kind != ANSWER or len(rest) not in (1, 2) or not "".join(rest).isdecimal():
        return None
    numbers = [_number(part) for part in rest]
    return numbers[0], numbers[1] if len(numbers) == 2 else None


def setup_key(chat: Address) -> str:
    """The action of the button, and the key of the form, that set up a group's chat."""
    return f"{SETUP}:{quote(chat.workspace, safe='')}:{chat.user}"


def read_setup(key: str, adapter: str) -> Address | None:
    """The chat that a button or a form of somebody on this adapter sets up; None for others."""
    kind, _, rest = key.partition(":")
    workspace, _, chat = rest.partition(":")
    found = Address(adapter, unquote(workspace), chat)
    readable = (found.workspace + chat).isprintable() and len(key) <= _LONGEST_KEY
    return found if kind == SETUP and chat and readable else None


def _number(digits: str) -> int:
    # Longer ones are forged, and no database's whole number holds them.
    return int(digits[:9]) if digits.isdecimal() else -1


def question_card(asked: Round, position: int, slot: str, until: str) -> Card:
    """One question as a message with buttons. It never changes to show what was chosen."""
    item = asked.items[position]
    target = Target(asked.id, position, slot)
    lead = (_SLOT_TITLES[slot],) if slot in _SLOT_TITLES else ()
    rows = (_choices(item, target), _beside(asked, target))
    return Card(
        kind=CardKind.QUESTION,
        title=item.text,
        text=(*lead, f"Open until {until}."),
        buttons=tuple(row for row in rows if row),
        ends=_ends(item),
        progress=f"{position + 1} of {len(asked.items)}" if len(asked.items) > 1 else "",
        ticks=_ticks(target, item) if _several(item) else None,
    )


def _ticks(target: Target, item: Item) -> Ticks:
    choices = tuple(Option(one.key, one.label) for one in options(item))
    hint = f"Choose up to {item.most}."
    asked_for = Field(target.field, item.text, FieldKind.SEVERAL, choices, hint)
    return Ticks(form_key(target.round, target.position), asked_for)


def _choices(item: Item, target: Target) -> tuple[Button, ...]:
    if item.kind is Kind.WORDS:
        return (Button("Write a few words", f"{WRITE}:{target.round}:{target.position}"),)
    if _several(item):
        return ()
    return tuple(Button(one.label, target.action(one.key)) for one in options(item))


def _beside(asked: Round, target: Target) -> tuple[Button, ...]:
    skip = Button("Skip", target.action(SKIP))
    more = Button("Say more", f"{SAY_MORE}:{asked.id}:{target.position}")
    return (skip, more) if asked.takes_comments else (skip,)


def _several(item: Item) -> bool:
    return item.kind is Kind.CHOOSE and item.most > 1


def _ends(item: Item) -> tuple[str, str] | None:
    if item.kind is Kind.SCALE:
        return item.ends
    labels = options(item)
    numbered = item.kind in (Kind.AGREE, Kind.FREQUENCY, Kind.JOURNEY)
    return (labels[0].label, labels[-1].label) if numbered else None


def first_card(asked: Round, until: str) -> Card:
    """The card that an invitation shows."""
    return question_card(asked, 0, slots(asked.items[0])[0], until)


def next_card(asked: Round, after: Target, until: str) -> Card | None:
    """The card that follows an answer; None after the last."""
    order = [(n, slot) for n, item in enumerate(asked.items) for slot in slots(item)]
    here = (after.position, after.slot)
    # A comment's slot is none of a question's own.
    following = order[order.index(here) + 1 :] if here in order else []
    return question_card(asked, *following[0], until) if following else None


def answer_form(asked: Round, until: str, notes: Sequence[str] = ()) -> Form:
    """All questions of a round on one page."""
    numbered = enumerate(asked.items)
    fields = [field for position, item in numbered for field in _fields(asked, position, item)]
    many = len(asked.items) > 1
    return Form(
        key=form_key(asked.id),
        title=f"{len(asked.items)} questions" if many else "One question",
        fields=tuple(fields),
        text=(*notes, f"Open until {until}. You can change your answer until then."),
        submit="Send my answers" if many else "Send my answer",
    )


def _fields(asked: Round, position: int, item: Item) -> list[Field]:
    own = [_field(Target(asked.id, position, slot), item) for slot in slots(item)]
    more = words_field(Target(asked.id, position, COMMENT), "Say more, if you like")
    more = replace(more, beside=True)
    return [*own, more] if asked.takes_comments else own


def _field(target: Target, item: Item) -> Field:
    if item.kind is Kind.WORDS:
        return words_field(target, item.text)
    several = item.kind is Kind.CHOOSE and item.most > 1
    question = " ".join(filter(None, (item.text, _SLOT_TITLES.get(target.slot, ""))))
    low, high = item.ends if item.kind is Kind.SCALE else ("", "")
    return Field(
        key=target.field,
        label=question,
        kind=FieldKind.SEVERAL if several else FieldKind.ONE,
        options=(*(Option(one.key, one.label) for one in options(item)), _SKIP),
        hint=f"0 is {low}, 10 is {high}." if low else "",
    )


def words_field(target: Target, label: str) -> Field:
    """A field for a few words, with the promise about comments beside it."""
    return Field(
        key=target.field,
        label=label,
        kind=FieldKind.TEXT,
        hint=(
            "The group reads it exactly as you write it, among others, shuffled and without a "
            "name, once enough people wrote one. Your way of writing may still give you away."
        ),
        longest=LONGEST_COMMENT,
        erased=True,
    )


def comment_form(asked: Round, position: int) -> Form:
    """The form behind "say more"."""
    target = Target(asked.id, position, COMMENT)
    return Form(
        key=form_key(asked.id),
        title="Say more",
        fields=(words_field(target, asked.items[position].text),),
        submit="Send my comment",
    )


def words_form(asked: Round, position: int) -> Form:
    """The form in which a question is answered in the member's own words."""
    item = asked.items[position]
    target = Target(asked.id, position, slots(item)[0])
    return Form(
        key=form_key(asked.id, position),
        title="In your own words",
        fields=(words_field(target, item.text),),
    )


def promise_card(asked: Round | None, calendar: Calendar) -> Card:
    """The promise in plain words, computed for the round that it is read before."""
    bars = asked.thresholds if asked is not None else Thresholds()
    when = (
        f"When this round closes, on {spoken(asked.closes_at, calendar.zone)},"
        if asked is not None
        else "When a round closes,"
    )
    return Card(
        kind=CardKind.PROMISE,
        title="What happens to your answers",
        text=(
            (
                "Your answer is sealed as soon as you send it. Your lead, the facilitator and the "
                "other members cannot read it while the round is open."
            ),
            (
                f"{when} all answers are added up, and the key that could open them is destroyed. "
                "After that nobody can tell who gave which answer, not even whoever runs the "
                "server."
            ),
            (
                f"No result is shown from fewer than {bars.answers} answers, or from fewer than "
                f"{bars.organisations} schools, and what is shown is rounded so that nobody can be "
                "worked out. Who answered and who did not is shown to nobody."
            ),
            "Everybody sees the same results at the same time.",
            (
                "What we cannot promise: the service that carries this page or chat sees that you "
                "click, and whoever holds both the running server and its keys could read a round "
                "while it is open. In a comment, your way of writing may give you away."
            ),
        ),
    )
