"""What goes wrong between people, channels and the adapter: nothing is lost, nobody is misled."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Added,
    Address,
    Card,
    CardKind,
    Event,
    Joined,
    Left,
    OpenedHome,
    Outcome,
    Pressed,
    Removed,
    Reply,
    Submitted,
    Wrote,
)
from pulse_bot.testing.samples import FORM, HOSTILE, sample_card
from pulse_bot_slack import listening
from tests.platforms.slack import SlackPerson
from tests.platforms.slack.delivery import Envelope, until
from tests.platforms.slack.groups import new_group
from tests.platforms.slack.people import new_person
from tests.platforms.slack.signed import Request, packed, signed
from tests.platforms.slack.stage import Listen, Scene, scene

BOTH = pytest.mark.parametrize("listen", ["socket", "http"])


def stranger(one: Scene) -> SlackPerson:
    """Somebody of another workspace, as Slack Connect lets them in."""
    user = one.slack.world.add_user(one.slack.team)
    user.team = "T9ELSEWHERE"
    return SlackPerson(one.slack, user, one.slack.team)


async def refused(one: Scene, address: Address) -> AdapterError:
    """The error of a card that is sent there."""
    with pytest.raises(AdapterError) as caught:
        await one.adapter.send(address, sample_card("Agree"))
    return caught.value


def has_modal(person: SlackPerson) -> bool:
    """Whether there is a modal in front of somebody."""
    return person.modal is not None


# Clicks


async def test_a_click_on_an_old_message_is_answered_like_any_other() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Old", title="Before"))
        old = one.ada.find("Old")
        await one.adapter.send(one.ada.address, sample_card("New", title="After"))
        one.script.answer = Reply("This round closed on Friday.", outcome=Outcome.REFUSED)
        await one.ada.touch(old)
        assert one.script.heard(Pressed) == [Pressed(one.ada.address, "act:0")]
        assert one.ada.seen().outcome is Outcome.REFUSED


async def test_two_people_click_at_once_in_a_channel() -> None:
    async with scene() as one:
        here, bob = await one.group(), new_person(one.slack)
        names = {one.ada.address: "Ada", bob.address: "Bob"}
        one.script.answer = lambda event: Reply(f"Only for {names[event.address]}.")
        await one.adapter.send(here.address, sample_card("Agree"))
        await asyncio.gather(here.press(one.ada, "Agree"), here.press(bob, "Agree"))
        assert "Only for Ada." in one.ada.seen().text
        assert "Only for Bob." in bob.seen().text
        assert "Only for" not in here.seen().text


async def test_a_click_that_comes_too_late_for_a_form_offers_it_again() -> None:
    async with scene() as one:
        one.script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        await one.adapter.send(one.ada.address, sample_card("Say more"))
        one.slack.world.trigger_seconds = -1.0
        seen = await one.ada.press("Say more")
        assert not has_modal(one.ada)
        assert seen.outcome is Outcome.REFUSED
        one.slack.world.trigger_seconds = 3.0
        await one.ada.press(next(label for label in seen.buttons if label != "Say more"))
        assert has_modal(one.ada)
        await one.ada.fill(FORM, {"q1": ("5",)})
        assert dict(one.script.heard(Submitted)[0].values) == {"q1": ("5",)}


async def test_a_click_is_acknowledged_while_the_core_still_thinks() -> None:
    async with scene() as one:
        thought = asyncio.Event()

        async def think(event: Event) -> Reply:
            await thought.wait()
            return Reply("Recorded.")

        assert one.slack.watched is not None
        one.slack.watched.handle = think
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        before = len(one.slack.postman.acks)
        pressing = asyncio.create_task(one.ada.press("Agree"))
        assert await until(lambda: len(one.slack.postman.acks) > before)
        assert not one.slack.postman.acks[-1].failed
        assert one.slack.watched.at_work == 1
        thought.set()
        assert "Recorded." in (await pressing).text


async def test_the_shortcut_opens_everything_in_one_window() -> None:
    async with scene() as one:
        one.script.home = Reply(form=FORM)
        await one.ada.shortcut("answer")
        assert has_modal(one.ada)
        assert one.script.heard(OpenedHome) == [OpenedHome(one.ada.address, at_once=True)]


# Requests that are not Slack's, or come twice


async def test_forged_old_and_altered_requests_change_nothing_and_are_not_written_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with scene("http") as one:
        http, team = one.slack.http, one.slack.team.id
        assert http is not None
        message = {
            "type": "message",
            "channel_type": "im",
            "text": "xyzzy",
            "user": "U1",
            "ts": "1",
        }
        told = {"type": "event_callback", "event_id": "Ev1", "team_id": team, "event": message}
        body, kind = packed(Envelope("events_api", told))
        secret, now = one.slack.app.signing_secret, time.time()
        right = signed(body, kind, secret, now)
        for wrong in (
            signed(body, kind, "another secret", now),
            signed(body, kind, secret, now - 301),
            signed(body, kind, secret, now + 310),
            Request(body.replace(b"xyzzy", b"plugh"), right.headers),
            Request(body, {"Content-Type": kind}),
        ):
            assert (await http.post(wrong))[0] == 401
        assert one.script.events == []
        for _ in range(2):
            assert (await http.post(right))[0] == 200
        assert await until(lambda: bool(one.script.events))
        assert [event.text for event in one.script.heard(Wrote)] == ["xyzzy"], "a replay is known"
    ours = [one for one in caplog.records if one.name.startswith(("pulse_bot", "slack"))]
    assert not [one for one in ours if "xyzzy" in one.getMessage() or "Ev1" in one.getMessage()]


@BOTH
async def test_an_event_that_slack_repeats_is_told_once(listen: Listen) -> None:
    async with scene(listen) as one:
        here = await one.group()
        one.slack.postman.twice = 1
        bob = new_person(one.slack)
        await bob.join(here.channel)
        assert one.slack.postman.twice == 0
        assert [event.address for event in one.script.heard(Joined)] == [bob.address]


# Channels


async def test_people_who_come_and_go_are_told_and_bots_are_not() -> None:
    async with scene() as one:
        here, bob = await one.group(), new_person(one.slack)
        robot = SlackPerson(
            one.slack, one.slack.world.add_user(one.slack.team, is_bot=True), one.slack.team
        )
        guest = SlackPerson(
            one.slack, one.slack.world.add_user(one.slack.team, guest=True), one.slack.team
        )
        one.slack.patience = 0.5
        for somebody in (bob, robot, guest):
            await somebody.join(here.channel)
        await bob.leave(here.channel)
        joined = [(event.address, event.group, event.name) for event in one.script.heard(Joined)]
        assert joined == [
            (somebody.address, here.address, somebody.user.name) for somebody in (bob, guest)
        ]
        assert one.script.heard(Left) == [Left(bob.address, here.address)]
        one.slack.page_size = 2
        members = await one.adapter.members(here.address)
        assert set(members.addresses) == {one.ada.address, guest.address}
        assert members.count == 2


async def test_strangers_of_a_shared_channel_join_answer_and_are_written_to() -> None:
    async with scene() as one:
        here, eve = await one.group(), stranger(one)
        here.share()
        await eve.join(here.channel)
        assert [event.address for event in one.script.heard(Joined)] == [eve.address]
        await one.adapter.send(eve.address, sample_card("Agree"))
        assert "Recorded." in (await eve.press("Agree")).text
        assert one.script.heard(Pressed) == [Pressed(eve.address, "act:0")]
        assert eve.address in (await one.adapter.members(here.address)).addresses


@pytest.mark.parametrize("kind", ["public", "private"])
@pytest.mark.parametrize("end", ["remove_bot", "archive", "delete"])
async def test_a_channel_that_ends_is_told_once_and_cannot_be_written_to(
    kind: str, end: str
) -> None:
    async with scene() as one:
        here = await one.group(kind)
        assert [event.group for event in one.script.heard(Added)] == [here.address]
        await getattr(here, end)(one.ada)
        assert [event.group for event in one.script.heard(Removed)] == [here.address]
        error = await refused(one, here.address)
        assert error.permanent
        assert error.gone


async def test_a_channel_that_ends_is_told_again_where_it_had_begun_again() -> None:
    async with scene() as one:
        here = await one.group()
        for _ in range(2):
            await here.remove_bot(one.ada)
            await here.add_bot(one.ada)
        assert len(one.script.heard(Removed)) == 2


@pytest.mark.parametrize(("within", "told"), [(listening.TOLD_WITHIN, 1), (0.0, 2)])
async def test_a_later_end_is_none_that_is_told_twice(
    monkeypatch: pytest.MonkeyPatch, within: float, told: int
) -> None:
    monkeypatch.setattr(listening, "TOLD_WITHIN", within)
    async with scene() as one:
        one.slack.patience = 0.5
        here = await one.group()
        await here.archive(one.ada)
        here.channel.archived = False  # of which Slack tells us nothing
        await here.remove_bot(one.ada)
        assert len(one.script.heard(Removed)) == told


async def test_a_channel_that_was_made_private_goes_on() -> None:
    async with scene() as one:
        here = await one.group()
        here.make_private()
        await one.adapter.send(here.address, sample_card("Agree", title="Still here"))
        assert "Still here" in here.seen().text
        assert (await one.adapter.members(here.address)).addresses == (one.ada.address,)
        other = new_group(one.slack, "private")
        assert (await refused(one, other.address)).gone, "one that it was never in is unseen"


async def test_nobody_is_called_by_a_comment_in_a_digest() -> None:
    async with scene() as one:
        here = await one.group()
        said = ("<!channel> <@U0BOT001> <!here>", *HOSTILE)
        await one.adapter.send(here.address, Card(CardKind.DIGEST, said[0], said))
        assert "<!channel> <@U0BOT001> <!here>" in here.seen().text
        assert one.slack.pinged == []
        message = list(here.channel.messages.values())[-1]
        assert "<!channel>" in one.slack.notification(message), "a phone shows it letter for letter"


# People who are switched off


async def test_people_who_are_switched_off_are_told_and_not_written_to() -> None:
    async with scene() as one:
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        await one.ada.deactivate()
        assert one.script.heard(Left) == [Left(one.ada.address, one.ada.address)]
        posts = len(one.slack.posts)
        error = await refused(one, one.ada.address)
        assert error.gone
        assert len(one.slack.posts) == posts, "Slack would have said that it arrived"
        await one.ada.deactivate(again=True)
        assert [(event.address, event.group) for event in one.script.heard(Joined)] == [
            (one.ada.address, one.ada.address)
        ]
        await one.adapter.send(one.ada.address, sample_card("Agree", title="Welcome back"))
        assert "Welcome back" in one.ada.seen().text
