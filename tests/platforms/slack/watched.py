"""Stands before the core, so that a person on the loopback Slack knows when they were answered."""

from __future__ import annotations

from collections import Counter

from pulse_bot.ports import Address, Event, Handle, Reply


class Watched:
    """A `Handle` that counts what was told and answered, by person and by group."""

    def __init__(self, handle: Handle) -> None:
        self.answered: Counter[str] = Counter()
        self.at_work = 0
        self.handle = handle

    async def __call__(self, event: Event) -> Reply:
        """Pass an event on."""
        self.at_work += 1
        try:
            return await self.handle(event)
        finally:
            self.at_work -= 1
            group = getattr(event, "group", None)
            self.answered[event.address.user] += 1
            if isinstance(group, Address) and group != event.address:
                self.answered[group.user] += 1
