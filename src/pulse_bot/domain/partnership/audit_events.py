"""Audit events: what the log that all members read is made of, as facts and not as sentences.

Each event has a kind and plain fields; who did it is in `actors`, what is announced in `announced`,
and how they read is `audit_words`' business. A name in an event is the one that a thing had then,
because a log stays true; of people there is none, because the log stays for ever and a member who
leaves is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final, get_args

from pulse_bot.domain.asking.calendar import WeekTime
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.domain.partnership.people import Role


@dataclass(frozen=True, slots=True)
class PartnershipCreated:
    """The partnership began."""

    kind: ClassVar = EventKind.PARTNERSHIP_CREATED


@dataclass(frozen=True, slots=True)
class ProgrammeSet:
    """The recurring plan was replaced."""

    kind: ClassVar = EventKind.PROGRAMME_SET
    themes: tuple[str, ...]
    items_a_round: int
    opens: WeekTime
    closes: WeekTime
    reminder_minutes: tuple[int, ...]
    """Minutes after the opening."""


@dataclass(frozen=True, slots=True)
class WeeklyLimitSet:
    """How many questions a member is asked in any seven days was changed."""

    kind: ClassVar = EventKind.WEEKLY_LIMIT_SET
    limit: int
    before: int


@dataclass(frozen=True, slots=True)
class HolidayAdded:
    """On some days nobody is asked, or nobody of one school."""

    kind: ClassVar = EventKind.HOLIDAY_ADDED
    first: date
    last: date
    school: str = ""


@dataclass(frozen=True, slots=True)
class SchoolsAdded:
    """Schools came into the list that those who join choose from."""

    kind: ClassVar = EventKind.SCHOOLS_ADDED
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThresholdsChanged:
    """From how many schools a number is shown changed, with how many there are."""

    kind: ClassVar = EventKind.THRESHOLDS_CHANGED
    organisations: int
    before: int


@dataclass(frozen=True, slots=True)
class MemberAdded:
    """Somebody was added."""

    kind: ClassVar = EventKind.MEMBER_ADDED
    role: Role
    school: str


@dataclass(frozen=True, slots=True)
class MemberRemoved:
    """Somebody was removed."""

    kind: ClassVar = EventKind.MEMBER_REMOVED
    role: Role
    school: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody came by an invitation."""

    kind: ClassVar = EventKind.MEMBER_JOINED


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Somebody left, and is forgotten."""

    kind: ClassVar = EventKind.MEMBER_LEFT


@dataclass(frozen=True, slots=True)
class MemberWentFromChat:
    """A member left the group's chat, and is not asked until they come back."""

    kind: ClassVar = EventKind.MEMBER_WENT_FROM_CHAT


@dataclass(frozen=True, slots=True)
class MemberCameBack:
    """A member came back into the group's chat, and is asked again."""

    kind: ClassVar = EventKind.MEMBER_CAME_BACK


@dataclass(frozen=True, slots=True)
class MemberLinkRenewed:
    """A member got a new link, which makes the old one worthless."""

    kind: ClassVar = EventKind.MEMBER_LINK_RENEWED
    role: Role
    school: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member of a school has another role."""

    kind: ClassVar = EventKind.ROLE_CHANGED
    before: Role
    role: Role
    school: str


@dataclass(frozen=True, slots=True)
class InvitationReplaced:
    """Older invitations are worthless."""

    kind: ClassVar = EventKind.INVITATION_REPLACED


@dataclass(frozen=True, slots=True)
class ChatAdded:
    """A group's chat was added from the command line."""

    kind: ClassVar = EventKind.CHAT_ADDED
    adapter: str


@dataclass(frozen=True, slots=True)
class ChatLinked:
    """A group's chat was linked from within."""

    kind: ClassVar = EventKind.CHAT_LINKED


@dataclass(frozen=True, slots=True)
class ChatLost:
    """Pulse-bot is in a group's chat no more."""

    kind: ClassVar = EventKind.CHAT_LOST


@dataclass(frozen=True, slots=True)
class ChatBack:
    """Pulse-bot is in a group's chat again."""

    kind: ClassVar = EventKind.CHAT_BACK


@dataclass(frozen=True, slots=True)
class GuestsInvited:
    """Whether a platform's guests in a chat are invited, too, was changed."""

    kind: ClassVar = EventKind.GUESTS_INVITED
    invited: bool


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """A round was opened by hand."""

    kind: ClassVar = EventKind.ROUND_OPENED
    number: int


@dataclass(frozen=True, slots=True)
class RoundAsked:
    """A round opened; at least so many joined and left since the round before."""

    kind: ClassVar = EventKind.ROUND_ASKED
    number: int
    roster: int
    joined: int
    left: int
    policy_version: int


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """Another edition of the release policy is carried out, in rounds that open from a day on."""

    kind: ClassVar = EventKind.POLICY_CHANGES
    policy_version: int
    first_day: date


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """A round was closed by hand."""

    kind: ClassVar = EventKind.ROUND_CLOSED
    number: int


