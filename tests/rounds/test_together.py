"""One round in Slack, in Telegram and on the web: one roster, one bar, one digest for everybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Sequence
from pathlib import Path

import pytest

from pulse_bot.testing import plain
from tests.rounds.on_the_web import OnTheWeb
from tests.rounds.story import (
    A_WEEK,
    CLOSES,
    NAME,
    OPENS,
    QUESTIONS,
    SOON,
    Member,
    answer,
    digest,
    until,
)
from tests.rounds.together import Crowd, Scene, scene

IN_CHATS = 10
ON_THE_WEB = 6
CROWD = Crowd(IN_CHATS, ON_THE_WEB, schools=7)

NUMBER = re.compile(r"” \d\.\d")
"""Behind a question."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


async def test_two_rounds_in_slack_telegram_and_on_the_web(tmp_path: Path) -> None:
    async with scene(tmp_path, CROWD) as one:
        await one_roster(one)
        await asked(one, week=0)
        await everybody_reads_the_same_questions(one)
        await an_answer_changes_nothing_for_anybody_else(one)
        # Nowhere nine, which no number is shown from fewer than, of so many: nine in all.
        await answers([*one.slack[1:4], *one.telegram[1:3]], one.web[1:2])
        assert one.program.envelopes() == QUESTIONS * 9
        heard = await everybody_reads_the_same_digest(one, number=1)
        assert sum(bool(NUMBER.search(said)) for said in heard) == QUESTIONS

        await asked(one, week=1)
        await answers([*one.slack[:2], one.telegram[0]], one.web[:1])
        assert one.program.envelopes() == QUESTIONS * 4
        heard = await everybody_reads_the_same_digest(one, number=2)
        assert sum(bool(NUMBER.search(said)) for said in heard) == 0


async def one_roster(one: Scene) -> None:
    """Everybody is in one list, wherever they are reached."""
    members = await asyncio.to_thread(one.program.json, "member", "list", NAME)
    where = [member["adapter"] for member in members]
    counts = {adapter: where.count(adapter) for adapter in where}
    assert counts == {"slack": IN_CHATS, "telegram": IN_CHATS, "web": ON_THE_WEB}


async def asked(one: Scene, week: int) -> None:
    """A round opens by itself, one for all, and everybody in a chat has a card."""
    before = {member: member.cards() for member in one.chatting}
    one.program.move_to(OPENS + week * A_WEEK + SOON)
    await until(lambda: all(who.cards() > before[who] for who in one.chatting), "asked")
    newest, *_ = await asyncio.to_thread(one.program.json, "round", "list", NAME)
    assert (newest["round"], newest["state"]) == (week + 1, "open")
    assert newest["asked"] == 2 * IN_CHATS + ON_THE_WEB


async def everybody_reads_the_same_questions(one: Scene) -> None:
    """The first question, word for word, until when it can be answered, and its choices."""
    first = plain(" ".join(one.slack[0].newest_card().words[:3]))
    position, _, question = first.partition(f"1 of {QUESTIONS} ")
    assert not position
    assert question.endswith("Open until Friday 6 March at 16:00.")
    for member in one.slack:
        assert plain(" ".join(member.newest_card().words)).startswith(first)
    for chatting in one.telegram:
        assert plain(chatting.newest_card().text).startswith(first)
    text, _, until_when = question.partition(" Open until ")
    for visitor in one.web:
        page = await visitor.read()
        assert text in page
        assert until_when in page


async def an_answer_changes_nothing_for_anybody_else(one: Scene) -> None:
    """Whoever answers, nobody else sees anything of it, there or elsewhere."""
    ann, ben, cy = one.slack[0], one.telegram[0], one.web[0]
    turns: list[tuple[list[object], Awaitable[None]]] = [
        ([ann], answer(ann, 4)),
        ([ben], answer(ben, 4)),
        # One's own page says nothing of it either, when it is opened anew.
        ([], cy.answer(4)),
    ]
    for seen_by, act in turns:
        before = await one.shown()
        await act
        after = await one.shown()
        assert [who for who in before if before[who] != after[who]] == seen_by


async def answers(chatting: Sequence[Member], web: Sequence[OnTheWeb]) -> None:
    """Some answer, all the same."""
    await asyncio.gather(
        *(answer(member, 4) for member in chatting), *(visitor.answer(4) for visitor in web)
    )


async def everybody_reads_the_same_digest(one: Scene, number: int) -> list[str]:
    """The round closes by itself; both chats and each page say the same, pictures included."""
    one.program.move_to(CLOSES + (number - 1) * A_WEEK + SOON)
    title = f"Round {number}: "
    await until(lambda: title in one.channel.said() and title in one.group.said(), "the digests")
    pictures = (one.channel.pictures, one.group.pictures)
    await until(lambda: all(len(shown()) == number for shown in pictures), "the pictures")
    assert one.channel.pictures() == one.group.pictures()
    statements = await digest(one.program)
    said = " ".join(statements)
    assert one.channel.found(title) == said
    assert one.group.found(title) == said
    for visitor in one.web:
        assert said in await visitor.digests()
    return statements
