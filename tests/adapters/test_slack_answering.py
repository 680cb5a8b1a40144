"""Where a reply is shown, in which order, and what is asked of Slack for it."""

from __future__ import annotations

import asyncio
from collections import Counter

from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Added,
    Button,
    Card,
    CardKind,
    Commanded,
    Event,
    Joined,
    OpenedHome,
    Outcome,
    Pressed,
    Reply,
    Wrote,
)
from pulse_bot.testing.samples import FORM, PACK, sample_card
from pulse_bot_slack.people import ONE_BY_ONE
from tests.platforms.slack.delivery import until
from tests.platforms.slack.groups import new_group
from tests.platforms.slack.people import new_person
from tests.platforms.slack.stage import Scene, scene
from tests.platforms.slack.trouble import says

QUESTION = Card(
    CardKind.QUESTION, "How was it?", buttons=((Button("Good", "a:1"),),), progress="1 of 3"
)


def asked_of(one: Scene) -> Counter[str]:
    """How often each method was called."""
    return Counter(call.method for call in one.slack.calls)


def has_modal(one: Scene) -> bool:
    """Whether a window is in front of Ada."""
    return one.ada.modal is not None


def shown_to(one: Scene) -> list[str]:
    """The texts of the direct messages to Ada, in order."""
    return [message.text for message in one.ada.direct.messages.values()]


async def test_one_person_is_answered_in_order_and_nobody_waits_for_another() -> None:
    async with scene() as one:
        bob, first_is_done = new_person(one.slack), asyncio.Event()
        answered: list[str] = []

        async def handle(event: Event) -> Reply:
            said = event.action if isinstance(event, Pressed) else ""
            if said == "act:0":
                await first_is_done.wait()
            answered.append(said)
            return Reply(said)

        assert one.slack.watched is not None
        one.slack.watched.handle = handle
        for person in (one.ada, bob):
            labels = ("Four", "Five") if person is one.ada else ("-", "-", "Bob's")
            await one.adapter.send(person.address, sample_card(*labels))
        slow = [asyncio.create_task(one.ada.press(label)) for label in ("Four", "Five")]
        assert "act:2" in (await bob.press("Bob's")).text
        assert answered == ["act:2"]

        first_is_done.set()
        await asyncio.gather(*slow)

        assert answered == ["act:2", "act:0", "act:1"]
        assert shown_to(one)[-2:] == ["act:0", "act:1"]


async def test_what_the_home_is_asked_is_answered_in_the_home() -> None:
    async with scene() as one:
        one.script.home = Reply(cards=(QUESTION,))
        one.script.answer = Reply("Recorded.", cards=(sample_card("Next one"),))
        await one.ada.open_home()
        seen = await one.ada.press("Good")

        assert "Recorded." in seen.text
        assert "Next one" in seen.buttons
        assert shown_to(one) == []
        assert "How was it?" not in seen.text

        await one.ada.press("The promise")
        assert one.script.heard(Commanded) == [Commanded(one.ada.address, "privacy")]
        assert shown_to(one) == []


async def test_a_file_that_the_home_was_asked_for_comes_as_a_message() -> None:
    async with scene() as one:
        pack = Card(CardKind.NOTICE, "The pack", ("For our workshop.",), file=PACK)
        one.script.answer = Reply(cards=(pack,))
        one.script.home = Reply(cards=(sample_card("Workshop pack"),))
        await one.ada.open_home()
        await one.ada.press("Workshop pack")
        assert await until(lambda: "The file is on the tab Messages." in one.ada.seen().text)
        assert one.ada.seen().files == (PACK,)
        assert [text.partition("\n")[0] for text in shown_to(one)][:1] == ["The pack"]


async def test_all_questions_open_in_one_window_and_the_home_stays() -> None:
    def answer(event: Event) -> Reply:
        if isinstance(event, OpenedHome) and event.at_once:
            return Reply(form=FORM)
        return Reply(cards=(QUESTION,))

    async with scene() as one:
        assert one.slack.watched is not None

        async def handle(event: Event) -> Reply:
            return answer(event)

        one.slack.watched.handle = handle
        await one.ada.open_home()
        seen = await one.ada.press("Answer all at once")

        assert has_modal(one)
        assert "Good" in seen.buttons
        assert asked_of(one)["views.publish"] == 1


