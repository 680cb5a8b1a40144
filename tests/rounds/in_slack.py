"""Members and their channel in the loopback Slack, as rounds are played there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulse_bot.ports import Address, Field, FieldKind, Form, Option
from pulse_bot.testing import plain
from tests.platforms.slack import Slack
from tests.platforms.slack.acting import draw
from tests.platforms.slack.drawing import FILLED_IN, Drawing
from tests.platforms.slack.groups import new_group
from tests.platforms.slack.people import labels, new_person
from tests.platforms.slack.trouble import Fault, slow
from tests.platforms.slack.world import Channel
from tests.rounds.story import Given, until

POST = "chat.postMessage"
COMMENT = Form("", "", (Field("words", "", FieldKind.TEXT),))
"""Whatever is asked there, it is one text."""


def settings(slack: Slack) -> dict[str, str]:
    """That lead pulse-bot to this Slack."""
    return {
        "PULSE_BOT_SLACK__BOT_TOKEN": slack.bot_token,
        "PULSE_BOT_SLACK__APP_TOKEN": slack.app.app_token,
        "PULSE_BOT_SLACK__BASE_URL": slack.base_url,
    }


async def connected(slack: Slack, times: int) -> None:
    """Wait until pulse-bot has connected so often, and is."""
    sockets = slack.sockets
    assert sockets is not None
    await until(lambda: sockets.opened >= times and bool(sockets.connections), "connected")


def be_patient(slack: Slack) -> None:
    """Let a machine be slow that runs all of this at once; Slack's three seconds are tested
    elsewhere. What is pressed while nobody is connected is lost at once, as in Slack."""
    assert slack.sockets is not None
    slack.patience = slack.sockets.within = slack.world.trigger_seconds = 20.0
    slack.sockets.connect_within = 0.0


class InSlack:
    """A member's direct conversation with the bot."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.person = new_person(slack)

    @property
    def address(self) -> Address:
        return self.person.address

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.person.secrets

    def said(self) -> str:
        return _said(self._drawings())

    def files(self) -> dict[str, bytes]:
        return _files(self.person.direct)

    def cards(self) -> int:
        return sum(_is_card(one) for one in self._drawings())

    def newest_card(self) -> Drawing:
        """The question card that came last."""
        return [one for one in self._drawings() if _is_card(one)][-1]

    def choices(self) -> list[str]:
        return list(labels([self.newest_card()]))

    def press_and_go(self, label: str) -> None:
        control = self.person.find(label, self._drawings())
        self.slack.later(self.person.touch(control))

    def shown(self) -> str:
        card = self.newest_card()
        return f"{card.source.shown} {plain(' '.join(card.words))}"

    async def choose(self, place: int, words: str) -> None:
        labels = self.choices()
        if "Write a few words" in labels:
            self.press_and_go("Write a few words")
            await until(lambda: self.person.modal is not None, "a window for the words")
            await self.person.fill(COMMENT, {"words": (words,)})
        elif any(one.kind in FILLED_IN for one in self.newest_card().controls):
            await self.person.fill(*_ticked(self.newest_card(), place % 2))
        else:
            self.press_and_go(labels[min(place, labels.index("Skip") - 1)])

    async def command(self, word: str, then: str) -> None:
        """Give a command in the conversation with the bot."""
        before = self._screen().count(then)
        self.slack.later(self.person.command_in(self.person.direct, word))
        await until(lambda: self._screen().count(then) > before, f"/pulse {word} → {then}")

    async def press(self, label: str, then: str) -> None:
        """Press the newest button of this label."""
        before = self._screen().count(then)
        self.press_and_go(label)
        await until(lambda: self._screen().count(then) > before, f"{label} → {then}")

    async def fill(self, given: Given, then: str) -> None:
        """Fill in the window in front, and send it."""
        before = self.said().count(then)
        assert self.person.modal is not None
        form, values = _filled(draw(self.slack, self.person.modal), given)
        await self.person.fill(form, values)
        await until(lambda: self.said().count(then) > before, f"sent → {then}")

    def _screen(self) -> str:
        """The conversation and the window in front of it."""
        modal = self.person.modal
        return _said([*self._drawings(), *([draw(self.slack, modal)] if modal else ())])

    async def join(self, channel: ChannelInSlack, school: str) -> None:
        """Press the channel's button, say one's school and name, and be in."""
        name = self.person.user.name
        form = Form(
            "",
            "",
            (
                Field("school", "Which school are you from?", FieldKind.ONE, longest=80),
                Field("name", "What is your name", FieldKind.ONE, (Option(name, name),)),
            ),
        )
        await channel.group.press(self.person, "Join the pulse")
        await until(lambda: self.person.modal is not None, "a window to join in")
        await self.person.fill(form, {"school": (school,), "name": (name,)})
        await until(lambda: "Welcome" in self.said(), "welcomed")

    async def say_more(self, words: str) -> None:
        """Write a comment."""
        before = self.said().count("Recorded.")
        await self.person.press("Say more")
        await until(lambda: self.person.modal is not None, "a window for the comment")
        await self.person.fill(COMMENT, {"words": (words,)})
        await until(lambda: self.said().count("Recorded.") > before, "the comment is recorded")

    def _drawings(self) -> Iterator[Drawing]:
        return _drawings(self.slack, self.person.direct)


