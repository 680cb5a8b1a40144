"""The settings of a partnership in plain words, and a lead who changes its programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.calendar import WeekTime, parse_week_time
from pulse_bot.domain.asking.programme import MOST_ITEMS, Programme
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.roles import Permission, is_allowed
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
from pulse_bot.usecases.chats.programme import list_weekly_themes, replace_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.members.roles import LEAD
from pulse_bot.usecases.members.thresholds import compute_thresholds
from pulse_bot.usecases.permissions import check_permission
from pulse_bot.usecases.words import programme_words

_LONGEST: Final = {"opens": 20, "closes": 20, "items": 1, "weekly": 2}


@dataclass(frozen=True, slots=True)
class ProgrammeChange:
    """What somebody filled in of a programme; empty is as it was."""

    themes: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    items: str = ""


def show_settings(installation: Installation, address: Address) -> Reply:
    """What is set, for leads and facilitators. Raises Refused for others."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        check_permission(member, Permission.SEE_SETTINGS)
        text = (
            *describe_programme(session, partnership),
            weekly_limit.describe_limit(partnership),
            (
                f"Nobody is written to from {partnership.quiet_from:%H:%M} to "
                f"{partnership.quiet_until:%H:%M}, on weekends or in holidays."
            ),
            _describe_chats(session, partnership),
            _describe_thresholds(session, partnership),
        )
    change = ((Button("Change the programme", question_cards.PROGRAMME),),)
    buttons = change if is_allowed(member.role, Permission.CHANGE_PROGRAMME) else ()
    return Reply(cards=(Card(CardKind.NOTICE, f"Settings of {partnership.name}", text, buttons),))


def describe_programme(session: Session, partnership: PartnershipRow) -> tuple[str, ...]:
    """A partnership's programme, in words."""
    stored = partnerships.load_programme(session, partnership.id)
    if stored is None:
        return ("There is no programme yet, so nobody is asked.",)
    plan, _ = stored
    return (
        (
            f"Themes: {', '.join(plan.themes)}; "
            f"{programme_words.describe_questions(plan.items_a_round)}."
        ),
        (
            f"A round opens on {plan.opens} and closes on {plan.closes}, in the time zone "
            f"{partnership.time_zone}."
        ),
        (
            "Who has not answered is reminded "
            f"{programme_words.describe_reminders(plan.reminder_minutes)}."
        ),
    )


def _describe_chats(session: Session, partnership: PartnershipRow) -> str:
    linked = len(groups.list_linked(session, partnership.id))
    chats = {0: "no group chat", 1: "1 group chat"}.get(linked, f"{linked} group chats")
    return f"Digests go to {chats}, and to everybody who looks for them here."


def _describe_thresholds(session: Session, partnership: PartnershipRow) -> str:
    thresholds = compute_thresholds(session, partnership.id)
    return (
        f"No number is shown from fewer than {thresholds.answers} answers or "
        f"{thresholds.organisations} schools, and none of a single week from a list of fewer than "
        f"{thresholds.roster}. Nobody can lower that."
    )


def ask_programme(installation: Installation, address: Address) -> Reply:
    """The form in which a lead changes the programme. Raises Refused for others."""
    with installation.database.read() as session:
        partnership = _check_acts(session, address, Permission.CHANGE_PROGRAMME)
        present = (
            *describe_programme(session, partnership),
            weekly_limit.describe_limit(partnership),
        )
    themes = tuple(Option(theme, theme) for theme in list_weekly_themes(installation.pool()))
    items = _number_options(1, MOST_ITEMS)
    weekly = _number_options(weekly_limit.LEAST, weekly_limit.MOST)
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


def _number_options(least: int, most: int) -> tuple[Option, ...]:
    return tuple(Option(str(n), str(n)) for n in range(least, most + 1))


def _check_acts(session: Session, address: Address, *acts: Permission) -> PartnershipRow:
    member, partnership = find_member(session, address)
    for act in acts:
        check_permission(member, act)
    return partnership


def change_programme(installation: Installation, event: Submitted) -> Reply:
    """Change what a lead filled in, from now on. Raises Refused."""
    themes = event.values.get("themes", ())
    others = {key: values for key, values in event.values.items() if key != "themes"}
    values = form_values.read_values(others, _LONGEST)
    if not themes and not any(values.values()):
        raise Refused(form_values.NOTHING_CHOSEN)
    weekly = values.pop("weekly")
    requested = ProgrammeChange(themes, **values)
    planning = (Permission.CHANGE_PROGRAMME,) if requested != ProgrammeChange() else ()
    limiting = (Permission.CHANGE_LIMIT,) if weekly else ()
    sentences: list[str] = []
    with installation.database.write() as session:
        partnership = _check_acts(session, event.address, *planning, *limiting)
        if planning:
            plan = update_programme(session, installation, partnership, requested, LEAD)
            sentences.append(
                f"From now on a round opens on {plan.opens} and closes on {plan.closes}."
            )
        if limiting:
            weekly_limit.set_limit(session, installation, partnership, _parse_number(weekly), LEAD)
            sentences.append(weekly_limit.describe_limit(partnership))
    return Reply(" ".join(sentences))


def update_programme(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    requested: ProgrammeChange,
    who: Actor,
) -> Programme:
    """Change what is wanted otherwise of a partnership's programme. Raises Refused."""
    if not installation.pool().keys() >= set(requested.themes):
        raise Refused("There is no such theme. Nothing was changed; please choose from the list.")
    stored = partnerships.load_programme(session, row.id)
    try:
        plan = _merge_programme(stored[0] if stored else None, requested)
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None
    replace_programme(session, installation, row, plan, who)
    return plan


def _merge_programme(current: Programme | None, requested: ProgrammeChange) -> Programme:
    """Raises ValueError, with a message for people."""
    opens = _parse_time(requested.opens, current.opens if current else None)
    closes = _parse_time(requested.closes, current.closes if current else None)
    items = current.items_a_round if current else MOST_ITEMS
    if requested.items:
        items = _parse_number(requested.items)
    if current is None:
        return Programme(requested.themes, opens, closes, items)
    themes = requested.themes or current.themes
    return replace(current, themes=themes, opens=opens, closes=closes, items_a_round=items)


def _parse_time(text: str, current: WeekTime | None) -> WeekTime:
    if text:
        return parse_week_time(text)
    if current is None:
        raise ValueError("Please say when a round opens and when it closes.")
    return current


def _parse_number(text: str) -> int:
    # Programme says which numbers are allowed.
    return int(text) if text.isascii() and text.isdecimal() else 0