async def test_what_is_asked_of_somebody_can_be_answered_at_once_and_a_digest_cannot() -> None:
    async with scene() as one:
        group = await one.group()
        for shown in (QUESTION, sample_card("Agree")):
            await one.adapter.send(one.ada.address, shown)
        await one.adapter.send(group.address, QUESTION)

        assert (await one.ada.look()).buttons.count("Answer all at once") == 1
        assert "Answer all at once" not in (await group.look()).buttons


async def test_a_public_reply_where_the_bot_is_not_says_what_to_do() -> None:
    async with scene() as one:
        one.script.answer = Reply(cards=(sample_card(title="For everybody"),), public=True)
        group = new_group(one.slack, "private")
        seen = await group.command(one.ada, "help")

        assert "For everybody" not in seen.text
        assert "/invite @pulse-bot" in (await one.ada.look()).text


async def test_a_private_reply_finds_its_way_without_a_direct_chat() -> None:
    async with scene() as one:
        group = await one.group()
        one.script.answer = Reply("Only for Ada.")
        one.slack.trouble.on("chat.postMessage", says("cannot_dm_bot"))
        seen = await group.command(one.ada, "privacy")

        assert "Only for Ada." not in seen.text
        assert "Only for Ada." in (await one.ada.look()).text
        assert asked_of(one)["chat.postEphemeral"] == 1


async def test_whoever_cannot_be_looked_up_is_told_and_a_channel_is_greeted_all_the_same() -> None:
    async with scene() as one:
        one.slack.trouble.on("conversations.info", says("internal_error"))
        group = await one.group()
        assert [added.name for added in one.script.heard(Added)] == [""]

        join = Card(CardKind.NOTICE, "Join", buttons=((Button("Join", invitation="j7-abc"),),))
        await one.adapter.send(group.address, join)
        one.slack.trouble.on("users.info", says("internal_error"))
        one.slack.patience = 0.5  # the core is not told, so nobody tells when it has answered
        assert (await group.press(one.ada, "Join")).outcome is Outcome.REFUSED
        assert one.script.heard(Joined) == []


async def test_a_form_without_a_click_waits_behind_a_button() -> None:
    async with scene() as one:
        one.script.answer = Reply(form=FORM)
        await one.ada.write("hello")
        assert not has_modal(one)
        await one.ada.press("Open")

        assert has_modal(one)
        assert one.script.heard(Wrote) == [Wrote(one.ada.address, "hello")] * 2


async def test_many_people_are_looked_up_together() -> None:
    async with scene() as one:
        people = [new_person(one.slack) for _ in range(3 * ONE_BY_ONE)]
        gone = people[-1]
        gone.user.deleted = True
        sending = [one.adapter.send(person.address, sample_card("Agree")) for person in people]
        ended = await asyncio.gather(*sending, return_exceptions=True)

        assert [isinstance(end, AdapterError) and end.gone for end in ended].count(True) == 1
        assert isinstance(ended[-1], AdapterError)
        assert asked_of(one)["users.info"] == ONE_BY_ONE
        assert asked_of(one)["users.list"] == 1


async def test_a_channel_of_several_pages_is_counted_whole() -> None:
    async with scene() as one:
        group = await one.group()
        group.channel.members += [new_person(one.slack).user.id for _ in range(7)]
        group.channel.members.append(new_person(one.slack, is_bot=True).user.id)
        one.slack.page_size = 3
        members = await one.adapter.members(group.address)

        assert members.count == len(members.addresses) == 8


async def test_somebody_who_comes_back_is_reachable_again() -> None:
    async with scene() as one:
        for again in (False, True):
            await one.ada.deactivate(again=again)
        own = one.ada.address

        assert one.script.heard(Joined) == [Joined(own, own, one.ada.user.name)]
        await one.adapter.send(own, sample_card("Agree"))


async def test_it_ends_in_time_though_the_core_hangs() -> None:
    async with scene() as one:
        never = asyncio.Event()

        async def hang(event: Event) -> Reply:
            await never.wait()
            return Reply()

        assert one.slack.watched is not None
        one.slack.watched.handle = hang
        await one.adapter.send(one.ada.address, sample_card("Agree"))
        pressing = asyncio.create_task(one.ada.press("Agree"))
        watched = one.slack.watched
        assert await until(lambda: watched.at_work == 1)
        one.task.cancel()
        await asyncio.wait({one.task}, timeout=60)

        assert one.task.cancelled()
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
