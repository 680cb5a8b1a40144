"""The machine that this process runs on, as far as a key store in its memory depends on it.

Linux tells all of it; elsewhere a folder counts as one on a disk, which is never given up unasked.
"""

from __future__ import annotations

import hmac
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MACHINE_ID: Final = Path("/etc/machine-id")
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_UPTIME: Final = Path("/proc/uptime")
_MOUNTS: Final = Path("/proc/self/mountinfo")
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine between two of its starts. Empty texts: the system does not tell."""

    name: str
    number: str
    """The same for as long as the system is not installed anew; a hash, for nobody else to use."""
    boot: str
    """Another at each start."""
    uptime: float
    """Seconds since it was started."""


def read_machine() -> Machine:
    """The machine as it is now."""
    number = _read_text(_MACHINE_ID)
    # The system's own number is to be told to nobody.
    hashed = hmac.digest(b"pulse-bot", number.encode(), "sha256").hex()[:32] if number else ""
    uptime = _read_text(_UPTIME).partition(" ")[0]
    return Machine(
        socket.gethostname(), hashed, _read_text(_BOOT_ID), float(uptime) if uptime else 0.0
    )


def is_in_memory(folder: Path) -> bool:
    """Whether a folder is on a file system that every start of the machine empties."""
    device = os.stat(folder).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in _read_text(_MOUNTS).splitlines():
        # "36 35 98:0 /root /mount options … - type source options": proc(5).
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 2 and fields[2] == wanted:
            return after.partition(" ")[0] in _IN_MEMORY
    return False


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
