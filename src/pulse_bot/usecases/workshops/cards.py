"""How a workshop's draft looks: its questions, how they would be asked, what to look at again.

What is done with one lives in `draft`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import Action, encode
from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import format_full_date, is_day_off
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.items import Item, ItemKind, list_slots
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.thresholds import WORDS_ROSTER, Thresholds
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.ports import Button, Card, CardKind
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.words.timing_words import (
    describe_asking,
    describe_pack_time,
    describe_waiting,
)
from pulse_bot.usecases.workshops import own_questions
from pulse_bot.usecases.workshops.draft import AskingForecast, forecast_asking
from pulse_bot.usecases.workshops.dry_run import DryRun


class DraftAct(StrEnum):
    """What a button of a draft does."""

    OPEN = "open"
    OTHER = "other"
    DAY = "day"
    SEE = "see"
    TRY = "try"
    PLAN = "plan"
    DROP = "drop"
    CANCEL = "cancel"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class UseDraft(Action):
    """A button of a draft, or one of its forms."""

    NAME: ClassVar[str] = question_cards.SEED
    act: DraftAct
    seeding: int


PREVIEW: Final = "This is a preview: nothing was recorded."
IN_THE_ROOM: Final = "Use these as discussion prompts in the room instead:"
_KINDS: Final = {
    ItemKind.CHOOSE: "to choose from a list",
    ItemKind.JOURNEY: "where we are now, and in 12 months",
    ItemKind.WORDS: "in one's own words",
    ItemKind.SCALE: "from 0 to 10",
    ItemKind.YES_NO: "yes, partly or no",
}


def button_action(act: DraftAct, seeding: int) -> str:
    """The action of a draft's button, and the key of its form."""
    return encode(UseDraft(act, seeding))


