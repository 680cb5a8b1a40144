"""Addresses of people and of groups' channels, and what Slack calls them."""

from __future__ import annotations

from typing import Final

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address

ADAPTER: Final = "slack"


def slack_address(workspace_id: str, user: str) -> Address:
    """The address of a person (U…, W…) or of a channel (C…, G…) in a workspace."""
    return Address(ADAPTER, workspace_id, user)


def is_channel(user: str) -> bool:
    """Whether an id is a channel's, public or private, and not a person's."""
    return user.startswith(("C", "G"))


def check_address(address: Address) -> None:
    """Raises AdapterError where an address is none of Slack's."""
    if address.adapter != ADAPTER or not address.workspace or not address.user:
        raise AdapterError("This is no address in Slack.", permanent=True)
