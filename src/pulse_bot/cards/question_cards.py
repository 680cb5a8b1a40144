"""The cards and forms of the core; what their buttons mean when they come back is in `actions`.

Platform-neutral and pure: a use case picks what to say, an adapter how it looks. How an action
becomes text, and is read again, is in `adapter_kit.actions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pulse_bot.adapter_kit.actions import encode
from pulse_bot.cards.actions import (
    AnswerTarget,
    GiveAnswer,
    SayMore,
    SetUpChat,
    WriteWords,
    form_key,
)
from pulse_bot.domain.asking.calendar import Calendar, format_moment
from pulse_bot.domain.asking.items import (
    COMMENT,
    LONGEST_COMMENT,
    SKIP,
    Item,
    ItemKind,
    list_options,
    list_slots,
)
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.lot import SMALLEST_BLOCK_ROSTER, AnswerClass, find_classes
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
REPOST: Final = "repost"
COMMITMENT: Final = "commitment"
ROLE: Final = "role"
LOG: Final = "log"

_SLOT_TITLES: Final = {"now": "Where are we now?", "later": "Where do we want to be in 12 months?"}
_READ_WHEN: Final = (
    "Once there are six texts or more, in each round one a writer, a lot picks five or ten of "
    "them, and the group reads “Somebody wrote: …”: word for word, in one line, without a name. "
    "The rest is destroyed unread. Your way of writing may still give you away."
)
_TOO_FEW_OF_US: Final = (
    "Nobody reads this in a group of fewer than eight: unless there are more of us within three "
    "rounds, it is destroyed unread."
)
_SKIP: Final = Option(SKIP, "Skip this question")


def question_card(round_: Round, position: int, slot: str, until: str) -> Card:
    """One question as a message with buttons. It never changes to show what was chosen."""
    item = round_.items[position]
    target = AnswerTarget(round_.id, position, slot)
    slot_title = (_SLOT_TITLES[slot],) if slot in _SLOT_TITLES else ()
    rows = (_choice_buttons(item, target), _extra_buttons(round_, target))
    return Card(
        kind=CardKind.QUESTION,
        title=item.text,
        text=(*slot_title, f"Open until {until}."),
        buttons=tuple(row for row in rows if row),
        ends=_scale_ends(item),
        progress=f"{position + 1} of {len(round_.items)}" if len(round_.items) > 1 else "",
        ticks=_tick_choices(target, item) if _takes_several(item) else None,
    )


def _tick_choices(target: AnswerTarget, item: Item) -> Ticks:
    choices = tuple(Option(choice.key, choice.label) for choice in list_options(item))
    hint = f"Choose up to {item.most}."
    field = Field(target.field_key, item.text, FieldKind.SEVERAL, choices, hint)
    return Ticks(form_key(target.round, target.position), field)


def _choice_buttons(item: Item, target: AnswerTarget) -> tuple[Button, ...]:
    if item.kind is ItemKind.WORDS:
        return (Button("Write a few words", encode(WriteWords(target.round, target.position))),)
    if _takes_several(item):
        return ()
    return tuple(
        Button(choice.label, target.action_for(choice.key)) for choice in list_options(item)
    )


def _extra_buttons(round_: Round, target: AnswerTarget) -> tuple[Button, ...]:
    skip = Button("Skip", target.action_for(SKIP))
    more = Button("Say more", encode(SayMore(round_.id, target.position)))
    return (skip, more) if round_.takes_comments else (skip,)


def _takes_several(item: Item) -> bool:
    return item.kind is ItemKind.CHOOSE and item.most > 1


def _scale_ends(item: Item) -> tuple[str, str] | None:
    if item.kind is ItemKind.SCALE:
        return item.ends
    labels = list_options(item)
    numbered = item.kind in (ItemKind.AGREE, ItemKind.FREQUENCY, ItemKind.JOURNEY)
    return (labels[0].label, labels[-1].label) if numbered else None


def first_card(round_: Round, until: str) -> Card:
    """The card that an invitation shows."""
    return question_card(round_, 0, list_slots(round_.items[0])[0], until)


def next_card(round_: Round, after: AnswerTarget, until: str) -> Card | None:
    """The card that follows an answer; None after the last."""
    order = [(n, slot) for n, item in enumerate(round_.items) for slot in list_slots(item)]
    current = (after.position, after.slot)
    # A comment's slot is none of a question's own.
    following = order[order.index(current) + 1 :] if current in order else []
    return question_card(round_, *following[0], until) if following else None


def answer_form(round_: Round, until: str, notes: Sequence[str] = ()) -> Form:
    """All questions of a round on one page."""
    numbered = enumerate(round_.items)
    fields = [
        field for position, item in numbered for field in _question_fields(round_, position, item)
    ]
    many = len(round_.items) > 1
    return Form(
        key=form_key(round_.id),
        title=f"{len(round_.items)} questions" if many else "One question",
        fields=tuple(fields),
        text=(*notes, f"Open until {until}. You can change your answer until then."),
        submit="Send my answers" if many else "Send my answer",
    )


def _question_fields(round_: Round, position: int, item: Item) -> list[Field]:
    answer_fields = [
        _answer_field(round_, AnswerTarget(round_.id, position, slot), item)
        for slot in list_slots(item)
    ]
    comment_target = AnswerTarget(round_.id, position, COMMENT)
    comment_field = _words_field(round_, comment_target, "Say more, if you like")
    comment_field = replace(comment_field, beside=True)
    return [*answer_fields, comment_field] if round_.takes_comments else answer_fields


def _answer_field(round_: Round, target: AnswerTarget, item: Item) -> Field:
    if item.kind is ItemKind.WORDS:
        return _words_field(round_, target, item.text)
    several = item.kind is ItemKind.CHOOSE and item.most > 1
    question = " ".join(filter(None, (item.text, _SLOT_TITLES.get(target.slot, ""))))
    low, high = item.ends if item.kind is ItemKind.SCALE else ("", "")
    return Field(
        key=target.field_key,
        label=question,
        kind=FieldKind.SEVERAL if several else FieldKind.ONE,
        options=(*(Option(choice.key, choice.label) for choice in list_options(item)), _SKIP),
        hint=f"0 is {low}, 10 is {high}." if low else "",
    )


def _words_field(round_: Round, target: AnswerTarget, label: str) -> Field:
    """A field for a few words, with how they will read, and when, beside it."""
    return Field(
        key=target.field_key,
        label=label,
        kind=FieldKind.TEXT,
        hint=_READ_WHEN if round_.takes_comments else _TOO_FEW_OF_US,
        longest=LONGEST_COMMENT,
        erased=True,
    )


def comment_form(round_: Round, position: int) -> Form:
    """The form behind "say more"."""
    target = AnswerTarget(round_.id, position, COMMENT)
    return Form(
        key=form_key(round_.id),
        title="Say more",
        fields=(_words_field(round_, target, round_.items[position].text),),
        submit="Send my comment",
    )


def words_form(round_: Round, position: int) -> Form:
    """The form in which a question is answered in the member's own words."""
    item = round_.items[position]
    target = AnswerTarget(round_.id, position, list_slots(item)[0])
    return Form(
        key=form_key(round_.id, position),
        title="In your own words",
        fields=(_words_field(round_, target, item.text),),
    )


