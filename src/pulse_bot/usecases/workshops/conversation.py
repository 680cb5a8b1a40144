"""Seeding in a conversation: a facilitator prepares a workshop, looks at it, tries it, plans it.

What is done with a draft is in `draft`, how it looks in `draft_card`. Where somebody is with one
stands in the database and not in the conversation, so that it can go on anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import NOT_IN_USE, decode
from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.roles import Permission
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.storage import groups, seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases import form_values
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.permissions import check_permission
from pulse_bot.usecases.workshops import cards as workshop_cards
from pulse_bot.usecases.workshops import draft, dry_run, forms, own_questions, suggest
from pulse_bot.usecases.workshops.cards import DraftAct, UseDraft, button_action

_OUTDATED: Final = "That is not in use any more. “/pulse workshops” shows what is planned."


def ask_workshop(installation: Installation, address: Address) -> Reply:
    """The form in which a facilitator says what a workshop is about. Raises Refused for others."""
    with installation.database.read() as session:
        member, _ = find_member(session, address)
        check_permission(member, Permission.SEED)
    return Reply(form=forms.workshop_form(installation))


def submit_workshop_form(installation: Installation, event: Submitted) -> Reply:
    """What came back from one of the forms about workshops. Raises Refused."""
    if event.form == question_cards.SEED:
        return _begin_draft(installation, event)
    wanted = decode(UseDraft, event.form)
    if wanted.act is DraftAct.SHOWN:
        return Reply(workshop_cards.PREVIEW)
    handlers = {DraftAct.OTHER: _change_questions, DraftAct.DAY: _change_day}
    if wanted.act not in handlers:
        raise Refused(NOT_IN_USE)
    with installation.database.write() as session:
        edit = _open_edit(session, installation, event.address, wanted.seeding)
        notes = handlers[wanted.act](edit, event.values)
        announced = (
            ()
            if edit.row.state is SeedingState.DRAFT
            else (f"It is changed. {_describe_audience(edit)}",)
        )
        card = _workshop_card(edit)
    return Reply(" ".join((*announced, *notes)), cards=(card,))


def _begin_draft(installation: Installation, event: Submitted) -> Reply:
    typed = "\n".join(event.values.get("own", ()))
    others = {key: values for key, values in event.values.items() if key != "own"}
    values = form_values.read_values(others, forms.LONGEST)
    with installation.database.write() as session:
        member, partnership = find_member(session, event.address)
        check_permission(member, Permission.SEED)
        day = draft.parse_workshop_day(installation, partnership, values["on"])
        own_items = own_questions.parse_questions(session, installation, partnership, typed)
        if not values["bank"] and not own_items:
            raise Refused(
                "Please choose what the workshop is about, or write questions of your own."
            )
        title, items = suggest.suggest_questions(
            session, installation, partnership, values["bank"], own_items
        )
        together = values["together"] == forms.TOGETHER
        request = draft.WorkshopRequest(day, title, items, together)
        row = draft.begin_draft(session, installation, partnership, request, member.id)
        card = workshop_cards.draft_card(session, installation, partnership, row)
        few = suggest.explain_few(partnership, values["bank"], items)
    return Reply(" ".join(few), cards=(card,))


@dataclass(frozen=True, slots=True)
class WorkshopEdit:
    """Who is at which draft, inside a transaction."""

    session: Session
    installation: Installation
    partnership: PartnershipRow
    row: SeedingRow
    who: Actor


def _open_edit(
    session: Session, installation: Installation, address: Address, seeding: int
) -> WorkshopEdit:
    """Raises Refused for whoever may not prepare workshops, at this very moment."""
    member, partnership = find_member(session, address)
    check_permission(member, Permission.SEED)
    row = seedings.lock_seeding(session, partnership, seeding)
    if row is None:
        raise Refused(_OUTDATED)
    # The other runner is a lead who takes the role meanwhile.
    session.refresh(member)
    check_permission(member, Permission.SEED)
    return WorkshopEdit(session, installation, partnership, row, Actor.member(member.role))


def _describe_audience(edit: WorkshopEdit) -> str:
    """Where everybody learns of it: the group, or where there is none, the list."""
    if groups.list_linked(edit.session, edit.partnership.id):
        return "The group is told, and everybody reads it under “/pulse workshops”."
    return "Everybody reads it under “/pulse workshops”."


def _change_questions(edit: WorkshopEdit, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Take the questions that were ticked and those that were typed; says what comes along."""
    typed = "\n".join(values.get("own", ()))
    own_items = own_questions.parse_questions(
        edit.session, edit.installation, edit.partnership, typed
    )
    offered = suggest.list_alternatives(
        edit.session, edit.installation, edit.partnership.id, seedings.thaw_items(edit.row)
    )
    ticked = [item for item in offered if item.id in values.get("items", ())]
    items = suggest.complete_pairs(edit.installation, ticked)
    pair_notes = suggest.describe_pairs(ticked, items)
    if not items and not own_items:
        raise Refused(form_values.NOTHING_CHOSEN)
    taken = {item.id for item in items}
    items += [item for item in own_items if item.id not in taken]
    draft.change_questions(
        edit.session, edit.installation, edit.partnership, edit.row, items, edit.who
    )
    return pair_notes


