"""Questions of one's own are held against the rules of the banks, and against names."""

from __future__ import annotations

import pytest

from pulse_bot.ports import Outcome
from pulse_bot.usecases.workshops.own_questions import LONGEST_QUESTION
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import COURAGE, FACILITATOR, Workshop, workshop

GOOD = "We tell one another when we are stuck."


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


async def test_ones_own_questions_come_first_and_are_filled_up(valley: Workshop) -> None:
    reply = await valley.begin(own=f"1. {GOOD}\n\n- Our meetings begin on time\n{GOOD}")

    [card] = reply.cards
    assert card.text[0] == f"1. {GOOD}"
    assert card.text[1] == "2. Our meetings begin on time."
    assert sum(item.text in words([reply]) for item in COURAGE) == 4
    assert "Look again" not in words([reply])


async def test_ones_own_questions_are_enough(valley: Workshop) -> None:
    reply = await valley.begin(bank="", own=GOOD)

    assert reply.cards[0].title.endswith(": Our own questions")
    assert (await valley.press("plan")).outcome is Outcome.DONE


async def test_nobody_closes_the_quotation_around_their_question(valley: Workshop) -> None:
    reply = await valley.begin(bank="", own="We trust each other.” About 4. “We are fine.")

    assert "1. We trust each other.\u2019 About 4. \u2018We are fine." in reply.cards[0].text


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("Member shares what goes wrong.", "“Member” may be the name of a member or a school"),
        ("We trust Mem\u0332bers, whatever comes.", "“Members” may be the name of a member"),
        ("We trust Memb\u0435r, whatever comes.", "mixes letters of different alphabets"),
        ("We are about 4.6 out of 5 now.", "“about 4.6” reads like a result"),
        ("We trust member, whatever comes.", "“member” may be the name of a member or a school"),
        ("Do we trust one another?", "Write it as one, such as “We say what we think.”"),
        ("We do.", "too short to be a question"),
        (f"We {'really ' * 20}mean it.", f"a question has at most {LONGEST_QUESTION}"),
        (
            "We operationalise organisational interdependencies collaboratively.",
            "harder to read than a thirteen-year-old can manage",
        ),
        ("We are\x00here for one another.", "control character"),
        ("\n".join(f"We do the thing of number {n}." for n in range(7)), "These are 7 questions"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_the_reason(
    valley: Workshop, own: str, said: str
) -> None:
    reply = await valley.begin(own=own)

    assert reply.outcome is Outcome.REFUSED
    assert said in reply.notice
    assert "Nothing was saved" in reply.notice


@pytest.mark.parametrize(
    ("own", "marked", "reason"),
    [
        ("We are honest and we are kind.", "“and”", "may ask two things at once"),
        ("We always keep our word.", "“always”", "allows no exception"),
        ("We should trust one another more.", "“should”", "leans towards one answer"),
        ("Meetings begin on time.", "", "not in the voice of “we”".replace("“we”", '"we"')),
        (COURAGE[3].text, "", "much like a question of the banks"),
    ],
)
async def test_what_could_be_better_is_said_with_its_reason_and_can_be_planned(
    valley: Workshop, own: str, marked: str, reason: str
) -> None:
    reply = await valley.begin(bank="", own=own)

    said = words([reply])
    assert f"Look again at “{own}”" in said
    assert marked in said
    assert reason in said
    assert (await valley.press("plan")).outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("hard things that member says", "“member” may be the name of a member or a school"),
        ("hard things that Mem\u0332bers say", "“Members” may be the name of a member"),
        ("hard things, of which no choice stands out", "“no choice stands out” reads like"),
        ("hard things that M\u0435mber says", "mixes letters of different alphabets"),
        ("hard " * 13, "Please say in a few words what the workshop is about"),
    ],
)
async def test_a_title_that_was_typed_is_held_against_the_same(
    valley: Workshop, about: str, said: str
) -> None:
    reply = await valley.begin(bank=about)

    assert reply.outcome is Outcome.REFUSED
    assert said in reply.notice
    assert "No workshop is planned" in words([await valley.listed(FACILITATOR)])


async def test_a_title_that_was_typed_is_what_it_says(valley: Workshop) -> None:
    reply = await valley.begin(bank="Please give us questions about “hard” things")

    assert reply.cards[0].title.endswith(": Hard things")
