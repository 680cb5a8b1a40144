"""The tables. What is *not* here matters as much: no table says who answered, or when.

An envelope bears no member, no time and no counter, and its table has no row ids of its own. Seats
and invitations of a round are deleted when it closes. Times are in UTC. The tables of workshops and
of commitments are in `workshop_tables`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.thresholds import POLICY_VERSION
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingPart, OutgoingState
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.storage.columns import LONG_AGO, LinkState, StoredZone, TableBase


class PartnershipRow(TableBase):
    """A partnership and its settings."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str] = mapped_column(StoredZone)
    language: Mapped[str]
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    chats_linked: Mapped[int] = mapped_column(default=0)
    """How many chats were ever linked: it makes the code that links one good for once."""
    invitation_series: Mapped[int] = mapped_column(default=0)
    """How often the invitation was replaced: it makes older ones worthless."""
    weekly_limit: Mapped[int] = mapped_column(default=6)
    """How many questions a member is asked in any seven days at most."""
    look_at: Mapped[datetime] = mapped_column(default=LONG_AGO, index=True)
    """Before this moment no round can open: whatever changes the plans puts it back."""


class OrganisationRow(TableBase):
    """A school or other body that members belong to; never a unit of reporting."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("partnership_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    name: Mapped[str]


class MemberRow(TableBase):
    """A person in a partnership, reached at one address."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("adapter", "workspace", "user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    role: Mapped[Role]
    standing: Mapped[Standing]
    adapter: Mapped[str]
    workspace: Mapped[str]
    user: Mapped[str]
    time_zone: Mapped[str | None] = mapped_column(StoredZone)
    language: Mapped[str | None]
    asked_weekday: Mapped[int | None]
    """With `asked_at`: when their questions come in a week; None is as soon as a round opens."""
    asked_at: Mapped[time | None]
    seated: Mapped[bool]
    """Was on a roster before."""


