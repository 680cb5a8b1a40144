"""The cards and forms of the core; what their buttons mean when they come back is `card_actions`.

Platform-neutral and pure: a use case picks what to say, an adapter how it looks. How an action
becomes text, and is read again, is in `adapter_kit.actions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pulse_bot.adapter_kit.actions import encode
from pulse_bot.cards.actions import (
    GiveAnswer,
    SayMore,
    SetUpChat,
    Target,
    WriteWords,
    form_key,
)
from pulse_bot.domain.asking.calendar import Calendar, spoken
from pulse_bot.domain.asking.items import COMMENT, LONGEST_COMMENT, SKIP, Item, Kind, options, slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.ports import (
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Ticks,
)

ANSWER: Final = GiveAnswer.NAME
SAY_MORE: Final = SayMore.NAME
WRITE: Final = WriteWords.NAME
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
SETUP: Final = SetUpChat.NAME
PACK: Final = "pack"
COMMITMENT: Final = "commitment"
ROLE: Final = "role"
LOG: Final = "log"

_SLOT_TITLES: Final = {"now": "Where are we now?", "later": "Where do we want to be in 12 months?"}
_SKIP: Final = Option(SKIP, "Skip this question")


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
        return (Button("Write a few words", encode(WriteWords(target.round, target.position))),)
    if _several(item):
        return ()
    return tuple(Button(one.label, target.action(one.key)) for one in options(item))


def _beside(asked: Round, target: Target) -> tuple[Button, ...]:
    skip = Button("Skip", target.action(SKIP))
    more = Button("Say more", encode(SayMore(asked.id, target.position)))
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
