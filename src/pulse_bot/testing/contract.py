"""AdapterContract: what the core relies on in every adapter, as a test class to inherit from.

Needs pytest and pytest-asyncio. Checks raise with words of their own, because pytest explains bare
asserts only in files that it rewrites.
"""

from __future__ import annotations

import asyncio
import logging
import re

import pytest

from pulse_bot.config.logs import LineFormatter
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    LONGEST_ACTION,
    Address,
    Button,
    Card,
    CardKind,
    Commanded,
    Event,
    OpenedHome,
    Outcome,
    Pressed,
    Reply,
    Wrote,
)
from pulse_bot.testing.form_contract import FormContract
from pulse_bot.testing.samples import FILLED, FORM, HOSTILE, PACK, sample_card
from pulse_bot.testing.send_contract import SendContract
from pulse_bot.testing.stage import Script, expect, plain


class AdapterContract(FormContract, SendContract):
    """Inherit from this, write `stage`, and every method here is a test of your adapter."""

    async def test_name_and_limits_are_sane(self) -> None:
        async with self.stage(Script()) as stage:
            adapter, limits = stage.adapter, stage.adapter.limits
            is_valid = re.fullmatch(r"[a-z][a-z0-9_]*", adapter.name)
            expect(bool(is_valid), "A name is lower case: it names a settings section.")
            expect(limits.text >= 200, "A message must hold at least 200 characters.")
            expect(limits.sends_a_second > 0, "sends_a_second must be above nought.")
            expect(limits.burst >= 0, "burst must not be negative.")

    async def test_a_card_is_seen_whole(self) -> None:
        script = Script()
        labels = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree", "Skip")
        sample = sample_card(
            *labels, title="How was it?", text=("First paragraph.", "Second paragraph.")
        )
        async with self.stage(script) as stage:
            seen = await self.show_card(stage, script, stage.new_person(), sample)
        for part in ("How was it?", "First paragraph.", "Second paragraph."):
            expect(part in seen.text, f"The person must see {part!r} of a card.")
        expect(set(labels) <= set(seen.buttons), f"Buttons are missing: {seen.buttons}.")

    async def test_hostile_text_is_shown_as_it_is(self) -> None:
        script = Script()
        sample = sample_card(HOSTILE[0][:40], title=HOSTILE[0], text=HOSTILE)
        async with self.stage(script) as stage:
            person = stage.new_person()
            seen = await self.show_card(stage, script, person, sample)
            script.answer = Reply(notice=HOSTILE[1])
            after = await person.press(HOSTILE[0][:40])
        for text in HOSTILE:
            expect(plain(text) in seen.text, f"Not shown literally: {text!r}, but {seen.text!r}.")
        expect(plain(HOSTILE[1]) in after.text, "A notice must be shown literally.")

    async def test_a_press_comes_back_with_its_address_and_exact_action(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            person = stage.new_person()
            longest = "x" * LONGEST_ACTION
            actions = ("a", 'q:1|"<&>%20+é', longest)
            row = tuple(Button(f"Button {action[:3]}", action) for action in actions)
            for button in row:
                await self.show_card(
                    stage, script, person, Card(CardKind.NOTICE, "Act", (), (row,))
                )
                await person.press(button.label)
        expect(
            script.heard(Pressed) == [Pressed(person.address, action) for action in actions],
            f"Pressed must carry the address and the action as sent: {script.heard(Pressed)}.",
        )

    async def test_the_reply_to_a_press_is_seen(self) -> None:
        script = Script()
        next_card = sample_card("Go on", title="The next card", text=("With a paragraph.",))
        script.answer = Reply(notice="Recorded. You can change it.", cards=(next_card,))
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Agree"))
            seen = await person.press("Agree")
            expect("Recorded. You can change it." in seen.text, "The notice must be seen.")
            expect("The next card" in seen.text, "The reply's cards must be seen.")
            expect("Go on" in seen.buttons, "The buttons of the reply's cards must be there.")
            expect(seen.outcome is Outcome.DONE, "What was done must look done.")
            await person.press("Go on")
        expect(len(script.heard(Pressed)) == 2, "Buttons of a reply's cards must work.")

    async def test_a_file_comes_with_its_card(self) -> None:
        script = Script()
        pack_card = Card(CardKind.NOTICE, "The pack", ("For our workshop.",), file=PACK)
        script.answer = Reply(cards=(pack_card,))
        async with self.stage(script) as stage:
            person = stage.new_person()
            before = await self.show_card(stage, script, person, sample_card("Open"))
            seen = await person.press("Open")
            arrived = PACK in seen.files and PACK not in before.files
            expect(arrived == stage.adapter.limits.files, f"limits.files, but saw {seen.files!r}.")
        for words in ("The pack", "For our workshop."):
            expect(words in seen.text, f"With a file or without, {words!r} must be seen.")

    async def test_a_notice_alone_is_seen(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Agree"))
            seen = await person.press("Agree")
        expect("Recorded." in seen.text, "A reply that is a notice alone must be seen.")

    async def test_long_text_is_not_lost(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            count = stage.adapter.limits.text // 6 + 200
            words = [f"w{number:05}" for number in range(count)]
            sample = sample_card("Agree", text=(" ".join(words), "The end."))
            seen = await self.show_card(stage, script, stage.new_person(), sample)
        lost = set(words) - set(seen.text.split())
        expect(not lost, f"{len(lost)} words of a long text were lost. Split it, never cut it.")
        expect("The end." in seen.text, "What follows a long paragraph must be seen.")
        expect("Agree" in seen.buttons, "The buttons of a long card must be there.")

    @pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN])
    async def test_a_refusal_looks_like_one(self, outcome: Outcome) -> None:
        script = Script()
        script.answer = Reply(notice="This round closed on Friday at 16:00.", outcome=outcome)
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Agree"))
            seen = await person.press("Agree")
        expect(seen.outcome is outcome, f"It was {outcome}, and looks like {seen.outcome}.")
        expect(bool(seen.text), "The person must be told something.")
        if outcome is Outcome.REFUSED:
            expect("This round closed" in seen.text, "The person must see why.")

    async def test_a_broken_core_is_met_with_kindness(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Agree"))
            script.error = RuntimeError("the-inner-detail")
            seen = await person.press("Agree")
            script.error = None
            for word in ("the-inner-detail", "RuntimeError", "Traceback"):
                expect(word not in seen.text, f"A person must never see {word!r}.")
            expect(bool(seen.text), "The person must be told that it did not work.")
            expect(seen.outcome is not Outcome.DONE, "What failed must not look done.")
            expect(not stage.task.done(), "An error of the core must not end run().")
            await self.show_card(stage, script, person, sample_card("Agree"))
            again = await person.press("Agree")
        expect("Recorded." in again.text, "After an error the adapter must go on.")

    async def test_sending_to_nowhere_is_a_permanent_error(self) -> None:
        async with self.stage(Script()) as stage:
            for address in (stage.nowhere, Address("no_such_platform", "", "1")):
                with pytest.raises(AdapterError) as caught:
                    await stage.adapter.send(address, sample_card("Agree"))
                expect(caught.value.permanent, "Trying again cannot help: permanent=True.")
                message = str(caught.value)
                expect(" " in message and message[-1] in ".!", "The message must be a sentence.")

    async def test_an_event_delivered_twice_is_recognised_or_passed_on_twice(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Agree"))
            seen = await person.press("Agree", times=2)
        heard, once = script.heard(Pressed), Pressed(person.address, "act:0")
        expect(heard in ([once], [once] * 2), f"Pass it on, once or as often as it came: {heard}.")
        expect("Recorded." in seen.text, "It must be answered.")

    async def test_home_commands_and_words_are_passed_on(self) -> None:
        script = Script()
        script.home = Reply(cards=(sample_card(title="Your page"),))
        script.answer = Reply(cards=(sample_card(title="What the privacy command says"),))
        async with self.stage(script) as stage:
            person = stage.new_person()
            seen = await person.open_home()
            expect("Your page" in seen.text, "The reply to OpenedHome must be seen.")
            seen = await person.command("privacy")
            expect("What the privacy command says" in seen.text, "So must that to a command.")
            if stage.can_write:
                await person.write("hello <there> & you")
                words = [(received.address, received.text) for received in script.heard(Wrote)]
                expect(words == [(person.address, "hello <there> & you")], f"Got {words}.")
        homes = [event.address for event in script.heard(OpenedHome)]
        commands = [(received.address, received.command) for received in script.heard(Commanded)]
        expect(homes == [person.address], f"OpenedHome must carry the address: {homes}.")
        expect(commands == [(person.address, "privacy")], f"Got the commands {commands}.")

    async def test_nothing_a_person_does_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        script = Script()
        script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        caplog.set_level(logging.DEBUG)
        secret = Card(CardKind.QUESTION, "Q", (), ((Button("Agree", "act-xyzzy"),),))
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, secret)
            await person.press("Agree")
            await person.fill(FORM, FILLED)
            await self.show_card(stage, script, person, secret)
            script.error = RuntimeError("act-xyzzy was not taken")
            await person.press("Agree")
            foreign = stage.foreign_loggers
        # As pulse-bot writes it: of an exception its type and its places, but every text in full.
        own = [record for record in caplog.records if not record.name.startswith(foreign)]
        lines = [f"{LineFormatter().format(record)} {record.getMessage()}" for record in own]
        for word in ("xyzzy", "line <two>", FORM.key, *person.secrets, person.address.user):
            leaks = [line for line in lines if word in line]
            expect(not leaks, f"{word!r} was logged, which tells who did what when: {leaks[:1]}.")
        placed = any("RuntimeError at " in line for line in lines)
        expect(placed, "An error of the core must leave its place in the log: `log.exception`.")

    async def test_run_ends_when_it_is_cancelled(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            await self.show_card(stage, script, stage.new_person(), sample_card("Agree"))
            stage.task.cancel()
            # A minute only ends what would hang: a busy machine is not the adapter's fault.
            await asyncio.wait({stage.task}, timeout=60)
            expect(stage.task.cancelled(), "A cancelled run() must end.")

    async def test_two_people_do_not_see_each_other(self) -> None:
        def answer(event: Event) -> Reply:
            return Reply(cards=(sample_card(title=f"Only for {names[event.address]}"),))

        script = Script()
        async with self.stage(script) as stage:
            ada, bob = stage.new_person(), stage.new_person()
            expect(ada.address != bob.address, "Each person has an address of their own.")
            names = {ada.address: "Ada", bob.address: "Bob"}
            for person in (ada, bob):
                await self.show_card(
                    stage, script, person, sample_card("Agree", title="The same for all")
                )
            script.answer = answer
            seen = await asyncio.gather(ada.press("Agree"), bob.press("Agree"))
        expect("Only for Ada" in seen[0].text and "Only for Bob" in seen[1].text, "See one's own.")
        expect("Only for Bob" not in seen[0].text, "Ada must not see what is for Bob.")
        expect("Only for Ada" not in seen[1].text, "Bob must not see what is for Ada.")
