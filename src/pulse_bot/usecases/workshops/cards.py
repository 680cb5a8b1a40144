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
from pulse_bot.domain.asking.arrange_workshop import full, is_off
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.items import Item, Kind, slots
from pulse_bot.domain.asking.rounds import Round, State
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.ports import Button, Card, CardKind
from pulse_bot.storage import partnerships, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.words.timing_words import how_asked, pack_comes, waits
from pulse_bot.usecases.workshops import own_questions
from pulse_bot.usecases.workshops.draft import Prospect, prospect
from pulse_bot.usecases.workshops.dry_run import Run


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
    Kind.CHOOSE: "to choose from a list",
    Kind.JOURNEY: "where we are now, and in 12 months",
    Kind.WORDS: "in one's own words",
    Kind.SCALE: "from 0 to 10",
    Kind.YES_NO: "yes, partly or no",
}


def action(act: DraftAct, seeding: int) -> str:
    """The action of a draft's button, and the key of its form."""
    return encode(UseDraft(act, seeding))


def draft_card(
    session: Session, installation: Installation, partnership: PartnershipRow, row: SeedingRow
) -> Card:
    """A draft, or a plan, for whoever may change it."""
    items = seedings.items(row)
    planned = row.state is SeedingState.PLANNED
    text = tuple(_planned(partnership, row) if planned else ())
    ahead = None if planned else prospect(session, installation, partnership, row)
    if ahead is not None:
        text = in_words(partnership, row, ahead)
    refused = ahead is not None and ahead.arrangement is None
    in_room = ahead is not None and ahead.in_room
    listed = prompts(items) if in_room else tuple(_listed(items))
    warned = tuple(str(one) for one in own_questions.warnings(installation, items))
    day = day_notes(session, partnership, row)
    said = (*text, *listed) if refused else (*listed, *text)
    title = f"{'Planned' if planned else 'A workshop'} for {full(row.workshop_on)}: {row.title}"
    buttons = tuple(_buttons(row, plannable=not planned and not refused))
    return Card(CardKind.NOTICE, title, (*day, *said, *warned), buttons)


def prompts(items: Sequence[Item]) -> tuple[str, ...]:
    """Questions as prompts to talk about, where they cannot be asked."""
    return (IN_THE_ROOM, *(f"{item.text} {item.talk}".strip() for item in items))


def _listed(items: Sequence[Item]) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        kind = f" ({_KINDS[item.kind]})" if item.kind in _KINDS else ""
        yield f"{number}. {item.text}{kind}"


def _planned(partnership: PartnershipRow, row: SeedingRow) -> Iterator[str]:
    if row.opens_at is not None and row.closes_at is not None:
        where = zone(partnership.time_zone)
        yield how_asked(row.arranged, row.opens_at, row.closes_at, where, partnership.weekly_limit)
    yield pack_comes(together=row.together)
    yield "Questions, day and all can be changed until they open."


def in_words(partnership: PartnershipRow, row: SeedingRow, ahead: Prospect) -> tuple[str, ...]:
    """How the asking would go, or why it cannot."""
    return tuple(_ahead(partnership, row, ahead))


def _ahead(partnership: PartnershipRow, row: SeedingRow, ahead: Prospect) -> Iterator[str]:
    found = ahead.arrangement
    if found is None:
        yield ahead.refusal
        return
    where = zone(partnership.time_zone)
    yield how_asked(found.arranged, found.opens_at, found.closes_at, where, ahead.limit)
    if found.late:
        yield "That is as soon as can be: less than a week is left before the day."
    # Those of the day itself are in the first sentence.
    waiting = waits((one for one in ahead.waiting if one != found.opens_at), where)
    if waiting:
        yield f"{waiting[:1].upper()}{waiting[1:]}, to leave room for these."
    yield pack_comes(together=row.together)


def day_notes(session: Session, partnership: PartnershipRow, row: SeedingRow) -> tuple[str, ...]:
    """What to look at again in the day of a workshop."""
    calendar = partnerships.calendar(session, partnership)
    if not is_off(row.workshop_on, calendar):
        return ()
    off = "in the holidays" if calendar.is_holiday(row.workshop_on) else "at a weekend"
    return (
        f"{full(row.workshop_on)} is {off}. If that is not what you meant, choose another day.",
    )


def _buttons(row: SeedingRow, *, plannable: bool) -> Iterator[tuple[Button, ...]]:
    if plannable:
        yield (Button("Plan it", action(DraftAct.PLAN, row.id)),)
    yield (Button("As members will see it", action(DraftAct.SEE, row.id)),)
    yield (Button("Try it with made-up answers", action(DraftAct.TRY, row.id)),)
    other, day = (
        Button("Other questions", action(DraftAct.OTHER, row.id)),
        Button("Another day", action(DraftAct.DAY, row.id)),
    )
    yield (other, day)
    if row.state is SeedingState.DRAFT:
        yield (Button("Throw it away", action(DraftAct.DROP, row.id)),)
    else:
        yield (Button("Cancel it", action(DraftAct.CANCEL, row.id)),)


def preview(row: SeedingRow) -> str:
    """What is said above a preview, and when somebody presses a button of one."""
    if row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        return f"{PREVIEW} Members get it when the questions open."
    return PREVIEW


def previews(partnership: PartnershipRow, row: SeedingRow) -> tuple[Card, ...]:
    """The real cards of the questions, whose buttons only say that this is a preview."""
    bars = Thresholds()
    opens = row.opens_at or datetime.combine(row.workshop_on, datetime.min.time())
    asked = Round(
        id=0,
        partnership=partnership.id,
        number=1,
        state=State.OPEN,
        opens_at=opens,
        closes_at=row.closes_at or opens,
        public_key=b"",
        roster_size=bars.roster,
        thresholds=bars,
        items=seedings.items(row),
    )
    where = zone(partnership.time_zone)
    until = spoken(row.closes_at, where) if row.closes_at else "the evening before the workshop"
    shown = [
        question_cards.question_card(asked, position, slot, until)
        for position, item in enumerate(asked.items)
        for slot in slots(item)
    ]
    return tuple(_inert(card, action(DraftAct.SHOWN, row.id)) for card in shown)


def way_back(row: SeedingRow) -> Card:
    """What stands below a preview or a try, so that nobody is left there."""
    button = Button("Back to the workshop", action(DraftAct.OPEN, row.id))
    return Card(CardKind.NOTICE, f"The workshop “{row.title}”", (), ((button,),))


def _inert(card: Card, inert: str) -> Card:
    rows = tuple(tuple(Button(one.label, inert) for one in row) for row in card.buttons)
    ticks = replace(card.ticks, form=inert) if card.ticks else None
    return replace(
        card, buttons=rows, ticks=ticks, progress=f"Preview, {card.progress}".strip(" ,")
    )


def run_card(run: Run) -> Card:
    """What a digest would show and hide of so many made-up answers."""
    hidden = run.questions - run.shown
    shown = "nothing" if not run.shown else f"{run.shown} of {run.questions} questions"
    kept = f", and {hidden} hidden" if hidden and run.shown else ""
    most = run.answers < run.members
    members = f"{run.answers} of {run.members} answer" if most else f"all {run.members} answer"
    text = (f"Of these answers {shown} would be shown{kept}.", *(one.text for one in run.said))
    return Card(CardKind.NOTICE, f"Made up: if {members}", text)
