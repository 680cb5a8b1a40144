"""The Telegram adapter and what people write: comments, stickers, too much, too fast."""

from __future__ import annotations

import pytest

from pulse_bot.ports import (
    Event,
    Field,
    FieldKind,
    Form,
    Outcome,
    Pressed,
    Reply,
    Submitted,
    Wrote,
)
from pulse_bot.testing.samples import FILLED, FORM, HOSTILE, sample_card
from tests.platforms.telegram.stage import Scene, scene

SAY_MORE = Form(
    "answer:7",
    "Say more",
    (Field("comment", "What made it so?", FieldKind.TEXT, longest=5000, erased=True),),
)
TEXT_ONLY = "Text only, please"


async def say_more(on: Scene) -> None:
    """A form with one text to write is open."""

    def answer(event: Event) -> Reply:
        return Reply(form=SAY_MORE) if isinstance(event, Pressed) else Reply("Recorded.")

    on.script.answer = answer
    await on.adapter.send(on.ada.address, sample_card("Say more"))
    await on.ada.press("Say more")


def comments(on: Scene) -> list[str]:
    return [one.values["comment"][0] for one in on.script.heard(Submitted)]


# What is sent instead of a text


@pytest.mark.parametrize("what", ["sticker", "voice"])
async def test_what_is_no_text_is_kindly_refused_and_the_form_goes_on(what: str) -> None:
    async with scene() as on:
        await say_more(on)
        seen = await getattr(on.ada, what)()
        assert TEXT_ONLY in seen.text
        assert seen.outcome is Outcome.REFUSED
        assert not on.script.heard(Submitted)
        await on.ada.write("In words, then.")
        assert comments(on) == ["In words, then."]


async def test_a_sticker_outside_a_form_is_kindly_refused() -> None:
    async with scene() as on:
        assert TEXT_ONLY in (await on.ada.sticker()).text
        assert on.script.events == []


async def test_five_thousand_characters_reach_the_core() -> None:
    async with scene() as on:
        await say_more(on)
        # Telegram's own apps part such a text in two messages.
        seen = await on.ada.write("x" * 4096)
        assert comments(on) == ["x" * 4096]
        assert "Recorded." in seen.text
        await on.ada.write("y" * 904)
        assert [one.text for one in on.script.heard(Wrote)] == ["y" * 904]


async def test_more_than_fits_is_said_and_can_be_sent_again() -> None:
    async with scene() as on:
        on.script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        await on.adapter.send(on.ada.address, sample_card("Answer"))
        await on.ada.press("Answer")
        await on.ada.press("Leave empty")
        await on.ada.press("Leave empty")
        seen = await on.ada.write("x" * 501)
        assert "501" in seen.text
        assert "500" in seen.text
        assert seen.outcome is Outcome.REFUSED
        await on.ada.write("x" * 500)
        await on.ada.press("Leave empty")
        assert [dict(one.values) for one in on.script.heard(Submitted)] == [
            {"q1:comment": ("x" * 500,)}
        ]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_is_typed_comes_as_it_was_typed(text: str) -> None:
    async with scene() as on:
        await say_more(on)
        await on.ada.write(text)
        assert comments(on) == [text]


async def test_a_comment_is_deleted_from_the_chat_once_it_is_recorded() -> None:
    async with scene() as on:
        await say_more(on)
        before = await on.ada.look()
        seen = await on.ada.write("They never listen.")
        assert "They never listen." not in before.text
        assert "They never listen." not in seen.text
        assert "has been deleted" in seen.text
        assert comments(on) == ["They never listen."]


async def test_a_comment_that_was_refused_is_not_deleted() -> None:
    async with scene() as on:
        await say_more(on)
        on.script.answer = lambda event: (
            Reply(form=SAY_MORE)
            if isinstance(event, Pressed)
            else Reply("The round has closed.", outcome=Outcome.REFUSED)
        )
        seen = await on.ada.write("They never listen.")
        assert "They never listen." in seen.text
        assert "The round has closed." in seen.text
        assert "deleted" not in seen.text


async def test_an_edited_message_is_not_heard_again() -> None:
    async with scene() as on:
        message = on.ada.write_and_go("first")
        await on.ada.settled()
        await on.ada.rewrite(message, "second")
        assert [one.text for one in on.script.heard(Wrote)] == ["first"]


async def test_a_form_is_filled_in_at_the_pace_that_telegram_allows() -> None:
    async with scene(paced=True) as on:
        on.server.rates.enforced = True
        on.script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        await on.adapter.send(on.ada.address, sample_card("Answer"))
        await on.ada.press("Answer")
        await on.ada.fill(FORM, FILLED)
        assert [dict(one.values) for one in on.script.heard(Submitted)] == [FILLED]
        assert on.server.rates.refused == 0
