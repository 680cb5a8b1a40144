"""The Telegram adapter and people who press what they should not, come and go."""

from __future__ import annotations

import pytest

from pulse_bot.ports import (
    Added,
    Button,
    Card,
    CardKind,
    Commanded,
    Field,
    FieldKind,
    Form,
    Joined,
    Left,
    Outcome,
    Pressed,
    Removed,
    Reply,
    Submitted,
    Wrote,
)
from pulse_bot.testing.samples import FORM, TICKS, sample_card
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import Listen, Scene, scene

SAY_MORE = Form("answer:7", "Say more", (Field("comment", "Why?", FieldKind.TEXT, longest=500),))


def comments(on: Scene) -> list[str]:
    return [one.values["comment"][0] for one in on.script.heard(Submitted)]


async def say_more(on: Scene) -> None:
    """A form with one text to write is open."""
    on.script.answer = lambda event: (
        Reply(form=SAY_MORE) if isinstance(event, Pressed) else Reply("Recorded.")
    )
    await on.adapter.send(on.ada.address, sample_card("Say more"))
    await on.ada.press("Say more")


# Cards and prompts in the wrong hands, or too late


async def test_a_forwarded_prompt_gives_nobody_elses_form_away() -> None:
    async with scene() as on:
        await say_more(on)
        bob = TelegramPerson(on.server)
        copy = bob.forward(on.ada.newest)
        await bob.settled()
        await bob.write("In Ada's name", reply_to=copy)
        assert comments(on) == []
        assert all(one.address == bob.address for one in on.script.heard(Wrote))
        # The same by Ada herself counts, or this test would show nothing.
        await on.ada.write("In my own", reply_to=on.ada.newest)
        assert comments(on) == ["In my own"]


async def test_a_button_in_the_group_counts_for_whoever_presses_it() -> None:
    async with scene() as on:
        group, bob = TelegramGroup(on.server), TelegramPerson(on.server)
        await group.add_bot(on.ada)
        await on.adapter.send(group.address, sample_card("Agree", title="For all"))
        for person in (on.ada, bob):
            seen = await group.press(person, "Agree")
            assert "Recorded." in seen.text
        assert on.script.heard(Pressed) == [Pressed(one.address, "act:0") for one in (on.ada, bob)]
        assert "Recorded." not in (await group.look()).text


async def test_whoever_has_not_started_the_bot_is_shown_the_way() -> None:
    async with scene() as on:
        group, bob = TelegramGroup(on.server), TelegramPerson(on.server, started=False)
        await group.add_bot(on.ada)
        on.script.answer = Reply("For one alone.")
        seen = await group.command(bob, "privacy")
        assert "For one alone." not in seen.text
        assert seen.buttons
        on.script.home = Reply("Your page.")
        assert "Your page." in (await group.press(bob, seen.buttons[-1])).text


async def test_a_button_of_a_message_that_is_gone_still_works() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        message, button = on.ada.find("Agree")
        del on.ada.chat.messages[message.id]
        on.ada.press_on(message, button)
        assert "Recorded." in (await on.ada.settled()).text


async def test_a_prompt_that_was_answered_does_not_answer_again() -> None:
    async with scene() as on:
        await say_more(on)
        message, button = on.ada.find("Leave empty")
        old = message.as_json()
        await on.ada.write("Once")
        # The app still showed the prompt when it was pressed.
        message.content = {**message.content, "reply_markup": old["reply_markup"]}
        on.server.world.chats[on.ada.user.id].messages[message.id] = message
        on.ada.press_on(message, button)
        await on.ada.settled()
        assert comments(on) == ["Once"]
        assert len(on.script.heard(Submitted)) == 1


@pytest.mark.parametrize("listen", ["polling", "webhook"])
async def test_order_does_not_matter_between_people(listen: Listen) -> None:
    async with scene(listen) as on:
        bob = TelegramPerson(on.server)
        for person in (on.ada, bob):
            await on.adapter.send(person.address, sample_card("Agree"))
        on.server.updates.hold()
        on.ada.press_and_go("Agree")
        bob.press_and_go("Agree")
        on.server.updates.release(reverse=True)
        for person in (on.ada, bob):
            assert "Recorded." in (await person.settled()).text
        assert {one.address for one in on.script.heard(Pressed)} == {on.ada.address, bob.address}


