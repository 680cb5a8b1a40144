"""Health: what keeps an adapter from hearing people, for the log and for `/healthz`."""

from __future__ import annotations

import logging
import time
from typing import Final

SECONDS_OF_START: Final = 30.0
"""After the start, in which a setting that is wrong ends the process: somebody looks on then."""
SECONDS_TO_PASS: Final = 30.0
"""Trouble that lasts no longer passes by itself, and is nobody's business."""
SECONDS_OF_SILENCE: Final = 300.0
"""Without a sign of life, after which listening itself must have come to a stop."""


class Health:
    """How listening goes. Trouble is logged when it begins and when it ends."""

    def __init__(self, log: logging.Logger, platform: str) -> None:
        """All is well. `platform` is its name for people."""
        self._log = log
        self._platform = platform
        self._trouble = ""
        self._since = 0.0
        self._passes_by = 0.0
        self._last_sign: float | None = None

    def begin_trouble(self, words: str, passes_by: float | None = None) -> None:
        """Something is wrong, or still is; within so many seconds it may pass by itself."""
        now = time.monotonic()
        self._last_sign = now
        if words != self._trouble:
            self._log.warning("%s", words)
            self._since = self._since if self._trouble else now
            self._trouble = words
            self._passes_by = SECONDS_TO_PASS if passes_by is None else passes_by

    def end_trouble(self) -> None:
        """People are heard; said again and again, it is a sign of life."""
        self._last_sign = time.monotonic()
        if self._trouble:
            self._log.info("%s is heard again.", self._platform)
            self._trouble = ""

    def end_listening(self) -> None:
        """Nobody listens any more, and no sign of life is to be expected."""
        self._last_sign = None

    def describe(self) -> str:
        """A sentence where people are not heard just now; empty where they are."""
        now = time.monotonic()
        if self._trouble and now - self._since >= self._passes_by:
            return self._trouble
        if self._last_sign is not None and now - self._last_sign > SECONDS_OF_SILENCE:
            return f"{self._platform} has not been listened to for a while. Start pulse-bot again."
        return ""
