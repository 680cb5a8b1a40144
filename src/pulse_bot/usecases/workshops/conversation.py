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
from pulse_bot.domain.asking.arrange_workshop import full
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.roles import Act
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
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.permissions import check
from pulse_bot.usecases.workshops import cards as workshop_cards
from pulse_bot.usecases.workshops import draft, dry_run, forms, own_questions, suggest
from pulse_bot.usecases.workshops.cards import DraftAct, UseDraft, action

_OLD: Final = "That is not in use any more. “/pulse workshops” shows what is planned."


def ask_seed(installation: Installation, address: Address) -> Reply:
    """The form in which a facilitator says what a workshop is about. Raises Refused for others."""
    with installation.database.read() as session:
        member, _ = someone(session, address)
        check(member, Act.SEED)
    return Reply(form=forms.seed_form(installation))


def seed(installation: Installation, event: Submitted) -> Reply:
    """What came back from one of the forms about workshops. Raises Refused."""
    if event.form == question_cards.SEED:
        return _begin(installation, event)
    wanted = decode(UseDraft, event.form)
    if wanted.act is DraftAct.SHOWN:
        return Reply(workshop_cards.PREVIEW)
    stories = {DraftAct.OTHER: _chosen, DraftAct.DAY: _moved}
    if wanted.act not in stories:
        raise Refused(NOT_IN_USE)
    with installation.database.write() as session:
        scene = _scene(session, installation, event.address, wanted.seeding)
        beside = stories[wanted.act](scene, event.values)
        told = () if scene.row.state is SeedingState.DRAFT else (f"It is changed. {_told(scene)}",)
        card = _look(scene)
    return Reply(" ".join((*told, *beside)), cards=(card,))


def _begin(installation: Installation, event: Submitted) -> Reply:
    typed = "\n".join(event.values.get("own", ()))
    others = {key: given for key, given in event.values.items() if key != "own"}
    given = form_values.read(others, forms.LONGEST)
    with installation.database.write() as session:
        member, partnership = someone(session, event.address)
        check(member, Act.SEED)
        day = draft.read_day(installation, partnership, given["on"])
        own = own_questions.read(session, installation, partnership, typed)
        if not given["bank"] and not own:
            raise Refused(
                "Please choose what the workshop is about, or write questions of your own."
            )
        title, items = suggest.questions(session, installation, partnership, given["bank"], own)
        together = given["together"] == forms.TOGETHER
        wanted = draft.Wanted(day, title, items, together)
        row = draft.begin(session, installation, partnership, wanted, member.id)
        card = workshop_cards.draft_card(session, installation, partnership, row)
        few = suggest.few(partnership, given["bank"], items)
    return Reply(" ".join(few), cards=(card,))


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is at which draft, inside a transaction."""

    session: Session
    installation: Installation
    partnership: PartnershipRow
    row: SeedingRow
    who: Actor


def _scene(session: Session, installation: Installation, address: Address, seeding: int) -> Scene:
    """Raises Refused for whoever may not prepare workshops, at this very moment."""
    member, partnership = someone(session, address)
    check(member, Act.SEED)
    row = seedings.locked(session, partnership, seeding)
    if row is None:
        raise Refused(_OLD)
    # The other runner is a lead who takes the role meanwhile.
    session.refresh(member)
    check(member, Act.SEED)
    return Scene(session, installation, partnership, row, Actor.member(member.role))


def _told(scene: Scene) -> str:
    """Where everybody learns of it: the group, or where there is none, the list."""
    if groups.linked(scene.session, scene.partnership.id):
        return "The group is told, and everybody reads it under “/pulse workshops”."
    return "Everybody reads it under “/pulse workshops”."


def _chosen(scene: Scene, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Take the questions that were ticked and those that were typed; says what comes along."""
    typed = "\n".join(values.get("own", ()))
    own = own_questions.read(scene.session, scene.installation, scene.partnership, typed)
    offered = suggest.others(
        scene.session, scene.installation, scene.partnership.id, seedings.items(scene.row)
    )
    ticked = [item for item in offered if item.id in values.get("items", ())]
    items = suggest.whole(scene.installation, ticked)
    along = suggest.brought(ticked, items)
    if not items and not own:
        raise Refused(form_values.NOTHING)
    taken = {item.id for item in items}
    items += [item for item in own if item.id not in taken]
    draft.choose(scene.session, scene.installation, scene.partnership, scene.row, items, scene.who)
    return along


