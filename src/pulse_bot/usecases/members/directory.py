"""Partnerships and their people, as operators and leads set them up. Every change is in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.partnership.audit_events import (
    ChatAdded,
    MemberAdded,
    MemberLinkRenewed,
    MemberRemoved,
    PartnershipCreated,
)
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import leftovers, outbox, partnerships
from pulse_bot.storage.models import (
    GroupRow,
    MemberRow,
    OrganisationRow,
    PartnershipRow,
)
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.members.leave import forget_member, restore_member
from pulse_bot.usecases.members.roles import assign_role
from pulse_bot.usecases.members.thresholds import note_threshold_change


@dataclass(frozen=True, slots=True)
class NewPartnership:
    """What a partnership is created from."""

    name: str
    time_zone: str = "UTC"
    language: str = "en"
    quiet_from: time = time(19, 0)
    quiet_until: time = time(7, 0)


@dataclass(frozen=True, slots=True)
class NewMember:
    """What a member is added from."""

    name: str
    organisation: str
    role: Role = Role.MEMBER
    time_zone: str | None = None


def create_partnership(installation: Installation, new: NewPartnership) -> int:
    """Create a partnership, and return its id. Raises Refused."""
    if not new.name.strip():
        raise Refused("A partnership needs a name.")
    _check_printable(new.name)
    _check_zone(new.time_zone)
    with installation.database.write() as session:
        if partnerships.partnership_exists(session, new.name.strip()):
            raise Refused(f'There is a partnership "{new.name}" already. Choose another name.')
        row = PartnershipRow(
            name=new.name.strip(),
            time_zone=new.time_zone,
            language=new.language,
            quiet_from=new.quiet_from,
            quiet_until=new.quiet_until,
        )
        session.add(row)
        session.flush()
        audit_log.record(session, installation, row.id, OPERATOR, PartnershipCreated())
        return row.id


def add_member(
    installation: Installation, partnership: str, new: NewMember, address: Address
) -> int:
    """Add a member at an address, and return their id. Raises Refused."""
    [number] = add_members(installation, partnership, [(new, address)])
    return number


def add_members(
    installation: Installation, partnership: str, people: Iterable[tuple[NewMember, Address]]
) -> list[int]:
    """Add members at their addresses, all or none, and return their ids. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        with note_threshold_change(session, installation, row):
            return [
                _add_member(session, installation, row, new, address) for new, address in people
            ]


def _add_member(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    new: NewMember,
    address: Address,
) -> int:
    if not new.name.strip() or not new.organisation.strip():
        raise Refused("A member needs a name and an organisation.")
    _check_printable(new.name, new.organisation)
    if new.time_zone is not None:
        _check_zone(new.time_zone)
    if partnerships.member_at(session, address) is not None:
        raise Refused("That address belongs to a member already.")
    school = partnerships.ensure_organisation(session, row.id, new.organisation.strip())
    twin = partnerships.find_namesake(session, school.id, new.name.strip())
    if twin is not None:
        raise Refused(
            f'"{new.name.strip()}" of {school.name} is member {twin} already. For a new link: '
            f'pulse-bot member link "{row.name}" {twin}'
        )
    member = insert_member(session, row, school, new, address)
    # Without the name: the log stays for ever, and a member who leaves is forgotten.
    added = MemberAdded(new.role, school.name)
    audit_log.record(session, installation, row.id, OPERATOR, added)
    return member.id


def insert_member(
    session: Session,
    row: PartnershipRow,
    school: OrganisationRow,
    new: NewMember,
    address: Address,
) -> MemberRow:
    """Keep a new member, whom the caller has looked at."""
    member = MemberRow(
        partnership_id=row.id,
        organisation_id=school.id,
        name=new.name.strip(),
        role=new.role,
        standing=Standing.ACTIVE,
        adapter=address.adapter,
        workspace=address.workspace,
        user=address.user,
        time_zone=new.time_zone,
        seated=False,
    )
    session.add(member)
    session.flush()
    return member


def change_address(
    installation: Installation, partnership: str, member: int, address: Address
) -> None:
    """Give a member a new address, which makes the old one worthless. Raises Refused.

    Their card in an open round goes to the new address, even where the old one had it.
    """
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        member_row = _find_by_number(session, row, member)
        restore_member(member_row)
        member_row.adapter = address.adapter
        member_row.workspace = address.workspace
        member_row.user = address.user
        outbox.move_member(session, member_row)
        school = session.get_one(OrganisationRow, member_row.organisation_id)
        renewed = MemberLinkRenewed(member_row.role, school.name)
        audit_log.record(session, installation, row.id, OPERATOR, renewed)


def remove_member(installation: Installation, partnership: str, member: int) -> None:
    """Forget a member who has gone, as if they had left themselves. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        member_row = _find_by_number(session, row, member)
        school = session.get_one(OrganisationRow, member_row.organisation_id)
        removed = MemberRemoved(member_row.role, school.name)
        audit_log.record(session, installation, row.id, OPERATOR, removed)
        with note_threshold_change(session, installation, row):
            forget_member(session, member_row)
            leftovers.note_leftovers(session, installation.clock.now())


def change_role(installation: Installation, partnership: str, member: int, role: Role) -> None:
    """Change what a member may do beside answering. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        assign_role(
            session, installation, row, _find_by_number(session, row, member), role, OPERATOR
        )


def _find_by_number(session: Session, row: PartnershipRow, member: int) -> MemberRow:
    member_row = session.get(MemberRow, member)
    if (
        member_row is None
        or member_row.partnership_id != row.id
        or member_row.standing is Standing.LEFT
    ):
        raise Refused(f"There is no member {member} in {row.name}.")
    return member_row


def add_group(installation: Installation, partnership: str, address: Address) -> None:
    """Add a chat in which the partnership reads its digests."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        group = GroupRow(
            partnership_id=row.id,
            adapter=address.adapter,
            workspace=address.workspace,
            chat=address.user,
        )
        session.add(group)
        audit_log.record(session, installation, row.id, OPERATOR, ChatAdded(address.adapter))
        # What was changed before is no news there.
        group.announced = stored_log.newest_id(session, row.id)


def _check_printable(*names: str) -> None:
    # A NUL, which PostgreSQL cannot keep, or a line break, which would forge a line of a list.
    if not all(name.isprintable() for name in names):
        raise Refused("A name holds no line breaks and no control characters. Take them out.")


def _check_zone(name: str) -> None:
    try:
        parse_zone(name)
    except ValueError as error:
        raise Refused(str(error)) from None
