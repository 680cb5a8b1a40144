"""A bug leaves its place in the log, wherever it is, and none of the values that it held."""

from __future__ import annotations

import asyncio
import logging
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

import pulse_bot_slack.answering
import pulse_bot_telegram.answering
import pulse_bot_web.site
from pulse_bot.adapter_kit.actions import Rest, encode
from pulse_bot.cards import question_cards
from pulse_bot.cards.actions import GiveAnswer, SayMore
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.record import Digest
from pulse_bot.engine import Engine
from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Job,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Pressed,
    Removed,
    Reply,
    Sendable,
    Submitted,
    Wrote,
)
from pulse_bot.sending.courier import Courier, RetryPolicy
from pulse_bot.sending.drawing_pool import write_frame
from pulse_bot.sending.jobs import JobHandlers
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.testing import AdapterContract, FakeAdapter, FixedClock, Script, running
from pulse_bot.testing.samples import sample_card
from pulse_bot.usecases import router
from pulse_bot.usecases.chats import link, setup, welcome
from pulse_bot.usecases.members import join, leave, roles
from pulse_bot.usecases.reading import home, pages
from pulse_bot.usecases.rounds import digest_message, pack_files, record_answer
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission
from pulse_bot.usecases.workshops import cards as workshop_cards
from pulse_bot.usecases.workshops import pack
from tests.adapters import test_slack, test_telegram, test_web
from tests.attacks.unforeseen import (
    IN_A_LOCAL,
    IN_THE_MESSAGE,
    IN_THE_QUERY,
    SECRETS,
    broken_installation,
    logged,
    place_in,
    place_of,
    stumble,
)
from tests.engine.scene import FAST, until
from tests.made_up import START, installation

ADA = Address("fake", "", "ada")
CHAT = Address("fake", "", "the-group")
Function = Callable[..., object]


SETTING_UP = link.sign_setup_key(broken_installation(), CHAT)
JOINING = join.sign_join_key(broken_installation(), "code", ADA)

ACTIONS = {
    question_cards.SETUP: SETTING_UP,
    question_cards.SEED: workshop_cards.button_action(workshop_cards.DraftAct.OPEN, 1),
    question_cards.PACK: encode(pack.UsePack(pack.PackAct.OPEN, 1)),
    question_cards.COMMITMENT: f"{question_cards.COMMITMENT}:{CommitmentState.KEPT}:1",
    question_cards.ROLE: roles.CHANGE_ROLE,
}
"""Buttons whose action says more than a number."""

FILLED: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    question_cards.JOIN: (JOINING, {}),
    question_cards.SETUP: (SETTING_UP, {}),
    question_cards.PROGRAMME: (question_cards.PROGRAMME, {"themes": ("trust",)}),
    question_cards.ROLE: (question_cards.ROLE, {"person": ("Bob",), "role": ("lead",)}),
}
"""Forms that are refused before anything is looked up, unless they come like this."""


def events() -> Iterator[tuple[str, Event, Function]]:
    """Every way into the use cases: its name, an event that goes there, and what answers it."""
    for word, story in {**router.COMMANDS, **router.PAGES}.items():
        yield f"command {word}", Commanded(ADA, word), story
    for word, command in router.GROUP_COMMANDS.items():
        yield f"command {word} in a chat", Commanded(ADA, word, "x", CHAT), command
    for action, story in router.BUTTONS.items():
        yield f"button {action}", Pressed(ADA, action), story
    for kind, press in router.PRESSES.items():
        yield f"press {kind}", Pressed(ADA, ACTIONS.get(kind, f"{kind}:1")), press
    for kind, form in router.FORMS.items():
        yield f"form {kind}", Submitted(ADA, *FILLED.get(kind, (kind, {}))), form
    yield (
        "answer",
        Pressed(ADA, encode(GiveAnswer(1, 0, "answer", Rest("4")))),
        record_answer.record_answers,
    )
    yield "answers", Submitted(ADA, "answer:1", {"0:answer": ("4",)}), record_answer.record_answers
    yield "no answers", Submitted(ADA, "answer:1", {}), router._check_member
    yield "say more", Pressed(ADA, encode(SayMore(1, 0))), router._open_text_form
    yield "set up", Commanded(ADA, question_cards.SETUP, group=CHAT), setup.ask_setup
    yield "words", Wrote(ADA, "hello"), pages.show_help
    yield "home", OpenedHome(ADA), home.open_home
    yield "joined", Joined(ADA, ADA, "Ada"), join.greet_member
    yield "left", Left(ADA, ADA), leave.mark_unreachable
    yield "joined a chat", Joined(ADA, CHAT, "Ada"), welcome.welcome_arrival
    yield "left a chat", Left(ADA, CHAT), welcome.note_departure
    yield "added", Added(ADA, CHAT, "North"), link.greet_chat
    yield "removed", Removed(ADA, CHAT), link.note_removed
    yield "moved", Moved(ADA, Address("fake", "", "elsewhere")), link.move_chat


@pytest.mark.parametrize(
    ("event", "answered_by"), [pytest.param(*rest, id=name) for name, *rest in events()]
)
async def test_in_a_use_case(event: Event, answered_by: Function) -> None:
    made = broken_installation()
    answers = GroupCommit[Submission, RecordedAnswers](partial(record_answer.record_answers, made))
    fake = FakeAdapter()
    with logged() as logs:
        async with running(fake, partial(router.route_event, made, answers.put)):
            await fake.tell(event)
    answers.close()
    place = place_of(answered_by)
    assert logs.told(place) == set()
    assert logs.told_naively(place) >= set(SECRETS)


