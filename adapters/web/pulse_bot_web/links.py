"""Personal links: a token in the path, and the address that is its hash.

The core keeps the hash alone, so a stolen database opens nobody's page. Revoking a link is the
core forgetting the address; nothing is kept here.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from pulse_bot.ports import Address

ADAPTER: Final = "web"

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes in URL-safe base64."""

ADDRESS: Final = re.compile(r"[0-9a-f]{64}")


def link_address(token: str) -> Address:
    """The address behind a token."""
    return Address(ADAPTER, "", hashlib.sha256(token.encode()).hexdigest())


def is_link_address(address: Address) -> bool:
    """Whether an address can have been made here."""
    return (address.adapter, address.workspace) == (ADAPTER, "") and bool(
        ADDRESS.fullmatch(address.user)
    )
