"""Conversation: which story an event belongs to, and the reply that it gets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from pulse_bot.adapter_kit.actions import decode, name_of, parse
from pulse_bot.cards import actions, question_cards
from pulse_bot.cards.actions import AnswerTarget, FillIn, SayMore, WriteWords
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
from pulse_bot.storage import partnerships
from pulse_bot.usecases.chats import link, programme_conversation, setup, undelivered, welcome
from pulse_bot.usecases.commitments import conversation as commitment_conversation
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NotAMember, find_member
from pulse_bot.usecases.frozen_rounds import find_asked
from pulse_bot.usecases.members import join, leave, preferences, roles
from pulse_bot.usecases.reading import closer_look, half_terms, history, home, pages
from pulse_bot.usecases.rounds import digest_message
from pulse_bot.usecases.rounds.record_answer import RecordAnswers, RecordedAnswers, Submission
from pulse_bot.usecases.rounds.words_notes import note_words, select_words
from pulse_bot.usecases.workshops import conversation as workshop_conversation
from pulse_bot.usecases.workshops import list_workshops, pack

_log = logging.getLogger(__name__)

CommandHandler = Callable[[Installation, Address], Reply]

COMMANDS: Mapping[str, CommandHandler] = {
    "pulse": pages.show_questions,
    "now": pages.show_questions,
    "start": pages.show_questions,
    "join": pages.show_questions,
    "group": pages.show_digests,
    "roster": pages.show_roster,
    "privacy": pages.show_privacy,
    "log": pages.show_log,
    "help": pages.show_help,
    "pause": leave.pause_questions,
    "resume": leave.resume_questions,
    "leave": leave.ask_leave,
    "time": preferences.ask_time,
    "language": preferences.ask_language,
    "trends": pages.show_trends,
    "report": half_terms.show_report,
    "settings": programme_conversation.show_settings,
    "seed": workshop_conversation.ask_workshop,
    "workshops": list_workshops.show_workshops,
    "pack": pack.show_newest_pack,
    "commitments": commitment_conversation.show_commitments,
    "roles": roles.show_roles,
}


def _decline(installation: Installation, address: Address) -> Reply:
    """A no to an invitation; a member is shown how to stop."""
    told = "You have joined already, so nothing was changed. You can pause or leave below."
    declined = welcome.decline_invitation(installation, address)
    return declined or replace(pages.show_help(installation, address), notice=told)


BUTTONS: Mapping[str, CommandHandler] = {
    **COMMANDS,
    question_cards.LEAVE_SURELY: leave.leave_partnership,
    question_cards.PROGRAMME: programme_conversation.ask_programme,
    question_cards.DECLINE: _decline,
}
"""What a button does: every command has one somewhere, since many people never type any."""

PAGES: Mapping[str, CommandHandler] = {
    "history": history.show_history,
    "workshop": pack.show_pack_page,
}
"""What a platform that serves pages asks for; it is no command that anybody types."""

FORMS: Mapping[str, Callable[[Installation, Submitted], Reply]] = {
    question_cards.JOIN: join.join_partnership,
    question_cards.TIME: preferences.set_time,
    question_cards.LANGUAGE: preferences.set_language,
    question_cards.PROGRAMME: programme_conversation.change_programme,
    question_cards.SEED: workshop_conversation.submit_workshop_form,
    question_cards.SETUP: setup.set_up_chat,
    question_cards.COMMITMENT: commitment_conversation.submit_commitment,
    question_cards.ROLE: roles.submit_role_change,
}
"""What comes back from a form that answers no question, by the first word of its key."""


PRESSES: Mapping[str, Callable[[Installation, Pressed], Reply]] = {
    question_cards.SETUP: setup.reopen_setup,
    question_cards.SEED: workshop_conversation.press_workshop_button,
    question_cards.PACK: pack.press_pack_button,
    question_cards.REPOST: undelivered.press_repost,
    question_cards.COMMITMENT: commitment_conversation.press_commitment_button,
    question_cards.ROLE: roles.ask_role_change,
    digest_message.LOOK_CLOSER: closer_look.show_left_out,
    question_cards.LOG: pages.show_earlier_log,
}
"""Buttons that say what they are of, by the first word of their action."""


GROUP_COMMANDS: Mapping[str, Callable[[Installation, Commanded], Reply]] = {
    "link": link.link_by_command,
    "start": link.start_in_chat,
    "join": link.show_join_card,
    "help": link.show_chat_help,
}
"""What is answered in the group's chat itself, for everybody there."""


async def route_event(installation: Installation, record: RecordAnswers, event: Event) -> Reply:
    """Answer an event. A refusal becomes a reply; only what nobody foresaw is raised."""
    event = _expand_command(event)
    try:
        if isinstance(event, Pressed):
            return await _route_press(installation, record, event)
        if isinstance(event, Submitted):
            return await _route_form(installation, record, event)
        return await asyncio.to_thread(_route_other, installation, event)
    except NotAMember as error:
        return Reply(str(error), outcome=Outcome.UNKNOWN)
    except Refused as error:
        return Reply(str(error), outcome=Outcome.REFUSED, public=_is_public(event))
    except (StorageError, KeyStoreError):
        # Its words are for the operator, who mends it.
        _log.exception("An event could not be taken.")
        return Reply(_describe_trouble(event), outcome=Outcome.REFUSED, public=_is_public(event))