class GroupRow(TableBase):
    """A chat in which a partnership reads its digests."""

    __tablename__ = "group_chat"
    __table_args__ = (UniqueConstraint("adapter", "workspace", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    adapter: Mapped[str]
    workspace: Mapped[str]
    chat: Mapped[str]
    state: Mapped[LinkState] = mapped_column(default=LinkState.LINKED)
    guests: Mapped[bool] = mapped_column(default=False)
    """Whether the platform's guests in it are invited, too."""
    announced: Mapped[int] = mapped_column(default=0)
    """The id of the newest line of the log that was announced in it."""


class ProgrammeRow(TableBase):
    """The recurring plan of a partnership."""

    __tablename__ = "programme"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    themes: Mapped[list[Any]]
    items_a_round: Mapped[int]
    opens_weekday: Mapped[int]
    opens_at: Mapped[time]
    closes_weekday: Mapped[int]
    closes_at: Mapped[time]
    reminder_minutes: Mapped[list[Any]]
    since: Mapped[datetime]


class HolidayRow(TableBase):
    """Days without questions: of the partnership, or of one organisation's own term calendar."""

    __tablename__ = "holiday"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    first: Mapped[date]
    last: Mapped[date]


class RoundRow(TableBase):
    """A round, frozen when it opens."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("partnership_id", "number"),
        # The other runner is a second worker's tick: only one of them opens a slot.
        Index("uq_round_slot", "partnership_id", "slot", unique=True),
        # What is due to close, or to be cleaned, is asked for all partnerships at once.
        Index("ix_round_due", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    number: Mapped[int]
    slot: Mapped[datetime]
    state: Mapped[RoundStatus]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """May be brought forward while it is open, and never be put off."""
    closes_by: Mapped[datetime | None]
    """As it was promised at the opening; None in rounds of before this was kept."""
    public_key: Mapped[bytes]
    """To know its key by. Nothing is ever sealed to it: whoever writes here could put in theirs."""
    roster_size: Mapped[int]
    newcomers: Mapped[int]
    thresholds: Mapped[dict[str, Any]]
    policy_version: Mapped[int] = mapped_column(default=POLICY_VERSION)
    """Of the release policy that was promised at the opening."""
    items: Mapped[list[Any]]
    again: Mapped[bool]
    forgotten: Mapped[bool] = mapped_column(default=False)
    """It is over, and its key is destroyed."""
    held: Mapped[bool] = mapped_column(default=False)
    """Its digest waits, unread by anybody, to be opened together in the room."""
    mac: Mapped[bytes | None]
    """That times, questions and bars are those of the opening: `authenticity` makes and checks it.
    None in rounds of before this was made."""


class SeatRow(TableBase):
    """A member's place on the roster of a round that is not closed yet."""

    __tablename__ = "seat"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    mac: Mapped[bytes | None]
    """That it was made at the opening."""


class RemindedRow(TableBase):
    """That somebody was reminded: a tag that only the round's key could make, and no member."""

    __tablename__ = "reminded"
    # A row id would keep the order in which people were reminded.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as it is

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    tag: Mapped[bytes] = mapped_column(primary_key=True)


class EnvelopeRow(TableBase):
    """A sealed answer. No member, no time, no counter."""

    __tablename__ = "envelope"
    # A row id would keep the order in which people answered.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as it is

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    tag: Mapped[bytes] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes]


class TallyRow(TableBase):
    """A core question of a round, and, until its block ends, its lot: sealed, with the
    installation's key.
    """

    __tablename__ = "tally"
    __table_args__ = (
        # Rounds of a series are counted in it, however long, without a look at what is sealed.
        Index("ix_tally_series", "round_id", "series", "bank"),
        # The few that are kept, of all that ever were.
        Index(
            "ix_tally_sealed",
            "round_id",
            sqlite_where=text("sealed IS NOT NULL"),
            postgresql_where=text("sealed IS NOT NULL"),
        ),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str]
    """The theme whose core the question belongs to."""
    bank: Mapped[str] = mapped_column(default="")
    """The bank of that core: with another bank another series of the theme begins."""
    sealed: Mapped[bytes | None]
    """None once its block is over."""


class WaitingCommentRow(TableBase):
    """Words that wait, sealed and unread, until enough of them may be read together, or they end.

    Their key is in the key store alone, under the round at whose close they began to wait.
    """

    __tablename__ = "waiting_comment"
    # Neither a number nor a row id, which would keep the order in which comments came.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as it is

    token: Mapped[bytes] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    waited: Mapped[int] = mapped_column(default=0)
    """For how many rounds since."""
    sealed: Mapped[bytes]


class ReleaseRow(TableBase):
    """A statement of a digest, exactly as it was said, and the fact that it said."""

    __tablename__ = "release"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    result: Mapped[str] = mapped_column(default="")
    """The part of the text that stands behind the question or the writer; empty where none does."""
    kind: Mapped[str]
    """Which fact it is: `storage.releases` says which there are."""
    fields: Mapped[dict[str, Any]]
    """The fact itself, as numbers and words that were released, in plain values."""


class OutboxRow(TableBase):
    """Something that leaves, from when it is due until it has arrived or is no news any more.

    Question cards and reminders of a round are deleted when it closes. That a card was sent is
    kept until then, and never that it was answered.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_round", "round_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OutgoingKind]
    part: Mapped[OutgoingPart] = mapped_column(default=OutgoingPart.WORDS)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group_chat.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    number: Mapped[int] = mapped_column(default=0)
    """Which reminder of the round; the newest line that the chat was told before; the entry that
    has not arrived."""
    adapter: Mapped[str]
    workspace: Mapped[str]
    user: Mapped[str]
    """Empty where it is for several people of the workspace."""
    state: Mapped[OutgoingState] = mapped_column(default=OutgoingState.WAITING)
    due_at: Mapped[datetime]
    news_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    """The first attempt."""
    reported: Mapped[bool] = mapped_column(default=False)
    """Leads and operator were told that it does not arrive."""


class LeftoverRow(TableBase):
    """That rows were deleted whose bytes may still be in the files; nothing of whose they were."""

    __tablename__ = "leftover"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class TroubleRow(TableBase):
    """A job that did not succeed, and is tried again with growing pauses.

    No row refers to another here: what is damaged must not keep it from being said.
    """

    __tablename__ = "trouble"
    __table_args__ = (
        UniqueConstraint("job", "subject", "partnership_id"),
        Index("ix_trouble_retry", "retry_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    """0 for what is of none."""
    job: Mapped[str]
    """What was tried: `storage.troubles` says which there are."""
    subject: Mapped[int] = mapped_column(default=0)
    """The id of the round, the chat or the workshop; 0 for the partnership itself."""
    kind: Mapped[str]
    """The type of the exception and the place where it was raised, and no value."""
    since: Mapped[datetime]
    attempts: Mapped[int]
    retry_at: Mapped[datetime]


class SecretRow(TableBase):
    """What an adapter keeps, such as the tokens of a workspace; sealed."""

    __tablename__ = "secret"

    adapter: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class LogEntryRow(TableBase):
    """The log that all members can read: every change of a setting, every look at a result.

    Kinds and fields, and no sentences: `domain.partnership.audit_events` says which there are.
    """

    __tablename__ = "log_entry"
    # What a chat has yet to be told is looked for every minute, of all partnerships.
    __table_args__ = (Index("ix_log_entry_announce", "announce", "partnership_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """The kind of actor."""
    actor_role: Mapped[str] = mapped_column(default="")
    actor_name: Mapped[str] = mapped_column(default="")
    """The name that it had then; never a person's."""
    kind: Mapped[str]
    fields: Mapped[dict[str, Any]]
    announce: Mapped[bool] = mapped_column(default=False)
    """Every chat of the group is told, too: the change is one of thresholds, programme, roster,
    roles or workshops. Lines from before there were announcements are not."""
