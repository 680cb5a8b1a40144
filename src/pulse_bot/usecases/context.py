"""An installation of pulse-bot: the things that every use case works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pulse_bot.cards.frozen_round import FrozenRound
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.ports import Clock, KeyStore, Renderer
from pulse_bot.storage.database import Database

OPERATOR: Final = Actor(ActorKind.OPERATOR)
"""Who did it, in the log that all members read, when it came from the command line."""

PULSE_BOT: Final = Actor(ActorKind.PULSE_BOT)
"""Who did it, in that log, when nobody in particular did."""

Pool = Mapping[str, Sequence[Item]]
"""The items of each theme, in their bank's order."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One database with its keys. `pool` reads the banks when they are first needed."""

    database: Database
    keys: KeyStore
    clock: Clock
    renderer: Renderer
    pool: Callable[[], Pool]
    installation_key: bytes = field(repr=False)
    frozen_rounds: dict[int, FrozenRound] = field(default_factory=dict, repr=False)
    """Rounds as they were frozen at their opening, while they are open, for whoever answers. Each
    was held against its MACs before it came here."""
    suspects: set[int] = field(default_factory=set, repr=False)
    """Rounds that were seen changed in the database, until a tick has noted it."""
    seen_unchanged: dict[int, tuple[object, ...]] = field(default_factory=dict, repr=False)
    """What of each open round was found to be as it was frozen; its key is needed again only once
    something else stands there."""
    seen_untried: dict[int, datetime] = field(default_factory=dict, repr=False)
    """Entries of the outbox that nobody has tried to send for too long, and since when a tick of
    this process knows it."""
