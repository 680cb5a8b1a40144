"""Conversation: which story an event belongs to, and the reply that it gets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from pulse_bot.adapter_kit.actions import decode, name_of, parse
from pulse_bot.cards import actions, question_cards
from pulse_bot.cards.actions import FillIn, SayMore, Target, WriteWords
from pulse_bot.errors import KeyStoreError, Refused, StorageError
from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    Event,
    Joined,
    Left,
    Moved,
    OpenedHome,
    Outcome,
    Pressed,
    Removed,
    Reply,
    Submitted,
)
from pulse_bot.storage import partnerships, rounds
from pulse_bot.usecases.chats import link, programme_conversation, setup, welcome
from pulse_bot.usecases.commitments import conversation as commitment_conversation
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NobodyThere, someone
from pulse_bot.usecases.members import join, leave, preferences, roles
from pulse_bot.usecases.reading import closer_look, history, home, pages
from pulse_bot.usecases.rounds import digest_message
from pulse_bot.usecases.rounds.record_answer import Given, Record, Recorded
from pulse_bot.usecases.workshops import conversation as workshop_conversation
from pulse_bot.usecases.workshops import list_workshops, pack

_log = logging.getLogger(__name__)

Story = Callable[[Installation, Address], Reply]

COMMANDS: Mapping[str, Story] = {
    "pulse": pages.pulse,
    "now": pages.pulse,
    "start": pages.pulse,
    "join": pages.pulse,
    "group": pages.group,
    "roster": pages.roster,
    "privacy": pages.privacy,
    "log": pages.log,
    "help": pages.help_,
    "pause": leave.pause,
    "resume": leave.resume,
    "leave": leave.ask_leave,
    "time": preferences.ask_time,
    "language": preferences.ask_language,
    "trends": pages.trends,
    "settings": programme_conversation.settings,
    "seed": workshop_conversation.ask_seed,
    "workshops": list_workshops.listed,
    "pack": pack.latest,
    "commitments": commitment_conversation.listed,
    "roles": roles.listed,
}


def _decline(installation: Installation, address: Address) -> Reply:
    """A no to an invitation; a member is shown how to stop."""
    told = "You have joined already, so nothing was changed. You can pause or leave below."
    declined = welcome.decline(installation, address)
    return declined or replace(pages.help_(installation, address), notice=told)


BUTTONS: Mapping[str, Story] = {
    **COMMANDS,
    question_cards.LEAVE_SURELY: leave.leave,
    question_cards.PROGRAMME: programme_conversation.ask_change,
    question_cards.DECLINE: _decline,
}
"""What a button does: every command has one somewhere, since many people never type any."""

PAGES: Mapping[str, Story] = {"history": history.whole_history, "workshop": pack.page}
"""What a platform that serves pages asks for; it is no command that anybody types."""

FORMS: Mapping[str, Callable[[Installation, Submitted], Reply]] = {
    question_cards.JOIN: join.join,
    question_cards.TIME: preferences.set_time,
    question_cards.LANGUAGE: preferences.set_language,
    question_cards.PROGRAMME: programme_conversation.change,
    question_cards.SEED: workshop_conversation.seed,
    question_cards.SETUP: setup.set_up,
    question_cards.COMMITMENT: commitment_conversation.submitted,
    question_cards.ROLE: roles.submitted,
}
"""What comes back from a form that answers no question, by the first word of its key."""


PRESSES: Mapping[str, Callable[[Installation, Pressed], Reply]] = {
    question_cards.SETUP: setup.ask_again,
    question_cards.SEED: workshop_conversation.pressed,
    question_cards.PACK: pack.pressed,
    question_cards.COMMITMENT: commitment_conversation.pressed,
    question_cards.ROLE: roles.pressed,
    digest_message.CLOSER: closer_look.pressed,
    question_cards.LOG: pages.earlier_log,
}
"""Buttons that say what they are of, by the first word of their action."""


GROUP_COMMANDS: Mapping[str, Callable[[Installation, Commanded], Reply]] = {
    "link": link.link,
    "start": link.start,
    "join": link.invite,
    "help": link.help_,
}
"""What is answered in the group's chat itself, for everybody there."""


async def converse(installation: Installation, record: Record, event: Event) -> Reply:
    """Answer an event. A refusal becomes a reply; only what nobody foresaw is raised."""
    event = _worded(event)
    try:
        if isinstance(event, Pressed):
            return await _pressed(installation, record, event)
        if isinstance(event, Submitted):
            return await _submitted(installation, record, event)
        return await asyncio.to_thread(_looked, installation, event)
    except NobodyThere as error:
        return Reply(str(error), outcome=Outcome.UNKNOWN)
    except Refused as error:
        return Reply(str(error), outcome=Outcome.REFUSED, public=_is_public(event))
    except (StorageError, KeyStoreError):
        # Its words are for the operator, who mends it.
        _log.exception("An event could not be taken.")
        return Reply(_trouble(event), outcome=Outcome.REFUSED, public=_is_public(event))


