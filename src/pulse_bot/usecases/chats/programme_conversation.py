"""The settings of a partnership in plain words, and a lead who changes its programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.calendar import WeekTime, week_time
from pulse_bot.domain.asking.programme import MOST_ITEMS, Programme
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.roles import Act, may
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Reply,
    Submitted,
)
from pulse_bot.storage import groups, partnerships
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases import form_values
from pulse_bot.usecases.chats import weekly_limit
from pulse_bot.usecases.chats.programme import put_programme, weekly_themes
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.members.roles import LEAD
from pulse_bot.usecases.members.thresholds import thresholds_of
from pulse_bot.usecases.permissions import check
from pulse_bot.usecases.words import programme_words

_LONGEST: Final = {"opens": 20, "closes": 20, "items": 1, "weekly": 2}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody filled in of a programme; empty is as it was."""

    themes: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    items: str = ""


def settings(installation: Installation, address: Address) -> Reply:
    """What is set, for leads and facilitators. Raises Refused for others."""
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        check(member, Act.SEE_SETTINGS)
        text = (
            *planned(session, partnership),
            weekly_limit.in_words(partnership),
            (
                f"Nobody is written to from {partnership.quiet_from:%H:%M} to "
                f"{partnership.quiet_until:%H:%M}, on weekends or in holidays."
            ),
            _chats(session, partnership),
            _bars(session, partnership),
        )
    change = ((Button("Change the programme", question_cards.PROGRAMME),),)
    buttons = change if may(member.role, Act.CHANGE_PROGRAMME) else ()
    return Reply(cards=(Card(CardKind.NOTICE, f"Settings of {partnership.name}", text, buttons),))


def planned(session: Session, partnership: PartnershipRow) -> tuple[str, ...]:
    """A partnership's programme, in words."""
    found = partnerships.programme(session, partnership.id)
    if found is None:
        return ("There is no programme yet, so nobody is asked.",)
    plan, _ = found
    return (
        f"Themes: {', '.join(plan.themes)}; {programme_words.questions(plan.items_a_round)}.",
        (
            f"A round opens on {plan.opens} and closes on {plan.closes}, in the time zone "
            f"{partnership.time_zone}."
        ),
        f"Who has not answered is reminded {programme_words.reminded(plan.reminder_minutes)}.",
    )


def _chats(session: Session, partnership: PartnershipRow) -> str:
    linked = len(groups.linked(session, partnership.id))
    chats = {0: "no group chat", 1: "1 group chat"}.get(linked, f"{linked} group chats")
    return f"Digests go to {chats}, and to everybody who looks for them here."


def _bars(session: Session, partnership: PartnershipRow) -> str:
    bars = thresholds_of(session, partnership.id)
    return (
        f"No number is shown from fewer than {bars.answers} answers or {bars.organisations} "
        f"schools, and none of a single week from fewer than {bars.week_answers} answers or a list "
        f"of fewer than {bars.roster}. Nobody can lower that."
    )


def ask_change(installation: Installation, address: Address) -> Reply:
    """The form in which a lead changes the programme. Raises Refused for others."""
    with installation.database.read() as session:
        partnership = _led(session, address, Act.CHANGE_PROGRAMME)
        present = (*planned(session, partnership), weekly_limit.in_words(partnership))
    themes = tuple(Option(theme, theme) for theme in weekly_themes(installation.pool()))
    items = _numbers(1, MOST_ITEMS)
    weekly = _numbers(weekly_limit.LEAST, weekly_limit.MOST)
    hint = "A day and a time, such as Wed 15:30."
    return Reply(
        form=Form(
            key=question_cards.PROGRAMME,
            title="Change the programme",
            text=(
                *present,
                "What you leave empty stays as it is. Every member can read the change in the log.",
            ),
            fields=(
                Field("themes", "What is asked about?", FieldKind.SEVERAL, themes),
                Field("opens", "When does a round open?", FieldKind.TEXT, (), hint, 20),
                Field("closes", "When does it close?", FieldKind.TEXT, (), hint, 20),
                Field("items", "How many questions a round?", FieldKind.ONE, items),
                Field("weekly", "How many questions a week at most?", FieldKind.ONE, weekly),
            ),
            submit="Change it",
        )
    )


def _numbers(least: int, most: int) -> tuple[Option, ...]:
    return tuple(Option(str(n), str(n)) for n in range(least, most + 1))


def _led(session: Session, address: Address, *acts: Act) -> PartnershipRow:
    member, partnership = someone(session, address)
    for act in acts:
        check(member, act)
    return partnership


def change(installation: Installation, event: Submitted) -> Reply:
    """Change what a lead filled in, from now on. Raises Refused."""
    themes = event.values.get("themes", ())
    others = {key: given for key, given in event.values.items() if key != "themes"}
    given = form_values.read(others, _LONGEST)
    if not themes and not any(given.values()):
        raise Refused(form_values.NOTHING)
    weekly = given.pop("weekly")
    wanted = Wanted(themes, **given)
    planning = (Act.CHANGE_PROGRAMME,) if wanted != Wanted() else ()
    limiting = (Act.CHANGE_LIMIT,) if weekly else ()
    said: list[str] = []
    with installation.database.write() as session:
        partnership = _led(session, event.address, *planning, *limiting)
        if planning:
            plan = replan(session, installation, partnership, wanted, LEAD)
            said.append(f"From now on a round opens on {plan.opens} and closes on {plan.closes}.")
        if limiting:
            weekly_limit.put_limit(session, installation, partnership, _number(weekly), LEAD)
            said.append(weekly_limit.in_words(partnership))
    return Reply(" ".join(said))


def replan(
    session: Session, installation: Installation, row: PartnershipRow, wanted: Wanted, who: Actor
) -> Programme:
    """Change what is wanted otherwise of a partnership's programme. Raises Refused."""
    if not installation.pool().keys() >= set(wanted.themes):
        raise Refused("There is no such theme. Nothing was changed; please choose from the list.")
    found = partnerships.programme(session, row.id)
    try:
        plan = _plan(found[0] if found else None, wanted)
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None
    put_programme(session, installation, row, plan, who)
    return plan


def _plan(before: Programme | None, wanted: Wanted) -> Programme:
    """Raises ValueError, with a message for people."""
    opens = _time(wanted.opens, before.opens if before else None)
    closes = _time(wanted.closes, before.closes if before else None)
    items = before.items_a_round if before else MOST_ITEMS
    if wanted.items:
        items = _number(wanted.items)
    if before is None:
        return Programme(wanted.themes, opens, closes, items)
    themes = wanted.themes or before.themes
    return replace(before, themes=themes, opens=opens, closes=closes, items_a_round=items)


def _time(text: str, before: WeekTime | None) -> WeekTime:
    if text:
        return week_time(text)
    if before is None:
        raise ValueError("Please say when a round opens and when it closes.")
    return before


def _number(text: str) -> int:
    # Programme says which numbers are allowed.
    return int(text) if text.isascii() and text.isdecimal() else 0
