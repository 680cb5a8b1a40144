"""A real process with one adapter, for tests that kill it: `killed_listener.py JSON`.

Its core puts one event after another on disk, each after a while. `naive` answers before that, as
an adapter did that acknowledged what it had only in memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Any

from pydantic import SecretStr

from pulse_bot.ports import ChatAdapter, Event, Pressed, Reply, Wrote
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.settings import SlackSettings
from pulse_bot_telegram.adapter import TelegramAdapter
from pulse_bot_telegram.settings import TelegramSettings
from tests.platforms.telegram.hosting import LoopbackHost


class Core:
    """Puts on disk what people do."""

    def __init__(self, journal: str, seconds: float, naive: bool) -> None:
        self._file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._seconds, self._naive = seconds, naive
        self._disk = asyncio.Lock()
        self._later: set[asyncio.Task[None]] = set()

    async def __call__(self, event: Event) -> Reply:
        """Commit it, and say so; or the other way round."""
        commit = asyncio.create_task(self._commit(event))
        self._later.add(commit)
        if not self._naive:
            await commit
        return Reply("Recorded.")

    async def _commit(self, event: Event) -> None:
        match event:
            case Pressed(action=words) | Wrote(text=words):
                async with self._disk:
                    await asyncio.sleep(self._seconds)
                    os.write(self._file, f"{words}\n".encode())
                    os.fsync(self._file)


async def main(options: dict[str, Any]) -> None:
    """Run the adapter until killed."""
    adapter: SlackAdapter | TelegramAdapter
    settings = {
        name: SecretStr(value) if name.endswith(("token", "secret")) else value
        for name, value in options["settings"].items()
    }
    if options["adapter"] == "slack":
        adapter = SlackAdapter(SlackSettings.model_validate(settings))
    else:
        adapter = TelegramAdapter(TelegramSettings.model_validate(settings))
    core = Core(options["journal"], options["seconds"], options["naive"])
    async with AsyncExitStack() as stack:
        host = LoopbackHost()
        adapter.serve_on(host)
        if host.mounted:
            url = await stack.enter_async_context(host.serving())
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
        listening: ChatAdapter = adapter
        await listening.run(core)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