class ChannelInSlack:
    """The group's channel."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.group = new_group(slack)

    def said(self) -> str:
        return _said(_drawings(self.slack, self.group.channel))

    def found(self, words: str) -> str:
        """The first message with these words in it."""
        shown = (_said([one]) for one in _drawings(self.slack, self.group.channel))
        return next(one for one in shown if words in one)

    def pictures(self) -> list[str]:
        shown = self.group.channel.messages.values()
        return [file.alt for one in shown for file in one.files if file.alt]

    def files(self) -> dict[str, bytes]:
        return _files(self.group.channel)

    async def link(self, lead: InSlack, code: str) -> None:
        """Bring the bot in, and link the channel to its partnership."""
        await self.group.add_bot(lead.person)
        await until(lambda: "Hello" in self.said(), "greeted")
        # Not waited for: the answer is seen here, and not where the lead looks.
        self.slack.later(lead.person.command_in(self.group.channel, f"link {code}"))
        await until(lambda: "Join the pulse" in self.said(), "linked")


def jam(slack: Slack, after: int) -> None:
    """Take so many messages, and then none, until it is mended."""
    slack.trouble.on(POST, slow(0), times=after)
    slack.trouble.on(POST, Fault(seconds=5), times=1000)


def _filled(window: Drawing, given: Given) -> tuple[Form, dict[str, tuple[str, ...]]]:
    """What is asked in a window of that which is given, by its words, and the answers."""
    asked = [one for one in window.controls if one.kind in FILLED_IN]
    fields, left = list[Field](), dict(given)
    for control in asked:
        found = next((words for words in left if words in plain(control.caption)), None)
        if found is not None:
            del left[found]
            labels = [window.label(one) for one in control.element.get("options", ())]
            options = tuple(Option(label, label) for label in labels)
            fields.append(Field(found, found, FieldKind.ONE, options))
    assert not left, f"Nobody asked {list(left)}; it reads {window.words}."
    values = {words: one if isinstance(one, tuple) else (one,) for words, one in given.items()}
    return Form("", "", tuple(fields)), values


def _ticked(card: Drawing, place: int) -> tuple[Form, dict[str, tuple[str, ...]]]:
    """The box in this place of a card, ticked."""
    [control] = [one for one in card.controls if one.kind in FILLED_IN]
    labels = [card.label(one) for one in control.element["options"]]
    options = tuple(Option(label, label) for label in labels)
    field = Field("ticks", plain(control.caption), FieldKind.SEVERAL, options)
    return Form("", "", (field,), (), "Done"), {"ticks": (labels[place],)}


def _drawings(slack: Slack, channel: Channel) -> Iterator[Drawing]:
    bots = {team.bot for team in slack.world.teams.values()}
    shown = channel.messages.values()
    return (draw(slack, one) for one in shown if one.author in bots and not one.only)


def _said(drawings: Iterable[Drawing]) -> str:
    return plain(" ".join(word for one in drawings for word in one.words))


def _files(channel: Channel) -> dict[str, bytes]:
    kept = (file for one in channel.messages.values() for file in one.files if not file.alt)
    return {one.name: one.data for one in kept}


def _is_card(drawing: Drawing) -> bool:
    return "Skip" in labels([drawing])
