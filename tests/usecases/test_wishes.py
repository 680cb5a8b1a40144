"""A member's own hour and zone: what is offered, typed, refused, and when the card then comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from pulse_bot.domain.asking.items import Wording
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.ports import Address, Commanded, FieldKind, Outcome, Reply, Submitted
from pulse_bot.storage.models import MemberRow, OutboxRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    create_partnership,
)
from pulse_bot.usecases.members.invite import find_codes
from pulse_bot.usecases.members.join import sign_join_key
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import OPENS, PARTNERSHIP, POOL, at, opened_round, people
from tests.outbox import tick, waiting
from tests.usecases.scene import Talk, snapshot

NEXT = "The next questions come to you on"


async def wish(talk: Talk, address: Address, when: str = "", zone: str = "") -> Reply:
    values = {key: (said,) for key, said in (("when", when), ("zone", zone)) if said}
    return await talk.handle(Submitted(address, "time", values))


def waits_until(made: Installation, address: Address) -> str:
    with made.database.read() as session:
        query = select(OutboxRow).filter_by(user=address.user, kind=OutgoingKind.CARD)
        return f"{session.scalars(query).one().due_at:%a %H:%M}"


@pytest.mark.both_databases
async def test_the_form_offers_moments_of_the_programme(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    form = (await talk.look(one, "time")).form
    assert form is not None
    assert (await talk.press(one, "time")).form == form
    when, zone = form.fields

    assert (when.kind, zone.kind) == (FieldKind.ONE, FieldKind.ONE)
    assert [(option.value, option.label) for option in when.options[:3]] == [
        ("open", "As soon as a round opens"),
        ("Wed 16:00", "Wednesday 16:00"),
        ("Wed 18:00", "Wednesday 18:00"),
    ]
    assert len(when.options) == 8
    assert [option.value for option in zone.options] == ["Europe/London"]
    assert form.text[0] == ("At present: as soon as a round opens, in the time zone Europe/London.")
    # Each that is offered is taken.
    for option in when.options:
        done = await wish(talk, one, option.value)
        assert done.outcome is Outcome.DONE, option
        assert done.notice.startswith(f"Saved. {NEXT} ")


async def test_a_card_waits_for_its_members_own_hour(talk: Talk) -> None:
    one, two, *_ = people(talk.made)
    saved = await wish(talk, one, "Thu 08:00")
    assert saved.notice == f"Saved. {NEXT} Thursday 8 January at 08:00 (Europe/London)."

    asked = opened_round(talk.made)

    assert (waits_until(talk.made, one), waits_until(talk.made, two)) == ("Thu 08:00", "Wed 15:30")
    first = {one.address for one in waiting(talk.made, OutgoingKind.CARD)}
    assert len(first) == 13
    assert one not in first
    # Their own page has the questions all the same.
    assert (await talk.home(one)).form is not None
    at(talk.made, OPENS + timedelta(hours=16, minutes=30))
    assert "send" in tick(talk.made)
    assert one in {card.address for card in waiting(talk.made, OutgoingKind.CARD)}

    close_round(talk.made, asked.id)
    assert (await wish(talk, one, "open")).outcome is Outcome.DONE
    opened_round(talk.made, 1)
    assert waits_until(talk.made, one) == "Wed 15:30"


@pytest.mark.both_databases
async def test_an_hour_and_a_zone_are_typed(talk: Talk) -> None:
    [one, *_] = people(talk.made)

    saved = await wish(talk, one, "thursday 9:30", "Asia/Kathmandu")

    assert saved.notice == f"Saved. {NEXT} Thursday 8 January at 09:30 (Asia/Kathmandu)."
    opened_round(talk.made)
    assert waits_until(talk.made, one) == "Thu 03:45"
    reply = await talk.look(one, "time")
    assert reply.form is not None
    assert [option.value for option in reply.form.fields[1].options] == [
        "Europe/London",
        "Asia/Kathmandu",
    ]
    # One at a time: what is left empty stays.
    await wish(talk, one, zone="America/New York")
    held = (await talk.look(one, "privacy")).cards[1].text
    assert "Your time zone: America/New_York" in held
    assert "When you are asked: Thursday 09:30" in held
    await wish(talk, one, zone="Europe/London")
    assert "Your time zone: the one of the partnership" in (
        (await talk.look(one, "privacy")).cards[1].text
    )


@pytest.mark.parametrize(
    ("when", "zone", "says"),
    [
        ("", "", "Nothing was chosen, so nothing was changed."),
        ("soon", "", '"soon" is not a day and a time. Write it like "Wed 15:30". Nothing was'),
        ("Thu 25:00", "", '"Thu 25:00" is not a day and a time.'),
        ("Mon 09:00", "", "On Monday 09:00 no round is open, or it closes within the hour"),
        ("Fri 15:30", "", "On Friday 15:30 no round is open, or it closes within the hour"),
        ("T" * 31, "", "That is longer than 30 characters."),
        ("Thu\n08:00", "", "There is a line break"),
        ("", "Mars/Olympus", '"Mars/Olympus" is not a time zone. Use a name such as Europe/'),
        ("", "../../etc/passwd", "is not a time zone."),
        ("", "/etc/localtime", "is not a time zone."),
        ("", "Z" * 61, "That is longer than 60 characters."),
        ("", "\x00", "There is a line break"),
        ("Thu 08:00", "Mars", '"Mars" is not a time zone.'),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    talk: Talk, when: str, zone: str, says: str
) -> None:
    [one, *_] = people(talk.made)
    before = snapshot(talk.made)

    reply = await wish(talk, one, when, zone)

    assert reply.outcome is Outcome.REFUSED
    assert says in reply.notice
    assert snapshot(talk.made) == before


async def test_forged_forms_change_nothing(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    before = snapshot(talk.made)

    for values in ({"when": ("Thu 08:00", "Fri 08:00")}, {"role": ("lead",)}, {"": ("x",)}):
        assert (await talk.handle(Submitted(one, "time", values))).outcome is Outcome.REFUSED
    stranger = Address("fake", "", "stranger")
    assert (await wish(talk, stranger, "Thu 08:00")).outcome is Outcome.UNKNOWN
    for event in (Commanded(stranger, "time"), Commanded(stranger, "language")):
        assert (await talk.handle(event)).outcome is Outcome.UNKNOWN
    assert snapshot(talk.made) == before


async def test_without_a_programme_any_hour_may_be_wished(talk: Talk) -> None:
    create_partnership(talk.made, NewPartnership("Bare"))
    one = Address("fake", "", "bare")
    add_member(talk.made, "Bare", NewMember("Bare", "School"), one)
    form = (await talk.look(one, "time")).form
    assert form is not None
    assert len(form.fields[0].options) == 1

    saved = await wish(talk, one, "Mon 09:00")

    assert saved.notice == "Saved. The first questions have no date yet. Your time zone is UTC."


async def test_a_wish_says_nothing_of_an_open_round(talk: Talk) -> None:
    """It is for the rounds to come: the card of this one has gone out, or waits where it did."""
    [one, *_] = people(talk.made)
    opened_round(talk.made)

    saved = await wish(talk, one, "Thu 08:00")

    assert saved.notice == f"Saved. {NEXT} Thursday 15 January at 08:00 (Europe/London)."
    assert waits_until(talk.made, one) == "Wed 15:30"


async def test_one_language_is_no_choice(talk: Talk) -> None:
    [one, *_] = people(talk.made)

    for reply in (await talk.look(one, "language"), await talk.press(one, "language")):
        [card] = reply.cards
        assert card.title == "Your language: English"
        assert "There is no other language yet." in card.text[0]
    assert (await choose(talk, one, "cy")).outcome is Outcome.REFUSED


async def choose(talk: Talk, address: Address, *languages: str) -> Reply:
    return await talk.handle(Submitted(address, "language", {"language": languages}))


@pytest.fixture
def bilingual(talk: Talk) -> Talk:
    """The same talk, with the questions of one theme in Welsh too."""
    welsh = [
        replace(item, translations=(Wording("cy", f"Cymraeg {item.id}"),)) for item in POOL["trust"]
    ]
    made = replace(talk.made, pool=lambda: {**POOL, "trust": welsh})
    return Talk(made, talk.record)


async def test_a_language_is_chosen_where_there_is_a_choice(bilingual: Talk) -> None:
    [one, *_] = people(bilingual.made)
    form = (await bilingual.look(one, "language")).form
    assert form is not None
    assert [(option.value, option.label) for option in form.fields[0].options] == [
        ("en", "English"),
        ("cy", "Cymraeg (Welsh)"),
    ]
    assert form.text[0] == "At present: English."

    saved = await choose(bilingual, one, "cy")

    assert saved.notice.startswith("Saved. Questions come to you in Cymraeg (Welsh)")
    assert "Your language: cy" in (await bilingual.look(one, "privacy")).cards[1].text
    again = (await bilingual.press(one, "language")).form
    assert again is not None
    assert again.text[0] == "At present: Cymraeg (Welsh)."


@pytest.mark.parametrize("chosen", [("fr",), ("",), (), ("cy", "en"), ("\ud800",), ("c" * 30,)])
async def test_languages_that_cannot_be(bilingual: Talk, chosen: tuple[str, ...]) -> None:
    [one, *_] = people(bilingual.made)
    before = snapshot(bilingual.made)

    assert (await choose(bilingual, one, *chosen)).outcome is Outcome.REFUSED
    stranger = Address("fake", "", "stranger")
    assert (await choose(bilingual, stranger, "cy")).outcome is Outcome.UNKNOWN
    assert snapshot(bilingual.made) == before


async def test_who_joins_is_offered_the_choice(bilingual: Talk) -> None:
    people(bilingual.made, 3)
    code = find_codes(bilingual.made, PARTNERSHIP).invitation
    filled = {"organisation": ("o:1",), "name": ("Nia",)}

    new = Address("fake", "", "new")

    reply = await bilingual.handle(Submitted(new, sign_join_key(bilingual.made, code, new), filled))

    [row] = reply.cards[1].buttons
    assert [button.action for button in row] == ["time", "language"]
    assert "Questions come in English." in reply.cards[1].text


@pytest.mark.both_databases
async def test_leaving_forgets_wishes_too(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    await wish(talk, one, "Thu 08:00", "Asia/Kathmandu")

    await talk.press(one, "leave-surely")

    with talk.made.database.read() as session:
        row = session.get_one(MemberRow, 1)
        kept = (row.name, row.time_zone, row.language, row.asked_weekday, row.asked_at)
    assert kept == ("", None, None, None, None)