@dataclass(frozen=True, slots=True)
class RoundChanged:
    """What an open round had frozen was found changed in the database."""

    kind: ClassVar = EventKind.ROUND_CHANGED
    number: int


@dataclass(frozen=True, slots=True)
class DigestRead:
    """Somebody outside the group looked at a digest."""

    kind: ClassVar = EventKind.DIGEST_READ
    number: int
    """The round's."""


@dataclass(frozen=True, slots=True)
class DigestsRead:
    """Somebody outside the group looked at every digest."""

    kind: ClassVar = EventKind.DIGESTS_READ


@dataclass(frozen=True, slots=True)
class PackRead:
    """Somebody outside the group looked at a pack."""

    kind: ClassVar = EventKind.PACK_READ
    number: int
    """The round's."""


@dataclass(frozen=True, slots=True)
class PackOpened:
    """A pack that was held is open for everybody."""

    kind: ClassVar = EventKind.PACK_OPENED
    number: int
    """The round's."""


@dataclass(frozen=True, slots=True)
class WorkshopDay:
    """A workshop by its title and its day."""

    title: str
    day: date


@dataclass(frozen=True, slots=True)
class Asking:
    """When a workshop's questions are asked. Times are in UTC, told in the partnership's zone."""

    opens_at: datetime
    closes_at: datetime
    time_zone: str
    waiting: tuple[datetime, ...] = ()
    """Weekly openings whose questions wait a week."""


@dataclass(frozen=True, slots=True)
class WorkshopPlanned:
    """A workshop's questions will be asked."""

    kind: ClassVar = EventKind.WORKSHOP_PLANNED
    workshop: WorkshopDay
    asking: Asking


@dataclass(frozen=True, slots=True)
class WorkshopQuestionsChanged:
    """A planned workshop asks other questions."""

    kind: ClassVar = EventKind.WORKSHOP_QUESTIONS_CHANGED
    workshop: WorkshopDay
    asking: Asking


@dataclass(frozen=True, slots=True)
class WorkshopMoved:
    """A planned workshop is on another day. `workshop` has the day it was on."""

    kind: ClassVar = EventKind.WORKSHOP_MOVED
    workshop: WorkshopDay
    to: date
    asking: Asking


@dataclass(frozen=True, slots=True)
class WorkshopDayMoved:
    """A workshop whose questions are out is on another day, and they close as before."""

    kind: ClassVar = EventKind.WORKSHOP_DAY_MOVED
    workshop: WorkshopDay
    to: date


@dataclass(frozen=True, slots=True)
class WorkshopCancelled:
    """A planned workshop asks nobody."""

    kind: ClassVar = EventKind.WORKSHOP_CANCELLED
    workshop: WorkshopDay


@dataclass(frozen=True, slots=True)
class WorkshopGivenUp:
    """A workshop could not be asked: each of its questions was asked in the last rounds."""

    kind: ClassVar = EventKind.WORKSHOP_GIVEN_UP
    title: str


@dataclass(frozen=True, slots=True)
class CommitmentWritten:
    """The group said what it would do."""

    kind: ClassVar = EventKind.COMMITMENT_WRITTEN
    number: int
    text: str
    due: date


@dataclass(frozen=True, slots=True)
class CommitmentMoved:
    """Somebody called a commitment kept, dropped it or opened it again."""

    kind: ClassVar = EventKind.COMMITMENT_MOVED
    number: int
    text: str
    to: CommitmentState


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of the first versions, whose words alone are known. Nothing writes one any more."""

    kind: ClassVar = EventKind.SENTENCE
    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that this version cannot read, such as one of a newer version."""

    kind: str


AuditEvent = (
    PartnershipCreated
    | ProgrammeSet
    | WeeklyLimitSet
    | HolidayAdded
    | SchoolsAdded
    | ThresholdsChanged
    | MemberAdded
    | MemberRemoved
    | MemberJoined
    | MemberLeft
    | MemberWentFromChat
    | MemberCameBack
    | MemberLinkRenewed
    | RoleChanged
    | InvitationReplaced
    | ChatAdded
    | ChatLinked
    | ChatLost
    | ChatBack
    | GuestsInvited
    | RoundOpened
    | RoundAsked
    | PolicyChanges
    | RoundClosed
    | RoundChanged
    | DigestRead
    | DigestsRead
    | PackRead
    | PackOpened
    | WorkshopPlanned
    | WorkshopQuestionsChanged
    | WorkshopMoved
    | WorkshopDayMoved
    | WorkshopCancelled
    | WorkshopGivenUp
    | CommitmentWritten
    | CommitmentMoved
    | Sentence
)

EVENT_TYPES: Final[dict[EventKind, type[AuditEvent]]] = {
    event_type.kind: event_type for event_type in get_args(AuditEvent)
}
"""The one class of each kind."""
