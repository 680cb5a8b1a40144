"""SendFault: how a platform can fail at one send, for the contract and for tests of the core."""

from __future__ import annotations

from enum import StrEnum

from pulse_bot.errors import AdapterError


class SendFault(StrEnum):
    """What becomes of one send."""

    PASSING = "passing"
    """Certainly nothing arrived; trying again may help."""
    PAUSE = "pause"
    """The platform asks for a second's pause, and took nothing."""
    ARRIVED = "arrived"
    """It arrived, and the answer was lost."""
    LOST = "lost"
    """It did not arrive, and neither did an answer."""
    PERMANENT = "permanent"
    """The platform will never take it."""
    GONE = "gone"
    """Nobody can be reached there any more."""

    def error(self) -> AdapterError:
        """The error that the core is told."""
        return AdapterError(
            f"The platform failed as planted: {self.value}.",
            permanent=self in (SendFault.PERMANENT, SendFault.GONE),
            gone=self is SendFault.GONE,
            uncertain=self in (SendFault.ARRIVED, SendFault.LOST),
            retry_after=1.0 if self is SendFault.PAUSE else 0.0,
        )
