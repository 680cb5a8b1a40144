"""How adapters and renderers are found: by entry point, built-ins through the same door as others.

A plug-in module must import without its platform's library, so that settings can be checked and a
missing extra be named; `build` imports the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pulse_bot.ports import Address, ChatAdapter

if TYPE_CHECKING:
    from pydantic import BaseModel

SettingsT = TypeVar("SettingsT", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """An address that an adapter made itself, and the link that leads its owner there.

    The link is shown once, to whoever asked for it; only the address is kept.
    """

    address: Address
    url: str


@dataclass(frozen=True, slots=True)
class AdapterPlugin(Generic[SettingsT]):
    """What an entry point of the group `pulse_bot.adapters` names."""

    name: str
    settings: type[SettingsT]
    """The section of the settings that bears the adapter's name."""
    build: Callable[[SettingsT], ChatAdapter]
    """Raises MissingExtra where the platform's library is not installed."""
    personal_link: Callable[[SettingsT], PersonalLink] | None = None
    """Makes a new address, for platforms where pulse-bot gives them out."""
