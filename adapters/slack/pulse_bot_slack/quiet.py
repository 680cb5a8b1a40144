"""A logger for Slack's libraries that is never heard: their lines quote payloads, tokens and ids.

What an operator has to know is said in our own words, where it happens.
"""

from __future__ import annotations

import logging
from typing import Final

SILENT: Final = logging.getLogger("pulse_bot_slack.library")
# Both libraries look at the number of the level before they write a payload, and Bolt copies number
# and switch to loggers of its own.
SILENT.setLevel(logging.CRITICAL + 10)
SILENT.disabled = True
