"""A group's chat: added, linked, moved, removed; and what everybody there sees."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import Added, Address, Card, Commanded, Moved, Outcome, Removed, Reply
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import NewPartnership, change_role, create_partnership
from pulse_bot.usecases.members.invite import find_codes, renew_invitation
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import CLOSES, GROUP, OPENS, PARTNERSHIP, at, opened_round, people
from tests.outbox import rows, send_due
from tests.usecases.scene import Talk, snapshot, words

CHAT = Address("fake", "", "another-chat")
STRANGER = Address("fake", "", "stranger")
AFON = "Afon Valley"
JOIN = ("Join the pulse",)
SET_UP = ("Set up",)


@pytest.fixture
async def valley(talk: Talk) -> Talk:
    """A partnership of fourteen, whose first member leads it, and one of nobody."""
    people(talk.made)
    create_partnership(talk.made, NewPartnership(AFON))
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    return talk


LEAD = Address("fake", "", "person-00")
MEMBER = Address("fake", "", "person-01")


async def add(talk: Talk, by: Address = STRANGER, chat: Address = CHAT) -> Reply:
    return await talk.handle(Added(by, chat, "A chat"))


async def say(talk: Talk, words: str, by: Address = STRANGER, chat: Address | None = CHAT) -> Reply:
    command, _, text = words.partition(" ")
    return await talk.handle(Commanded(by, command, text, chat))


def buttons(reply: Reply) -> tuple[str, ...]:
    return tuple(one.label for card in reply.cards for row in card.buttons for one in row)


def link_code(made: Installation, name: str = PARTNERSHIP) -> str:
    return find_codes(made, name).link


def chats(made: Installation, name: str = PARTNERSHIP) -> dict[str, LinkState]:
    number = 1 if name == PARTNERSHIP else 2
    with made.database.read() as session:
        rows = session.scalars(select(GroupRow).where(GroupRow.partnership_id == number))
        return {row.chat: row.state for row in rows}


def log(made: Installation) -> list[str]:
    return [f"{row['who']} {row['what']}" for row in list_log_lines(made, PARTNERSHIP)]


async def test_a_stranger_adds_the_bot_and_links_the_chat_by_a_code(valley: Talk) -> None:
    greeted = await add(valley)
    assert (greeted.public, buttons(greeted)) == (True, SET_UP)
    assert "“/pulse link”" in words([greeted])
    assert chats(valley.made) == {GROUP.user: LinkState.LINKED}

    linked = await say(valley, f"link {link_code(valley.made)}")

    assert linked.public
    assert buttons(linked) == JOIN
    assert PARTNERSHIP in words([linked])
    [[button]] = linked.cards[0].buttons
    assert button.invitation == find_codes(valley.made, PARTNERSHIP).invitation
    assert chats(valley.made) == {GROUP.user: LinkState.LINKED, CHAT.user: LinkState.LINKED}
    assert log(valley.made)[0] == "a group chat was linked"


async def test_a_code_links_one_chat_once_and_again_it_does_no_harm(valley: Talk) -> None:
    code = link_code(valley.made)
    # As a phone's keyboard writes it.
    first = await say(valley, f"start  {code.upper()} ")
    before = snapshot(valley.made)

    assert await say(valley, f"link {code}") == first
    elsewhere = await say(valley, f"link {code}", chat=Address("fake", "", "third"))

    assert (elsewhere.outcome, elsewhere.public) == (Outcome.REFUSED, True)
    assert elsewhere.notice.startswith("That code is not valid: it was used before,")
    assert snapshot(valley.made) == before
    assert link_code(valley.made) != code


@pytest.mark.both_databases
async def test_one_code_in_two_chats_at_once(valley: Talk) -> None:
    code = link_code(valley.made)
    there = [Address("fake", "", f"chat-{number}") for number in range(4)]

    replies = await asyncio.gather(*(say(valley, f"link {code}", chat=one) for one in there))
    twice = await asyncio.gather(
        *(say(valley, f"link {link_code(valley.made)}", chat=CHAT) for _ in range(4))
    )

    assert sorted(reply.outcome for reply in replies) == ["done", "refused", "refused", "refused"]
    assert {reply.outcome for reply in twice} == {Outcome.DONE}
    assert len(chats(valley.made)) == 3


@pytest.mark.parametrize(
    "code",
    [
        "g1-" + "a" * 20,
        "g9-" + "a" * 20,
        "g999999999-" + "a" * 20,
        "hello",
        "🙂" * 5000,
        "g1-\x00",
        "'; drop table member; --",
    ],
)
async def test_forged_codes_link_nothing(valley: Talk, code: str) -> None:
    before = snapshot(valley.made)

    for command in ("link", "start"):
        reply = await say(valley, f"{command} {code}")
        assert (reply.outcome, reply.public) == (Outcome.REFUSED, True)
        assert "ask whoever runs pulse-bot for a new one" in reply.notice

    assert snapshot(valley.made) == before


async def test_an_invitation_and_a_code_of_another_partnership_link_nothing(valley: Talk) -> None:
    invitation = find_codes(valley.made, PARTNERSHIP).invitation
    assert (await say(valley, f"link {invitation}")).outcome is Outcome.REFUSED
    assert (await say(valley, f"link {invitation.replace('j', 'g', 1)}")).notice
    assert CHAT.user not in chats(valley.made)

    taken = await say(valley, f"link {link_code(valley.made, AFON)}", chat=GROUP)
    assert taken.outcome is Outcome.REFUSED
    assert taken.notice.startswith("This chat belongs to a partnership already")
    assert chats(valley.made, AFON) == {}
    assert PARTNERSHIP not in taken.notice


async def test_a_lead_needs_no_code(valley: Talk) -> None:
    assert buttons(await add(valley, by=LEAD)) == JOIN
    third = Address("fake", "", "third")
    assert buttons(await say(valley, "link", by=LEAD, chat=third)) == JOIN
    assert len(chats(valley.made)) == 3

    for nobody in (MEMBER, STRANGER):
        refused = await say(valley, "link", by=nobody, chat=Address("fake", "", "fourth"))
        assert refused.outcome is Outcome.REFUSED
        assert "write “/pulse link” and the code after it" in refused.notice
    # A wrong code is not made good by whoever types it: it may be meant for another partnership.
    wrong = await say(valley, "link g2-" + "a" * 20, by=LEAD, chat=Address("fake", "", "fourth"))
    assert wrong.outcome is Outcome.REFUSED
    assert len(chats(valley.made)) == 3


async def test_a_command_may_stand_behind_pulse(valley: Talk) -> None:
    """As it has to on some platforms, so that texts that name a command are right on all."""
    code = link_code(valley.made)
    refused = await say(valley, "pulse link g1-" + "a" * 20)
    assert (refused.outcome, refused.public) == (Outcome.REFUSED, True)
    assert buttons(await say(valley, f"pulse  LINK\n {code}")) == JOIN
    assert CHAT.user in chats(valley.made)

    for behind, alone in (
        ("pulse privacy", "privacy"),
        ("pulse now", "pulse"),
        ("now", "pulse"),
        ("pulse  ", "pulse"),
        ("pulse pulse", "pulse"),
        ("pulse nonsense", "help"),
        ("nonsense", "help"),
    ):
        said = await say(valley, behind, by=MEMBER, chat=None)
        assert said == await say(valley, alone, by=MEMBER, chat=None), behind
    # In a chat, too, what is one's own stays so.
    assert not (await say(valley, "pulse privacy", by=MEMBER, chat=GROUP)).public


async def test_linking_is_for_chats(valley: Talk) -> None:
    reply = await say(valley, f"link {link_code(valley.made)}", by=LEAD, chat=None)

    assert (reply.outcome, reply.public) == (Outcome.REFUSED, False)
    assert reply.notice == "Write that in the group's chat that is to be linked, not here."


async def test_join_and_help_are_for_everybody_there(valley: Talk) -> None:
    for command in ("join", "help", "start", "link"):
        reply = await say(valley, command, chat=GROUP)
        assert (reply.public, buttons(reply)) == (True, JOIN), command
        unknown = await say(valley, command)
        assert unknown.public, command
        assert "“/pulse link”" in words([unknown]), command


async def test_whatever_else_is_said_in_a_group_stays_private(valley: Talk) -> None:
    for command in ("privacy", "pause", "resume", "leave", "nonsense", "log", "roster", "group"):
        in_private = await say(valley, command, by=MEMBER, chat=None)
        reply = await say(valley, command, by=MEMBER, chat=GROUP)
        assert (reply, reply.public) == (in_private, False), command
        stranger = await say(valley, command, chat=GROUP)
        assert (stranger.outcome, stranger.public) == (Outcome.UNKNOWN, False)


async def test_a_chat_in_several_topics_is_one(valley: Talk) -> None:
    forum = Address("fake", "", "-100/7")
    await say(valley, f"link {link_code(valley.made)}", chat=forum)
    assert chats(valley.made)["-100/7"] is LinkState.LINKED

    for other in ("-100", "-100/8"):
        assert buttons(await say(valley, "join", chat=Address("fake", "", other))) == JOIN
    await say(valley, "link", by=MEMBER, chat=Address("fake", "", "-100/8"))
    assert "-100/7" in chats(valley.made)
    # A lead says in which topic digests are read.
    await say(valley, "link", by=LEAD, chat=Address("fake", "", "-100/8"))
    assert "-100/8" in chats(valley.made)
    # Chats whose names begin alike are others.
    assert buttons(await say(valley, "join", chat=Address("fake", "", "-1007"))) == SET_UP
    await valley.handle(Removed(STRANGER, Address("fake", "", "-100")))
    assert chats(valley.made)["-100/8"] is LinkState.GONE


async def test_removed_told_once_and_added_again(
    valley: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = valley.made
    for _ in range(2):
        assert await valley.handle(Removed(MEMBER, GROUP)) == Reply()
    assert log(made)[0] == "pulse-bot was removed from a group chat"
    assert log(made)[1] != log(made)[0]
    [warning] = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert warning.getMessage().startswith("pulse-bot was removed from a group's chat")
    for secret in (MEMBER.user, GROUP.user, PARTNERSHIP):
        assert secret not in caplog.text

    [told] = send_due(made, OutgoingKind.CHAT_LOST)
    assert told.address == LEAD
    assert told.card.title == f"pulse-bot was removed from a chat of {PARTNERSHIP}"
    assert send_due(made, OutgoingKind.CHAT_LOST) == []

    assert buttons(await add(valley, chat=GROUP)) == JOIN
    assert chats(made) == {GROUP.user: LinkState.LINKED}
    assert log(made)[0] == "pulse-bot is back in a group chat"
    assert await valley.handle(Removed(STRANGER, CHAT)) == Reply()


async def test_leads_are_told_nothing_of_a_chat_that_is_back(valley: Talk) -> None:
    await valley.handle(Removed(MEMBER, GROUP))
    await add(valley, chat=GROUP)

    assert send_due(valley.made, OutgoingKind.CHAT_LOST) == []


async def test_a_chat_that_is_gone_gets_no_digests(valley: Talk) -> None:
    made = valley.made
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    await valley.handle(Removed(MEMBER, GROUP))
    assert send_due(made, OutgoingKind.DIGEST) == []
    # Those of rounds that close meanwhile are not even waiting.
    at(made, OPENS + timedelta(days=3))
    [early] = rows(made, OutgoingKind.DIGEST)
    assert early.round_id == asked.id

    await add(valley, chat=GROUP)
    words, *_ = send_due(made, OutgoingKind.DIGEST)
    assert words.address == GROUP


@pytest.mark.both_databases
async def test_a_chat_that_moves_is_written_to_there(valley: Talk) -> None:
    there = Address("fake", "", "-100777")

    for _ in range(2):
        assert await valley.handle(Moved(GROUP, there)) == Reply()

    assert chats(valley.made) == {there.user: LinkState.LINKED}
    await say(valley, f"link {link_code(valley.made)}")
    # It was linked anew before the move was told: the old one is nowhere, and nobody is told.
    await valley.handle(Moved(there, CHAT))
    assert chats(valley.made) == {there.user: LinkState.GONE, CHAT.user: LinkState.LINKED}


async def test_a_renewed_invitation_is_on_the_button(valley: Talk) -> None:
    before = await say(valley, "join", chat=GROUP)
    codes = renew_invitation(valley.made, PARTNERSHIP)
    after = await say(valley, "join", chat=GROUP)

    def invitation(card: Card) -> str:
        return card.buttons[0][0].invitation

    assert invitation(after.cards[0]) == codes.invitation != invitation(before.cards[0])
    assert codes.link == link_code(valley.made)
    assert log(valley.made)[0] == "the operator replaced the invitation"
    assert codes.invitation not in repr(codes)
