"""`pulse-bot` on a clock that is moved, counting its queries: `_county_worker.py CLOCK COUNTS …`.

CLOCK holds the seconds by which the clock is ahead; into COUNTS it writes, twice a second, the
statements so far of all threads, and of those that serve clicks. Nothing else is changed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa

from pulse_bot import app
from pulse_bot.cli import main

_CLOCK, _COUNTS = Path(sys.argv.pop(1)), Path(sys.argv.pop(1))


class MovedClock(app.WallClock):
    """As far ahead as the file says at this moment."""

    def now(self) -> datetime:
        """Now, moved."""
        return datetime.now(UTC) + timedelta(seconds=float(_CLOCK.read_text(encoding="ascii")))


def count_queries() -> None:
    """From now on, by the table that a statement of ours names first, and those of the engine."""
    counts: Counter[str] = Counter()

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts["engine" if "dbos" in statement or "pulse_" in statement else "ours"] += 1

    def write() -> None:
        while True:
            fresh = _COUNTS.with_suffix(".new")
            fresh.write_text(json.dumps(counts), encoding="ascii")
            fresh.replace(_COUNTS)
            time.sleep(0.5)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    threading.Thread(target=write, daemon=True).start()


if __name__ == "__main__":
    count_queries()
    with patch.object(app, "WallClock", MovedClock):
        main()
