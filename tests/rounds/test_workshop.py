"""Workshops from the first thought to what was kept, in Slack, in Telegram and on the web at once.

Everything is real but the two platforms, which are on loopback and check each call, and the clock.
One workshop is prepared in each of the three places, by the same acts, in one story, so that roles,
limits, weekly rounds, a held pack and a commitment meet as they do in a year. Forms are filled in
by the words that are seen, so that a label that misleads fails. The kill falls while a round is
open: a digest that is on its way at a kill may be missing by design.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pulse_bot.domain.asking.calendar import format_moment
from tests.rounds import in_slack
from tests.rounds.on_the_web import OnTheWeb
from tests.rounds.story import (
    NAME,
    SOON,
    Facilitator,
    Given,
    Member,
    answer_all,
    digest,
    only_who_has_not_answered_is_reminded,
    until,
)
from tests.rounds.together import Crowd, Scene, scene

CROWD = Crowd(in_chats=5, on_the_web=4, schools=5)
WORDS = "I bring the question of the northern ferry"
PROMISE = "We visit one another's staff meetings."
READER = "Reader 0"
"""Who prepares a workshop on the web."""
LONDON = ZoneInfo("Europe/London")
YES = 0
"""The place of "yes" among yes, partly and no."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]


@dataclass(frozen=True)
class Workshop:
    """What is prepared, for when, and when its questions come and close."""

    about: str
    typed: str
    """Its day, as somebody types it."""
    day: date
    opens: datetime
    closes: datetime
    together: bool = False
    own: str = ""
    """A question of the facilitator's own."""

    @property
    def pack(self) -> str:
        """The name of its file."""
        return f"pack-{self.day}.pdf"

    @property
    def given(self) -> Given:
        """What a facilitator says in the form."""
        when = "Together, in the room" if self.together else "As soon as the questions have closed"
        given: dict[str, str] = {
            "What is the workshop about?": self.about,
            "When is it?": self.typed,
            "When is the pack opened?": when,
        }
        return given | ({"Questions of your own": self.own} if self.own else {})


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of that year; the clock goes forward between the first workshop and the last."""
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


BEFORE = Workshop(
    "Before the workshop", "12 March", date(2026, 3, 12), local(3, 4, 15, 30), local(3, 11, 18)
)
GAIN = Workshop(
    "Mutual gain",
    "2026-04-02",
    date(2026, 4, 2),
    local(3, 25, 15, 30),
    local(4, 1, 18),
    together=True,
)
TRUST = Workshop(
    "Trust",
    "16/4/2026",
    date(2026, 4, 16),
    local(4, 8, 15, 30),
    local(4, 15, 18),
    own="We say what we think.",
)
IN_THE_ROOM = local(4, 2, 9)
ASKED_AGAIN, ASKED_UNTIL = local(3, 18, 15, 30), local(3, 20, 16)
"""The weekly round that follows up what is promised by 16 March."""


async def test_workshops_from_the_first_thought_to_what_was_kept(tmp_path: Path) -> None:
    async with scene(tmp_path, CROWD) as one:
        await facilitators_are_made(one)
        await prepared(one.telegram[1], BEFORE)
        await prepared(one.slack[1], GAIN)
        await prepared(one.web[0], TRUST)

        answers = await asked(one, BEFORE.opens, BEFORE.closes)
        await the_group_was_told(one)
        await answered_with_a_kill(one, answers)
        await the_pack_comes_to_everybody_at_once(one)
        await promised(one.telegram[1])
        await followed_up(one)
        await opened_together(one)
        await asked_from_the_web(one)


async def facilitators_are_made(one: Scene) -> None:
    """A lead by the operator's command, and one facilitator in each other place by the lead."""
    lead = one.slack[1]
    members = await asyncio.to_thread(one.program.json, "member", "list", NAME)
    number = next(row["id"] for row in members if row["name"] == lead.person.user.name)
    await asyncio.to_thread(one.program.does, "member", "role", NAME, str(number), "lead")
    for name in (one.telegram[1].person.user.first_name, READER):
        await lead.command("roles", "Who may do what")
        await lead.press("Give or take a role", "What are they from now on?")
        given = {"Who?": name, "What are they from now on?": "Facilitator"}
        await lead.fill(given, f"{name} is a facilitator now")


async def prepared(facilitator: Facilitator, workshop: Workshop) -> None:
    """Said in a form, seen as members will see it, tried with made-up answers, and planned."""
    await facilitator.command("seed", "When is it?")
    await facilitator.fill(workshop.given, "They go out")
    await facilitator.press("As members will see it", "This is a preview")
    await draft(facilitator, workshop)
    await facilitator.press("Try it with made-up answers", "Made up: if 9 of 14 answer")
    await draft(facilitator, workshop)
    await facilitator.press("Plan it", "It is planned")


async def draft(facilitator: Facilitator, workshop: Workshop) -> None:
    """Find a draft again, wherever it was begun."""
    await facilitator.command("workshops", "Workshops of")
    await facilitator.press(
        f"{workshop.about}, {workshop.day.day}/{workshop.day.month}", "They go out"
    )


async def asked(one: Scene, opens: datetime, closes: datetime) -> int:
    """A round opens by itself, and everybody in a chat has its card; how much it asks."""
    one.program.move_to(opens + SOON)
    until_when = f"Open until {format_moment(closes, LONDON)}."
    await until(lambda: all(until_when in who.said() for who in one.chatting), until_when)
    return await one.web[0].answers()


