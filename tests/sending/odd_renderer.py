"""A process that draws oddly, as calls tell it to: `python -m tests.sending.odd_renderer`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pulse_bot.domain.release.record import Digest
from pulse_bot.sending.render_process import main


class OddRenderer:
    """Does what the name of a partnership or a file says; its answer tells which process it is."""

    def page(self, partnership: str, _zone: str, _digests: Sequence[Digest]) -> str:
        """Raises, ends, hangs, or prints: `MESSAGE` is in what it raises."""
        match partnership.split():
            case ["raise", *_]:
                raise ValueError(partnership)
            case ["end", *_]:
                os._exit(3)
            case ["hang", *_]:
                time.sleep(3600)
            case ["print", *_]:
                print("A library says something.")  # noqa: T201 - that it prints is the point
        return str(os.getpid())

    def export(self, *_: object) -> Mapping[str, bytes]:
        """Takes memory, and keeps it."""
        self.kept = os.urandom(200 * 2**20)
        return {"pid": str(os.getpid()).encode()}


if __name__ == "__main__":
    odd: Any = OddRenderer()
    main(lambda: odd)