def draft_card(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> Card:
    """A draft, or a plan, for whoever may change it."""
    items = seedings.thaw_items(row)
    planned = row.state is SeedingState.PLANNED
    text = tuple(_planned_lines(partnership, row) if planned else ())
    forecast = None if planned else forecast_asking(session, installation, partnership, row)
    if forecast is not None:
        text = describe_forecast(partnership, row, forecast)
    refused = forecast is not None and forecast.arrangement is None
    in_room = forecast is not None and forecast.in_room
    question_lines = list_prompts(items) if in_room else tuple(_question_lines(items))
    warnings = tuple(str(warning) for warning in own_questions.list_warnings(installation, items))
    day = warn_about_day(session, partnership, row)
    body = (*text, *question_lines) if refused else (*question_lines, *text)
    begins = "Planned" if planned else "A workshop"
    title = f"{begins} for {format_full_date(row.workshop_on)}: {row.title}"
    buttons = tuple(_draft_buttons(row, plannable=not planned and not refused))
    return Card(CardKind.NOTICE, title, (*day, *body, *warnings), buttons)


def list_prompts(items: Sequence[Item]) -> tuple[str, ...]:
    """Questions as prompts to talk about, where they cannot be asked."""
    return (IN_THE_ROOM, *(f"{item.text} {item.talk}".strip() for item in items))


def _question_lines(items: Sequence[Item]) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        kind = f" ({_KINDS[item.kind]})" if item.kind in _KINDS else ""
        yield f"{number}. {item.text}{kind}"


def _planned_lines(partnership: PartnershipRow, row: SeedingRow) -> Iterator[str]:
    if row.opens_at is not None and row.closes_at is not None:
        time_zone = parse_zone(partnership.time_zone)
        yield describe_asking(
            row.arranged, row.opens_at, row.closes_at, time_zone, partnership.weekly_limit
        )
    yield describe_pack_time(together=row.together)
    yield "Questions, day and all can be changed until they open."


def describe_forecast(
    partnership: PartnershipRow, row: SeedingRow, forecast: AskingForecast
) -> tuple[str, ...]:
    """How the asking would go, or why it cannot."""
    return tuple(_forecast_lines(partnership, row, forecast))


def _forecast_lines(
    partnership: PartnershipRow, row: SeedingRow, forecast: AskingForecast
) -> Iterator[str]:
    arrangement = forecast.arrangement
    if arrangement is None:
        yield forecast.refusal
        return
    time_zone = parse_zone(partnership.time_zone)
    yield describe_asking(
        arrangement.kind, arrangement.opens_at, arrangement.closes_at, time_zone, forecast.limit
    )
    if arrangement.late:
        yield "That is as soon as can be: less than a week is left before the day."
    # Those of the day itself are in the first sentence.
    waiting = describe_waiting(
        (opening for opening in forecast.waiting if opening != arrangement.opens_at), time_zone
    )
    if waiting:
        yield f"{waiting[:1].upper()}{waiting[1:]}, to leave room for these."
    yield describe_pack_time(together=row.together)


def warn_about_day(
    session: Session, partnership: PartnershipRow, row: SeedingRow
) -> tuple[str, ...]:
    """What to look at again in the day of a workshop."""
    calendar = partnerships.load_calendar(session, partnership)
    if not is_day_off(row.workshop_on, calendar):
        return ()
    off = "in the holidays" if calendar.is_holiday(row.workshop_on) else "at a weekend"
    return (
        (
            f"{format_full_date(row.workshop_on)} is {off}. If that is not what you meant, choose "
            "another day."
        ),
    )


def _draft_buttons(row: SeedingRow, *, plannable: bool) -> Iterator[tuple[Button, ...]]:
    if plannable:
        yield (Button("Plan it", button_action(DraftAct.PLAN, row.id)),)
    yield (Button("As members will see it", button_action(DraftAct.SEE, row.id)),)
    yield (Button("Try it with made-up answers", button_action(DraftAct.TRY, row.id)),)
    other, day = (
        Button("Other questions", button_action(DraftAct.OTHER, row.id)),
        Button("Another day", button_action(DraftAct.DAY, row.id)),
    )
    yield (other, day)
    if row.state is SeedingState.DRAFT:
        yield (Button("Throw it away", button_action(DraftAct.DROP, row.id)),)
    else:
        yield (Button("Cancel it", button_action(DraftAct.CANCEL, row.id)),)


def preview_notice(row: SeedingRow) -> str:
    """What is said above a preview, and when somebody presses a button of one."""
    if row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        return f"{PREVIEW} Members get it when the questions open."
    return PREVIEW


def preview_cards(partnership: PartnershipRow, row: SeedingRow) -> tuple[Card, ...]:
    """The real cards of the questions, whose buttons only say that this is a preview."""
    thresholds = Thresholds()
    opens = row.opens_at or datetime.combine(row.workshop_on, datetime.min.time())
    round_ = Round(
        id=0,
        partnership=partnership.id,
        number=1,
        state=RoundStatus.OPEN,
        opens_at=opens,
        closes_at=row.closes_at or opens,
        roster_size=WORDS_ROSTER,
        thresholds=thresholds,
        items=seedings.thaw_items(row),
    )
    time_zone = parse_zone(partnership.time_zone)
    until = (
        format_moment(row.closes_at, time_zone)
        if row.closes_at
        else "the evening before the workshop"
    )
    shown = [
        question_cards.question_card(round_, position, slot, until)
        for position, item in enumerate(round_.items)
        for slot in list_slots(item)
    ]
    return tuple(_disable_buttons(card, button_action(DraftAct.SHOWN, row.id)) for card in shown)


def back_card(row: SeedingRow) -> Card:
    """What stands below a preview or a try, so that nobody is left there."""
    button = Button("Back to the workshop", button_action(DraftAct.OPEN, row.id))
    return Card(CardKind.NOTICE, f"The workshop “{row.title}”", (), ((button,),))


def _disable_buttons(card: Card, preview_action: str) -> Card:
    rows = tuple(
        tuple(Button(button.label, preview_action) for button in row) for row in card.buttons
    )
    ticks = replace(card.ticks, form=preview_action) if card.ticks else None
    return replace(
        card, buttons=rows, ticks=ticks, progress=f"Preview, {card.progress}".strip(" ,")
    )


def dry_run_card(run: DryRun) -> Card:
    """What a digest would show and hide of so many made-up answers."""
    hidden = run.questions - run.questions_shown
    shown_text = "one level of the questions together" if run.pooled else "nothing"
    if run.questions_shown:
        shown_text = f"{run.questions_shown} of {run.questions} questions"
    hidden_text = f", and {hidden} hidden" if hidden and run.questions_shown else ""
    is_partial = run.answers < run.members
    members = (
        f"{run.answers} of {run.members} answer" if is_partial else f"all {run.members} answer"
    )
    text = (
        f"Of these answers {shown_text} would be shown{hidden_text}.",
        *(statement.text for statement in run.statements),
    )
    return Card(CardKind.NOTICE, f"Made up: if {members}", text)