def _moved(scene: Scene, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    typed = form_values.read(values, {"on": forms.LONGEST["on"]})["on"]
    day = draft.read_day(scene.installation, scene.partnership, typed)
    draft.move(scene.session, scene.installation, scene.partnership, scene.row, day, scene.who)
    return ()


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a draft or of a planned workshop does. Raises Refused."""
    wanted = decode(UseDraft, event.action)
    with installation.database.write() as session:
        return _BUTTONS[wanted.act](_scene(session, installation, event.address, wanted.seeding))


def _look(scene: Scene) -> Card:
    if scene.row.state in (SeedingState.DRAFT, SeedingState.PLANNED):
        return workshop_cards.draft_card(
            scene.session, scene.installation, scene.partnership, scene.row
        )
    said = draft.out_already(scene.session, scene.partnership, scene.row)
    other = Button("Another day", action(DraftAct.DAY, scene.row.id))
    asked = scene.row.state is SeedingState.ASKED
    title = f"{scene.row.title}, {full(scene.row.workshop_on)}"
    return Card(CardKind.NOTICE, title, (said,), ((other,),) if asked else ())


def _open(scene: Scene) -> Reply:
    return Reply(cards=(_look(scene),))


def _other(scene: Scene) -> Reply:
    _check_changeable(scene)
    found = suggest.others(
        scene.session, scene.installation, scene.partnership.id, seedings.items(scene.row)
    )
    form = forms.other_form(scene.row.id, found, scene.partnership.weekly_limit)
    return Reply(form=form)


def _check_changeable(scene: Scene) -> None:
    if scene.row.state not in (SeedingState.DRAFT, SeedingState.PLANNED):
        raise Refused(draft.out_already(scene.session, scene.partnership, scene.row))


def _day(scene: Scene) -> Reply:
    return Reply(form=forms.day_form(scene.row))


def _see(scene: Scene) -> Reply:
    shown = workshop_cards.previews(scene.partnership, scene.row)
    return Reply(
        workshop_cards.preview(scene.row), cards=(*shown, workshop_cards.way_back(scene.row))
    )


def _try(scene: Scene) -> Reply:
    items = seedings.items(scene.row)
    found = dry_run.runs(scene.session, scene.installation, scene.partnership, items)
    told = "All answers here are made up. The rules that show and hide are the real ones."
    tried = (workshop_cards.run_card(one) for one in found)
    return Reply(told, cards=(*tried, workshop_cards.way_back(scene.row)))


def _shown(scene: Scene) -> Reply:
    return Reply(workshop_cards.preview(scene.row))


def _plan(scene: Scene) -> Reply:
    _check_changeable(scene)
    if scene.row.state is SeedingState.PLANNED:
        raise Refused("This workshop is planned already. “/pulse workshops” shows it.")
    draft.plan(scene.session, scene.installation, scene.partnership, scene.row, scene.who)
    scene.session.refresh(scene.row)
    return Reply(f"It is planned. {_told(scene)}", cards=(_look(scene),))


def _drop(scene: Scene) -> Reply:
    _check_changeable(scene)
    if scene.row.state is SeedingState.PLANNED:
        raise Refused(
            "This workshop was planned in the meantime, so it was not thrown away. If it does not "
            "take place, open it under “/pulse workshops” and choose “Cancel it”."
        )
    draft.cancel(scene.session, scene.installation, scene.partnership, scene.row, scene.who)
    return Reply("It is thrown away. Nobody was asked anything.")


def _cancel(scene: Scene) -> Reply:
    draft.cancel(scene.session, scene.installation, scene.partnership, scene.row, scene.who)
    told = "The group is told." if groups.linked(scene.session, scene.partnership.id) else ""
    return Reply(f"It is cancelled. Nobody was asked anything. {told}".strip())


_BUTTONS: Final[Mapping[DraftAct, Callable[[Scene], Reply]]] = {
    DraftAct.OPEN: _open,
    DraftAct.OTHER: _other,
    DraftAct.DAY: _day,
    DraftAct.SEE: _see,
    DraftAct.TRY: _try,
    DraftAct.SHOWN: _shown,
    DraftAct.PLAN: _plan,
    DraftAct.DROP: _drop,
    DraftAct.CANCEL: _cancel,
}
