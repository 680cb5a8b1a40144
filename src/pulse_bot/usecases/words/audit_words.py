"""The words of the log: an actor and an event in, a sentence out. Pure, and in English.

For the log's own page, the operator's list and announcements alike. No sentence made here is ever
read by anything but people.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Final

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.partnership import audit_events as events
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.domain.partnership.audit_events import AuditEvent, Unreadable
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.usecases.words import programme_words
from pulse_bot.usecases.words.timing_words import describe_waiting

_ACTORS: Final = {
    ActorKind.OPERATOR: "the operator",
    ActorKind.PULSE_BOT: "pulse-bot",
    ActorKind.GROUP_CHAT: "a group chat",
    ActorKind.CODE_HOLDER: "whoever set up a group chat",
}
_MOVED: Final = {
    CommitmentState.OPEN: "opened commitment {number} again",
    CommitmentState.KEPT: "called commitment {number} kept",
    CommitmentState.DROPPED: "dropped commitment {number}",
}


def line(actor: Actor, event: AuditEvent | Unreadable) -> str:
    """A line of the log, without its moment and its full stop."""
    return f"{who(actor)} {what(event)}"


def who(actor: Actor) -> str:
    """Who did it: "a lead", "a member of Hull Primary", "the operator"."""
    if actor.kind is ActorKind.MEMBER:
        return f"a {actor.role} of {actor.name}" if actor.name else f"a {actor.role}"
    return _ACTORS.get(actor.kind, actor.name)


@singledispatch
def what(event: object) -> str:
    """What they did, behind who did it. Raises TypeError for what is no event."""
    raise TypeError(f"{type(event).__name__} is no event of the log.")


@what.register
def _(event: Unreadable) -> str:
    return f"did something that this version of pulse-bot cannot say ({event.kind})"


@what.register
def _(event: events.Sentence) -> str:
    return event.text


@what.register
def _(_event: events.PartnershipCreated) -> str:
    return "created the partnership"


@what.register
def _(event: events.ProgrammeSet) -> str:
    return f"set the programme: {programme_words.summarize_programme(event)}"


@what.register
def _(event: events.WeeklyLimitSet) -> str:
    return f"set the weekly limit to {event.limit} questions, instead of {event.before}"


@what.register
def _(event: events.HolidayAdded) -> str:
    school = f" of {event.school}" if event.school else ""
    days = event.first if event.first == event.last else f"{event.first} to {event.last}"
    return f"added a holiday{school}: {days}"


@what.register
def _(event: events.SchoolsAdded) -> str:
    return f"added schools: {'; '.join(event.names)}"


@what.register
def _(event: events.ThresholdsChanged) -> str:
    return (
        f"shows no number from fewer than {event.organisations} schools from the next round on, "
        f"instead of {event.before}, because the number of schools in the partnership has changed"
    )


@what.register
def _(event: events.MemberAdded) -> str:
    return f"added a {event.role} of {event.school}"


@what.register
def _(event: events.MemberRemoved) -> str:
    return f"removed a {event.role} of {event.school}"


@what.register
def _(_event: events.MemberJoined) -> str:
    return "joined"


@what.register
def _(_event: events.MemberLeft) -> str:
    return "left; their name and address are deleted"


@what.register
def _(_event: events.MemberWentFromChat) -> str:
    return "left a group chat, and is not asked"


@what.register
def _(_event: events.MemberCameBack) -> str:
    return "came back to a group chat"


@what.register
def _(event: events.MemberLinkRenewed) -> str:
    return f"gave a {event.role} of {event.school} a new link"


@what.register
def _(event: events.RoleChanged) -> str:
    return f"made a {event.before} of {event.school} a {event.role}"


@what.register
def _(_event: events.InvitationReplaced) -> str:
    return "replaced the invitation"


@what.register
def _(event: events.ChatAdded) -> str:
    return f"added a group chat in {event.adapter}"


@what.register
def _(_event: events.ChatLinked) -> str:
    return "was linked"


@what.register
def _(_event: events.ChatLost) -> str:
    return "was removed from a group chat"


@what.register
def _(_event: events.ChatBack) -> str:
    return "is back in a group chat"


@what.register
def _(event: events.GuestsInvited) -> str:
    done = "invited" if event.invited else "no longer invites"
    return f"{done} the guests of a group chat"


@what.register
def _(event: events.RoundOpened) -> str:
    return f"opened round {event.number}"


@what.register
def _(event: events.RoundAsked) -> str:
    people = "1 person" if event.roster == 1 else f"{event.roster} people"
    return f"asked round {event.number}: {people}{_moves(event)}"


def _moves(event: events.RoundAsked) -> str:
    told = [f"{event.joined} more"] if event.joined else []
    told += [f"{event.left} fewer"] if event.left else []
    return f", {' and '.join(told)} than in the round before" if told else ""


@what.register
def _(event: events.PolicyChanges) -> str:
    return (
        "counts answers in another way from now on: a lot, which nobody keeps, picks which of them "
        "count, a number stays while the new one is near it, and the sums of past rounds are "
        f"deleted. In rounds that open from {format_full_date(event.first_day)} on, six answers "
        "are enough for a number in groups of up to nineteen, and groups of eight and nine read "
        "numbers, too. “/pulse privacy” says more"
    )


@what.register
def _(event: events.RoundClosed) -> str:
    return f"closed round {event.number}"


@what.register
def _(event: events.RoundChanged) -> str:
    return f"found that round {event.number} was changed in the database after it opened"


@what.register
def _(event: events.DigestRead) -> str:
    return f"looked at the digest of round {event.number}"


@what.register
def _(_event: events.DigestsRead) -> str:
    return "looked at every digest"


@what.register
def _(event: events.PackRead) -> str:
    return f"looked at the pack of round {event.number}"


@what.register
def _(event: events.PackOpened) -> str:
    return f"opened the pack of round {event.number}"


@what.register
def _(event: events.WorkshopPlanned) -> str:
    return f"planned {_named(event.workshop)}; {_asked(event.asking)}"


@what.register
def _(event: events.WorkshopQuestionsChanged) -> str:
    return f"changed the questions of {_named(event.workshop)}; {_asked(event.asking)}"


@what.register
def _(event: events.WorkshopMoved) -> str:
    return f"moved {_named(event.workshop)} to {format_full_date(event.to)}; {_asked(event.asking)}"


@what.register
def _(event: events.WorkshopDayMoved) -> str:
    stays = "when its questions close stays as it was announced"
    return f"moved {_named(event.workshop)} to {format_full_date(event.to)}; {stays}"


@what.register
def _(event: events.WorkshopCancelled) -> str:
    return f"cancelled {_named(event.workshop)}, so nobody is asked about it"


@what.register
def _(event: events.WorkshopGivenUp) -> str:
    return (
        f"could not ask for the workshop “{event.title}”. Every question of the workshop was asked "
        "in the last rounds."
    )


@what.register
def _(event: events.CommitmentWritten) -> str:
    due = format_full_date(event.due)
    return f"wrote down commitment {event.number}, by {due}: {_quoted(event.text)}"


@what.register
def _(event: events.CommitmentMoved) -> str:
    return f"{_MOVED[event.to].format(number=event.number)}: {_quoted(event.text)}"


def _named(workshop: events.WorkshopDay) -> str:
    return f"the workshop “{workshop.title}” on {format_full_date(workshop.day)}"


def _asked(asking: events.Asking) -> str:
    where = parse_zone(asking.time_zone)
    come, close = format_moment(asking.opens_at, where), format_moment(asking.closes_at, where)
    times = f"its questions come on {come} and close on {close}"
    return "; ".join(filter(None, (times, describe_waiting(asking.waiting, where))))


def _quoted(text: str) -> str:
    return f"“{text.removesuffix('.')}”"
