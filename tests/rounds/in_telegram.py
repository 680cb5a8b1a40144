"""Members and their group in the loopback Telegram, as rounds are played there."""

from __future__ import annotations

from pulse_bot.ports import Address
from pulse_bot.testing import plain
from tests.platforms.telegram.groups import TelegramGroup
from tests.platforms.telegram.people import (
    DONE,
    EMPTY,
    UNTICKED,
    TelegramPerson,
    find_button,
)
from tests.platforms.telegram.server import TelegramServer
from tests.platforms.telegram.world import Chat, Message
from tests.rounds.story import Given, press, until


def settings(telegram: TelegramServer) -> dict[str, str]:
    """That lead pulse-bot to this Telegram."""
    return {
        "PULSE_BOT_TELEGRAM__TOKEN": telegram.world.token,
        "PULSE_BOT_TELEGRAM__BASE_URL": telegram.base_url,
        "PULSE_BOT_TELEGRAM__BASE_FILE_URL": telegram.base_url,
    }


TICKED = "☑ "


class InTelegram:
    """A member's private chat."""

    def __init__(self, telegram: TelegramServer, *, started: bool = False) -> None:
        self.person = TelegramPerson(telegram, started=started)

    @property
    def address(self) -> Address:
        return self.person.address

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.person.secrets

    def said(self) -> str:
        return _said(self.person.chat)

    def files(self) -> dict[str, bytes]:
        return _files(self.person.server, self.person.chat)

    def cards(self) -> int:
        return sum(_is_card(one) for one in self.person.chat.messages.values())

    def newest_card(self) -> Message:
        """The question card that came last."""
        return [one for one in self.person.chat.messages.values() if _is_card(one)][-1]

    def choices(self) -> list[str]:
        return [str(one["text"]) for one in self.newest_card().buttons]

    def press_and_go(self, label: str) -> None:
        self.person.press_and_go(label)

    def shown(self) -> str:
        card = self.newest_card()
        return f"{card.id} {plain(card.text)}"

    async def choose(self, place: int, words: str) -> None:
        labels = self.choices()
        if "Write a few words" in labels:
            await press(self, "Write a few words", "Your way of writing")
            self.person.write_and_go(words)
        elif labels[0].startswith(UNTICKED):
            self.press_and_go(labels[place % 2])
            ticked = TICKED + labels[place % 2].removeprefix(UNTICKED)
            await until(lambda: ticked in self.choices(), "ticked")
            self.press_and_go(DONE)
        else:
            self.press_and_go(labels[min(place, labels.index("Skip") - 1)])

    async def command(self, word: str, then: str) -> None:
        """Type a command."""
        before = self.said().count(then)
        self.person.write_and_go(f"/{word}")
        await until(lambda: self.said().count(then) > before, f"/{word} → {then}")

    async def press(self, label: str, then: str) -> None:
        """Press the newest button of this label."""
        await press(self, label, then)

    async def fill(self, given: Given, then: str) -> None:
        """Go through the conversation, prompt by prompt."""
        before, left = self.said().count(then), dict(given)
        while "Cancel" in _labels(self.person.newest):
            asked = plain(self.person.newest.text)
            found = next((words for words in left if words in asked), None)
            value = left.pop(found) if found is not None else EMPTY
            await self._reply(value)
        assert not left, f"Nobody asked {list(left)}."
        await until(lambda: self.said().count(then) > before, f"sent → {then}")

    async def _reply(self, value: str | tuple[str, ...]) -> None:
        if isinstance(value, tuple):
            for one in (*(UNTICKED + label for label in value), DONE):
                await self.person.press(one)
        elif value in _labels(self.person.newest):
            await self.person.press(value)
        else:
            await self.person.write(value)

    async def join(self, group: GroupInTelegram, school: str) -> None:
        """Press the group's button, say one's school and name, and be in."""
        _, button = find_button(list(group.group.chat.messages.values()), "Join the pulse")
        self.person.write_and_go(f"/start {button['url'].partition('start=')[2]}")
        await until(lambda: "Which school are you from?" in self.said(), "asked for the school")
        self.person.write_and_go(school)
        await until(lambda: "What is your name" in self.said(), "asked for the name")
        self.person.press_and_go(self.person.user.first_name)
        await until(lambda: "Welcome" in self.said(), "welcomed")


class GroupInTelegram:
    """The group's chat."""

    def __init__(self, telegram: TelegramServer) -> None:
        self.group = TelegramGroup(telegram)

    def said(self) -> str:
        return _said(self.group.chat)

    def found(self, words: str) -> str:
        """The first message with these words in it."""
        shown = (plain(one.text) for one in self.group.chat.messages.values() if one.sender.is_bot)
        return next(one for one in shown if words in one)

    def files(self) -> dict[str, bytes]:
        return _files(self.group.server, self.group.chat)

    def pictures(self) -> list[str]:
        shown = self.group.chat.messages.values()
        return [str(one.content["caption"]) for one in shown if "photo" in one.content]

    async def link(self, lead: InTelegram, code: str) -> None:
        """Bring the bot in, and link the chat to its partnership."""
        await self.group.add_bot(lead.person)
        await until(lambda: "Hello" in self.said(), "greeted")
        await self.group.command(lead.person, f"link {code}")
        await until(lambda: "Join the pulse" in self.said(), "linked")


def jam(telegram: TelegramServer, after: int) -> None:
    """Take so many messages, and then none, until it is mended."""
    telegram.trouble.slow(0, methods=("sendMessage",), times=after)
    telegram.trouble.slow(30, methods=("sendMessage",), times=None)


def _labels(message: Message) -> list[str]:
    return [plain(one["text"]) for one in message.buttons]


def _said(chat: Chat) -> str:
    return plain(" ".join(one.text for one in chat.messages.values() if one.sender.is_bot))


def _files(telegram: TelegramServer, chat: Chat) -> dict[str, bytes]:
    shown = (one.content["document"] for one in chat.messages.values() if "document" in one.content)
    kept = [telegram.world.files[one["file_id"]] for one in shown]
    return {one.name: one.content for one in kept}


def _is_card(message: Message) -> bool:
    return message.sender.is_bot and any(one["text"] == "Skip" for one in message.buttons)
