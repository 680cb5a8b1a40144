"""SendContract: what the core relies on in what is sent, and fails. Part of AdapterContract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, CardKind, Confirming, File, Picture, Sendable
from pulse_bot.testing.faults import SendFault
from pulse_bot.testing.samples import HOSTILE, PACK, PIXEL, sample_card
from pulse_bot.testing.stage import Person, Script, Seen, Stage, StagedContract, expect, plain

PICTURE = Picture(PIXEL, "Trust, about 3.8. <b> & more", "Over time")
CARD = sample_card("Agree", title="Sent by itself")
LONG_ALTERNATIVE = " ".join(f"point{number:04}" for number in range(400))

SENT = pytest.mark.parametrize("shown", [CARD, PICTURE, PACK], ids=["card", "picture", "file"])


class SendContract(StagedContract):
    """Cards, pictures and files, each sent by itself; and what becomes of each that fails."""

    async def test_a_card_is_sent_as_its_words_alone(self) -> None:
        whole = Card(
            CardKind.DIGEST, "The digest", ("Trust: up.", *HOSTILE), picture=PICTURE, file=PACK
        )
        async with self.stage(Script()) as stage:
            person = _sent_to(stage)
            await stage.adapter.send(person.address, whole)
            seen = await person.look()
        for text in ("The digest", "Trust: up.", *HOSTILE):
            expect(plain(text) in seen.text, f"{text!r} must be seen, but {seen.text!r}.")
        expect(PICTURE.alternative not in seen.text, "The picture is sent by itself.")
        expect(not seen.files, "The file is sent by itself.")

    async def test_a_picture_and_a_file_are_sent_by_themselves(self) -> None:
        async with self.stage(Script()) as stage:
            person, limits = _sent_to(stage), stage.adapter.limits
            if limits.pictures:
                await stage.adapter.send(person.address, PICTURE)
                seen = await person.look()
                expect(plain(PICTURE.alternative) in seen.text, f"Not seen: {seen.text!r}.")
            if limits.files:
                await stage.adapter.send(person.address, PACK)
                expect((await person.look()).files == (PACK,), "The file must be there to keep.")

    async def test_no_word_of_a_picture_is_lost(self) -> None:
        async with self.stage(Script()) as stage:
            person = _sent_to(stage)
            if not stage.adapter.limits.pictures:
                pytest.skip("No pictures are sent here.")
            await stage.adapter.send(person.address, Picture(PIXEL, LONG_ALTERNATIVE))
            seen = await person.look()
        lost = set(LONG_ALTERNATIVE.split()) - set(seen.text.split())
        expect(not lost, f"{len(lost)} words of what a picture says were lost.")

    @SENT
    @pytest.mark.parametrize("fault", [SendFault.PASSING, SendFault.PAUSE])
    async def test_what_passes_is_told_and_arrives_when_sent_again(
        self, shown: Sendable, fault: SendFault
    ) -> None:
        async with self.stage(Script()) as stage:
            person, plant = _sent_to(stage), _planting(stage)
            plant(fault, type(shown))
            error = await _error_of(stage, person.address, shown)
            if error is not None:
                told = (error.permanent, error.gone, error.uncertain)
                expect(not any(told), f"Nothing arrived, and it may later: {told}.")
                await stage.adapter.send(person.address, shown)
            seen = await person.look()
        expect(_times(seen, shown) == 1, f"It must be seen once, but {seen.text!r}.")

    @SENT
    async def test_what_may_have_arrived_is_uncertain_or_looked_up(self, shown: Sendable) -> None:
        async with self.stage(Script()) as stage:
            person, plant = _sent_to(stage), _planting(stage)
            since = datetime.now(UTC)
            plant(SendFault.ARRIVED, type(shown))
            error = await _error_of(stage, person.address, shown)
            if error is not None:
                told = (error.permanent, error.gone, error.uncertain)
                expect(told == (False, False, True), f"It may have arrived: {told}.")
            found = await _look_up(stage, person.address, shown, since)
            expect(found in (True, None), "It arrived, and has_arrived says that it did not.")
            expect(_times(await person.look(), shown) == 1, "Never send it twice by yourself.")

    @SENT
    async def test_what_was_lost_is_uncertain_and_proven_where_it_can_be(
        self, shown: Sendable
    ) -> None:
        async with self.stage(Script()) as stage:
            person, plant = _sent_to(stage), _planting(stage)
            since = datetime.now(UTC)
            plant(SendFault.LOST, type(shown))
            error = await _error_of(stage, person.address, shown)
            expect(error is not None and error.uncertain, "Nobody knows whether it arrived.")
            found = await _look_up(stage, person.address, shown, since)
            expect(found in (False, None), "It was lost, and has_arrived says that it was not.")
            await stage.adapter.send(person.address, shown)
            expect(_times(await person.look(), shown) == 1, "Sent again, it must be seen.")
            found = await _look_up(stage, person.address, shown, since)
            expect(found in (True, None), "It has arrived by now.")

    async def test_an_older_equal_card_is_not_taken_for_a_newer_one(self) -> None:
        async with self.stage(Script()) as stage:
            person, plant = _sent_to(stage), _planting(stage)
            await stage.adapter.send(person.address, CARD)
            # A minute on, so that no test has to wait for one.
            since = datetime.now(UTC) + timedelta(seconds=60)
            plant(SendFault.LOST, Card)
            error = await _error_of(stage, person.address, CARD)
            expect(error is not None and error.uncertain, "Nobody knows whether it arrived.")
            found = await _look_up(stage, person.address, CARD, since)
            expect(found in (False, None), "An older equal card was taken for it.")

    @SENT
    @pytest.mark.parametrize("fault", [SendFault.PERMANENT, SendFault.GONE])
    async def test_what_will_never_arrive_is_told(self, shown: Sendable, fault: SendFault) -> None:
        async with self.stage(Script()) as stage:
            person, plant = _sent_to(stage), _planting(stage)
            plant(fault, type(shown))
            error = await _error_of(stage, person.address, shown)
            seen = await person.look()
        if fault is SendFault.PERMANENT and isinstance(shown, Picture) and error is None:
            expect(plain(shown.alternative) in seen.text, "Where none is taken, its words are.")
            return
        expect(error is not None and error.permanent, "Trying again cannot help: permanent.")
        expect(error is not None and error.gone == (fault is SendFault.GONE), "Say who is gone.")
        expect(error is not None and not error.uncertain, "A refusal is certain.")
        expect(_times(seen, shown) == 0, "What was refused is not there.")


def _sent_to(stage: Stage) -> Person:
    if not stage.adapter.limits.writes_first:
        pytest.skip("Nothing is sent here: it is there on the next visit.")
    return stage.new_person()


def _planting(stage: Stage) -> Callable[[SendFault, type[Sendable]], None]:
    if stage.plant is None:
        pytest.skip("This platform cannot be made to fail.")
    return stage.plant


async def _error_of(stage: Stage, address: Address, shown: Sendable) -> AdapterError | None:
    try:
        await stage.adapter.send(address, shown)
    except AdapterError as error:
        return error
    return None


async def _look_up(stage: Stage, address: Address, shown: Sendable, since: datetime) -> bool | None:
    adapter = stage.adapter
    return (
        await adapter.has_arrived(address, shown, since)
        if isinstance(adapter, Confirming)
        else None
    )


def _times(seen: Seen, shown: Sendable) -> int:
    match shown:
        case Card():
            return seen.text.count(shown.title)
        case Picture():
            return seen.text.count(plain(shown.alternative))
        case File():
            return seen.files.count(shown)