async def the_group_was_told(one: Scene) -> None:
    """What was planned, in both chats, and by nobody's name."""
    planned = f"planned the workshop “{BEFORE.about}”"
    await until(lambda: planned in one.channel.said() and planned in one.group.said(), "told")
    for chat in (one.channel, one.group):
        assert one.telegram[1].person.user.first_name not in chat.found(planned)


async def answered_with_a_kill(one: Scene, answers: int) -> None:
    """Some answer, all is killed, the others are reminded and answer; only two never do."""
    early: list[Member] = [*one.slack[1:3], *one.telegram[1:3]]
    late: list[Member] = [*one.slack[3:], *one.telegram[3:]]
    never: list[Member] = [one.slack[0], one.telegram[0]]
    await everybody_answers(one, early, [], answers)
    one.program.kill()
    one.program.start()
    await in_slack.connected(one.channel.slack, times=2)
    await only_who_has_not_answered_is_reminded(one.program, early, [*late, *never])
    await everybody_answers(one, late, one.web, answers)


async def everybody_answers(
    one: Scene, chatting: Sequence[Member], web: Sequence[OnTheWeb], answers: int, place: int = 3
) -> None:
    """All of these, until every answer is on disk."""
    before = one.program.envelopes()
    await asyncio.gather(
        *(answer_all(who, answers, place, f"{WORDS} {n}") for n, who in enumerate(chatting)),
        *(who.answer_all(place, f"{WORDS} of {n}") for n, who in enumerate(web)),
    )
    wanted = before + answers * (len(chatting) + len(web))
    await until(lambda: one.program.envelopes() == wanted, "every answer is recorded")


async def the_pack_comes_to_everybody_at_once(one: Scene) -> None:
    """Nothing before the close, to nobody; then the same words and the same file everywhere."""
    for early in (one.telegram[1], one.telegram[2]):
        await early.command("pack", "comes when its questions have closed")
    one.program.move_to(BEFORE.closes + SOON)
    chats = (one.channel, one.group, one.telegram[1])
    await until(lambda: all(chat.files() for chat in chats), "the pack is in the chats")
    packs = [chat.files() for chat in chats]
    [(name, pack)] = packs[0].items()
    assert packs == [{name: pack}] * 3
    assert (name, pack[:5]) == (BEFORE.pack, b"%PDF-")
    said = await digest(one.program)
    assert any(WORDS in words for words in said)
    assert any("out of 10" in words for words in said)
    title = said[0]
    assert BEFORE.about in title
    for chat in chats:
        assert title in chat.said()
    page = await one.web[1].whole_page("workshop")
    assert BEFORE.about in page
    assert WORDS in page


async def promised(facilitator: Facilitator) -> None:
    """A commitment is written down in a chat."""
    await facilitator.command("commitments", "Nothing is written down yet")
    await facilitator.press("Write one down", "What will we do?")
    await facilitator.fill(
        {"What will we do?": PROMISE, "By when?": "16 March"}, "Commitment 1 is written down"
    )


async def followed_up(one: Scene) -> None:
    """The weekly round after its day asks whether it is kept, and the digest says that it is."""
    answers = await asked(one, ASKED_AGAIN, ASKED_UNTIL)
    assert PROMISE in await one.web[0].read()
    await everybody_answers(one, one.chatting, one.web, answers, place=YES)
    one.program.move_to(ASKED_UNTIL + SOON)
    kept = f"Commitment kept: “{PROMISE}”"
    await until(lambda: kept in one.channel.said() and kept in one.group.said(), "kept")
    [commitment] = await asyncio.to_thread(one.program.json, "commitment", "list", NAME)
    assert (commitment["text"], commitment["state"]) == (PROMISE, "kept")
    assert kept in await digest(one.program)


async def opened_together(one: Scene) -> None:
    """Nobody reads anything before the room does; there one press opens it for all."""
    answers = await asked(one, GAIN.opens, GAIN.closes)
    await everybody_answers(one, one.chatting, one.web, answers)
    one.program.move_to(GAIN.closes + SOON)
    await until(lambda: one.program.envelopes() == 0, "closed")
    lead = one.slack[1]
    chats = (one.channel, one.group, lead)
    one.program.move_to(IN_THE_ROOM)
    await lead.command("pack", "is opened together")
    assert not any(GAIN.pack in chat.files() for chat in chats)
    assert GAIN.about not in " ".join(await digest(one.program))
    await lead.press("Open it for everybody", "The pack is open for everybody now")
    one.program.move_to(IN_THE_ROOM + timedelta(minutes=1))
    await until(lambda: all(GAIN.pack in chat.files() for chat in chats), "opened")
    assert "in 12 months" in " ".join(await digest(one.program))


async def asked_from_the_web(one: Scene) -> None:
    """What was prepared on the web is asked in the chats as well."""
    answers = await asked(one, TRUST.opens, TRUST.closes)
    assert TRUST.own in one.telegram[2].said()
    assert TRUST.own in one.slack[2].said()
    await everybody_answers(one, one.chatting, one.web, answers)
    one.program.move_to(TRUST.closes + SOON)
    chats = (one.channel, one.group)
    await until(lambda: all(TRUST.pack in chat.files() for chat in chats), "the pack")
    page = await one.web[0].whole_page("workshop")
    assert TRUST.about in page
    assert TRUST.own in page