JOBS: dict[str, tuple[int | str, ...]] = {"rounds": (0,), "send": ("fake", ""), "clean": ()}


def test_in_a_job(tmp_path: Path) -> None:
    work = JobHandlers(broken_installation(), {"fake": FakeAdapter()}, lambda: None)
    handlers = work.by_name()
    engine = Engine(
        f"sqlite:///{tmp_path / 'engine.db'}",
        handlers,
        lambda _now: [],
        FixedClock(START),
        pace=FAST,
    )
    assert set(JOBS) == set(handlers)
    with logged() as logs:
        engine.start()
        for name, args in JOBS.items():
            engine.enqueue(Job(name, args, name, name))
        until(lambda: not engine.live_keys())
        engine.stop()
    work.close()
    assert {name: logs.told(place_of(handler)) for name, handler in handlers.items()} == {
        name: set() for name in handlers
    }
    assert logs.told_naively("") >= set(SECRETS)


ADAPTERS = {
    "web": (test_web.TestWebAdapter(), pulse_bot_web.site),
    "telegram, polling": (test_telegram.TestPolling(), pulse_bot_telegram.answering),
    "telegram, webhook": (test_telegram.TestWebhook(), pulse_bot_telegram.answering),
    "slack, socket": (test_slack.TestSocketMode(), pulse_bot_slack.answering),
    "slack, http": (test_slack.TestSignedHttp(), pulse_bot_slack.answering),
}


class Clumsy:
    """Something in a reply that no adapter can show."""

    def __getattr__(self, _name: str) -> object:
        return stumble()


def clumsy(_: Event) -> Reply:
    """A reply that makes an adapter stumble."""
    return Reply(cards=(Clumsy(),))  # type: ignore[arg-type] # the point


@pytest.mark.parametrize("reply", [stumble, clumsy])
@pytest.mark.parametrize(("contract", "module"), ADAPTERS.values(), ids=ADAPTERS)
async def test_where_an_adapter_answers(
    contract: AdapterContract, module: ModuleType, reply: Callable[[Event], Reply]
) -> None:
    script = Script()
    place = place_in(module)
    with logged() as logs:
        async with contract.stage(script) as stage:
            person = stage.new_person()
            await contract.show_card(stage, script, person, sample_card("Agree"))
            script.answer = reply
            await person.press("Agree")
    assert logs.told(place) == set()
    assert logs.told_naively(place) >= set(SECRETS)


class ClumsyAdapter(FakeAdapter):
    """Cannot send anything."""

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Stumble."""
        stumble()


async def claimed() -> bool:
    """Always."""
    return True


async def test_in_a_card_that_an_adapter_cannot_send() -> None:
    with logged() as logs:
        courier, adapter = Courier(RetryPolicy(pauses=())), ClumsyAdapter()
        await courier.send(adapter, ADA, sample_card("Agree"), claimed, asyncio.Event())
    assert logs.told(place_of(ClumsyAdapter.send)) == set()


class ClumsyRenderer:
    """Draws nothing."""

    statements = text = page = export = pack = picture = stumble
    report_message = report_suggestion = report_text = report_file = year_picture = stumble


def test_in_a_picture_and_a_pack() -> None:
    made = replace(broken_installation(), renderer=ClumsyRenderer())
    digest = Digest(1, START, ())
    pack = Pack("North", "UTC", "Courage", START.date(), (), digest)
    with logged() as logs:
        assert digest_message.draw_digests(made, []) is None
    assert logs.told(place_of(digest_message.draw_guarded)) == set()
    with logged() as logs:
        assert pack_files.render_pdf(made, pack) is None
    assert logs.told(place_of(pack_files.render_pdf)) == set()


async def test_in_a_query_that_the_database_refuses() -> None:
    """It is told to people as trouble with the database; the log also says which query it was."""
    made = installation("sqlite://")
    with made.database.write() as session:
        session.execute(sa.text("ALTER TABLE member RENAME COLUMN user TO other"))
    answers = GroupCommit[Submission, RecordedAnswers](partial(record_answer.record_answers, made))
    with logged() as logs:
        await router.route_event(made, answers.put, OpenedHome(replace(ADA, user=IN_THE_QUERY)))
    answers.close()
    made.database.close()
    text = logs.ours.getvalue()
    assert re.search(place_of(home.open_home), text)
    assert "DatabaseTrouble: " in text
    assert "caused by OperationalError at " in text
    assert IN_THE_QUERY not in text


def test_in_the_process_that_draws() -> None:
    """It writes to its parent's standard error."""
    call = BytesIO()
    write_frame(call, pickle.dumps(("page", (IN_THE_MESSAGE,))))
    command = [sys.executable, "-m", "pulse_bot.sending.render_process"]
    ended = subprocess.run(command, input=call.getvalue(), capture_output=True, check=False)
    said = ended.stderr.decode()
    assert ended.returncode == 1
    assert "TypeError at " in said
    assert re.search(r"sending/render_process\.py:\d+ in answer", said)
    assert IN_THE_MESSAGE not in said


def test_in_a_group_of_tasks_and_behind_what_hides_it() -> None:
    with logged() as logs:
        try:
            try:
                stumble()
            except RuntimeError:
                raise ExceptionGroup(IN_THE_MESSAGE, [ValueError(IN_A_LOCAL)]) from None
        except ExceptionGroup:
            logging.getLogger("pulse_bot.usecases").exception("It failed.")
    assert logs.told("caused by ValueError") == set()
