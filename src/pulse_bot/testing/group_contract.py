"""GroupContract: what the core relies on in an adapter whose platform has group chats."""

from __future__ import annotations

import pytest

from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Added,
    Button,
    Card,
    CardKind,
    Commanded,
    Joined,
    Picture,
    Removed,
    Reply,
)
from pulse_bot.testing.samples import HOSTILE, PACK, PIXEL, sample_card
from pulse_bot.testing.stage import Group, Script, Stage, StagedContract, expect, plain

INVITATION = "j7-abcdefghijklmnop"


class GroupContract(StagedContract):
    """Inherit from this beside `AdapterContract`; the stage needs `new_group`."""

    async def group(self, stage: Stage) -> Group:
        """A group's chat with the bot in it."""
        if stage.new_group is None:
            pytest.fail("A stage for this contract says how a group's chat is made: new_group.")
        group = stage.new_group()
        await group.add_bot(stage.new_person())
        return group

    async def test_being_added_is_told_and_answered_in_the_group(self) -> None:
        script = Script()
        script.answer = Reply(cards=(sample_card("Join", title="Hello, everybody"),), public=True)
        async with self.stage(script) as stage:
            assert stage.new_group is not None  # noqa: S101 - said kindly by `group`
            group, person = stage.new_group(), stage.new_person()
            seen = await group.add_bot(person)
        got = [(event.address, event.group) for event in script.heard(Added)]
        expect(got == [(person.address, group.address)], f"Added must come, once: {got}.")
        expect("Hello, everybody" in seen.text, "The group must see a public reply.")

    async def test_being_removed_is_told(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            group = await self.group(stage)
            await group.remove_bot(stage.new_person())
        got = [event.group for event in script.heard(Removed)]
        expect(got == [group.address], f"Removed must come with the group, once: {got}.")

    async def test_a_command_in_the_group_says_where_it_was_given(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            group, person = await self.group(stage), stage.new_person()
            script.answer = Reply(cards=(sample_card(title="For everybody here"),), public=True)
            seen = await group.command(person, "link g7-abc")
            expect("For everybody here" in seen.text, "A public reply is seen in the group.")
        got = script.heard(Commanded)
        expected = [Commanded(person.address, "link", "g7-abc", group.address)]
        expect(got == expected, f"A command must carry its words and its group: {got}.")

    async def test_what_is_private_is_not_shown_in_the_group(self) -> None:
        script = Script()
        async with self.stage(script) as stage:
            group, person = await self.group(stage), stage.new_person()
            await person.open_home()
            script.answer = Reply("A notice for one.", cards=(sample_card(title="For one alone"),))
            seen = await group.command(person, "privacy")
            own_screen = await person.look()
        expect("For one alone" not in seen.text, "A private card must not be seen in the group.")
        expect("A notice for one" not in seen.text, "Nor must a private notice.")
        expect("For one alone" in own_screen.text, "The person must see it for themselves.")

    async def test_an_invitation_in_the_group_leads_to_joined(self) -> None:
        script = Script()
        script.answer = Reply(cards=(sample_card(title="Which school?"),))
        join = Card(CardKind.NOTICE, "Come in", (), ((Button("Join", invitation=INVITATION),),))
        async with self.stage(script) as stage:
            group, person = await self.group(stage), stage.new_person()
            await stage.adapter.send(group.address, join)
            seen = await group.press(person, "Join")
        got = [(event.address, event.group, event.invitation) for event in script.heard(Joined)]
        expected = [(person.address, person.address, INVITATION)]
        expect(got == expected, f"Joined must carry the invitation: {got}.")
        expect("Which school?" in seen.text, "The reply must be seen by the person.")

    async def test_a_digest_with_a_picture_is_seen_in_the_group(self) -> None:
        script = Script()
        picture = Picture(PIXEL, "Trust, about 3.8. <b> & more")
        digest_card = Card(CardKind.DIGEST, "The digest", ("Trust: up.", *HOSTILE))
        async with self.stage(script) as stage:
            group = await self.group(stage)
            await stage.adapter.send(group.address, digest_card)
            await stage.adapter.send(group.address, picture)
            seen = await group.look()
        alternatives = (picture.alternative,) if stage.adapter.limits.pictures else ()
        for text in ("The digest", "Trust: up.", *HOSTILE, *alternatives):
            expect(plain(text) in seen.text, f"The group must see {text!r}, but {seen.text!r}.")

    @pytest.mark.parametrize("refused", [False, True])
    async def test_a_file_is_in_the_group_or_refused_for_good(self, refused: bool) -> None:
        pack_card = Card(CardKind.DIGEST, "The digest", ("The pack is ready.",))
        async with self.stage(Script()) as stage:
            if refused and stage.refuse_files is None:
                pytest.skip("This platform takes every file.")
            group = await self.group(stage)
            if refused and stage.refuse_files is not None:
                stage.refuse_files()
            await stage.adapter.send(group.address, pack_card)
            if refused:
                with pytest.raises(AdapterError) as caught:
                    await stage.adapter.send(group.address, PACK)
                expect(caught.value.permanent, "Trying again cannot help: permanent=True.")
            elif stage.adapter.limits.files:
                await stage.adapter.send(group.address, PACK)
            seen = await group.look()
        for words in ("The digest", "The pack is ready."):
            expect(words in seen.text, f"The group must see {words!r}, but {seen.text!r}.")
        expected_files = (PACK,) if stage.adapter.limits.files and not refused else ()
        expect(
            seen.files == expected_files,
            f"Wanted {[file.name for file in expected_files]}: {seen.files!r}.",
        )

    async def test_people_are_counted_without_the_bot(self) -> None:
        async with self.stage(Script()) as stage:
            group = await self.group(stage)
            members = await stage.adapter.members(group.address)
        expect(members.count == 1, f"Whoever added the bot is there, alone: {members}.")
        expect(
            bool(members.addresses) == stage.adapter.limits.lists_members,
            "Addresses are told exactly where limits.lists_members says so.",
        )
        expect(set(members.guests) <= set(members.addresses), "Guests are among the addresses.")
