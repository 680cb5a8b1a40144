"""A member's own hour, time zone and language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking import preferences
from pulse_bot.domain.asking.calendar import WEEKDAYS, WeekTime, spoken, week_time, zone
from pulse_bot.domain.asking.programme import next_window
from pulse_bot.domain.asking.scales import ENGLISH, plain_language
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Reply,
    Submitted,
)
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.usecases import form_values
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.members.thresholds import newcomers_wait

_AT_ONCE: Final = "open"
_NAMES: Final = {"en": "English", "cy": "Cymraeg (Welsh)", "pl": "Polski (Polish)"}
_LONGEST: Final = {"when": 30, "zone": 60}


def ask_time(installation: Installation, address: Address) -> Reply:
    """The form in which a member says when they wish to be asked."""
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        own = partnerships.calendar(session, partnership, member)
        window = _window(session, installation, partnership)
        present = f"At present: {said(member)}, in the time zone {own.zone}."
        # The partnership's first.
        zones = tuple(dict.fromkeys((partnership.time_zone, str(own.zone))))
    when = (
        Option(_AT_ONCE, "As soon as a round opens"),
        *(
            Option(_written(wish), str(wish))
            for wish in (preferences.offered(*window, own) if window else ())
        ),
    )
    return Reply(
        form=Form(
            key=question_cards.TIME,
            title="When shall your questions come?",
            text=(present, "What you leave empty stays as it is."),
            fields=(
                _field(
                    "when", "When", when, "Choose, or type a day and a time, such as Thu 08:00."
                ),
                _field(
                    "zone",
                    "Time zone",
                    tuple(Option(name, name) for name in zones),
                    "Choose, or type a name, such as Europe/London.",
                ),
            ),
            submit="Save",
        )
    )


def _field(key: str, label: str, options: tuple[Option, ...], hint: str) -> Field:
    return Field(key, label, FieldKind.ONE, options, hint, _LONGEST[key])


def _written(wish: WeekTime) -> str:
    return f"{WEEKDAYS[wish.weekday][:3]} {wish.at:%H:%M}"


def set_time(installation: Installation, event: Submitted) -> Reply:
    """Keep a member's own hour and time zone, from the next round on. Raises Refused."""
    given = form_values.read(event.values, _LONGEST)
    with installation.database.write() as session:
        member, partnership = someone(session, event.address)
        if not any(given.values()):
            raise Refused(form_values.NOTHING)
        if given["zone"]:
            member.time_zone = _zone(given["zone"], partnership)
        if given["when"]:
            wish = None if given["when"] == _AT_ONCE else _wish(given["when"])
            member.asked_weekday = None if wish is None else wish.weekday
            member.asked_at = None if wish is None else wish.at
            _check(session, installation, partnership, member)
        told = when_asked(session, installation, partnership, member)
    return Reply(f"Saved. {told}")


def _zone(text: str, partnership: PartnershipRow) -> str | None:
    """The name of a zone; None for the partnership's, which may change."""
    try:
        name = str(zone(text.replace(" ", "_")))
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None
    return None if name == partnership.time_zone else name


def _wish(text: str) -> WeekTime:
    try:
        return week_time(text)
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None


def _check(
    session: Session, installation: Installation, partnership: PartnershipRow, member: MemberRow
) -> None:
    """Refuse an hour that would do nothing: no round is open then."""
    window = _window(session, installation, partnership)
    wish = partnerships.wish(member)
    own = partnerships.calendar(session, partnership, member)
    if wish is None or window is None or preferences.useful(wish, *window, own):
        return
    opens, closes = (spoken(moment, own.zone) for moment in window)
    raise Refused(
        f"On {wish} no round is open, or it closes within the hour: the next one opens on {opens} "
        f"and closes on {closes}. Nothing was changed; please choose a time in between."
    )


def _window(
    session: Session, installation: Installation, partnership: PartnershipRow
) -> tuple[datetime, datetime] | None:
    """When the next round opens and closes. A programme's hours are the partnership's."""
    planned = partnerships.programme(session, partnership.id)
    if planned is None:
        return None
    common = partnerships.calendar(session, partnership)
    return next_window(planned[0], common, installation.clock.now())


def when_asked(
    session: Session, installation: Installation, partnership: PartnershipRow, member: MemberRow
) -> str:
    """When a member's next questions come, as they would say it there."""
    window = _window(session, installation, partnership)
    own = partnerships.calendar(session, partnership, member)
    if window is None:
        return f"The first questions have no date yet. Your time zone is {own.zone}."
    if not member.seated and newcomers_wait(session, partnership.id):
        return (
            f"The next round opens on {spoken(window[0], own.zone)} ({own.zone}). Whoever is new "
            "comes in when six rounds begin anew, so you are asked from one of the next rounds on."
        )
    moment = preferences.asked_at(partnerships.wish(member), *window, own)
    return f"The next questions come to you on {spoken(moment, own.zone)} ({own.zone})."


def said(member: MemberRow) -> str:
    """A member's wish, in words."""
    wish = partnerships.wish(member)
    return "as soon as a round opens" if wish is None else f"on {wish}"


def ask_language(installation: Installation, address: Address) -> Reply:
    """The form in which a member chooses a language; a card where there is no choice."""
    there = languages(installation)
    with installation.database.read() as session:
        member, partnership = someone(session, address)
    now = named(language_of(member, partnership, there))
    if len(there) < 2:
        only = f"Questions and messages are in {now}. There is no other language yet."
        return Reply(cards=(Card(CardKind.NOTICE, f"Your language: {now}", (only,)),))
    options = tuple(Option(one, named(one)) for one in there)
    asked = Field("language", "Language", FieldKind.ONE, options)
    text = (f"At present: {now}.", "Questions come in it; digests and messages are in English.")
    form = Form(
        question_cards.LANGUAGE, "In which language shall questions come?", (asked,), text, "Save"
    )
    return Reply(form=form)


def set_language(installation: Installation, event: Submitted) -> Reply:
    """Keep a member's language, for every card from now on. Raises Refused."""
    chosen = form_values.read(event.values, {"language": 20})["language"]
    with installation.database.write() as session:
        member, _ = someone(session, event.address)
        if chosen not in languages(installation):
            raise Refused("That language is not in the list. Nothing was changed; please choose.")
        member.language = chosen
    return Reply(f"Saved. Questions come to you in {named(chosen)}, where they are there in it.")


def languages(installation: Installation) -> tuple[str, ...]:
    """The languages in which there are questions, English first."""
    items = [item for theme in installation.pool().values() for item in theme]
    found = {item.language for item in items}
    found |= {wording.language for item in items for wording in item.translations}
    return tuple(sorted(found, key=lambda one: (one != ENGLISH, one))) or (ENGLISH,)


def language_of(member: MemberRow, partnership: PartnershipRow, there: tuple[str, ...]) -> str:
    """The language in which a member's questions come: their own, or the partnership's."""
    wanted = partnerships.language(member, partnership)
    return next((one for one in (wanted, plain_language(wanted)) if one in there), there[0])


def named(language: str) -> str:
    """A language as those who speak it call it; its code, where we do not know."""
    return _NAMES.get(language, language)
