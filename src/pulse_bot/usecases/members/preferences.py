"""A member's own hour, time zone and language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import question_cards
from pulse_bot.domain.asking import preferences
from pulse_bot.domain.asking.calendar import (
    WEEKDAYS,
    WeekTime,
    format_moment,
    parse_week_time,
    parse_zone,
)
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
from pulse_bot.usecases.find_member import find_member

_AT_ONCE: Final = "open"
_NAMES: Final = {"en": "English", "cy": "Cymraeg (Welsh)", "pl": "Polski (Polish)"}
_LONGEST: Final = {"when": 30, "zone": 60}


def ask_time(installation: Installation, address: Address) -> Reply:
    """The form in which a member says when they wish to be asked."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        calendar = partnerships.load_calendar(session, partnership, member)
        window = _find_window(session, installation, partnership)
        present = f"At present: {describe_preference(member)}, in the time zone {calendar.zone}."
        # The partnership's first.
        zones = tuple(dict.fromkeys((partnership.time_zone, str(calendar.zone))))
    when = (
        Option(_AT_ONCE, "As soon as a round opens"),
        *(
            Option(_time_label(preferred), str(preferred))
            for preferred in (preferences.offer_times(*window, calendar) if window else ())
        ),
    )
    return Reply(
        form=Form(
            key=question_cards.TIME,
            title="When shall your questions come?",
            text=(present, "What you leave empty stays as it is."),
            fields=(
                _preference_field(
                    "when", "When", when, "Choose, or type a day and a time, such as Thu 08:00."
                ),
                _preference_field(
                    "zone",
                    "Time zone",
                    tuple(Option(name, name) for name in zones),
                    "Choose, or type a name, such as Europe/London.",
                ),
            ),
            submit="Save",
        )
    )


def _preference_field(key: str, label: str, options: tuple[Option, ...], hint: str) -> Field:
    return Field(key, label, FieldKind.ONE, options, hint, _LONGEST[key])


def _time_label(preferred: WeekTime) -> str:
    return f"{WEEKDAYS[preferred.weekday][:3]} {preferred.at:%H:%M}"


def set_time(installation: Installation, event: Submitted) -> Reply:
    """Keep a member's own hour and time zone, from the next round on. Raises Refused."""
    values = form_values.read_values(event.values, _LONGEST)
    with installation.database.write() as session:
        member, partnership = find_member(session, event.address)
        if not any(values.values()):
            raise Refused(form_values.NOTHING_CHOSEN)
        if values["zone"]:
            member.time_zone = _parse_zone(values["zone"], partnership)
        if values["when"]:
            preferred = None if values["when"] == _AT_ONCE else _parse_time(values["when"])
            member.asked_weekday = None if preferred is None else preferred.weekday
            member.asked_at = None if preferred is None else preferred.at
            _check_useful(session, installation, partnership, member)
        asking_text = describe_next_asking(session, installation, partnership, member)
    return Reply(f"Saved. {asking_text}")


def _parse_zone(text: str, partnership: PartnershipRow) -> str | None:
    """The name of a zone; None for the partnership's, which may change."""
    try:
        name = str(parse_zone(text.replace(" ", "_")))
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None
    return None if name == partnership.time_zone else name


def _parse_time(text: str) -> WeekTime:
    try:
        return parse_week_time(text)
    except ValueError as error:
        raise Refused(f"{error} Nothing was changed.") from None


def _check_useful(
    session: Session, installation: Installation, partnership: PartnershipRow, member: MemberRow
) -> None:
    """Refuse an hour that would do nothing: no round is open then."""
    window = _find_window(session, installation, partnership)
    preferred = partnerships.preferred_time(member)
    calendar = partnerships.load_calendar(session, partnership, member)
    if preferred is None or window is None or preferences.is_useful(preferred, *window, calendar):
        return
    opens, closes = (format_moment(moment, calendar.zone) for moment in window)
    raise Refused(
        f"On {preferred} no round is open, or it closes within the hour: the next one opens on "
        f"{opens} and closes on {closes}. Nothing was changed; please choose a time in between."
    )


def _find_window(
    session: Session, installation: Installation, partnership: PartnershipRow
) -> tuple[datetime, datetime] | None:
    """When the next round opens and closes. A programme's hours are the partnership's."""
    planned = partnerships.load_programme(session, partnership.id)
    if planned is None:
        return None
    common = partnerships.load_calendar(session, partnership)
    return next_window(planned[0], common, installation.clock.now())


def describe_next_asking(
    session: Session, installation: Installation, partnership: PartnershipRow, member: MemberRow
) -> str:
    """When a member's next questions come, as they would say it there."""
    window = _find_window(session, installation, partnership)
    calendar = partnerships.load_calendar(session, partnership, member)
    if window is None:
        return f"The first questions have no date yet. Your time zone is {calendar.zone}."
    moment = preferences.card_time(partnerships.preferred_time(member), *window, calendar)
    when = format_moment(moment, calendar.zone)
    return f"The next questions come to you on {when} ({calendar.zone})."


def describe_preference(member: MemberRow) -> str:
    """A member's preferred, in words."""
    preferred = partnerships.preferred_time(member)
    return "as soon as a round opens" if preferred is None else f"on {preferred}"


def ask_language(installation: Installation, address: Address) -> Reply:
    """The form in which a member chooses a language; a card where there is no choice."""
    available = list_languages(installation)
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
    now = language_name(choose_language(member, partnership, available))
    if len(available) < 2:
        only = f"Questions and messages are in {now}. There is no other language yet."
        return Reply(cards=(Card(CardKind.NOTICE, f"Your language: {now}", (only,)),))
    options = tuple(Option(code, language_name(code)) for code in available)
    field = Field("language", "Language", FieldKind.ONE, options)
    text = (f"At present: {now}.", "Questions come in it; digests and messages are in English.")
    form = Form(
        question_cards.LANGUAGE, "In which language shall questions come?", (field,), text, "Save"
    )
    return Reply(form=form)


def set_language(installation: Installation, event: Submitted) -> Reply:
    """Keep a member's language, for every card from now on. Raises Refused."""
    chosen = form_values.read_values(event.values, {"language": 20})["language"]
    with installation.database.write() as session:
        member, _ = find_member(session, event.address)
        if chosen not in list_languages(installation):
            raise Refused("That language is not in the list. Nothing was changed; please choose.")
        member.language = chosen
    return Reply(
        f"Saved. Questions come to you in {language_name(chosen)}, where they are there in it."
    )


def list_languages(installation: Installation) -> tuple[str, ...]:
    """The languages in which there are questions, English first."""
    items = [item for theme in installation.pool().values() for item in theme]
    codes = {item.language for item in items}
    codes |= {wording.language for item in items for wording in item.translations}
    return tuple(sorted(codes, key=lambda code: (code != ENGLISH, code))) or (ENGLISH,)


def choose_language(
    member: MemberRow, partnership: PartnershipRow, available: tuple[str, ...]
) -> str:
    """The language in which a member's questions come: their own, or the partnership's."""
    preferred = partnerships.member_language(member, partnership)
    return next(
        (code for code in (preferred, plain_language(preferred)) if code in available), available[0]
    )


def language_name(language: str) -> str:
    """A language as those who speak it call it; its code, where we do not know."""
    return _NAMES.get(language, language)