def _worded(event: Event) -> Event:
    """With the command that stands behind “pulse”, which is good on every platform."""
    if not isinstance(event, Commanded) or event.command != "pulse" or not event.text.strip():
        return event
    # Any blank will do: people type line breaks, too.
    word, *rest = event.text.split(maxsplit=1)
    return replace(event, command=word.lower(), text="".join(rest))


def _is_public(event: Event) -> bool:
    """Whether whoever sees the event sees the reply: what is refused there is nobody's secret."""
    if isinstance(event, Commanded):
        return event.group is not None and event.command in GROUP_COMMANDS
    return isinstance(event, Added)


def _trouble(event: Event) -> str:
    if isinstance(event, Pressed | Submitted):
        text = event.action if isinstance(event, Pressed) else event.form
        what = "Your answer" if name_of(text) == question_cards.ANSWER else "That"
        return (
            f"{what} could not be saved just now. Nothing was recorded; please try again in a "
            "minute."
        )
    return "That cannot be shown just now. Nothing was lost; please try again in a minute."


async def _pressed(installation: Installation, record: Record, event: Pressed) -> Reply:
    pressed = actions.read_answer(event.action)
    if pressed is not None:
        target, value = pressed
        done = await record(Given(event.address, target.round, {target: value}))
        following = question_cards.next_card(done.read, target, done.until)
        return Reply(confirmed(done), cards=(following,) if following else ())
    if event.action in BUTTONS:
        return await asyncio.to_thread(BUTTONS[event.action], installation, event.address)
    story = PRESSES.get(name_of(event.action))
    if story is not None:
        return await asyncio.to_thread(story, installation, event)
    return await asyncio.to_thread(_to_write, installation, event)


def confirmed(done: Recorded) -> str:
    """What a member is told: never what was chosen."""
    return f"Recorded. You can change it until {done.until}."


def _to_write(installation: Installation, event: Pressed) -> Reply:
    with installation.database.read() as session:
        member, partnership = someone(session, event.address)
        asked = rounds.open_round_of(session, member.id)
        language = partnerships.language(member, partnership)
    more = parse(SayMore, event.action)
    wanted = more or decode(WriteWords, event.action)
    if asked is None or wanted.round != asked.id:
        raise Refused("That button is not in use any more. Please open your questions again.")
    if wanted.position >= len(asked.items):
        raise Refused("That question is not in this round. Please open the questions again.")
    form = question_cards.comment_form if more else question_cards.words_form
    return Reply(form=form(asked.in_language(language), wanted.position))


async def _submitted(installation: Installation, record: Record, event: Submitted) -> Reply:
    story = FORMS.get(name_of(event.form))
    if story is not None:
        return await asyncio.to_thread(story, installation, event)
    form = decode(FillIn, event.form)
    answers = _filled(form.round, event.values)
    if not answers:
        await asyncio.to_thread(_known, installation, event.address)
        raise Refused("Nothing was chosen, so nothing was recorded. Choose an answer, or skip.")
    done = await record(Given(event.address, form.round, answers))
    following = None
    if form.position is not None:
        following = question_cards.next_card(done.read, next(iter(answers)), done.until)
    return Reply(confirmed(done), cards=(following,) if following else ())


def _filled(round_id: int, values: Mapping[str, tuple[str, ...]]) -> dict[Target, str]:
    answers: dict[Target, str] = {}
    for key, chosen in values.items():
        target = actions.read_field(round_id, key)
        if target is None:
            raise Refused("That question is not in this round. Please open the questions again.")
        given = ",".join(chosen).strip()
        if given:
            answers[target] = given
    return answers


def _known(installation: Installation, address: Address) -> None:
    with installation.database.read() as session:
        someone(session, address)


def _looked(installation: Installation, event: Event) -> Reply:
    match event:
        case OpenedHome():
            return home.home(installation, event)
        case Commanded():
            return _commanded(installation, event)
        case Joined() | Left():
            return _came_or_went(installation, event)
        case Added() | Removed() | Moved():
            return _in_group(installation, event)
    return pages.help_(installation, event.address)


def _commanded(installation: Installation, event: Commanded) -> Reply:
    if event.command == question_cards.SETUP:
        return setup.ask(installation, event.address, event.group)
    # Linking without a chat is refused there.
    if event.command in GROUP_COMMANDS and (event.group is not None or event.command == "link"):
        return GROUP_COMMANDS[event.command](installation, event)
    return {**COMMANDS, **PAGES}.get(event.command, pages.help_)(installation, event.address)


def _came_or_went(installation: Installation, event: Joined | Left) -> Reply:
    own = event.group == event.address
    if isinstance(event, Joined):
        return _came_to_own_chat(installation, event) if own else welcome.came(installation, event)
    if own:
        return leave.unreachable(installation, event.address)
    return welcome.went(installation, event)


def _came_to_own_chat(installation: Installation, event: Joined) -> Reply:
    opened = OpenedHome(event.address, promised=False, at_once=False)
    return join.joined(installation, event) or pages.home(installation, opened)


def _in_group(installation: Installation, event: Added | Removed | Moved) -> Reply:
    match event:
        case Added():
            return link.added(installation, event)
        case Removed():
            return link.removed(installation, event)
        case Moved():
            return link.moved(installation, event)
