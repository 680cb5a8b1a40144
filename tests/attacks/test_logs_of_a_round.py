"""Everything that is logged of a whole round, at DEBUG, with SQL echo, while things go wrong."""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from pulse_bot.app import App
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.config import logs
from pulse_bot.domain.asking.items import Choice, Item, ItemKind
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.record import Digest, Statement
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    Address,
    Event,
    OpenedHome,
    Outcome,
    Picture,
    Pressed,
    Sendable,
    Submitted,
)
from pulse_bot.storage import envelopes
from pulse_bot.testing import FakeAdapter, FixedClock, running
from pulse_bot.usecases.context import Installation
from tests.attacks.restart import keys_of
from tests.attacks.thief import held
from tests.engine.databases import EmptyPostgres
from tests.made_up import CLOSES, OPENS, START, at, found, installation, people

WORDS = "The heron at the weir counted eleven."
CHOICE = "choice-of-herons"
CHOICES = (Choice(CHOICE, "Herons"),)
PACE = Pace(tick=None, poll=0.02, pause=0.01)
POOL = {
    "trust": [
        Item(
            "trust-1",
            "trust",
            "Which?",
            ItemKind.CHOOSE,
            "trust",
            "Why?",
            choices=(Choice(CHOICE, "H"),),
        )
    ],
    "honesty": [Item("honesty-1", "honesty", "What?", ItemKind.WORDS, "honesty", "Why?")],
    "accountability": [Item("who-1", "who", "How?", ItemKind.AGREE, "accountability", "Why?")],
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Logging as `pulse-bot run` sets it up, and everything put back."""
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    before = (root.handlers, root.level, engine.handlers, engine.propagate)
    levels = {name: logging.getLogger(name).level for name in logs.QUIET_LOGGERS}
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    written = io.StringIO()
    # An earlier test's `echo` would go on writing where that test read it.
    logging.getLogger("sqlalchemy.engine.Engine").handlers.clear()
    logs.set_up_logging("DEBUG", stream=written)
    yield written
    root.handlers, level, engine.handlers, engine.propagate = before
    root.setLevel(level)
    for name, quiet in levels.items():
        logging.getLogger(name).setLevel(quiet)
    # What `echo` adds writes to this test's own standard output.
    logging.getLogger("sqlalchemy.engine.Engine").handlers.clear()
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the state is kept, and where the engine keeps its work."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'pulse-bot.db'}", f"sqlite:///{tmp_path / 'engine.db'}"
        else:
            empty: EmptyPostgres = request.getfixturevalue("empty_postgres")
            url = stack.enter_context(empty.take())
            yield url, url


class Breaking:
    """Replaces something by a failure that quotes all it was given, for some calls."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, *given: object) -> None:
        """Raise, while there are calls left."""
        if self.left:
            self.left -= 1
            raise RuntimeError(f"{WORDS} {CHOICE} {given!r}")


class BreakingRenderer:
    """The real one, once it has failed."""

    def __init__(self, made: Installation) -> None:
        self._real, self._breaks = made.renderer, Breaking(1)

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """Fails the first time."""
        self._breaks(facts)
        return self._real.statements(facts)

    def text(self, statements: Sequence[Statement]) -> str:
        """As ever."""
        return self._real.text(statements)

    def page(self, *_args: object) -> NoReturn:
        """Nobody looks."""
        raise AssertionError

    def export(self, *_args: object) -> NoReturn:
        """Nobody exports."""
        raise AssertionError

    def pack(self, *_args: object) -> NoReturn:
        """Nobody packs."""
        raise AssertionError

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """As ever."""
        return self._real.picture(digests)

    def report_message(self, *_args: object) -> NoReturn:
        """No half-term ends."""
        raise AssertionError

    report_suggestion = report_text = report_file = year_picture = report_message


class ClumsyAdapter(FakeAdapter):
    """Cannot reach one member, and another one at first, in a way that nobody foresaw."""

    def __init__(self) -> None:
        super().__init__()
        self._breaks = Breaking(1)

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Fails for the third and the fourth."""
        if address.user == "person-02":
            raise AdapterError(f"{address.user} has blocked the bot.", permanent=True)
        if address.user == "person-03":
            self._breaks(address, shown)
        return await super().send(address, shown)


class Played:
    """A whole round through the real app, with trouble on the way."""

    def __init__(self, urls: tuple[str, str], patch: pytest.MonkeyPatch) -> None:
        state, self._engine_url = urls
        made = installation(state, FixedClock(START), pool=POOL)
        made.database.engine.echo = made.database.click_engine.echo = True
        self.made = Installation(
            made.database,
            made.keys,
            made.clock,
            BreakingRenderer(made),
            made.pool,
            made.installation_key,
        )
        self.people = people(self.made)
        self.fake = ClumsyAdapter()
        self._patch = patch
        self.secrets: set[str] = {WORDS, "heron", CHOICE, "person-", "Member "}

    async def play(self) -> None:
        app = App(self.made, {"fake": self.fake}, self._engine_url, pace=PACE)
        async with running(self.fake, app.handle):
            await app.start()
            await self.until(app, OPENS)
            asked = found(self.made, max(self.made.keys.list_rounds()))
            self.know(asked)
            await self.answer(asked)
            await self.until(app, OPENS + timedelta(hours=24))
            await self.until(app, CLOSES)
            await self.until(app, CLOSES + timedelta(minutes=2))
            await app.stop()
        self.made.database.close()

    async def until(self, app: App, now: datetime) -> None:
        at(self.made, now)

        def idle() -> None:
            app.engine.tick_now()
            while app.engine.live_keys():
                time.sleep(0.02)

        await asyncio.to_thread(idle)

    def know(self, asked: Round) -> None:
        """What the keys look like, in whatever way a program may print bytes."""
        keys = keys_of(self.made, asked)
        for key in (keys.secret_key, keys.tag_key, self.made.installation_key):
            self.secrets |= {key.hex(), repr(key)[2:-1], base64.b64encode(key).decode()}

    async def answer(self, asked: Round) -> None:
        where = {item.dimension: n for n, item in enumerate(asked.items)}
        pick = AnswerTarget(asked.id, where["trust"], "answer").action_for(CHOICE)
        form = {f"{where['honesty']}:answer": (WORDS,), f"{where['trust']}:comment": (WORDS,)}
        write, breaks = envelopes.write_envelopes, Breaking(2)

        def failing(*given: object) -> object:
            breaks(*given)
            return write(*given)  # type: ignore[arg-type] # as it was called

        self._patch.setattr(envelopes, "write_envelopes", failing)
        for person in self.people[:12]:
            await self.fake.tell(OpenedHome(person))
            await self.fake.tell(Pressed(person, pick))
            await self.fake.tell(Submitted(person, f"answer:{asked.id}", form))
        assert len(self.fake.errors) == 0
        stranger = Address("fake", "", "person-nowhere")
        refused: list[Event] = [
            Pressed(stranger, pick),
            Pressed(self.people[0], pick + WORDS),
            Submitted(self.people[0], f"answer:{asked.id}", {"0:comment": (WORDS * 99,)}),
        ]
        for event in refused:
            assert (await self.fake.tell(event)).outcome is not Outcome.DONE


async def test_nothing_of_a_member_is_logged(
    urls: tuple[str, str],
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    played = Played(urls, monkeypatch)
    await played.play()
    printed = capfd.readouterr()
    written = log.getvalue() + printed.out + printed.err
    assert "INSERT INTO envelope" in written, "SQL was not echoed"
    for trouble in ("RuntimeError", "could not send a message", "A round is over"):
        assert trouble in log.getvalue()
    assert {one for one in played.secrets if one in written} == set()
    assert len(played.fake.cards(Address("fake", "", "the-group"))) == 1
    if urls[1].startswith("sqlite"):
        assert held(tmp_path / "engine.db", [b"_StepFailed", b"send:"]), "the search is blind"
        assert held(tmp_path / "engine.db", [one.encode() for one in played.secrets]) == []


def test_a_careless_logger_is_caught(log: io.StringIO) -> None:
    """The control: what a line of ours would look like if it quoted an answer."""
    logging.getLogger("pulse_bot.usecases.rounds.record_answer").debug(
        "%s said %s", "person-01", WORDS
    )
    assert "person-" in log.getvalue()
    assert WORDS in log.getvalue()
    logging.getLogger("a.library").debug("%s said %s", "person-02", WORDS)
    assert "person-02" not in log.getvalue()