async def test_what_one_person_does_stays_in_order() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("One", "Two", "Three"))
        for _ in range(2):
            for label in ("One", "Two", "Three"):
                on.ada.press_and_go(label)
        await on.ada.settled()
        assert [one.action for one in on.script.heard(Pressed)] == ["act:0", "act:1", "act:2"] * 2


async def test_ticks_that_are_tapped_quickly_all_count() -> None:
    async with scene() as on:
        on.script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        await on.adapter.send(on.ada.address, sample_card("Answer"))
        await on.ada.press("Answer")
        await on.ada.press("Leave empty")
        for label in ("☐ A visit", "☐ A call"):
            on.ada.press_and_go(label)
        await on.ada.settled()
        await on.ada.press("Done")
        for _ in range(2):
            await on.ada.press("Leave empty")
        assert [dict(one.values) for one in on.script.heard(Submitted)] == [{"q2": ("a", "b")}]


async def test_an_answer_that_comes_too_late_does_not_stop_the_click() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        on.ada.press_and_go("Agree")
        # Telegram forgets after a while that a button was pressed.
        on.server.world.queries.clear()
        assert "Recorded." in (await on.ada.settled()).text
        assert any(one.method == "answerCallbackQuery" for one in on.server.calls)


async def test_a_button_of_a_message_too_old_to_be_told_still_works() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        message, button = on.ada.find("Agree")
        on.ada.press_on(message, button, old=True)
        assert "Recorded." in (await on.ada.settled()).text
        assert on.script.heard(Pressed) == [Pressed(on.ada.address, "act:0")]


async def test_ticks_too_old_to_be_told_are_answered_kindly() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, Card(CardKind.QUESTION, "Which?", ticks=TICKS))
        for label in ("☐ A list", TICKS.submit):
            message, button = on.ada.find(label)
            on.ada.press_on(message, button, old=True)
            await on.ada.settled()
        assert on.script.heard(Submitted) == []
        assert (await on.ada.look()).outcome is Outcome.REFUSED


# Coming and going


async def test_a_member_who_blocks_the_bot_leaves_and_comes_back() -> None:
    async with scene() as on:
        await on.adapter.send(on.ada.address, sample_card("Agree"))
        on.ada.block()
        await on.server.quiet()
        on.ada.unblock()
        await on.server.quiet()
        here = on.ada.address
        assert on.script.events == [Left(here, here), Joined(here, here, on.ada.user.first_name)]


async def test_a_group_tells_of_the_bot_once() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server)
        await group.add_bot(on.ada)
        await group.promote_bot(on.ada)
        await group.remove_bot(on.ada)
        assert on.script.events == [
            Added(on.ada.address, group.address, group.chat.title),
            Removed(on.ada.address, group.address),
        ]


async def test_commands_for_other_bots_and_of_hidden_administrators_are_not_heard() -> None:
    async with scene() as on:
        group = TelegramGroup(on.server)
        await group.add_bot(on.ada)
        await group.command(on.ada, "link@some_other_bot g7-abc")
        await group.write_anonymously("/link g7-abc")
        assert on.script.heard(Commanded) == []
        await group.command(on.ada, f"link@{on.server.world.bot.username} g7-abc")
        assert on.script.heard(Commanded) == [
            Commanded(on.ada.address, "link", "g7-abc", group.address)
        ]


async def test_commands_that_a_person_may_give_are_in_their_menu() -> None:
    async with scene() as on:
        on.script.answer = Reply("Here.", commands=("trends", "seed"))
        await on.ada.command("help")
        menus = on.server.world.commands
        own = next(menu for (scope, _), menu in menus.items() if str(on.ada.user.id) in scope)
        assert {"trends", "seed", "help"} <= {one["command"] for one in own}
        everybodys = next(m for (scope, _), m in menus.items() if "all_private_chats" in scope)
        assert "seed" not in {one["command"] for one in everybodys}


async def test_five_points_with_their_ends_are_one_row_of_numbers() -> None:
    async with scene() as on:
        labels = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
        row = tuple(Button(label, f"a:{number}") for number, label in enumerate(labels, 1))
        ends = (labels[0], labels[-1])
        await on.adapter.send(on.ada.address, Card(CardKind.QUESTION, "Q", (), (row,), ends))
        keyboard = on.ada.newest.content["reply_markup"]["inline_keyboard"]
        assert [[one["text"] for one in row] for row in keyboard] == [["1", "2", "3", "4", "5"]]
        assert all(one in on.ada.newest.text for one in ends)
        await on.ada.press("4")
        assert on.script.heard(Pressed) == [Pressed(on.ada.address, "a:4")]
