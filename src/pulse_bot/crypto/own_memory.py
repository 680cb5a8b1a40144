"""The memory of a process that opens envelopes: nobody is given a copy of it.

A core dump would be one on a disk, and whoever may read another process's memory needs none.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_SET_DUMPABLE: Final = 4
"""PR_SET_DUMPABLE of prctl(2)."""


def forbid_dumps() -> None:
    """No core dump of this process, nor a look into it by others of the same user, where Linux is.

    Programs that it starts may be looked into again; they are given nothing that is not released.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A limit of nothing does not keep dumps from a program that the system hands them to.
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
