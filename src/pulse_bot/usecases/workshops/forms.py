"""The forms about a workshop: what it is about, which questions, which day.

What is done with what comes back is in `seed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.items import Item
from pulse_bot.ports import Field, FieldKind, Form, Option
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.workshops import own_questions, suggest
from pulse_bot.usecases.workshops.cards import DraftAct, button_action

TOGETHER: Final = "together"
AT_ONCE: Final = "at-once"
LONGEST: Final[Mapping[str, int]] = {"bank": 80, "on": 40, "together": 20}
_ROOM: Final = own_questions.MOST_QUESTIONS * (own_questions.LONGEST_QUESTION + 40)
"""For more than fits, so that what is too long is refused with its length."""


def workshop_form(installation: Installation) -> Form:
    """What a workshop is about, when it is, and what else is to be asked."""
    bank_ids = sorted(suggest.list_banks(installation))
    return Form(
        key=question_cards.SEED,
        title="Prepare a workshop",
        text=(
            (
                "You get up to six questions for it, each with a prompt for talking about it, and "
                "see how they would be asked. Nobody is asked before you plan it."
            ),
        ),
        fields=(
            # First: the list of banks is long, and a day below it would be missed.
            _day_field("When is it?"),
            Field(
                "bank",
                "What is the workshop about?",
                FieldKind.ONE,
                tuple(Option(bank, suggest.bank_title(bank)) for bank in bank_ids),
                "Choose, or type a word or two, such as: trust.",
                LONGEST["bank"],
            ),
            _own_questions_field(),
            Field(
                "together",
                "When is the pack opened?",
                FieldKind.ONE,
                (
                    Option(AT_ONCE, "As soon as the questions have closed"),
                    Option(TOGETHER, "Together, in the room"),
                ),
            ),
        ),
        submit="Suggest questions",
    )


def questions_form(seeding: int, offered: Sequence[Item], most: int) -> Form:
    """Which questions take the place of those before."""
    options = tuple(Option(item.id, item.text) for item in offered)
    which = Field("items", "Which questions?", FieldKind.SEVERAL, options)
    notice = f"Those that you tick take the place of those before. Up to {most} can be asked."
    key = button_action(DraftAct.OTHER, seeding)
    return Form(
        key, "Choose the questions", (which, _own_questions_field()), (notice,), "Take these"
    )


def day_form(row: SeedingRow) -> Form:
    """On which other day the workshop is."""
    present = f"The workshop is on {format_full_date(row.workshop_on)} now."
    field = _day_field("On which day is it?")
    return Form(button_action(DraftAct.DAY, row.id), "Another day", (field,), (present,), "Move it")


def _day_field(label: str) -> Field:
    hint = "Such as 12 March, Thu, or 12/3/2027."
    return Field("on", label, FieldKind.TEXT, (), hint, LONGEST["on"])


def _own_questions_field() -> Field:
    hint = (
        f"One a line, at most {own_questions.MOST_QUESTIONS}; statements to agree with, such as: "
        "We say what we think."
    )
    return Field("own", "Questions of your own, if any", FieldKind.TEXT, (), hint, _ROOM)
