"""The real command `pulse-bot` on a clock that a test moves: `moved_clock.py FILE COMMAND…`.

FILE holds the seconds by which the clock is ahead. Only what tells pulse-bot the time is replaced;
everything else, waiting included, is as in every other process.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from pulse_bot import app
from pulse_bot.cli import main

_AHEAD = Path(sys.argv.pop(1))


class MovedClock(app.WallClock):
    """As far ahead as the file says at this moment."""

    def now(self) -> datetime:
        """Now, moved."""
        return datetime.now(UTC) + timedelta(seconds=float(_AHEAD.read_text(encoding="ascii")))


if __name__ == "__main__":
    with patch.object(app, "WallClock", MovedClock):
        main()