def _expand_command(event: Event) -> Event:
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


def _describe_trouble(event: Event) -> str:
    if isinstance(event, Pressed | Submitted):
        text = event.action if isinstance(event, Pressed) else event.form
        what = "Your answer" if name_of(text) == question_cards.ANSWER else "That"
        return (
            f"{what} could not be saved just now. Nothing was recorded; please try again in a "
            "minute."
        )
    return "That cannot be shown just now. Nothing was lost; please try again in a minute."


async def _route_press(installation: Installation, record: RecordAnswers, event: Pressed) -> Reply:
    answer = actions.read_answer(event.action)
    if answer is not None:
        target, value = answer
        recorded = await record(Submission(event.address, target.round, {target: value}))
        following = recorded.next_card(target)
        return Reply(confirm_recorded(recorded), cards=(following,) if following else ())
    if event.action in BUTTONS:
        return await asyncio.to_thread(BUTTONS[event.action], installation, event.address)
    story = PRESSES.get(name_of(event.action))
    if story is not None:
        return await asyncio.to_thread(story, installation, event)
    return await asyncio.to_thread(_open_text_form, installation, event)


def confirm_recorded(recorded: RecordedAnswers) -> str:
    """What a member is told: never what was chosen."""
    return f"Recorded. You can change it until {recorded.until}."


def _open_text_form(installation: Installation, event: Pressed) -> Reply:
    with installation.database.read() as session:
        member, partnership = find_member(session, event.address)
        round_ = find_asked(session, installation, member.id)
        language = partnerships.member_language(member, partnership)
    more = parse(SayMore, event.action)
    wanted = more or decode(WriteWords, event.action)
    if round_ is None or wanted.round != round_.id:
        raise Refused("That button is not in use any more. Please open your questions again.")
    if wanted.position >= len(round_.items):
        raise Refused("That question is not in this round. Please open the questions again.")
    form = question_cards.comment_form if more else question_cards.words_form
    return Reply(form=form(round_.in_language(language), wanted.position))


async def _route_form(installation: Installation, record: RecordAnswers, event: Submitted) -> Reply:
    story = FORMS.get(name_of(event.form))
    if story is not None:
        return await asyncio.to_thread(story, installation, event)
    form = decode(FillIn, event.form)
    answers = _read_answers(form.round, event.values)
    if not answers:
        await asyncio.to_thread(_check_member, installation, event.address)
        raise Refused("Nothing was chosen, so nothing was recorded. Choose an answer, or skip.")
    recorded = await record(Submission(event.address, form.round, answers))
    following = None
    if form.position is not None:
        following = recorded.next_card(next(iter(answers)))
    notice = confirm_recorded(recorded)
    if typed := select_words(recorded.frozen.round.items, answers):
        note = await asyncio.to_thread(note_words, installation, event.address, typed)
        notice = f"{notice} {note}".rstrip()
    return Reply(notice, cards=(following,) if following else ())


def _read_answers(round_id: int, values: Mapping[str, tuple[str, ...]]) -> dict[AnswerTarget, str]:
    answers: dict[AnswerTarget, str] = {}
    for key, chosen in values.items():
        target = actions.read_field(round_id, key)
        if target is None:
            raise Refused("That question is not in this round. Please open the questions again.")
        value = ",".join(chosen).strip()
        if value:
            answers[target] = value
    return answers


def _check_member(installation: Installation, address: Address) -> None:
    with installation.database.read() as session:
        find_member(session, address)


def _route_other(installation: Installation, event: Event) -> Reply:
    match event:
        case OpenedHome():
            return home.open_home(installation, event)
        case Commanded():
            return _route_command(installation, event)
        case Joined() | Left():
            return _route_membership(installation, event)
        case Added() | Removed() | Moved():
            return _route_chat_event(installation, event)
    return pages.show_help(installation, event.address)


def _route_command(installation: Installation, event: Commanded) -> Reply:
    if event.command == question_cards.SETUP:
        return setup.ask_setup(installation, event.address, event.group)
    # Linking without a chat is refused there.
    if event.command in GROUP_COMMANDS and (event.group is not None or event.command == "link"):
        return GROUP_COMMANDS[event.command](installation, event)
    return {**COMMANDS, **PAGES}.get(event.command, pages.show_help)(installation, event.address)


def _route_membership(installation: Installation, event: Joined | Left) -> Reply:
    is_own_chat = event.group == event.address
    if isinstance(event, Joined):
        return (
            _came_to_own_chat(installation, event)
            if is_own_chat
            else welcome.welcome_arrival(installation, event)
        )
    if is_own_chat:
        return leave.mark_unreachable(installation, event.address)
    return welcome.note_departure(installation, event)


def _came_to_own_chat(installation: Installation, event: Joined) -> Reply:
    opened = OpenedHome(event.address, promised=False, at_once=False)
    return join.greet_member(installation, event) or pages.show_home(installation, opened)


def _route_chat_event(installation: Installation, event: Added | Removed | Moved) -> Reply:
    match event:
        case Added():
            return link.greet_chat(installation, event)
        case Removed():
            return link.note_removed(installation, event)
        case Moved():
            return link.move_chat(installation, event)