def _change_day(edit: WorkshopEdit, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    typed = form_values.read_values(values, {"on": forms.LONGEST["on"]})["on"]
    day = draft.parse_workshop_day(edit.installation, edit.partnership, typed)
    draft.move_workshop(edit.session, edit.installation, edit.partnership, edit.row, day, edit.who)
    return ()


def press_workshop_button(installation: Installation, event: Pressed) -> Reply:
    """What a button of a draft or of a planned workshop does. Raises Refused."""
    wanted = decode(UseDraft, event.action)
    with installation.database.write() as session:
        return _BUTTON_HANDLERS[wanted.act](
            _open_edit(session, installation, event.address, wanted.seeding)
        )


def _workshop_card(edit: WorkshopEdit) -> Card:
    if edit.row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        return workshop_cards.draft_card(
            edit.session, edit.installation, edit.partnership, edit.row
        )
    explanation = draft.explain_unchangeable(edit.session, edit.partnership, edit.row)
    other = Button("Another day", button_action(DraftAct.DAY, edit.row.id))
    is_asked = edit.row.state is SeedingState.ASKED
    title = f"{edit.row.title}, {format_full_date(edit.row.workshop_on)}"
    return Card(CardKind.NOTICE, title, (explanation,), ((other,),) if is_asked else ())


def _show_workshop(edit: WorkshopEdit) -> Reply:
    return Reply(cards=(_workshop_card(edit),))


def _ask_questions(edit: WorkshopEdit) -> Reply:
    _check_changeable(edit)
    offered = suggest.list_alternatives(
        edit.session, edit.installation, edit.partnership.id, seedings.thaw_items(edit.row)
    )
    form = forms.questions_form(edit.row.id, offered, edit.partnership.weekly_limit)
    return Reply(form=form)


def _check_changeable(edit: WorkshopEdit) -> None:
    if edit.row.state not in (SeedingState.DRAFT, SeedingState.PLANNED):
        raise Refused(draft.explain_unchangeable(edit.session, edit.partnership, edit.row))


def _ask_day(edit: WorkshopEdit) -> Reply:
    return Reply(form=forms.day_form(edit.row))


def _show_preview(edit: WorkshopEdit) -> Reply:
    previews = workshop_cards.preview_cards(edit.partnership, edit.row)
    return Reply(
        workshop_cards.preview_notice(edit.row),
        cards=(*previews, workshop_cards.back_card(edit.row)),
    )


def _show_dry_run(edit: WorkshopEdit) -> Reply:
    items = seedings.thaw_items(edit.row)
    runs = dry_run.simulate_digests(edit.session, edit.installation, edit.partnership, items)
    notice = "All answers here are made up. The rules that show and hide are the real ones."
    run_cards = (workshop_cards.dry_run_card(run) for run in runs)
    return Reply(notice, cards=(*run_cards, workshop_cards.back_card(edit.row)))


def _explain_preview(edit: WorkshopEdit) -> Reply:
    return Reply(workshop_cards.preview_notice(edit.row))


def _plan_workshop(edit: WorkshopEdit) -> Reply:
    _check_changeable(edit)
    if edit.row.state is SeedingState.PLANNED:
        raise Refused("This workshop is planned already. “/pulse workshops” shows it.")
    draft.plan_workshop(edit.session, edit.installation, edit.partnership, edit.row, edit.who)
    edit.session.refresh(edit.row)
    return Reply(f"It is planned. {_describe_audience(edit)}", cards=(_workshop_card(edit),))


def _drop_draft(edit: WorkshopEdit) -> Reply:
    _check_changeable(edit)
    if edit.row.state is SeedingState.PLANNED:
        raise Refused(
            "This workshop was planned in the meantime, so it was not thrown away. If it does not "
            "take place, open it under “/pulse workshops” and choose “Cancel it”."
        )
    draft.cancel_workshop(edit.session, edit.installation, edit.partnership, edit.row, edit.who)
    return Reply("It is thrown away. Nobody was asked anything.")


def _cancel_workshop(edit: WorkshopEdit) -> Reply:
    draft.cancel_workshop(edit.session, edit.installation, edit.partnership, edit.row, edit.who)
    notice = "The group is told." if groups.list_linked(edit.session, edit.partnership.id) else ""
    return Reply(f"It is cancelled. Nobody was asked anything. {notice}".strip())


_BUTTON_HANDLERS: Final[Mapping[DraftAct, Callable[[WorkshopEdit], Reply]]] = {
    DraftAct.OPEN: _show_workshop,
    DraftAct.OTHER: _ask_questions,
    DraftAct.DAY: _ask_day,
    DraftAct.SEE: _show_preview,
    DraftAct.TRY: _show_dry_run,
    DraftAct.SHOWN: _explain_preview,
    DraftAct.PLAN: _plan_workshop,
    DraftAct.DROP: _drop_draft,
    DraftAct.CANCEL: _cancel_workshop,
}
