"""Members with personal links: they are not written to, and look at their pages by themselves."""

from __future__ import annotations

import csv
import io
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from html import unescape
from urllib.parse import urlsplit

from pulse_bot.config.plugins import PersonalLink
from pulse_bot.ports import Field, FieldKind, Form
from pulse_bot.testing import plain
from pulse_bot_web.links import link_address
from tests.adapters.test_web import Visitor
from tests.rounds.asked import Asked, AskedForm, AskedReader
from tests.rounds.program import Program
from tests.rounds.story import NAME, QUESTIONS, Given

FORM = Form(
    "",
    "",
    tuple(
        Field(f"{number}:{slot}", "", FieldKind.ONE)
        for number in range(QUESTIONS)
        for slot in ("answer", "comment")
    ),
)
"""What a page asks for, in its order."""


def settings() -> dict[str, str]:
    """Pages on a port that was free a moment ago: links have to name it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return {"PULSE_BOT_WEB__PORT": str(listener.getsockname()[1])}


class OnTheWeb:
    """A member's own page in a browser."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        link = PersonalLink(link_address(parts.path.rpartition("/")[2]), url)
        self.visitor = Visitor(f"http://{parts.netloc}", link)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token, which opens the page."""
        return self.visitor.secrets

    async def read(self) -> str:
        """What is on the page, the promise read."""
        seen = await self.visitor.open_home()
        if "I have read this" in seen.buttons:
            seen = await self.visitor.press("I have read this")
        return seen.text

    async def digests(self) -> str:
        """What is on the page of digests."""
        return (await self.visitor.command("group")).text

    def said(self) -> str:
        """What is on the page in the window."""
        return plain(" ".join(self.visitor.page.words))

    async def command(self, word: str, then: str) -> None:
        """Follow the link at the foot of one's page."""
        await self.read()
        assert self.visitor.response is not None
        assert f'{self.visitor.path}/{word}"' in self.visitor.response.text, self.said()
        seen = await self.visitor.command(word)
        assert then in seen.text, seen.text

    async def press(self, label: str, then: str) -> None:
        """Press a button."""
        seen = await self.visitor.press(label)
        assert then in seen.text, seen.text

    async def fill(self, given: Given, then: str) -> None:
        """Fill in the form on the page, and send it."""
        assert self.visitor.response is not None
        form = AskedReader(self.visitor.response.text).asking(*given)
        sent = {name: [value] for name, value in form.hidden.items()}
        for words, value in given.items():
            asked = form.asking(words)
            assert asked is not None
            for one in value if isinstance(value, tuple) else (value,):
                name, told = asked.filled(one)
                sent.setdefault(name, []).append(told)
        await self._send(form.action, sent, then)

    async def _send(self, action: str, sent: dict[str, list[str]], then: str) -> None:
        self.visitor.response = await self.visitor.client.post(action, data=sent)
        assert then in self.said(), self.said()

    async def whole_page(self, name: str) -> str:
        """The words of a page of its own, which is to be kept or printed."""
        told = await self.visitor.client.get(f"{self.visitor.path}/{name}")
        assert told.status_code == 200, told.text
        return plain(
            unescape(re.sub("<style>.*?</style>|<[^>]*>", " ", told.text, flags=re.DOTALL))
        )

    async def answers(self) -> int:
        """How many answers the page asks for, comments left out."""
        return len((await self._questions())[1])

    async def answer_all(self, place: int, words: str) -> None:
        """Answer whatever the page asks for: by the choice in this place, or in these words."""
        form, questions = await self._questions()
        sent = {name: [value] for name, value in form.hidden.items()}
        for one in questions:
            # The last choice is to skip.
            labels = [choice.label for choice in one.choices[:-1]]
            name, told = one.filled(labels[min(place, len(labels) - 1)] if labels else words)
            sent[name] = [told]
        await self._send(form.action, sent, "Recorded.")

    async def _questions(self) -> tuple[AskedForm, list[Asked]]:
        await self.read()
        assert self.visitor.response is not None
        forms = [one for one in AskedReader(self.visitor.response.text).forms if one.asked]
        assert len(forms) == 1, f"Nothing is asked: {self.said()}"
        [form] = forms
        return form, [one for one in form.asked if "Say more" not in one.caption]

    async def answer(self, point: int) -> None:
        """Answer all questions at once."""
        await self.read()
        values = {f"{number}:answer": (str(point),) for number in range(QUESTIONS)}
        seen = await self.visitor.fill(FORM, values)
        assert "Recorded." in seen.text


@asynccontextmanager
async def visitors(
    program: Program, people: Sequence[tuple[str, str]]
) -> AsyncIterator[list[OnTheWeb]]:
    """Members by name and school, each with the link that the operator gave them."""
    file = program.folder / "people.csv"
    file.write_text("\n".join(["name,organisation", *(f"{who},{where}" for who, where in people)]))
    rows = csv.DictReader(io.StringIO(program.does("member", "import", NAME, str(file))))
    made = [OnTheWeb(row["link"]) for row in rows]
    async with AsyncExitStack() as stack:
        for one in made:
            await stack.enter_async_context(one.visitor.client)
        yield made
