"""Settings in plain words, a programme that a lead changes, trends, and who has which commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pulse_bot.config.logs import LineFormatter
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import (
    Address,
    Card,
    CardKind,
    Commanded,
    FieldKind,
    Joined,
    OpenedHome,
    Outcome,
    Picture,
    Reply,
    Submitted,
    Wrote,
)
from pulse_bot.storage import partnerships
from pulse_bot.testing.samples import PIXEL
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    change_role,
    create_partnership,
)
from pulse_bot.usecases.reading.operator_lists import list_log_lines, read_digests
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import (
    CLOSES,
    GROUP,
    PARTNERSHIP,
    PLAN,
    WEEK,
    answer_all,
    at,
    opened_round,
    people,
)
from tests.outbox import send_due
from tests.usecases.scene import Talk, envelopes_in, snapshot, words

LEAD, FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in range(3))
PICTURE = Picture(PIXEL, "Trust, about 3.8.")


@pytest.fixture
async def valley(talk: Talk) -> Talk:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    change_role(talk.made, PARTNERSHIP, 2, Role.FACILITATOR)
    return talk


def plan(made: Installation) -> Programme:
    with made.database.read() as session:
        found = partnerships.load_programme(session, 1)
    assert found is not None
    return found[0]


def actions(reply: Reply) -> list[str]:
    return [one.action for card in reply.cards for row in card.buttons for one in row]


async def test_settings_in_plain_words(valley: Talk) -> None:
    lead = await valley.look(LEAD, "settings")
    facilitator = await valley.look(FACILITATOR, "settings")

    assert facilitator.cards[0].text == lead.cards[0].text
    assert (actions(lead), actions(facilitator)) == (["programme"], [])
    told = words([facilitator])
    for fact in (
        "Themes: trust, honesty, accountability; 3 questions a round.",
        "Nobody is asked more than 6 questions in any seven days.",
        "A round opens on Wednesday 15:30 and closes on Friday 16:00, in the time zone Europe/Lon",
        "is reminded 24 hours after the opening.",
        "Nobody is written to from 19:00 to 07:00, on weekends or in holidays.",
        "Digests go to 1 group chat,",
        "from fewer than 6 answers or 4 schools,",
        "none of a single week from a list of fewer than 8.",
    ):
        assert fact in told


async def test_a_member_is_refused_kindly(valley: Talk) -> None:
    before = snapshot(valley.made)
    filled = Submitted(MEMBER, "programme", {"items": ("1",)})
    replies = [
        await valley.look(MEMBER, "settings"),
        await valley.press(MEMBER, "programme"),
        await valley.press(FACILITATOR, "programme"),
        await valley.handle(filled),
        await valley.handle(replace(filled, address=FACILITATOR)),
    ]

    assert {reply.outcome for reply in replies} == {Outcome.REFUSED}
    assert replies[0].notice.startswith("Only a lead or a facilitator can see the settings.")
    assert all("Only a lead can change" in reply.notice for reply in replies[1:])
    stranger = await valley.handle(replace(filled, address=Address("fake", "", "stranger")))
    assert stranger.outcome is Outcome.UNKNOWN
    assert snapshot(valley.made) == before


@pytest.mark.both_databases
async def test_a_lead_changes_the_programme(valley: Talk) -> None:
    form = (await valley.press(LEAD, "programme")).form
    assert form is not None
    kinds = {field.key: field.kind for field in form.fields}
    assert kinds == {
        "themes": FieldKind.SEVERAL,
        "opens": FieldKind.TEXT,
        "closes": FieldKind.TEXT,
        "items": FieldKind.ONE,
        "weekly": FieldKind.ONE,
    }

    values = {"themes": ("honesty", "trust"), "opens": ("tue 9:00",), "items": ("2",)}
    reply = await valley.handle(Submitted(LEAD, form.key, values))

    assert reply.notice == "From now on a round opens on Tuesday 09:00 and closes on Friday 16:00."
    now = plan(valley.made)
    assert (now.themes, str(now.opens), now.closes) == (
        ("honesty", "trust"),
        "Tuesday 09:00",
        PLAN.closes,
    )
    assert (now.items_a_round, now.reminders) == (2, PLAN.reminders)
    [line, *_] = list_log_lines(valley.made, PARTNERSHIP)
    assert line["who"] == "a lead"
    assert line["what"] == (
        "set the programme: honesty, trust; 2 questions a round; opens Tuesday 09:00, closes "
        "Friday 16:00; reminds 24 hours after the opening"
    )


@pytest.mark.both_databases
async def test_a_lead_changes_the_weekly_limit_alone_or_with_the_programme(valley: Talk) -> None:
    before = plan(valley.made)
    form = (await valley.press(LEAD, "programme")).form
    assert form is not None
    assert [one.value for one in form.fields[-1].options] == [str(n) for n in range(3, 13)]

    reply = await valley.handle(Submitted(LEAD, form.key, {"weekly": ("4",)}))

    assert reply.notice == "Nobody is asked more than 4 questions in any seven days."
    assert plan(valley.made) == before
    assert reply.notice in words([await valley.look(LEAD, "settings")])
    both = await valley.handle(Submitted(LEAD, form.key, {"weekly": ("12",), "items": ("1",)}))
    assert both.notice.startswith("From now on a round opens on Wednesday 15:30")
    assert both.notice.endswith("Nobody is asked more than 12 questions in any seven days.")
    lines = [line["what"] for line in list_log_lines(valley.made, PARTNERSHIP)]
    assert lines[0] == "set the weekly limit to 12 questions, instead of 4"
    assert lines[2] == "set the weekly limit to 4 questions, instead of 6"
    # What holds already is not noted again.
    everything = snapshot(valley.made)
    await valley.handle(Submitted(LEAD, form.key, {"weekly": ("12",)}))
    assert snapshot(valley.made) == everything


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "Nothing was chosen"),
        ({"weekly": ("2",)}, "The limit is 3 to 12 questions a week: the weekly round alone may"),
        ({"weekly": ("13",), "items": ("1",)}, "The limit is 3 to 12 questions a week"),
        ({"weekly": ("-1",)}, "The limit is 3 to 12 questions a week"),
        ({"weekly": ("100",)}, "That is longer than 2 characters."),
        ({"opens": ("soon",)}, '"soon" is not a day and a time.'),
        ({"opens": ("Fri 16:00",)}, "A round must close at another time than it opens."),
        ({"items": ("4",)}, "A round asks one to 3 questions."),
        ({"items": ("٣",)}, "A round asks one to 3 questions."),
        ({"items": ("12",)}, "That is longer than 1 characters."),
        ({"themes": ("gossip",)}, "There is no such theme."),
        ({"themes": ("\ud800",)}, "There is no such theme."),
        ({"themes": ("trust", "trust")}, "A theme is named twice."),
        ({"opens": ("W" * 21,)}, "That is longer than 20 characters."),
        ({"opens": ("Wed 9:00", "Wed 10:00")}, "Two things were chosen"),
        ({"reminders": ("1",)}, "That form is not in use any more."),
    ],
)
async def test_a_programme_that_cannot_be(
    valley: Talk, values: dict[str, tuple[str, ...]], says: str
) -> None:
    before = snapshot(valley.made)

    reply = await valley.handle(Submitted(LEAD, "programme", values))

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith(says)
    assert snapshot(valley.made) == before


async def test_a_first_programme(talk: Talk) -> None:
    create_partnership(talk.made, NewPartnership("Bare"))
    new = NewMember("Ann", "School", Role.LEAD)
    add_member(talk.made, "Bare", new, LEAD)
    assert "There is no programme yet" in words([await talk.look(LEAD, "settings")])

    half = {"opens": ("Wed 15:30",), "closes": ("Fri 16:00",)}
    refused = await talk.handle(Submitted(LEAD, "programme", half))
    assert refused.notice.startswith("A programme needs at least one theme")
    refused = await talk.handle(Submitted(LEAD, "programme", {"themes": ("trust",)}))
    assert refused.outcome is Outcome.REFUSED
    done = await talk.handle(Submitted(LEAD, "programme", {**half, "themes": ("trust",)}))
    assert done.outcome is Outcome.DONE
    assert plan(talk.made).themes == ("trust",)


async def test_the_commands_of_each(valley: Talk) -> None:
    opened_round(valley.made)
    for address, commands in ((LEAD, ("seed", "trends", "settings")), (MEMBER, ())):
        for event in (
            Commanded(address, "pulse"),
            Commanded(address, "start"),
            Commanded(address, "join"),
            Commanded(address, "help"),
            OpenedHome(address),
            OpenedHome(address, at_once=False),
        ):
            assert (await valley.handle(event)).commands == commands, event
    assert (await valley.look(FACILITATOR, "help")).commands == ("seed", "trends", "settings")
    assert (await valley.look(LEAD, "privacy")).commands is None


async def test_pulse_is_the_first_card_of_the_open_round(valley: Talk) -> None:
    closed = await valley.look(MEMBER, "pulse")
    assert [card.title for card in closed.cards] == ["Nothing to answer now"]
    asked = opened_round(valley.made)

    reply = await valley.look(MEMBER, "pulse")
    again = await valley.handle(OpenedHome(MEMBER, promised=False, at_once=False))

    assert reply.form is None
    [card] = reply.cards
    assert (card.title, card.progress) == (asked.items[0].text, "1 of 3")
    assert [one.kind for one in again.cards] == [CardKind.PROMISE, CardKind.QUESTION]
    # It says nothing of whether its member answered.
    await valley.choose(asked, MEMBER, "4")
    assert await valley.look(MEMBER, "pulse") == reply


async def test_answering_by_cards_writes_envelopes_and_nothing_else(valley: Talk) -> None:
    """A note beside a first envelope, that somebody came or looked, would say whose it is."""
    await valley.handle(Submitted(MEMBER, "time", {"when": ("Thu 08:00",)}))
    asked = opened_round(valley.made)
    before = snapshot(valley.made, without=["envelope"])

    await valley.handle(Joined(MEMBER, MEMBER, "Member 02"))
    await valley.look(MEMBER, "pulse")
    await valley.handle(Commanded(MEMBER, "pulse", group=GROUP))
    for position in range(3):
        assert (await valley.choose(asked, MEMBER, "4", position)).outcome is Outcome.DONE
    await valley.look(MEMBER, "help")

    assert snapshot(valley.made, without=["envelope"]) == before
    assert envelopes_in(valley.made) == 3


async def test_help_names_commands_and_has_buttons(valley: Talk) -> None:
    member, lead = await valley.look(MEMBER, "help"), await valley.look(LEAD, "help")

    assert actions(member) == ["time", "language", "pause", "leave"]
    for word in ("pulse", "privacy", "time", "language", "pause", "resume", "leave", "help"):
        assert word in words([member])
    assert "settings" in words([lead])
    assert "settings" not in words([member])
    for event in (Wrote(MEMBER, "hello"), Commanded(MEMBER, "nonsense")):
        assert await valley.handle(event) == member


class Drawing:
    """The real renderer, with a picture of its own."""

    def __init__(self, made: Installation, error: Exception | None = None) -> None:
        self._real, self._error = made.renderer, error
        self.statements, self.text = self._real.statements, self._real.text
        self.page, self.export, self.pack = self._real.page, self._real.export, self._real.pack
        self.report_message = self._real.report_message
        self.report_suggestion = self._real.report_suggestion
        self.report_text, self.report_file = self._real.report_text, self._real.report_file
        self.year_picture = self._real.year_picture
        self.drawn: list[list[int]] = []

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """One point, whatever was released."""
        self.drawn.append([one.number for one in digests])
        if self._error is not None:
            raise self._error
        return PICTURE


async def weeks(made: Installation, count: int) -> None:
    for week in range(count):
        asked = opened_round(made, week)
        addresses = [Address("fake", "", f"person-{n:02}") for n in range(14)]
        await answer_all(made, asked, addresses)
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)


async def test_trends_are_the_newest_digests_words_on_themes(valley: Talk) -> None:
    assert (await valley.look(MEMBER, "trends")).cards[0].title == "No digest yet"
    await weeks(valley.made, 2)
    newest, _ = read_digests(valley.made, PARTNERSHIP)
    renderer = Drawing(valley.made)
    drawing = Talk(replace(valley.made, renderer=renderer), valley.record)

    [card] = (await drawing.look(MEMBER, "trends")).cards

    wanted = {StatementKind.TREND, StatementKind.LEVEL, StatementKind.QUESTION}
    assert list(card.text) == [one.text for one in newest.statements if one.kind in wanted]
    assert len(card.text) >= 3
    assert card.title == f"{PARTNERSHIP} after round 2"
    assert (card.picture, renderer.drawn) == (PICTURE, [[2, 1]])
    assert (await drawing.look(LEAD, "trends")).cards == (card,)


@pytest.mark.parametrize("error", [MissingExtra("reports", "matplotlib"), RuntimeError("Broken.")])
async def test_a_picture_that_fails_keeps_no_words_back(
    valley: Talk, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await weeks(valley.made, 1)
    failing = replace(valley.made, renderer=Drawing(valley.made, error))

    [card] = (await Talk(failing, valley.record).look(MEMBER, "trends")).cards
    [words] = send_due(failing, OutgoingKind.DIGEST)

    assert card.picture is None
    assert words.address == GROUP
    assert words.card.title.startswith("Round 1")
    assert "Broken." not in "".join(map(LineFormatter().format, caplog.records))


async def test_the_newest_digest_goes_out_with_its_picture(valley: Talk) -> None:
    await weeks(valley.made, 2)
    renderer = Drawing(valley.made)
    drawing = replace(valley.made, renderer=renderer)

    sent = [one.shown for one in send_due(drawing, OutgoingKind.DIGEST)]

    # That of the week before could not be sent all week, and is no news any more.
    assert [one.title[:7] for one in sent if isinstance(one, Card)] == ["Round 2"]
    [drawn] = [one for one in sent if isinstance(one, Picture)]
    assert (drawn.png, drawn.title[:7]) == (PICTURE.png, "Round 2")
    assert renderer.drawn == [[2, 1]]
