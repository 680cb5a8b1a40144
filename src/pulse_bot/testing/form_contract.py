"""FormContract: what the core relies on where people fill something in. Part of AdapterContract."""

from __future__ import annotations

from pulse_bot.ports import Button, Card, CardKind, Form, Pressed, Reply, Submitted
from pulse_bot.testing.samples import (
    FILLED,
    FORM,
    ORGANISATION,
    PLANNED,
    PLANNING,
    TICKS,
    sample_card,
)
from pulse_bot.testing.stage import Script, StagedContract, expect, plain


class FormContract(StagedContract):
    """Forms and ticks."""

    async def test_a_form_is_reachable_and_comes_back_exactly(self) -> None:
        script = Script()
        script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Answer"))
            await person.press("Answer")
            seen = await person.fill(FORM, FILLED)
        words = [FORM.title, *FORM.text]
        words += [word for field in FORM.fields for word in (field.label, field.hint)]
        words += [option.label for field in FORM.fields for option in field.options]
        missing = [word for word in words if plain(word) not in seen.text]
        expect(not missing, f"Parts of the form were never seen: {missing}.")
        got = [
            (submission.address, submission.form, dict(submission.values))
            for submission in script.heard(Submitted)
        ]
        expect(
            got == [(person.address, FORM.key, FILLED)],
            f"Submitted must carry exactly what was chosen, nothing for fields left empty: {got}.",
        )

    async def test_an_empty_form_has_no_values(self) -> None:
        script = Script()
        script.answer = lambda event: (
            Reply(form=FORM) if isinstance(event, Pressed) else Reply("Ok.")
        )
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Answer"))
            await person.press("Answer")
            await person.fill(FORM, {})
        got = [dict(submission.values) for submission in script.heard(Submitted)]
        expect(got == [{}], f"Fields left empty must be missing from the values: {got}.")

    async def test_a_choice_may_be_typed_where_the_form_allows_it(self) -> None:
        script = Script()
        script.answer = lambda event: (
            Reply(form=ORGANISATION) if isinstance(event, Pressed) else Reply("Ok.")
        )
        typed, picked = {"organisation": ("St. Anne's <&> Co",)}, {"organisation": ("o:2",)}
        async with self.stage(script) as stage:
            for values in (typed, picked):
                person = stage.new_person()
                await self.show_card(stage, script, person, sample_card("Join"))
                await person.press("Join")
                await person.fill(ORGANISATION, values)
        got = [dict(submission.values) for submission in script.heard(Submitted)]
        expect(got == [typed, picked], f"What is typed comes back as typed: {got}.")

    async def test_a_form_for_a_facilitator_can_be_filled_in(self) -> None:
        script = Script()
        script.answer = lambda event: (
            Reply(form=PLANNING) if isinstance(event, Pressed) else Reply("Ok.")
        )
        async with self.stage(script) as stage:
            person = stage.new_person()
            await self.show_card(stage, script, person, sample_card("Prepare"))
            await person.press("Prepare")
            seen = await person.fill(PLANNING, PLANNED)
        options = [entry.label for field in PLANNING.fields for entry in field.options]
        missing = [label for label in options if plain(label) not in seen.text]
        expect(not missing, f"Choices must be read in full: {missing}.")
        got = [dict(entry.values) for entry in script.heard(Submitted)]
        expect(got == [PLANNED], f"Lines, long lists and short texts come back exactly: {got}.")

    async def test_ticks_are_sent_together(self) -> None:
        script = Script()
        ticks_card = Card(
            CardKind.QUESTION, "Which?", ticks=TICKS, buttons=((Button("Skip", "s"),),)
        )
        chosen = {"q2": ("a", 'c"<&')}
        async with self.stage(script) as stage:
            person = stage.new_person()
            before = await self.show_card(stage, script, person, ticks_card)
            await person.fill(Form(TICKS.form, "", (TICKS.field,), submit=TICKS.submit), chosen)
        words = [TICKS.field.hint, *(option.label for option in TICKS.field.options)]
        everything = " ".join((before.text, *before.buttons))
        missing = [word for word in words if plain(word) not in everything]
        expect(not missing, f"Parts of the ticks were never seen: {missing}.")
        got = [
            (submission.address, submission.form, dict(submission.values))
            for submission in script.heard(Submitted)
        ]
        expect(got == [(person.address, TICKS.form, chosen)], f"Submitted must say them all: {got}")
