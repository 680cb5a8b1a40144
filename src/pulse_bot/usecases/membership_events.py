"""Who came and who went, as the log says it: without a name, because the log stays for ever.

The log has a line for each; an announcement counts them, so that nobody is pointed at.
"""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.partnership.people import Role

JOINED: Final = "joined"
LEFT: Final = "left; their name and address are deleted"
_ADDED: Final = "added a {} of {}"
_REMOVED: Final = "removed a {} of {}"
_CAME: Final = _ADDED.format(Role.MEMBER, "")
_WENT: Final = _REMOVED.format(Role.MEMBER, "")


def added(role: Role, school: str) -> str:
    """What an operator did who added somebody."""
    return _ADDED.format(role, school)


def removed(role: Role, school: str) -> str:
    """What an operator did who removed somebody."""
    return _REMOVED.format(role, school)


def came(what: str) -> bool:
    """Whether a line says that somebody came; who comes as a lead is told as a change of roles."""
    return what == JOINED or what.startswith(_CAME)


def went(what: str) -> bool:
    """Whether a line says that somebody went, who was no lead and no facilitator."""
    return what == LEFT or what.startswith(_WENT)
