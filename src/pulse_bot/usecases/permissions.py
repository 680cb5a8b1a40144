"""May: refuse what a member's role does not allow. The table of it is in `domain.roles`."""

from __future__ import annotations

from pulse_bot.domain.partnership.roles import Permission, describe_allowed, is_allowed
from pulse_bot.errors import Refused
from pulse_bot.storage.models import MemberRow


def check_permission(member: MemberRow, act: Permission) -> None:
    """Raise Refused, naming who may, where a member may not do this.

    Asked at the moment of the act, inside its transaction: a role that was given or taken counts at
    once, whatever form or button somebody still has before them.
    """
    if not is_allowed(member.role, act):
        raise Refused(
            f"Only {describe_allowed(act)} can {act}. Nothing was changed. “/pulse roles” shows "
            "who that is."
        )


def list_commands(member: MemberRow) -> tuple[str, ...]:
    """The commands that a member is offered beside those of everybody."""
    seed = ("seed",) if is_allowed(member.role, Permission.SEED) else ()
    # Trends hold nothing that the digests do not: offered to some, and refused to nobody.
    settings = ("trends", "settings") if is_allowed(member.role, Permission.SEE_SETTINGS) else ()
    return (*seed, *settings)
