"""What jobs do: open and close rounds, and send what is due by way of the adapters.

A job's step runs in a thread of the engine; adapters live on the app's event loop, so a step waits
for them across a bridge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from pulse_bot.ports import ChatAdapter, JobHandler
from pulse_bot.sending.courier import Courier
from pulse_bot.sending.loop_bridge import LoopBridge
from pulse_bot.sending.sender import Sender
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.due import work_off_rounds
from pulse_bot.usecases.rounds.clean import clean_files
from pulse_bot.usecases.tick import CLEAN_JOB, ROUNDS_JOB, SEND_JOB

_log = logging.getLogger(__name__)


class JobHandlers:
    """The handlers of an app's jobs."""

    def __init__(
        self,
        installation: Installation,
        adapters: Mapping[str, ChatAdapter],
        send_due: Callable[[], None],
    ) -> None:
        """Nothing can be sent before `start`. `send_due` has what is due sent at once."""
        self._installation = installation
        self._adapters = adapters
        self._send_due = send_due
        self._sender = Sender(installation, Courier())
        self._bridge: LoopBridge | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send by way of this loop, on which the adapters live."""
        self._bridge = LoopBridge(loop)

    def interrupt_sending(self) -> None:
        """Wind up what is being sent."""
        if self._bridge is not None:
            self._bridge.close()

    def close(self) -> None:
        """Give back the threads that write."""
        self._sender.close()

    def by_name(self) -> dict[str, JobHandler]:
        """What does each kind of job."""
        return {
            ROUNDS_JOB: self._work_off_rounds,
            SEND_JOB: self._send,
            CLEAN_JOB: self._clean_files,
        }

    def _work_off_rounds(self, shard: int) -> bool:
        has_more = work_off_rounds(self._installation, shard)
        # Not a minute later: a new round's cards, a closed one's digest.
        self._send_due()
        return has_more

    def _clean_files(self) -> bool:
        clean_files(self._installation)
        # What has to wait is due again after a pause.
        return False

    def _send(self, adapter: str, workspace: str) -> bool:
        chat_adapter = self._adapters.get(adapter)
        if chat_adapter is None:
            _log.warning("Somebody waits on %s, which is not switched on here.", adapter)
            return False
        if self._bridge is None:
            raise RuntimeError("The app has not been started.")
        return self._bridge.wait_for(self._sender.send_page(chat_adapter, workspace))
