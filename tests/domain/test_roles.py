"""The table of roles: whole, and in words."""

from __future__ import annotations

import pytest

from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.partnership.roles import MAY, Act, may, who_may


def test_every_act_stands_in_the_table() -> None:
    assert set(MAY) == set(Act)


LEADS_ALONE = {Act.CHANGE_PROGRAMME, Act.CHANGE_LIMIT, Act.SET_UP_CHATS, Act.GIVE_ROLES}
"""What changes how everybody is asked, or who may; facilitators work with what is set."""


@pytest.mark.parametrize("act", Act)
def test_facilitators_may_what_a_workshop_needs(act: Act) -> None:
    assert may(Role.FACILITATOR, act) is (act not in LEADS_ALONE)


@pytest.mark.parametrize("act", Act)
def test_whoever_may_do_something_has_a_role(act: Act) -> None:
    """Otherwise it is everybody's, and has no place in the table; and a lead may do all of it."""
    assert not may(Role.MEMBER, act)
    assert may(Role.LEAD, act)


def test_in_words() -> None:
    assert who_may(Act.SEED) == "a lead or a facilitator"
    assert who_may(Act.GIVE_ROLES) == "a lead"
