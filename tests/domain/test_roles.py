"""The table of roles: whole, and in words."""

from __future__ import annotations

import pytest

from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.partnership.roles import (
    ALLOWED_ROLES,
    Permission,
    describe_allowed,
    is_allowed,
)


def test_every_act_stands_in_the_table() -> None:
    assert set(ALLOWED_ROLES) == set(Permission)


LEADS_ALONE = {
    Permission.CHANGE_PROGRAMME,
    Permission.CHANGE_LIMIT,
    Permission.SET_UP_CHATS,
    Permission.GIVE_ROLES,
}
"""What changes how everybody is asked, or who may; facilitators work with what is set."""


@pytest.mark.parametrize("act", Permission)
def test_facilitators_may_what_a_workshop_needs(act: Permission) -> None:
    assert is_allowed(Role.FACILITATOR, act) is (act not in LEADS_ALONE)


@pytest.mark.parametrize("act", Permission)
def test_whoever_may_do_something_has_a_role(act: Permission) -> None:
    """Otherwise it is everybody's, and has no place in the table; and a lead may do all of it."""
    assert not is_allowed(Role.MEMBER, act)
    assert is_allowed(Role.LEAD, act)


def test_in_words() -> None:
    assert describe_allowed(Permission.SEED) == "a lead or a facilitator"
    assert describe_allowed(Permission.GIVE_ROLES) == "a lead"
