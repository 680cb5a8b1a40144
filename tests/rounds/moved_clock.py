"""The real command `pulse-bot` on a clock that a test moves: `moved_clock.py FILE COMMAND…`.

FILE holds the seconds by which the clock is ahead. Besides the clock, two paces are quickened that
rounds are not about, and that would be half of their time: how often the engine looks into its
queue, and how fast one chat in Telegram is written to. They have tests of their own.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from pulse_bot import app
from pulse_bot.cli import main
from pulse_bot.engine import Pace
from pulse_bot_telegram import pacing

_AHEAD = Path(sys.argv.pop(1))


class MovedClock(app.WallClock):
    """As far ahead as the file says at this moment."""

    def now(self) -> datetime:
        """Now, moved."""
        return datetime.now(UTC) + timedelta(seconds=float(_AHEAD.read_text(encoding="ascii")))


if __name__ == "__main__":
    with (
        patch.object(app, "WallClock", MovedClock),
        patch.object(app, "App", partial(app.App, pace=Pace(poll=0.1))),
        patch.object(pacing, "A_SECOND_IN_A_CHAT", 1000.0),
        patch.object(pacing, "A_SECOND_IN_A_GROUP", 1000.0),
    ):
        main()