def promise_card(thresholds: Thresholds, round_: Round | None, calendar: Calendar) -> Card:
    """The promise in plain words, computed for the round that it is read before.

    `thresholds` are that round's, or between rounds those of one that would open now.
    """
    when = (
        f"When this round closes, on {format_moment(round_.closes_at, calendar.zone)},"
        if round_ is not None
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
                f"{when} all answers are destroyed, and so is the key that could open "
                f"them; only words may wait, sealed.{_describe_lot(thresholds, round_)}"
            ),
            (
                f"{_describe_least(thresholds, round_)} Who answered and who did not is shown to "
                "nobody."
            ),
            "Everybody sees the same results at the same time.",
            (
                "What we cannot promise: the service that carries this page or chat sees that you "
                "click, and whoever holds both the running server and its keys could read a round "
                "while it is open. Of each theme's weekly question the sum of the picked answers "
                "is kept until its six rounds are over, for whoever has the keys. Somebody "
                "who knows what everybody else said could work out your answer. In a comment, your "
                "way of writing may give you away."
            ),
        ),
    )


def _list_classes(thresholds: Thresholds, round_: Round | None) -> list[AnswerClass]:
    """The classes of which a round may say something, the fewest answers first."""
    classes = find_classes(round_.roster_size) if round_ else ()
    return [one for one in classes if one.least >= thresholds.answers]


def _describe_lot(thresholds: Thresholds, round_: Round | None) -> str:
    if round_ is not None and round_.roster_size < SMALLEST_BLOCK_ROSTER:
        return ""
    classes = _list_classes(thresholds, round_)
    how_many = ""
    if classes:
        more = "more where more have" if len(classes) > 1 else "and no more where more have"
        first = classes[0]
        how_many = f" (of each question {first.counted} where {first.least} have answered, {more})"
    return (
        f" Before that a lot picks which of them count{how_many}; nobody, not even the machine, "
        "keeps whose."
    )


def _describe_least(thresholds: Thresholds, round_: Round | None) -> str:
    schools = f"from fewer than {thresholds.organisations} schools"
    if round_ is not None and round_.roster_size < SMALLEST_BLOCK_ROSTER:
        return "In a group as small as ours nothing is shown of the answers."
    if round_ is not None and round_.roster_size < thresholds.roster:
        return (
            "In a group as small as ours no number of a week is shown; after six rounds a theme "
            f"may get one word, such as “rather high”, and nothing {schools}."
        )
    classes = _list_classes(thresholds, round_)
    least = classes[0].least if classes else thresholds.answers
    return (
        f"No number is shown from fewer than {least} answers, or {schools}. What is shown is "
        "rounded, and a number stays what it was while the picked answers are near it."
    )
