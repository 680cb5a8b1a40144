"""What happens on a chat platform, as adapters tell the core. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a member or a group can be reached.

    `adapter` is the adapter's name, `workspace` the platform's tenant (empty where there is none),
    `user` the platform's own id of the person or of the group's chat. What else is needed to write
    there, such as the topic of a chat, the adapter puts into `user` too, after a slash: what stands
    before the slash is the same chat.
    """

    adapter: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A member pressed a button."""

    address: Address
    action: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """A member typed a message."""

    address: Address
    text: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A member sent a form: the values of each field by its key, missing where left empty."""

    address: Address
    form: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Commanded:
    """A member gave a command: "help", "privacy", "group", …"""

    address: Address
    command: str
    text: str = ""
    group: Address | None = None
    """The group's chat in which it was given; None in private."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person came into a group's chat; or into their own, where `group` is `address`.

    They come to their own by an invitation, or because they let pulse-bot write to them again.
    """

    address: Address
    group: Address
    name: str
    invitation: str = ""
    guest: bool = False
    """Whether the platform itself calls them a guest; see `Members.guests`."""


@dataclass(frozen=True, slots=True)
class Left:
    """A person left a group's chat; or their own, where `group` is `address`: unreachable now."""

    address: Address
    group: Address


@dataclass(frozen=True, slots=True)
class Added:
    """Pulse-bot was added to a group's chat, by the person at `address`."""

    address: Address
    group: Address
    name: str
    """The chat's."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Pulse-bot was removed from a group's chat, or may not write there any more."""

    address: Address
    """Whoever did it; the group's own where the platform does not tell."""
    group: Address


@dataclass(frozen=True, slots=True)
class Moved:
    """A group's chat has a new address."""

    address: Address
    """The old one."""
    to: Address


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """A member looks at their own page.

    `promised` says that this person has seen the promise card on this device. The adapter remembers
    it there: written down here at the time of a first answer, it would tell who answered when.
    """

    address: Address
    promised: bool = True
    at_once: bool = True
    """Whether a form with all questions can be shown there; otherwise cards come, one by one."""
    page: bool = False
    """Whether a page is shown that has room for everything and is replaced as a whole: what is
    open, what was asked, the member's own time and language, the newest digest. Otherwise the reply
    holds what comes next, and nothing else."""


Event = (
    Pressed | Wrote | Submitted | Commanded | Joined | Left | Added | Removed | Moved | OpenedHome
)
"""An adapter may hand in again an event that was answered with a form, to have the form again."""
